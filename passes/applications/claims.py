"""Which reviewer has which application before them, so that no two work on one file.

A claim runs out by itself: whoever goes home leaves nothing locked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.applications.models import Application, ApplicationState, ReviewClaim
from passes.applications.transitions import ApplicationError
from passes.batches import in_batches
from passes.db import insert_if_new

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

CLAIM_LIFETIME = timedelta(minutes=10)
_MOST_TRIES = 20


def claim(session: Session, actor: User, application: Application, now: datetime) -> ReviewClaim:
    """Take an application that waits, or keep it for another ten minutes; return who has it now.

    Of two reviewers at once one gets it; both see whose it is.

    Args:
        session: the caller's transaction.
        actor: the reviewer.
        application: one that waits for a decision.
        now: when.
    """
    until = now + CLAIM_LIFETIME
    if not insert_if_new(session, ReviewClaim, application_id=application.id, user_id=actor.id, until=until):
        session.execute(
            sa.update(ReviewClaim)
            .where(
                ReviewClaim.application_id == application.id,
                sa.or_(ReviewClaim.user_id == actor.id, ReviewClaim.until <= now),
            )
            .values(user_id=actor.id, until=until)
            .execution_options(synchronize_session=False)
        )
    return session.scalars(
        sa.select(ReviewClaim)
        .where(ReviewClaim.application_id == application.id)
        .execution_options(populate_existing=True)
    ).one()


def claim_next(
    session: Session, actor: User, waiting: sa.Select[tuple[Application]], now: datetime
) -> Application | None:
    """Take the first of the waiting applications that nobody else has; None when there is none.

    Args:
        session: the caller's transaction.
        actor: the reviewer.
        waiting: in the order in which they are to be decided.
        now: when.
    """
    for _ in range(_MOST_TRIES):
        found = session.scalar(waiting.where(free_for(actor, now)).limit(1))
        if found is None:
            return None
        if claim(session, actor, found, now).user_id == actor.id:
            return found
    return None


def free_for(actor: User, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that no other reviewer has an application."""
    taken = sa.select(ReviewClaim.application_id).where(
        ReviewClaim.application_id == Application.id, ReviewClaim.user_id != actor.id, ReviewClaim.until > now
    )
    return sa.not_(taken.exists())


def require_free(session: Session, actor: User | None, application: Application, now: datetime) -> None:
    """Make sure that no other reviewer has an application.

    Raises:
        ApplicationError: somebody has (`claimed`).
    """
    found = session.get(ReviewClaim, application.id, populate_existing=True)
    if found is None or found.until <= now or (actor is not None and found.user_id == actor.id):
        return
    if application.state is ApplicationState.SUBMITTED:  # else the transition says what happened to it
        raise ApplicationError("claimed", f"another reviewer has application {application.reference}")


def drop(session: Session, application: Application) -> None:
    """Forget who had an application: it is decided."""
    session.execute(
        sa.delete(ReviewClaim)
        .where(ReviewClaim.application_id == application.id)
        .execution_options(synchronize_session="fetch")
    )


def release(session: Session, actor: User, application: Application) -> None:
    """Give back an application that the actor has; others may take it at once."""
    session.execute(
        sa.delete(ReviewClaim)
        .where(ReviewClaim.application_id == application.id, ReviewClaim.user_id == actor.id)
        .execution_options(synchronize_session="fetch")
    )


def holders(session: Session, ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return which user has which of these applications before them, both by row id."""
    statement = sa.select(ReviewClaim.application_id, ReviewClaim.user_id).where(ReviewClaim.until > now)
    return {
        application_id: user_id
        for batch in in_batches(ids)
        for application_id, user_id in session.execute(statement.where(ReviewClaim.application_id.in_(batch)))
    }
