"""Who looked at whom, and why. Nobody sees the file of a person without a reason that stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.models import OrganisationKind, User
from passes.followup.access_rules import followups_of
from passes.followup.events import Lookup, LookupReason
from passes.followup.models import FollowUpStatus
from passes.local_time import end_of_day, local_date, start_of_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

_OFFICES = (OrganisationKind.DISTRICT, OrganisationKind.WARD)


def reason_of(session: Session, actor: User, person_id: int, now: datetime) -> LookupReason | None:
    """Return why this user may look at a person now; None where they have to say it first.

    An office looks at those whom it follows up: that is its duty. Whoever looks further says why, once a day for each
    person.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
    """
    rows = followups_of(session, actor, person_id)
    if actor.organisation.kind in _OFFICES and any(row.status is FollowUpStatus.FOLLOW_UP for row in rows):
        return LookupReason.DUTY
    return session.scalar(
        sa.select(Lookup.reason)
        .where(
            Lookup.user_id == actor.id,
            Lookup.person_id == person_id,
            Lookup.at >= start_of_day(local_date(now)),
            Lookup.reason != LookupReason.DUTY,
        )
        .order_by(Lookup.id.desc())
        .limit(1)
    )


def look_at(
    session: Session, actor: User, person_id: int, reason: LookupReason, now: datetime, note: str | None = None
) -> None:
    """Write down that somebody looks at a person.

    Args:
        session: the caller's transaction.
        actor: who.
        person_id: at whom.
        reason: why.
        now: when.
        note: what they add to it.
    """
    session.add(Lookup(person_id=person_id, user_id=actor.id, at=now, reason=reason, note=note or None))


def say_why(
    session: Session, actor: User, person_id: int, reason: LookupReason, note: str | None, now: datetime
) -> None:
    """Keep the reason that somebody gives before they look.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
    """
    followups_of(session, actor, person_id)
    look_at(session, actor, person_id, reason, now, note)


def lookups_matching(
    *, user_id: int | None = None, person_id: int | None = None, reason: LookupReason | None = None, day: date | None
) -> sa.Select[tuple[Lookup]]:
    """Return the query for the look-ups, newest first; it can be counted and cut into pages.

    Args:
        user_id: only those of one user.
        person_id: only those at one person.
        reason: only those with this reason.
        day: only those of one local day.
    """
    statement = sa.select(Lookup).order_by(Lookup.id.desc())
    for column, value in ((Lookup.user_id, user_id), (Lookup.person_id, person_id), (Lookup.reason, reason)):
        if value is not None:
            statement = statement.where(column == value)
    if day is not None:
        statement = statement.where(Lookup.at >= start_of_day(day), Lookup.at < end_of_day(day))
    return statement


def lookers(session: Session) -> dict[int, str]:
    """Return the names of everybody who ever looked at a person, by their row id."""
    rows = session.execute(sa.select(User.id, User.name).where(User.id.in_(sa.select(Lookup.user_id))))
    return dict(sorted(((row.id, row.name) for row in rows), key=lambda item: item[1]))
