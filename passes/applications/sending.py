"""Sending an application under the policy in force: to a reviewer, or, self-declared, straight to the signer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passes.applications import post_audit
from passes.applications.models import ApplicationState
from passes.applications.services import approve, submit
from passes.notices.models import NoticeKind
from passes.notices.services import tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.applications.models import Application

REVIEW = "review"
SELF_DECLARED = "self-declared"


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


def sending_rules(settings: Mapping[str, Any]) -> SendingRules:
    """Return the rules that an instance's settings describe.

    Raises:
        ValueError: the mode is neither `review` nor `self-declared`, or the share is no percentage.
    """
    mode, percent = settings["APPLICATION_MODE"], settings["POST_AUDIT_PERCENT"]
    if mode not in {REVIEW, SELF_DECLARED}:
        raise ValueError(f"application_mode is {REVIEW!r} or {SELF_DECLARED!r}, not {mode!r}")
    if not 0 <= percent <= 100:  # noqa: PLR2004 - a percentage
        raise ValueError(f"post_audit_percent is 0 to 100, not {percent!r}")
    return SendingRules(settings["ISSUER_ID"], mode == SELF_DECLARED, percent)


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
