"""Approving many clean applications with one confirmation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications import claims
from passes.applications.checks import run_all_checks
from passes.applications.decisions import approve
from passes.applications.findings import CheckOutcome
from passes.applications.models import Application, ApplicationState, ReviewClaim
from passes.applications.queue import CheckSummary, QueueFilter, waiting
from passes.applications.seen import mark_of
from passes.db import begin_writing
from passes.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.applications.findings import CheckReport

MOST_FILES = 50
MOST_VEHICLES = 500
"""One confirmation covers what one person can still look over, and what one request can write."""


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch.

    Args:
        approved: references.
        passes: how many passes were requested.
        left: references that were not approved, with the code of the reason.
    """

    approved: tuple[str, ...]
    passes: int
    left: tuple[tuple[str, str], ...]


def take_batch(session: Session, actor: User, wanted: QueueFilter, promised: timedelta, now: datetime) -> int:
    """Take the oldest clean applications that nobody else has; return how many.

    Args:
        session: the caller's transaction.
        actor: the reviewer.
        wanted: further narrows them.
        promised: how long the authority promised to take; urgency is counted from it.
        now: when.
    """
    narrowed = waiting(replace(wanted, checks=CheckSummary.CLEAN), promised, now)
    statement = narrowed.where(claims.free_for(actor, now))
    found = list(session.scalars(statement.limit(MOST_FILES)))
    reports, taken, vehicles = run_all_checks(session, found, now), 0, 0
    for application in found:
        if not _is_clean(application, reports[application.id]):
            continue
        vehicles += len(application.vehicles)
        if taken and vehicles > MOST_VEHICLES:
            break
        taken += claims.claim(session, actor, application, now).user_id == actor.id
    return taken


def batch_of(session: Session, actor: User, now: datetime) -> dict[Application, CheckReport]:
    """Return the clean applications that the actor has before them, oldest first, with what the checks find."""
    statement = (
        waiting()
        .join(ReviewClaim, ReviewClaim.application_id == Application.id)
        .where(ReviewClaim.user_id == actor.id, ReviewClaim.until > now)
        .limit(MOST_FILES)
    )
    found = list(session.scalars(statement))
    reports = run_all_checks(session, found, now)
    return {one: reports[one.id] for one in found if reports[one.id].is_clean}


def approve_batch(session: Session, actor: User, seen: Mapping[str, str], iss: str, now: datetime) -> BatchResult:
    """Approve those of these applications that are still clean, free and what was seen; each alone and written down.

    Args:
        session: the caller's transaction.
        actor: the reviewer.
        seen: mark of what the reviewer had before them (`seen.mark_of`), by reference; at most `MOST_FILES`, more are
            left.
        iss: issuer id for the passes.
        now: when.
    """
    wanted = list(seen)[:MOST_FILES]
    begin_writing(session)  # what is checked here is what is approved
    found = {a.reference: a for a in session.scalars(sa.select(Application).where(Application.reference.in_(wanted)))}
    reports = run_all_checks(session, list(found.values()), now)
    approved, left, count = [], [], 0
    for reference in wanted:
        application = found.get(reference)
        if application is None or application.state is not ApplicationState.SUBMITTED:
            left.append((reference, "transition"))
        elif not reports[application.id].is_clean:
            left.append((reference, "not_clean"))
        elif mark_of(application, reports[application.id]) != seen[reference]:
            left.append((reference, "changed"))
        else:
            try:
                with session.begin_nested():
                    count += len(approve(session, actor, application, iss, now))
            except RefusedError as error:
                left.append((reference, error.code))
            else:
                approved.append(reference)
    details = {"approved": len(approved), "left": len(left), "passes": count}
    audit.record(session, actor, "applications.approve_batch", "Applications", details, now)
    return BatchResult(tuple(approved), count, tuple(left))


def _is_clean(application: Application, report: CheckReport) -> bool:
    """Say whether every check passes now, and correct what the queue is sorted by."""
    application.failed_checks = report.count(CheckOutcome.FAIL)
    application.unknown_checks = report.count(CheckOutcome.UNKNOWN)
    return report.is_clean
