"""Writing movements: what is there already and still true stays untouched."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.movement.derivation import MovementKey, Place
from passes.movement.models import Movement

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

_COLUMNS = (
    Movement.id,
    Movement.scan_id,
    Movement.named_person_id,
    Movement.source,
    Movement.area_code,
    Movement.person_id,
    Movement.at,
    Movement.site_id,
    Movement.station_id,
    Movement.is_road_scan,
    Movement.pass_id,
    Movement.plate,
)


@dataclass(frozen=True)
class Entry:
    """A movement that came, went or changed: what decides whether it is in a zone."""

    person_id: int
    area_code: str
    site_id: str | None
    is_road_scan: bool
    at: datetime


def keep_movements(session: Session, scan_ids: Collection[str], wanted: Mapping[MovementKey, Place]) -> set[Entry]:
    """Make the movements of these scans exactly those wanted; return what came, went or changed.

    Args:
        session: the worker's transaction.
        scan_ids: scans whose movements are known in full.
        wanted: by scan, person named, source and area.
    """
    known: dict[MovementKey, tuple[int, Place]] = {}
    for batch in in_batches(scan_ids):
        for row in session.execute(sa.select(*_COLUMNS).where(Movement.scan_id.in_(batch))):
            place = Place(row.person_id, row.at, row.site_id, row.station_id, row.is_road_scan, row.pass_id, row.plate)
            known[row.scan_id, row.named_person_id, row.source, row.area_code] = row.id, place
    changed: set[Entry] = set()
    gone: list[int] = []
    for key, (movement_id, place) in known.items():
        if wanted.get(key) != place:
            gone.append(movement_id)
            changed.add(_entry(key, place))
    added = []
    for key, place in wanted.items():
        if key not in known or known[key][1] != place:
            scan_id, named, source, area_code = key
            added.append(
                {"scan_id": scan_id, "named_person_id": named, "source": source, "area_code": area_code} | asdict(place)
            )
            changed.add(_entry(key, place))
    for batch in in_batches(gone):
        session.execute(sa.delete(Movement).where(Movement.id.in_(batch)))
    if added:
        session.execute(sa.insert(Movement), added)
    return changed


def _entry(key: MovementKey, place: Place) -> Entry:
    _scan_id, _named, _source, area_code = key
    return Entry(place.person_id, area_code, place.site_id, place.is_road_scan, place.at)
