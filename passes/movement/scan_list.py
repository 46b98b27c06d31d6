"""The list of scans, and what it can be narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.local_time import end_of_day, start_of_day
from passes.movement.models import Scan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class ScanFilters:
    """What a list of scans is narrowed to; what is empty does not narrow.

    Args:
        station: its id.
        outcome: the station's verdict.
        action: what the officer did.
        plate: normalised.
        day: local day of the scan.
        late_only: only scans of which we would say something else today.
    """

    station: str = ""
    outcome: str = ""
    action: str = ""
    plate: str = ""
    day: date | None = None
    late_only: bool = False


def scans_matching(filters: ScanFilters) -> sa.Select[tuple[Scan]]:
    """Return the query for these scans, newest first; it can be counted and cut into pages."""
    statement = sa.select(Scan).order_by(Scan.scanned_at.desc(), Scan.id.desc())
    for column, value in (
        (Scan.station_id, filters.station),
        (Scan.outcome, filters.outcome),
        (Scan.action, filters.action),
        (Scan.plate, filters.plate),
    ):
        if value:
            statement = statement.where(column == value)
    if filters.day is not None:
        statement = statement.where(
            Scan.scanned_at >= start_of_day(filters.day), Scan.scanned_at < end_of_day(filters.day)
        )
    if filters.late_only:
        statement = statement.where(Scan.late_outcome.is_not(None))
    return statement


def scans_by_id(session: Session, ids: Iterable[str]) -> dict[str, Scan]:
    """Return scans by their id."""
    found: dict[str, Scan] = {}
    for batch in in_batches(ids):
        found |= {scan.id: scan for scan in session.scalars(sa.select(Scan).where(Scan.id.in_(batch)))}
    return found
