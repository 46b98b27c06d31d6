"""What the authority decides: approve, refuse, return; for a whole application or vehicle by vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passes.applications import claims
from passes.applications.checks import run_checks
from passes.applications.models import Decision
from passes.applications.refusals import require_refusal
from passes.applications.seen import mark_of
from passes.applications.transitions import Act, ApplicationError, move
from passes.issuing import services as issuing
from passes.local_time import local_date
from passes.notices.models import NoticeKind
from passes.notices.services import MOST_NAMED, tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.applications.models import Application
    from passes.issuing.models import VehiclePass


@dataclass(frozen=True)
class VehicleRefusal:
    """Why one vehicle of an application is not approved.

    Args:
        code: one of the refusal codes.
        note: what else the carrier should know.
    """

    code: str
    note: str | None = None


def decide(
    session: Session,
    actor: User | None,
    application: Application,
    refusals: Mapping[int, VehicleRefusal],
    iss: str,
    now: datetime,
    *,
    note: str | None = None,
    seen: str | None = None,
) -> list[VehiclePass]:
    """Refuse some vehicles, approve the others and request their passes, in one transaction.

    With every vehicle refused the application is; its code is that of the first vehicle.

    Args:
        session: the caller's transaction; after an error it must be rolled back.
        actor: the reviewer; None where policy approves by itself.
        application: submitted.
        refusals: by row id of the vehicle in the application; those not named are approved.
        iss: issuer id for the passes.
        now: when.
        note: for the carrier, about the whole application.
        seen: mark of what the reviewer had before them (`seen.mark_of`); None where nobody looks.

    Returns:
        The passes, not signed yet.

    Raises:
        TransitionError: it is not waiting for a decision.
        ApplicationError: its window is over (`window_over`), another reviewer has it (`claimed`), it says
            something else by now than what was seen (`changed`), a code is none (`refusal_unknown`), or a vehicle is
            not in it (`vehicle_unknown`).
        passes.issuing.services.IssuingError: a pass cannot be made.
    """
    if unknown := refusals.keys() - {item.id for item in application.vehicles}:
        raise ApplicationError("vehicle_unknown", f"the application has no vehicle {sorted(unknown)}")
    for refusal in refusals.values():
        require_refusal(session, refusal.code)
    if len(refusals) == len(application.vehicles):
        reject(session, actor, application, refusals[application.vehicles[0].id].code, note, now)
        _refuse_vehicles(application, refusals)
        return []
    claims.require_free(session, actor, application, now)
    move(session, actor, application, Act.APPROVE, now)
    if seen is not None and seen != mark_of(application, run_checks(session, application, now)):
        raise ApplicationError("changed", "the application says something else than what the reviewer saw")
    if application.last_day < local_date(now):
        raise ApplicationError("window_over", "the last day asked for is over")
    application.note = (note or "").strip() or None
    _sign_off(session, application, actor, now)
    _refuse_vehicles(application, refusals)
    session.flush()
    made = issuing.request_passes(session, actor, application, iss, now)
    refused = [[i.vehicle.plate, i.refusal_code, i.note] for i in application.vehicles if i.id in refusals]
    details = {"passes": len(made), "refused": refused[:MOST_NAMED], "refused_count": len(refused)}
    _tell(session, application, NoticeKind.APPROVED, details, now)
    return made


def _refuse_vehicles(application: Application, refusals: Mapping[int, VehicleRefusal]) -> None:
    for item in application.vehicles:
        refusal = refusals.get(item.id)
        item.decision = Decision.APPROVED if refusal is None else Decision.REFUSED
        item.refusal_code = None if refusal is None else refusal.code
        item.note = None if refusal is None else (refusal.note or "").strip() or None


def approve(
    session: Session,
    actor: User | None,
    application: Application,
    iss: str,
    now: datetime,
    *,
    seen: str | None = None,
) -> list[VehiclePass]:
    """Approve every vehicle of an application; as `decide` without a refusal."""
    return decide(session, actor, application, {}, iss, now, seen=seen)


def reject(
    session: Session, actor: User | None, application: Application, code: str, note: str | None, now: datetime
) -> None:
    """Refuse an application for good, with a code that is the same for every clerk.

    Raises:
        TransitionError: it is not waiting for a decision.
        ApplicationError: another reviewer has it (`claimed`), or the code is none (`refusal_unknown`).
    """
    require_refusal(session, code)
    claims.require_free(session, actor, application, now)
    move(session, actor, application, Act.REJECT, now, code)
    application.refusal_code, application.note = code, (note or "").strip() or None
    _sign_off(session, application, actor, now)
    _refuse_vehicles(application, {item.id: VehicleRefusal(code) for item in application.vehicles})
    _tell(session, application, NoticeKind.REJECTED, {"code": code}, now)


def send_back(session: Session, actor: User, application: Application, note: str, now: datetime) -> None:
    """Return an application to the carrier to be put right; it keeps its place in the queue.

    Raises:
        TransitionError: it is not waiting for a decision.
        ApplicationError: the note does not say what to put right (`note_missing`), or another reviewer has it
            (`claimed`).
    """
    if not note.strip():
        raise ApplicationError("note_missing", "a returned application says what to put right")
    claims.require_free(session, actor, application, now)
    move(session, actor, application, Act.RETURN, now)
    application.note = note.strip()
    _sign_off(session, application, actor, now)
    _tell(session, application, NoticeKind.RETURNED, {}, now)


def _tell(session: Session, application: Application, kind: NoticeKind, details: dict[str, Any], now: datetime) -> None:
    details = {"reference": application.reference, "note": application.note} | details
    tell(session, application.carrier_id, kind, details, now)


def _sign_off(session: Session, application: Application, actor: User | None, now: datetime) -> None:
    application.decided_at, application.decided_by_id = now, actor.id if actor else None
    claims.drop(session, application)
