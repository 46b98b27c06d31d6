"""Long lists of values for `IN (...)`, cut into pieces that every database accepts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

BATCH_SIZE = 1000
"""SQLite takes 32,766 bound values in one statement, PostgreSQL 65,535."""


def in_batches(values: Iterable[T], size: int = BATCH_SIZE) -> Iterator[tuple[T, ...]]:
    """Yield the values in tuples of at most `size`."""
    rest = iter(values)
    while batch := tuple(islice(rest, size)):
        yield batch
