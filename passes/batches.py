"""Long lists of values for `IN (...)`: cut into pieces that every database accepts, or handed over as one value."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

T = TypeVar("T")

BATCH_SIZE = 1000
"""SQLite takes 32,766 bound values in one statement, PostgreSQL 65,535."""


def in_batches(values: Iterable[T], size: int = BATCH_SIZE) -> Iterator[tuple[T, ...]]:
    """Yield the values in tuples of at most `size`."""
    rest = iter(values)
    while batch := tuple(islice(rest, size)):
        yield batch


def one_of(session: Session, column: Any, values: Iterable[int] | Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a column is one of these, however many: all of them are one bound value.

    Args:
        session: tells which database it is for.
        column: what is compared.
        values: whole numbers, or texts.
    """
    wanted = sorted(set(values))
    if session.get_bind().dialect.name == "postgresql":
        kind = sa.Text if wanted and isinstance(wanted[0], str) else sa.Integer
        return column == sa.any_(sa.literal(wanted, postgresql.ARRAY(kind)))
    given = sa.func.json_each(sa.literal(json.dumps(wanted), sa.Text)).table_valued("value")
    return column.in_(sa.select(given.c.value))
