"""Matching a zone that changed with everything that happened before: work that waits as rows, done step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.followup import services as followup
from passes.movement.assessing import assess_again_for
from passes.movement.evidence import as_published, latest_versions
from passes.movement.matching import match_zone
from passes.movement.models import Rematch, RematchPerson, ZoneVersion
from passes.movement.turns import take_turn

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

PEOPLE_A_STEP = 1000


def request_rematch(session: Session, zone_id: str, cause: str, now: datetime) -> None:
    """Ask for a zone to be matched again, in the transaction of what changed it."""
    session.add(Rematch(zone_id=zone_id, cause=cause, requested_at=now))


def rematch_zones(session: Session, now: datetime, limit: int = PEOPLE_A_STEP) -> int:
    """Do one step of what waits; return how much was done, 0 when nothing waits.

    One step matches the movements of one zone, or brings follow-ups of some people in line. Whatever is interrupted
    between two steps goes on with the next one, in whichever worker.

    Args:
        session: the worker's transaction.
        now: when.
        limit: follow-ups of at most so many people in this transaction.
    """
    waiting = sa.select(Rematch).where(Rematch.done_at.is_(None)).order_by(Rematch.id)
    if session.scalar(waiting.limit(1)) is None:
        return 0
    take_turn(session)
    requests = session.scalars(waiting.execution_options(populate_existing=True)).all()
    if not requests:
        return 0  # another worker did the last of it meanwhile
    if requests[0].started_at is None:
        return _start(session, [request for request in requests if request.zone_id == requests[0].zone_id], now)
    return _go_on(session, requests[0], now, limit)


def _start(session: Session, requests: list[Rematch], now: datetime) -> int:
    """Match the movements of a zone once for all requests that wait for it."""
    *earlier, request = (request for request in requests if request.started_at is None)
    for one in earlier:
        one.started_at = one.done_at = now
    version = latest_versions(session, [request.zone_id])[request.zone_id]
    zone = None if version.is_withdrawn else as_published(session, version)
    # Every follow-up of the zone, not only those whose period changed: `due` depends on the version too.
    people = match_zone(session, zone, request.zone_id)
    for said in session.scalars(_last_versions(request.zone_id)):
        assess_again_for(session, as_published(session, said))
    if people:
        rows = [{"rematch_id": request.id, "person_id": person_id} for person_id in sorted(people)]
        session.execute(sa.insert(RematchPerson), rows)
    request.started_at, request.people = now, len(people)
    if not people:
        _finish(session, request, now)
    return len(requests)


def _last_versions(zone_id: str) -> sa.Select[tuple[ZoneVersion]]:
    """Return the query for the versions between which verdicts may differ: the latest one, and the one before."""
    versions = sa.select(ZoneVersion).where(ZoneVersion.zone_id == zone_id)
    return versions.order_by(ZoneVersion.version.desc()).limit(2)


def _go_on(session: Session, request: Rematch, now: datetime, limit: int) -> int:
    """Bring the follow-ups of the next people in line."""
    mine = RematchPerson.rematch_id == request.id
    people = session.scalars(
        sa.select(RematchPerson.person_id).where(mine).order_by(RematchPerson.person_id).limit(limit)
    ).all()
    if people:
        followup.refresh(session, ((person_id, request.zone_id) for person_id in people), now)
        session.execute(sa.delete(RematchPerson).where(mine, RematchPerson.person_id <= people[-1]))
        request.people_done += len(people)
    if len(people) < limit:
        _finish(session, request, now)
    return len(people) or 1


def _finish(session: Session, request: Rematch, now: datetime) -> None:
    request.done_at = now
    details = {"cause": request.cause, "people": request.people}
    audit.record(session, None, "zones.rematch", f"Zone:{request.zone_id}", details, now)
