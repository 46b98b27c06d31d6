"""Zones against movements: who was where while a zone was in force.

The condition is that of `protocol.zones.is_in_zone`, said in SQL; a test holds both to the same answers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.followup import services as followup
from passes.movement.evidence import Period, published_zones
from passes.movement.models import Exposure, Movement
from protocol.zones import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.movement.ledger import Entry
    from protocol.zones import Zone


def movements_in(zone: Zone, *, with_passage: bool | None = None) -> sa.Subquery:
    """Return the movements in a zone as a subquery with `id`, `person_id`, `at` and `is_road_scan`.

    Args:
        zone: which zone.
        with_passage: whether scans at road checkpoints count; as the zone says when None.
    """
    conditions = [Movement.at >= zone.starts_at]
    if zone.ends_at is not None:
        conditions.append(Movement.at < zone.ends_at)
    if not (zone.passage if with_passage is None else with_passage):
        conditions.append(sa.not_(Movement.is_road_scan))
    columns = sa.select(Movement.id, Movement.person_id, Movement.at, Movement.is_road_scan).where(*conditions)
    # Two selects, so that each finds its rows by its own index: (area, at) and (site, at).
    return sa.union(
        columns.where(Movement.area_code.in_(sorted(zone.covers))),
        columns.where(Movement.site_id.in_(sorted(zone.sites))),
    ).subquery()


def _periods(session: Session, zone: Zone) -> dict[int, Period]:
    matched = movements_in(zone)
    rows = session.execute(
        sa.select(matched.c.person_id, sa.func.min(matched.c.at), sa.func.max(matched.c.at)).group_by(
            matched.c.person_id
        )
    )
    return {person_id: Period(first_at, last_at) for person_id, first_at, last_at in rows}


def _periods_of(session: Session, zone: Zone, person_ids: tuple[int, ...]) -> dict[int, Period]:
    """Return the periods of a few people: by their own movements, however many the zone has."""
    conditions = [Movement.person_id.in_(person_ids), Movement.at >= zone.starts_at]
    if zone.ends_at is not None:
        conditions.append(Movement.at < zone.ends_at)
    columns = (Movement.person_id, Movement.at, Movement.area_code, Movement.site_id, Movement.is_road_scan)
    found: dict[int, Period] = {}
    for person_id, at, area, site, is_road_scan in session.execute(sa.select(*columns).where(*conditions)):
        if is_in_zone(zone, area=area, site=site, is_road_checkpoint_scan=is_road_scan, at=at):
            known = found.get(person_id, Period(at, at))
            found[person_id] = Period(min(known.first_at, at), max(known.last_at, at))
    return found


def _write_exposures(session: Session, zone_id: str, known: dict[int, Period], wanted: dict[int, Period]) -> None:
    """Bring the exposures to one zone from what is known to what is wanted."""
    stale = [person_id for person_id in known if known[person_id] != wanted.get(person_id)]
    for batch in in_batches(stale):
        session.execute(sa.delete(Exposure).where(Exposure.zone_id == zone_id, Exposure.person_id.in_(batch)))
    rows = [
        {"person_id": person_id, "zone_id": zone_id, "first_at": period.first_at, "last_at": period.last_at}
        for person_id, period in wanted.items()
        if known.get(person_id) != period
    ]
    if rows:
        session.execute(sa.insert(Exposure), rows)


def _known_exposures(session: Session, zone_id: str, person_ids: tuple[int, ...] | None = None) -> dict[int, Period]:
    statement = sa.select(Exposure.person_id, Exposure.first_at, Exposure.last_at).where(Exposure.zone_id == zone_id)
    if person_ids is not None:
        statement = statement.where(Exposure.person_id.in_(person_ids))
    return {row.person_id: Period(row.first_at, row.last_at) for row in session.execute(statement)}


def match_zone(session: Session, zone: Zone | None, zone_id: str) -> set[int]:
    """Work out again who is exposed to one zone; return everybody who was or is now.

    Args:
        session: the worker's transaction, which has taken its turn.
        zone: as published; None exposes nobody.
        zone_id: which.
    """
    wanted = {} if zone is None else _periods(session, zone)
    known = _known_exposures(session, zone_id)
    _write_exposures(session, zone_id, known, wanted)
    return known.keys() | wanted.keys()


def match_pairs(session: Session, pairs: Iterable[tuple[int, str]], zones: Mapping[str, Zone]) -> None:
    """Work out again the exposures of these persons to these zones.

    Args:
        session: the worker's transaction, which has taken its turn.
        pairs: person and zone.
        zones: the published zones by id; one that is not among them exposes nobody.
    """
    people: dict[str, set[int]] = defaultdict(set)
    for person_id, zone_id in pairs:
        people[zone_id].add(person_id)
    for zone_id, person_ids in people.items():
        for batch in in_batches(sorted(person_ids)):
            wanted = _periods_of(session, zones[zone_id], batch) if zone_id in zones else {}
            _write_exposures(session, zone_id, _known_exposures(session, zone_id, batch), wanted)


@dataclass(frozen=True)
class ZonesByPlace:
    """The published zones by the areas and sites in them, so that what lies in none costs one look."""

    zones: Mapping[str, Zone]
    by_place: Mapping[str | None, list[Zone]]

    @classmethod
    def of(cls, session: Session) -> ZonesByPlace:
        """Return the zones as they are published now."""
        zones = {zone.id: zone for zone in published_zones(session)}
        by_place: dict[str | None, list[Zone]] = defaultdict(list)
        for zone in zones.values():
            for place in zone.covers | zone.sites:
                by_place[place].append(zone)
        return cls(zones, by_place)

    def match(self, session: Session, changed: Iterable[Entry], now: datetime) -> None:
        """Work out again who is exposed to what, only where a movement came, went or changed inside a zone.

        Args:
            session: the transaction of whoever changed movements, which has taken its turn.
            changed: movements that came, went or changed.
            now: for the follow-ups.
        """
        pairs = {
            (entry.person_id, zone.id)
            for entry in changed
            for zone in (*self.by_place.get(entry.area_code, ()), *self.by_place.get(entry.site_id, ()))
            if is_in_zone(
                zone,
                area=entry.area_code,
                site=entry.site_id,
                is_road_checkpoint_scan=entry.is_road_scan,
                at=entry.at,
            )
        }
        match_pairs(session, pairs, self.zones)
        followup.refresh(session, pairs, now)
