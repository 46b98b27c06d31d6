"""Applications: the guarded transitions from sending to decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes.applications.checks import CheckOutcome, CheckReport, run_checks
from passes.applications.decisions import approve, decide, reject, send_back
from passes.applications.drafts import choose_vehicles, missing_parts
from passes.applications.models import Application
from passes.applications.transitions import TRANSITIONS, Act, ApplicationError, TransitionError, move
from passes.db import lock

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.fleet.models import Vehicle

__all__ = ["ApplicationError", "approve", "decide", "drop_blocked", "reject", "send_back", "submit", "withdraw"]


def submit(session: Session, actor: User, application: Application, now: datetime) -> CheckReport:
    """Send an application to the authority. A returned one keeps its place in the queue.

    Returns:
        What the automatic checks found; failures that do not block go to the reviewer.

    Raises:
        TransitionError: it is sent or decided already.
        ApplicationError: nobody approved the carrier yet (`not_approved`), something that is asked for is missing
            (`incomplete`), or a check says that no pass could be made (`blocked`).
    """
    lock(session, application)  # what is checked here is what is sent
    if application.state not in TRANSITIONS[Act.SUBMIT].sources:
        raise TransitionError(Act.SUBMIT, application.state)
    if not application.carrier.is_working:
        raise ApplicationError("not_approved", "nobody approved the carrier yet, or it is closed")
    if missing_parts(application):
        raise ApplicationError("incomplete", "something that is asked for is missing")
    report = run_checks(session, application, now)
    if report.is_blocked:
        raise ApplicationError("blocked", "an automatic check says that no pass could be made")
    move(session, actor, application, Act.SUBMIT, now)
    application.submitted_at = application.submitted_at or now
    application.decided_at = application.decided_by_id = application.note = None
    application.failed_checks = report.count(CheckOutcome.FAIL)
    application.unknown_checks = report.count(CheckOutcome.UNKNOWN)
    return report


def drop_blocked(session: Session, actor: User, application: Application, now: datetime) -> list[Vehicle]:
    """Take the vehicles out of an unsent application for which no pass could be made; return them.

    Raises:
        ApplicationError: it is sent or decided (`not_editable`), or something that is asked for is missing
            (`incomplete`).
    """
    if missing_parts(application):
        raise ApplicationError("incomplete", "something that is asked for is missing")
    report = run_checks(session, application, now)
    blocked = {vehicle.item.vehicle_id: vehicle.item.vehicle for vehicle in report.vehicles if vehicle.is_blocked}
    rest = [item.vehicle_id for item in application.vehicles if item.vehicle_id not in blocked]
    choose_vehicles(session, actor, application, rest, now)
    return list(blocked.values())


def withdraw(session: Session, actor: User, application: Application, now: datetime) -> None:
    """Take an application back before it is decided.

    Raises:
        TransitionError: it is decided or withdrawn already.
    """
    move(session, actor, application, Act.WITHDRAW, now)
