"""Looking at files afterwards: some of those whose passes policy signed without a review, drawn by lot."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Application, PostAudit, PostAuditOutcome
from passes.applications.transitions import ApplicationError
from passes.db import lock
from passes.issuing import services as issuing
from passes.issuing.models import PassStatus, RevocationReason
from passes.issuing.register import passes_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

_ALL_PERCENT = 100


def draw(session: Session, application: Application, percent: int, now: datetime) -> bool:
    """Draw lots whether an application that nobody reviewed is looked at afterwards; say whether it is.

    Args:
        session: the transaction that approves the application.
        application: approved by policy.
        percent: of a hundred applications so many are looked at.
        now: when.
    """
    if secrets.randbelow(_ALL_PERCENT) >= percent:
        return False
    session.add(PostAudit(application_id=application.id, drawn_at=now, outcome=PostAuditOutcome.PENDING))
    audit.record(session, None, "applications.draw", application, {"reference": application.reference}, now)
    return True


def post_audits(outcome: PostAuditOutcome | None = None) -> sa.Select[tuple[PostAudit]]:
    """Return a statement for what was drawn, oldest first; with `outcome`, only what ended so."""
    statement = sa.select(PostAudit)
    if outcome is not None:
        statement = statement.where(PostAudit.outcome == outcome)
    return statement.order_by(PostAudit.drawn_at, PostAudit.id)


def find_post_audit(session: Session, reference: str) -> PostAudit | None:
    """Return what was drawn of the application with this reference, or None."""
    statement = sa.select(PostAudit).join(Application).where(Application.reference == reference.strip().upper())
    return session.scalar(statement)


def count_pending(session: Session) -> int:
    """Return how many files wait to be looked at."""
    statement = sa.select(sa.func.count()).select_from(PostAudit)
    return session.scalar(statement.where(PostAudit.outcome == PostAuditOutcome.PENDING)) or 0


def conclude(
    session: Session, actor: User, drawn: PostAudit, outcome: PostAuditOutcome, note: str | None, now: datetime
) -> int:
    """Write down what came of looking at a file; return how many passes were revoked with it.

    Args:
        session: the caller's transaction.
        actor: who looked.
        drawn: what was looked at.
        outcome: in order, or revoked: every pass of the application that still holds.
        note: what was found; needed to revoke.
        now: when.

    Raises:
        ApplicationError: it was looked at already (`post_audit_done`), or nobody says why (`note_missing`).
    """
    note = (note or "").strip() or None
    lock(session, drawn)
    if drawn.outcome is not PostAuditOutcome.PENDING:
        raise ApplicationError("post_audit_done", "this file was looked at already")
    if outcome is PostAuditOutcome.REVOKED and note is None:
        raise ApplicationError("note_missing", "whoever loses a pass is told why")
    drawn.outcome, drawn.note = outcome, note
    drawn.decided_at, drawn.decided_by_id = now, actor.id
    revoked = 0
    if outcome is PostAuditOutcome.REVOKED:
        for vehicle_pass in passes_of(session, drawn.application):
            if vehicle_pass.status is not PassStatus.REVOKED:
                issuing.revoke(session, actor, vehicle_pass, RevocationReason.WRONG_DATA, now)
                revoked += 1
    details = {"reference": drawn.application.reference, "outcome": outcome.value, "revoked": revoked}
    audit.record(session, actor, "applications.post_audit", drawn.application, details, now)
    return revoked
