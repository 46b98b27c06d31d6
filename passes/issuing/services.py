"""Issuing: a pass is requested by an approval, signed by the worker, and lives or dies by its status."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Application, ApplicationState, ApplicationVehicle, Decision
from passes.issuing.models import PassCrew, PassStatus, StatusShard, VehiclePass
from passes.issuing.reissue import as_signed, sign_again
from passes.issuing.standing import IssuingError, revoke
from passes.local_time import end_of_day, start_of_day
from passes.trust import services as trust
from protocol import claims
from protocol.claims import CargoClass, CrewEntry, StatusRef, VehicleClass
from protocol.status import STATUS_LIST_SIZE, Status, StatusList

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.fleet.models import CrewMember
    from protocol.cose import Signer

__all__ = [
    "IssuingError",
    "close_status_lists",
    "credential_of",
    "crew_expiry",
    "find_pass",
    "is_as_issued",
    "request_passes",
    "revoke",
    "sign_pending",
    "status_lists",
    "window_of",
]

log = logging.getLogger(__name__)

_LAST_DIGITS = 4
_ERROR_CHARS = 200
_STATUS_CODES = {PassStatus.REVOKED: Status.REVOKED, PassStatus.SUSPENDED: Status.SUSPENDED}


@dataclass(frozen=True)
class Window:
    """From when until when (exclusive) a pass holds."""

    not_before: datetime
    expires_at: datetime


def window_of(application: Application, item: ApplicationVehicle) -> Window:
    """Return the signed window: the days asked for, cut at the end of the vehicle's last day of inspection.

    Raises:
        IssuingError: nothing is left of the window (`inspection_expired`).
    """
    start = start_of_day(application.first_day)
    end = min(end_of_day(application.last_day), end_of_day(item.vehicle.inspection_expires_on))
    if end <= start:
        raise IssuingError(
            "inspection_expired", f"the inspection of {item.vehicle.plate} ends before the window begins"
        )
    return Window(start, end)


def crew_expiry(member: CrewMember, window: Window) -> datetime | None:
    """Return when a person's own papers end, to the minute, if that is before the pass does; else None."""
    ends = [end_of_day(member.licence_expires_on)] if member.licence_expires_on else []
    if member.test_expires_at is not None:
        ends.append(member.test_expires_at.replace(second=0, microsecond=0))
    earliest = min(ends, default=None)
    return earliest if earliest is not None and earliest < window.expires_at else None


def request_passes(
    session: Session, actor: User | None, application: Application, iss: str, now: datetime
) -> list[VehiclePass]:
    """Write an unsigned pass for each approved vehicle, in the transaction of the approval.

    The row is the signing worker's work: it signs what is approved, nothing else.

    Args:
        session: the transaction that approves.
        actor: the reviewer; None where policy approves by itself.
        application: approved, with its vehicles decided.
        iss: issuer id.
        now: moment of the approval.

    Raises:
        IssuingError: a vehicle's window is empty.
    """
    made = []
    for item in application.vehicles:
        if item.decision is not Decision.APPROVED:
            continue
        window = window_of(application, item)
        vehicle_pass = VehiclePass(
            number=f"{iss.removeprefix('VN-')}-{now:%y}-{item.id:06d}",
            application_vehicle_id=item.id,
            carrier_id=application.carrier_id,
            plate=item.vehicle.plate,
            iss=iss,
            cti=secrets.token_hex(8),
            not_before=window.not_before,
            expires_at=window.expires_at,
            requested_at=now,
            status=PassStatus.VALID,
            crew=[
                PassCrew(
                    position=position,
                    person_id=crew.member.person_id,
                    role=crew.member.role,
                    expires_at=crew_expiry(crew.member, window),
                )
                for position, crew in enumerate(item.crew)
            ],
        )
        session.add(vehicle_pass)
        audit.record(session, actor, "issuing.request", vehicle_pass, {"number": vehicle_pass.number}, now)
        made.append(vehicle_pass)
    return made


def credential_of(vehicle_pass: VehiclePass, issued_at: datetime) -> claims.VehiclePass:
    """Return the claims of a pass as the protocol knows them."""
    item = vehicle_pass.application_vehicle
    application = item.application
    return claims.VehiclePass(
        iss=vehicle_pass.iss,
        cti=bytes.fromhex(vehicle_pass.cti),
        issued_at=issued_at.replace(microsecond=0),
        not_before=vehicle_pass.not_before,
        expires_at=vehicle_pass.expires_at,
        plate=vehicle_pass.plate,
        vehicle_class=VehicleClass(item.vehicle.vehicle_class),
        payload_tonnes=item.vehicle.payload_tonnes,
        carrier=application.carrier.short_name,
        crew=tuple(
            CrewEntry(
                role=entry.role,
                name=entry.person.name or "",
                id_last4=(entry.person.id_number or "")[-_LAST_DIGITS:],
                expires_at=entry.expires_at,
            )
            for entry in vehicle_pass.crew
        ),
        route=application.route,
        cargo=CargoClass(application.cargo),
        status=StatusRef(uri=vehicle_pass.status_uri or "", idx=vehicle_pass.status_index or 0),
    )


def sign_pending(session: Session, signer_for: Callable[[bytes], Signer], now: datetime, limit: int = 200) -> int:
    """Sign passes that wait for it, first or again; each signature is logged. Returns how many were signed.

    Args:
        session: the worker's transaction.
        signer_for: gives the signer of a `kid` (8 bytes).
        now: becomes `iat` of a pass that is signed for the first time.
        limit: at most so many in this transaction.

    Raises:
        NoIssuerKeyError: no key is in use.
    """
    # The approval is looked at again here: a row in the pass table alone does not get a signature.
    found = session.scalars(
        sa.select(VehiclePass)
        .join(VehiclePass.application_vehicle)
        .join(ApplicationVehicle.application)
        .where(
            VehiclePass.signed_at.is_(None),
            ApplicationVehicle.decision == Decision.APPROVED,
            Application.state == ApplicationState.APPROVED,
        )
        # New passes queue neither behind those that could not be signed, nor behind those that are signed again.
        .order_by(VehiclePass.signing_error.is_not(None), VehiclePass.kid.is_not(None), VehiclePass.id)
        .limit(limit)
    ).all()
    waiting = [vehicle_pass for vehicle_pass in found if _is_writable(vehicle_pass, now)]
    if not waiting:
        return 0
    signer = signer_for(bytes.fromhex(trust.current_issuer_key(session, now).kid))
    for vehicle_pass in waiting:
        details = {"kid": signer.kid.hex()}
        if vehicle_pass.text is None:
            vehicle_pass.status_uri, vehicle_pass.status_index = _next_status_index(session, now)
            vehicle_pass.text = claims.issue(credential_of(vehicle_pass, now), signer)
        else:
            vehicle_pass.text = sign_again(vehicle_pass.text, signer)
            details["replaces"] = vehicle_pass.kid or ""
        vehicle_pass.kid = signer.kid.hex()
        vehicle_pass.signed_at = now
        vehicle_pass.signing_error = None
        audit.record(session, None, "issuing.sign", vehicle_pass, details, now)
    return len(waiting)


def _is_writable(vehicle_pass: VehiclePass, now: datetime) -> bool:
    """Say whether a pass can be put into a credential; one that cannot says why, and does not hold up the others."""
    if vehicle_pass.text is not None:
        return True  # signed before; it says again what it said, not what the register says now
    credential = replace(credential_of(vehicle_pass, now), status=StatusRef("status/0", 0))  # its own comes later
    try:
        claims.encode(credential)
    except claims.ClaimsError as error:
        if vehicle_pass.signing_error is None:  # told once, tried again with every sweep
            log.exception("pass %s cannot be signed; the others are", vehicle_pass.number)
        vehicle_pass.signing_error = str(error)[:_ERROR_CHARS]
        return False
    return True


def _next_status_index(session: Session, now: datetime) -> tuple[str, int]:
    shard = session.scalar(sa.select(StatusShard).order_by(StatusShard.number.desc()).limit(1).with_for_update())
    if shard is None or shard.used >= STATUS_LIST_SIZE:
        shard = StatusShard(
            number=0 if shard is None else shard.number + 1,
            multiplier=secrets.randbelow(STATUS_LIST_SIZE // 2) * 2 + 1,
            offset=secrets.randbelow(STATUS_LIST_SIZE),
            used=0,
        )
        session.add(shard)
        session.flush()
        trust.note_change(session, "status.shard", now)
    index = (shard.multiplier * shard.used + shard.offset) % STATUS_LIST_SIZE
    shard.used += 1
    return f"status/{shard.number}", index


def close_status_lists(session: Session) -> None:
    """Give out no more places of the status lists that there are; the next pass begins a new one.

    After a restored backup, passes that the database has forgotten hold places that it believes to be free.
    """
    session.execute(sa.update(StatusShard).values(used=STATUS_LIST_SIZE))


def find_pass(session: Session, iss: str, cti: str) -> VehiclePass | None:
    """Return the pass with this identity (`cti` in hex), or None."""
    return session.scalar(sa.select(VehiclePass).where(VehiclePass.iss == iss, VehiclePass.cti == cti))


def is_as_issued(session: Session, credential: claims.Credential) -> bool:
    """Whether a credential says exactly what was issued under its identity, by whichever key."""
    found = find_pass(session, credential.iss, credential.cti.hex())
    return found is not None and found.text is not None and as_signed(found.text) == credential


def status_lists(session: Session) -> dict[str, StatusList]:
    """Return every shard's status list by its uri."""
    entries: dict[str, dict[int, Status]] = {
        f"status/{number}": {} for number in session.scalars(sa.select(StatusShard.number))
    }
    rows = session.execute(
        sa.select(VehiclePass.status_uri, VehiclePass.status_index, VehiclePass.status).where(
            VehiclePass.status != PassStatus.VALID, VehiclePass.status_index.is_not(None)
        )
    )
    for uri, index, status in rows:
        entries[uri][index] = _STATUS_CODES[status]
    return {uri: StatusList.from_entries(found) for uri, found in entries.items()}
