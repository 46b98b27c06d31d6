"""Movements that an office was told of, by nobody's scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes.followup.refreshing import refresh
from passes.movement.evidence import published_zones
from passes.movement.matching import match_pairs
from passes.movement.models import Movement, MovementSource
from protocol.zones import is_in_zone

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def report_movement(
    session: Session,
    person_id: int,
    *,
    area: str,
    at: datetime,
    site_id: str | None = None,
    plate: str | None = None,
    now: datetime,
) -> Movement:
    """Keep that somebody was somewhere, and what follows from it.

    Args:
        session: the caller's transaction, which has taken its turn at deriving.
        person_id: who.
        area: where.
        at: when they were there.
        site_id: the freight point, where it was one.
        plate: normalised; of the vehicle.
        now: when it is written down.
    """
    movement = Movement(
        person_id=person_id, at=at, area_code=area, site_id=site_id, source=MovementSource.REPORTED, plate=plate
    )
    session.add(movement)
    session.flush()
    zones = {zone.id: zone for zone in published_zones(session)}
    pairs = {
        (person_id, zone.id)
        for zone in zones.values()
        if is_in_zone(zone, area=area, site=site_id, is_road_checkpoint_scan=False, at=at)
    }
    match_pairs(session, pairs, zones)
    refresh(session, pairs, now)
    return movement
