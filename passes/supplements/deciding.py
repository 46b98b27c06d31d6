"""What becomes of slips and cards: approved by policy or by a reviewer, refused, looked at afterwards, revoked."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Decision, PostAuditOutcome
from passes.applications.refusals import require_refusal
from passes.db import lock
from passes.errors import RefusedError
from passes.issuing.models import PassStatus, RevocationReason, StatusAct, Supplement, SupplementDecision
from passes.issuing.standing import CHANGES
from passes.notices.models import NoticeKind
from passes.notices.services import tell
from passes.supplements.findings import run_checks
from passes.trust import services as trust

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.applications.sending import SendingRules

_ALL_PERCENT = 100


class DecisionError(RefusedError):
    """A slip or card cannot be decided so."""


def settle(session: Session, supplement: Supplement, rules: SendingRules, now: datetime) -> None:
    """Approve what is clean at once where policy says so; draw lots whether somebody looks at it afterwards."""
    session.flush()
    if not rules.is_self_declared or not run_checks(session, supplement, now).is_clean:
        return
    _decide(session, None, supplement, Decision.APPROVED, now)
    if supplement.decision and secrets.randbelow(_ALL_PERCENT) < rules.audit_percent:
        supplement.decision.audit = PostAuditOutcome.PENDING
        audit.record(session, None, "supplements.draw", supplement, {"number": supplement.number}, now)


def _decide(session: Session, actor: User | None, supplement: Supplement, outcome: Decision, now: datetime) -> None:
    supplement.decision = SupplementDecision(outcome=outcome, decided_at=now, decided_by_id=actor.id if actor else None)
    verb = "supplements.approve" if outcome is Decision.APPROVED else "supplements.refuse"
    audit.record(session, actor, verb, supplement, {"number": supplement.number}, now)


def waiting() -> sa.Select[tuple[Supplement]]:
    """Return a statement for the slips and cards that wait for a decision, oldest first."""
    return sa.select(Supplement).where(~Supplement.decision.has()).order_by(Supplement.requested_at, Supplement.id)


def drawn() -> sa.Select[tuple[Supplement]]:
    """Return a statement for those that policy approved and somebody is to look at, oldest first."""
    return (
        sa.select(Supplement)
        .join(SupplementDecision, SupplementDecision.supplement_id == Supplement.id)
        .where(SupplementDecision.audit == PostAuditOutcome.PENDING)
        .order_by(Supplement.requested_at, Supplement.id)
    )


def count_open(session: Session) -> int:
    """Return how many wait for a decision or to be looked at."""
    found = (
        session.scalar(sa.select(sa.func.count()).select_from(s.order_by(None).subquery()))
        for s in (waiting(), drawn())
    )
    return sum(count or 0 for count in found)


def approve(session: Session, actor: User, supplement: Supplement, now: datetime) -> None:
    """Approve a slip or card that waits.

    Raises:
        DecisionError: it does not wait (`decided`), or its window, or its pass, is over or void (`over`).
    """
    _require_waiting(session, supplement)
    vehicle_pass = supplement.vehicle_pass
    if supplement.expires_at <= now or (vehicle_pass and vehicle_pass.status is PassStatus.REVOKED):
        raise DecisionError("over", "there is nothing left that it could change")
    _decide(session, actor, supplement, Decision.APPROVED, now)
    _tell(session, supplement, NoticeKind.SUPPLEMENT_APPROVED, {}, now)


def refuse(session: Session, actor: User, supplement: Supplement, code: str, note: str | None, now: datetime) -> None:
    """Refuse a slip or card that waits, with a code that is the same for every clerk.

    Raises:
        DecisionError: it does not wait (`decided`).
        passes.applications.transitions.ApplicationError: the code is none (`refusal_unknown`).
    """
    require_refusal(session, code)
    _require_waiting(session, supplement)
    _decide(session, actor, supplement, Decision.REFUSED, now)
    if supplement.decision is not None:
        supplement.decision.refusal_code, supplement.decision.note = code, (note or "").strip() or None
        details = {"code": code, "note": supplement.decision.note}
        _tell(session, supplement, NoticeKind.SUPPLEMENT_REFUSED, details, now)


def _tell(session: Session, supplement: Supplement, kind: NoticeKind, details: dict[str, Any], now: datetime) -> None:
    details = {"number": supplement.number, "paper": supplement.kind.value} | details
    tell(session, supplement.carrier_id, kind, details, now)


def _require_waiting(session: Session, supplement: Supplement) -> None:
    lock(session, supplement)
    if supplement.decision is not None:
        raise DecisionError("decided", f"{supplement.number} was decided already")


def find_in_order(session: Session, actor: User, supplement: Supplement, now: datetime) -> None:
    """Write down that a slip or card that policy approved was looked at and is in order.

    Raises:
        DecisionError: nobody was to look at it (`decided`).
    """
    lock(session, supplement)
    if supplement.decision is None or supplement.decision.audit is not PostAuditOutcome.PENDING:
        raise DecisionError("decided", f"{supplement.number} is not to be looked at")
    supplement.decision.audit = PostAuditOutcome.IN_ORDER
    audit.record(session, actor, "supplements.audit", supplement, {"number": supplement.number}, now)


def revoke(session: Session, actor: User, supplement: Supplement, reason: RevocationReason, now: datetime) -> None:
    """Revoke a slip or card for good; stations learn of it with their next sync. The pass stays what it is.

    Raises:
        DecisionError: it was not approved, or is revoked (`not_revocable`), or the reason is none (`reason_unfit`).
    """
    if reason not in CHANGES[StatusAct.REVOKE].reasons:
        raise DecisionError("reason_unfit", f"{reason} is no reason to revoke")
    lock(session, supplement)
    if not supplement.is_approved or supplement.status is PassStatus.REVOKED:
        raise DecisionError("not_revocable", f"{supplement.number} cannot be revoked")
    supplement.status, supplement.status_reason, supplement.status_changed_at = PassStatus.REVOKED, reason, now
    if supplement.decision and supplement.decision.audit is PostAuditOutcome.PENDING:
        supplement.decision.audit = PostAuditOutcome.REVOKED
    details = {"number": supplement.number, "reason": reason.value}
    audit.record(session, actor, "supplements.revoke", supplement, details, now)
    _tell(session, supplement, NoticeKind.SUPPLEMENT_REVOKED, {"reason": reason.value}, now)
    trust.note_change(session, "supplement.revoked", now)
