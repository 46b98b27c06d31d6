"""Zones against movements: who was where while a zone was in force.

The condition is that of `protocol.zones.is_in_zone`, said in SQL; a test holds both to the same answers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.batches import in_batches
from passes.followup import services as followup
from passes.movement.evidence import Period, as_published, latest_versions, published_zones
from passes.movement.models import Exposure, Movement, Rematch
from passes.movement.turns import take_turn
from protocol.zones import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.movement.ledger import Entry
    from protocol.zones import Zone


def movements_in(
    zone: Zone, person_ids: tuple[int, ...] | None = None, *, with_passage: bool | None = None
) -> sa.Subquery:
    """Return the movements in a zone as a subquery with `id`, `person_id`, `at` and `is_road_scan`.

    Args:
        zone: which zone.
        person_ids: only movements of these persons.
        with_passage: whether scans at road checkpoints count; as the zone says when None.
    """
    conditions = [Movement.at >= zone.starts_at]
    if zone.ends_at is not None:
        conditions.append(Movement.at < zone.ends_at)
    if not (zone.passage if with_passage is None else with_passage):
        conditions.append(sa.not_(Movement.is_road_scan))
    if person_ids is not None:
        conditions.append(Movement.person_id.in_(person_ids))
    columns = sa.select(Movement.id, Movement.person_id, Movement.at, Movement.is_road_scan).where(*conditions)
    # Two selects, so that each finds its rows by its own index: (area, at) and (site, at).
    return sa.union(
        columns.where(Movement.area_code.in_(sorted(zone.covers))),
        columns.where(Movement.site_id.in_(sorted(zone.sites))),
    ).subquery()


def _periods(session: Session, zone: Zone, person_ids: tuple[int, ...] | None = None) -> dict[int, Period]:
    matched = movements_in(zone, person_ids)
    rows = session.execute(
        sa.select(matched.c.person_id, sa.func.min(matched.c.at), sa.func.max(matched.c.at)).group_by(
            matched.c.person_id
        )
    )
    return {person_id: Period(first_at, last_at) for person_id, first_at, last_at in rows}


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
            wanted = _periods(session, zones[zone_id], batch) if zone_id in zones else {}
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


def rematch_zones(session: Session, now: datetime, limit: int = 1) -> int:
    """Match zones that changed with all movements again; return how many requests were answered.

    Args:
        session: the worker's transaction.
        now: when; becomes `done_at`.
        limit: at most so many zones in this transaction.
    """
    waiting = sa.select(Rematch).where(Rematch.done_at.is_(None)).order_by(Rematch.id)
    if session.scalar(waiting.limit(1)) is None:
        return 0
    take_turn(session)
    requests: dict[str, list[Rematch]] = defaultdict(list)
    for request in session.scalars(waiting.execution_options(populate_existing=True)):
        requests[request.zone_id].append(request)
    done = 0
    for zone_id in list(requests)[:limit]:
        _rematch(session, zone_id, now)
        for request in requests[zone_id]:
            request.done_at = now
        done += len(requests[zone_id])
    return done


def _rematch(session: Session, zone_id: str, now: datetime) -> None:
    version = latest_versions(session, [zone_id])[zone_id]
    wanted = {} if version.is_withdrawn else _periods(session, as_published(session, version))
    known = _known_exposures(session, zone_id)
    _write_exposures(session, zone_id, known, wanted)
    # Every follow-up of the zone, not only those whose period changed: `due` depends on the version too.
    followup.refresh(session, ((person_id, zone_id) for person_id in known.keys() | wanted.keys()), now)
    counts = {"version": version.version, "people": len(wanted)}
    audit.record(session, None, "zones.rematch", f"Zone:{zone_id}", counts, now)
