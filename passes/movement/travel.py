"""One pass at two posts, sooner than any road allows.

Where two scans far apart in time are too fast, so are two that follow one another: a detour only takes longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.movement.models import Scan, TravelAlert
from passes.stations import services as stations
from protocol.travel import FASTEST_KMH, distance_km, is_too_fast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from protocol.places import StationInfo


@dataclass(frozen=True)
class SpeedBound:
    """What no vehicle does.

    Args:
        clock_tolerance: how far apart the clocks of two stations may be.
        fastest_kmh: what nobody drives along the straight line between two posts.
    """

    clock_tolerance: timedelta
    fastest_kmh: float = FASTEST_KMH


@dataclass(frozen=True)
class TooFast:
    """Two scans of one pass that no vehicle can have made: how far apart, if that is known, and seconds in between."""

    first: str
    second: str
    kilometres: float | None
    seconds: int


def note_travel(
    session: Session, identities: Collection[tuple[str, str]], bound: SpeedBound, now: datetime
) -> set[str]:
    """Bring the alerts about these passes up to date; return the scans that came too soon after another one.

    Scans that became or ceased to be such wait to be assessed anew.

    Args:
        session: the worker's transaction.
        identities: `(iss, cti)` of passes of which a scan came, changed or was taken back.
        bound: what is too fast.
        now: for new alerts.
    """
    infos = {info.id: info for info in stations.published_stations(session)}
    wanted: dict[tuple[str, str], TooFast] = {}
    seen: set[str] = set()
    for iss, cti in identities:
        rows = session.execute(
            sa.select(Scan.id, Scan.station_id, Scan.scanned_at, Scan.is_voided)
            .where(Scan.iss == iss, Scan.cti == cti)
            .order_by(Scan.scanned_at, Scan.id)
        ).all()
        seen |= {row.id for row in rows}
        standing = [row for row in rows if not row.is_voided]
        wanted |= {(found.first, found.second): found for found in _too_fast(standing, infos, bound)}
    known: dict[tuple[str, str], TravelAlert] = {}
    for batch in in_batches(seen):
        for alert in session.scalars(sa.select(TravelAlert).where(TravelAlert.second_scan_id.in_(batch))):
            known[alert.first_scan_id, alert.second_scan_id] = alert
    for key, alert in known.items():
        if key not in wanted:
            session.delete(alert)
    for key, found in wanted.items():
        alert = known.get(key) or TravelAlert(first_scan_id=found.first, second_scan_id=found.second, found_at=now)
        alert.kilometres, alert.seconds = found.kilometres, found.seconds
        session.add(alert)
    session.flush()
    too_soon = {second for _, second in wanted}
    for batch in in_batches(too_soon ^ {second for _, second in known}):
        session.execute(sa.update(Scan).where(Scan.id.in_(batch)).values(assessed_at=None))
    return too_soon


def _too_fast(
    rows: Collection[sa.Row[tuple[str, str, datetime, bool]]], infos: Mapping[str, StationInfo], bound: SpeedBound
) -> Iterator[TooFast]:
    for one, other in pairwise(rows):
        here, there = infos[one.station_id], infos[other.station_id]
        if is_too_fast(here, one.scanned_at, there, other.scanned_at, bound.clock_tolerance, bound.fastest_kmh):
            far = round(distance_km(here.position, there.position), 1) if here.position and there.position else None
            yield TooFast(one.id, other.id, far, round((other.scanned_at - one.scanned_at).total_seconds()))


def scans_too_soon(session: Session, scan_ids: Collection[str]) -> set[str]:
    """Return those of these scans that came too soon after another one of the same pass."""
    found: set[str] = set()
    for batch in in_batches(scan_ids):
        statement = sa.select(TravelAlert.second_scan_id).where(TravelAlert.second_scan_id.in_(batch))
        found |= set(session.scalars(statement))
    return found
