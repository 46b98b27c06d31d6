"""Long lists on pages: one page of a statement's rows, its size remembered, counting only as far as anybody reads."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request, session, url_for
from flask_sqlalchemy.pagination import SelectPagination
from sqlalchemy import orm

from passes.db import db
from passes.typed import read_row

if TYPE_CHECKING:
    from collections.abc import Sequence

_Choice = TypeVar("_Choice", bound=enum.StrEnum)

PAGE_SIZES = (25, 50, 100)
MOST_COUNTED = 10_000
"""Counting further costs more than it tells: a list this long wants a narrower filter."""


class CappedPagination(SelectPagination):
    """A page of a list that is counted only up to `MOST_COUNTED` rows."""

    is_more: bool = False
    """Whether there are more rows than were counted."""

    def _query_count(self) -> int:
        select = self._query_args["select"].options(orm.lazyload("*")).order_by(None)
        counted = (
            select.with_only_columns(sa.literal_column("1"), maintain_column_froms=True)
            .limit(MOST_COUNTED + 1)
            .subquery()
        )
        found = self._query_args["session"].scalar(sa.select(sa.func.count()).select_from(counted)) or 0
        self.is_more = found > MOST_COUNTED
        return min(found, MOST_COUNTED)


def page_of(
    statement: sa.Select[Any], *, is_capped: bool = False, sizes: Sequence[int] = PAGE_SIZES
) -> SelectPagination:
    """Return the page of a statement's rows that the request asks for; `ui.pagination` leads to the others.

    Args:
        statement: selects one mapped class or column, sorted.
        is_capped: count only up to `MOST_COUNTED` rows.
        sizes: how many rows a page may have; the first until the reader chooses.
    """
    kind = CappedPagination if is_capped else SelectPagination
    page = kind(select=statement, session=db.session(), per_page=_size(sizes), max_per_page=None, error_out=False)
    page.sizes = sizes
    return page


def _size(sizes: Sequence[int]) -> int:
    """Return how many rows a page has: what the reader chose last, here or on another list."""
    asked = read_row(request.args.get("per_page", ""))
    if asked in sizes:
        session["page_size"] = asked
    kept = session.get("page_size")
    return kept if kept in sizes else sizes[0]


def chosen(kind: type[_Choice], name: str) -> _Choice | None:
    """Return the member of an enumeration that a filter names; None when it names none."""
    value = request.args.get(name, "")
    return kind(value) if value in set(kind) else None


def narrowed_url(endpoint: str, **values: Any) -> str:
    """Return the address of a page that asks for what the page in hand was asked for.

    What stands in the reader's address is only ever passed on as a query: whatever its names are, they choose neither
    scheme nor host nor page.

    Args:
        endpoint: the page.
        **values: what its address needs, or what it is asked for otherwise than the page in hand.
    """
    address = url_for(endpoint, **values)
    passed_on = urlencode([(name, value) for name, value in request.args.items(multi=True) if name not in values])
    return f"{address}{'&' if '?' in address else '?'}{passed_on}" if passed_on else address
