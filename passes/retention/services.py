"""Movements are kept as long as they may be needed to find somebody, notices for a while, and neither any longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts import colleagues
from passes.followup.models import FollowUp, FollowUpStatus
from passes.followup.services import ZONE_CHANGED
from passes.local_time import local_date, start_of_day
from passes.movement.models import Movement
from passes.movement.turns import take_turn
from passes.notices import services as notices
from passes.retention.models import Purge, RetentionMark

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

OPEN = (FollowUpStatus.FOLLOW_UP, FollowUpStatus.LOST)
"""Whoever is looked after, or looked for, keeps their movements."""
_LEAST_GAP = timedelta(hours=20)
_ONCE = 5000


def keep_mark(session: Session, now: datetime) -> None:
    """Note, once a day, how far the table of movements reaches."""
    today = start_of_day(local_date(now))
    if session.scalar(sa.select(RetentionMark.id).where(RetentionMark.noted_at >= today).limit(1)) is None:
        newest = session.scalar(sa.select(sa.func.max(Movement.id))) or 0
        session.add(RetentionMark(noted_at=now, newest_movement_id=newest))
        session.flush()


def _is_over(session: Session, before: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a movement happened before a moment, and was known by then.

    What was learned late is kept as long as what was learned at once: a zone that is published late finds it.
    """
    reached = session.scalar(
        sa.select(sa.func.max(RetentionMark.newest_movement_id)).where(RetentionMark.noted_at <= before)
    )
    return sa.and_(Movement.at < before, Movement.id <= (reached or 0))


def _is_tied() -> sa.ColumnElement[bool]:
    return sa.exists().where(FollowUp.person_id == Movement.person_id, FollowUp.status.in_(OPEN))


def _counted(session: Session, *conditions: sa.ColumnElement[bool]) -> tuple[int, int]:
    statement = sa.select(sa.func.count(), sa.func.count(sa.distinct(Movement.person_id))).where(*conditions)
    movements, people = session.execute(statement).one()
    return movements, people


def preview_purge(session: Session, retention_days: int, now: datetime) -> Purge:
    """Return what a purge would do now, without doing it; the row is not kept.

    Args:
        session: an open session.
        retention_days: how long movements are kept.
        now: when.
    """
    before = now - timedelta(days=retention_days)
    is_over = _is_over(session, before)
    movements, people = _counted(session, is_over, sa.not_(_is_tied()))
    kept_movements, kept_people = _counted(session, is_over, _is_tied())
    return Purge(
        at=now,
        before=before,
        movements=movements,
        people=people,
        kept_movements=kept_movements,
        kept_people=kept_people,
        sealed_followups=0,
    )


def purge(session: Session, actor: User | None, retention_days: int, now: datetime) -> Purge:
    """Remove the movements whose time is over; return what was done, which is kept.

    Movements of whoever is still followed up stay. Follow-ups that are closed are sealed: without their movements
    nothing is derived anew, so that the next change of a zone does not cancel them.

    Args:
        session: the caller's transaction.
        actor: who asked for it; None for the worker and the command line.
        retention_days: how long movements are kept.
        now: when.
    """
    take_turn(session)
    done = preview_purge(session, retention_days, now)
    is_over = sa.and_(_is_over(session, done.before), sa.not_(_is_tied()))
    sealed = session.execute(
        sa.update(FollowUp)
        .where(
            FollowUp.sealed_at.is_(None),
            FollowUp.status.not_in(OPEN),
            sa.func.coalesce(FollowUp.status_reason, "") != ZONE_CHANGED,
            FollowUp.person_id.in_(sa.select(Movement.person_id).where(is_over)),
        )
        .values(sealed_at=now)
        .execution_options(synchronize_session=False)
    )
    done.sealed_followups = sealed.rowcount
    while ids := session.scalars(sa.select(Movement.id).where(is_over).limit(_ONCE)).all():
        session.execute(sa.delete(Movement).where(Movement.id.in_(ids)).execution_options(synchronize_session=False))
    session.add(done)
    counts = {"movements": done.movements, "people": done.people, "kept": done.kept_movements}
    audit.record(session, actor, "retention.purge", "Movements:purge", counts, now)
    session.expire_all()
    return done


def purge_if_due(session: Session, retention_days: int, now: datetime) -> Purge | None:
    """Purge once a day; return what was done, or None where it was done already."""
    keep_mark(session, now)
    last = session.scalar(sa.select(sa.func.max(Purge.at)))
    if last is not None and now - last < _LEAST_GAP:
        return None
    return purge(session, None, retention_days, now)


def forget_notices(session: Session, retention_days: int, now: datetime) -> int:
    """Remove notices that users got longer ago than they are kept, read or not; return how many."""
    return notices.forget(session, now - timedelta(days=retention_days))


def forget_invitations(session: Session, retention_days: int, now: datetime) -> int:
    """Remove the addresses of whom carriers invited longer ago than notices are kept; return how many."""
    return colleagues.forget_invitations(session, now - timedelta(days=retention_days))


def purges(session: Session, most: int = 30) -> list[Purge]:
    """Return what the last purges did, the newest first."""
    return list(session.scalars(sa.select(Purge).order_by(Purge.id.desc()).limit(most)))
