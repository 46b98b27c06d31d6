"""Questions about movements, zones and exposures. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import lazyload

from passes.areas.services import covered_by
from passes.batches import in_batches
from passes.movement.models import Exposure, Movement, Rematch, ZoneVersion
from protocol.areas import AreaLevel
from protocol.zones import Zone

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Period:
    """From somebody's first movement in a zone to the last."""

    first_at: datetime
    last_at: datetime


def latest_versions(session: Session, zone_ids: Collection[str] | None = None) -> dict[str, ZoneVersion]:
    """Return the version that counts of each zone (or of those named), withdrawn ones included, by zone id."""
    newest = sa.select(ZoneVersion.zone_id, sa.func.max(ZoneVersion.version).label("version")).group_by(
        ZoneVersion.zone_id
    )
    if zone_ids is not None:
        newest = newest.where(ZoneVersion.zone_id.in_(zone_ids))
    found = newest.subquery()
    rows = session.scalars(
        sa.select(ZoneVersion)
        .join(found, sa.and_(ZoneVersion.zone_id == found.c.zone_id, ZoneVersion.version == found.c.version))
        .order_by(ZoneVersion.zone_id)
        .options(lazyload(ZoneVersion.zone))
    )
    return {version.zone_id: version for version in rows}


def as_published(session: Session, version: ZoneVersion) -> Zone:
    """Return a version of a zone as stations know it, with every area that it covers written out."""
    return Zone(
        id=version.zone_id,
        version=version.version,
        name=version.name,
        kind=version.kind,
        areas=tuple(version.areas),
        covers=covered_by(session, version.areas),
        sites=frozenset(version.sites),
        starts_at=version.starts_at,
        ends_at=version.ends_at,
        passage=version.passage,
        monitoring_days=version.monitoring_days,
        decision=version.decision,
    )


def published_zones(session: Session) -> tuple[Zone, ...]:
    """Return the latest version of every zone that is not withdrawn, by id."""
    versions = latest_versions(session).values()
    return tuple(as_published(session, version) for version in versions if not version.is_withdrawn)


def exposures_of(session: Session, person_ids: Iterable[int]) -> dict[tuple[int, str], Period]:
    """Return the exposures of these persons, by person and zone."""
    found: dict[tuple[int, str], Period] = {}
    for batch in in_batches(person_ids):
        rows = session.execute(
            sa.select(Exposure.person_id, Exposure.zone_id, Exposure.first_at, Exposure.last_at).where(
                Exposure.person_id.in_(batch)
            )
        )
        found |= {(row.person_id, row.zone_id): Period(row.first_at, row.last_at) for row in rows}
    return found


def last_places(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Return the area of each person's greatest `(at, area)` movement.

    A movement that is known to the province only is passed over: it names no district.
    """
    found: dict[int, str] = {}
    for batch in in_batches(person_ids):
        rank = sa.func.row_number().over(
            partition_by=Movement.person_id, order_by=(Movement.at.desc(), Movement.area_code.desc())
        )
        ranked = (
            sa.select(Movement.person_id, Movement.area_code, rank.label("rank"))
            .where(Movement.person_id.in_(batch), sa.func.length(Movement.area_code) >= int(AreaLevel.DISTRICT))
            .subquery()
        )
        rows = session.execute(sa.select(ranked.c.person_id, ranked.c.area_code).where(ranked.c.rank == 1))
        found |= {row.person_id: row.area_code for row in rows}
    return found


def last_movements(session: Session, person_ids: Collection[int]) -> dict[int, Movement]:
    """Return each person's greatest `(at, id)` movement, for at most one batch of persons."""
    rank = sa.func.row_number().over(partition_by=Movement.person_id, order_by=(Movement.at.desc(), Movement.id.desc()))
    ranked = sa.select(Movement.id, rank.label("rank")).where(Movement.person_id.in_(person_ids)).subquery()
    rows = session.scalars(
        sa.select(Movement)
        .join(ranked, Movement.id == ranked.c.id)
        .where(ranked.c.rank == 1)
        .options(lazyload(Movement.person))
    )
    return {move.person_id: move for move in rows}


def movements_of(session: Session, person_id: int, since: datetime) -> list[Movement]:
    """Return the movements of one person from `since` on, newest first."""
    return list(
        session.scalars(
            sa.select(Movement)
            .where(Movement.person_id == person_id, Movement.at >= since)
            .order_by(Movement.at.desc(), Movement.area_code.desc(), Movement.source)
            .options(lazyload(Movement.person))
        )
    )


def people_seen_in(plate: str) -> sa.Select[tuple[int]]:
    """Return the query for the persons with a movement in the vehicle with this plate (normalised)."""
    return sa.select(Movement.person_id).where(Movement.plate == plate).distinct()


def exposed_people(session: Session) -> dict[str, int]:
    """Return how many persons each zone exposes, by zone id."""
    rows = session.execute(sa.select(Exposure.zone_id, sa.func.count()).group_by(Exposure.zone_id)).all()
    return dict(rows)


@dataclass(frozen=True)
class RematchProgress:
    """How far the matching of a zone is: people whose follow-ups are in line, of how many; 0 of 0 before it began."""

    people_done: int
    people: int


def waiting_rematches(session: Session) -> dict[str, RematchProgress]:
    """Return how far the matching of each zone is that is still to be matched again, by zone id."""
    rows = session.execute(
        sa.select(Rematch.zone_id, sa.func.sum(Rematch.people_done), sa.func.sum(Rematch.people))
        .where(Rematch.done_at.is_(None))
        .group_by(Rematch.zone_id)
    )
    return {zone_id: RematchProgress(done, people) for zone_id, done, people in rows}
