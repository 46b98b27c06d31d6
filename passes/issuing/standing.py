"""What the status list says of a pass: the authority revokes, suspends and resumes, always with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.batches import in_batches
from passes.db import begin_writing
from passes.errors import RefusedError
from passes.issuing.models import PassStatus, RevocationReason, StatusAct, VehiclePass
from passes.notices.models import NoticeKind
from passes.notices.services import MOST_NAMED, tell
from passes.trust import services as trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User


class IssuingError(RefusedError):
    """A pass cannot be issued or changed."""


@dataclass(frozen=True)
class Change:
    """From which statuses an act is allowed, where it leads, and for which reasons."""

    sources: frozenset[PassStatus]
    target: PassStatus
    reasons: tuple[RevocationReason, ...]


CHANGES: Mapping[StatusAct, Change] = {
    StatusAct.REVOKE: Change(
        frozenset({PassStatus.VALID, PassStatus.SUSPENDED}),
        PassStatus.REVOKED,
        (
            RevocationReason.WRONG_DATA,
            RevocationReason.MISUSE,
            RevocationReason.LOST_OR_COPIED,
            RevocationReason.CREW_UNFIT,
            RevocationReason.ENDED_EARLY,
        ),
    ),
    StatusAct.SUSPEND: Change(
        frozenset({PassStatus.VALID}),
        PassStatus.SUSPENDED,
        (
            RevocationReason.INQUIRY,
            RevocationReason.MISUSE,
            RevocationReason.LOST_OR_COPIED,
            RevocationReason.CREW_UNFIT,
        ),
    ),
    StatusAct.RESUME: Change(
        frozenset({PassStatus.SUSPENDED}), PassStatus.VALID, (RevocationReason.CLEARED, RevocationReason.MISTAKE)
    ),
}
"""A revocation is for good; a suspension ends with a resumption, or becomes a revocation."""

_NOTICES = {
    StatusAct.REVOKE: NoticeKind.PASSES_REVOKED,
    StatusAct.SUSPEND: NoticeKind.PASSES_SUSPENDED,
    StatusAct.RESUME: NoticeKind.PASSES_RESUMED,
}
_REFUSALS = {
    StatusAct.REVOKE: "already_revoked",
    StatusAct.SUSPEND: "not_suspendable",
    StatusAct.RESUME: "not_suspended",
}


def change_status(
    session: Session,
    actor: User | None,
    vehicle_pass: VehiclePass,
    act: StatusAct,
    reason: RevocationReason,
    now: datetime,
) -> None:
    """Revoke, suspend or resume one pass; stations learn of it with their next sync.

    Raises:
        IssuingError: its status does not allow it (`already_revoked`, `not_suspendable`, `not_suspended`), or the
            reason is none for this act (`reason_unfit`).
    """
    _require_fit(act, reason)
    if vehicle_pass.status not in CHANGES[act].sources:
        raise IssuingError(_REFUSALS[act], f"pass {vehicle_pass.number} is {vehicle_pass.status}")
    session.flush()
    if not change_many(session, actor, [vehicle_pass.id], act, reason, now):
        raise IssuingError(_REFUSALS[act], f"somebody else changed pass {vehicle_pass.number} meanwhile")
    session.refresh(vehicle_pass, ["status", "status_reason", "status_changed_at"])


def revoke(
    session: Session, actor: User | None, vehicle_pass: VehiclePass, reason: RevocationReason, now: datetime
) -> None:
    """Revoke a pass for good; as `change_status`."""
    change_status(session, actor, vehicle_pass, StatusAct.REVOKE, reason, now)


def change_many(
    session: Session,
    actor: User | None,
    pass_ids: Iterable[int],
    act: StatusAct,
    reason: RevocationReason,
    now: datetime,
) -> int:
    """Change the status of those of these passes whose status allows it; return how many were changed.

    Each is written down by itself, so that what happened to a pass can be read at the pass; each carrier is told once.

    Args:
        session: the caller's transaction.
        actor: who orders it; None for the system.
        pass_ids: row ids.
        act: what is done.
        reason: one that fits the act.
        now: when.

    Raises:
        IssuingError: the reason is none for this act (`reason_unfit`).
    """
    _require_fit(act, reason)
    begin_writing(session)
    rule, changed = CHANGES[act], 0
    hit: dict[int, list[tuple[str, str]]] = {}
    columns = (VehiclePass.id, VehiclePass.carrier_id, VehiclePass.number, VehiclePass.plate)
    for batch in in_batches(pass_ids):
        fit = sa.select(*columns).where(VehiclePass.id.in_(batch), VehiclePass.status.in_(rule.sources))
        found = []
        for row in session.execute(fit.with_for_update()):
            found.append(row.id)
            hit.setdefault(row.carrier_id, []).append((row.number, row.plate))
        session.execute(
            sa.update(VehiclePass)
            .where(VehiclePass.id.in_(found))
            .values(status=rule.target, status_reason=reason, status_changed_at=now)
            .execution_options(synchronize_session="fetch")
        )
        subjects = [f"VehiclePass:{pass_id}" for pass_id in found]
        audit.record_many(session, actor, f"issuing.{act.value}", subjects, {"reason": reason.value}, now)
        changed += len(found)
    for carrier_id, passes in hit.items():
        details = {"reason": reason.value, "count": len(passes), "passes": passes[:MOST_NAMED]}
        tell(session, carrier_id, _NOTICES[act], details, now)
    if changed:
        trust.note_change(session, f"pass.{rule.target.value}", now)
    return changed


def _require_fit(act: StatusAct, reason: RevocationReason) -> None:
    if reason not in CHANGES[act].reasons:
        raise IssuingError("reason_unfit", f"{reason} is no reason to {act}")
