"""Sending an application under the policy in force: to a reviewer, or, self-declared, straight to the signer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.applications import post_audit
from passes.applications.models import ApplicationState, Mode
from passes.applications.modes import mode_in_force
from passes.applications.services import approve, submit
from passes.notices.models import NoticeKind
from passes.notices.services import tell

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.applications.models import Application


@dataclass(frozen=True)
class SendingRules:
    """What becomes of an application that is sent.

    Args:
        iss: issuer id for the passes.
        is_self_declared: whether a clean application is approved at once (as Decision 1570/QĐ-BGTVT of August 2021).
        audit_percent: of a hundred of those so many are looked at afterwards.
    """

    iss: str
    is_self_declared: bool = False
    audit_percent: int = 0


def sending_rules(session: Session, iss: str) -> SendingRules:
    """Return the rules in force for an issuer."""
    row = mode_in_force(session)
    return SendingRules(iss, row.mode is Mode.SELF_DECLARED, row.audit_percent)


def send(session: Session, actor: User, application: Application, rules: SendingRules, now: datetime) -> bool:
    """Send an application; say whether it was approved at once.

    Policy approves only what every automatic check passed, and nothing that a reviewer returned: somebody asked for
    something there, and looks whether it was done.

    Raises:
        TransitionError: it is sent or decided already.
        ApplicationError: it is incomplete, or a check says that no pass could be made; as `services.submit`.
        passes.issuing.services.IssuingError: a pass cannot be made.
    """
    was_returned = application.state is ApplicationState.RETURNED
    report = submit(session, actor, application, now)
    if not rules.is_self_declared or was_returned or not report.is_clean:
        details = {"reference": application.reference, "vehicles": len(application.vehicles)}
        tell(session, application.carrier_id, NoticeKind.RECEIVED, details, now)
        return False
    approve(session, None, application, rules.iss, now)
    post_audit.draw(session, application, rules.audit_percent, now)
    return True
