"""Issuing: a pass is requested by an approval, signed by the worker, and lives or dies by its status."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Application, ApplicationVehicle, Decision
from passes.batches import in_batches
from passes.db import insert_if_new
from passes.issuing.contents import credential_of
from passes.issuing.models import (
    CrewChange,
    PassCrew,
    PassPlate,
    PassStatus,
    Supplement,
    SupplementCrew,
    VehiclePass,
)
from passes.issuing.signing import close_status_lists, sign_pending, status_lists
from passes.issuing.standing import IssuingError, revoke
from passes.local_time import end_of_day, start_of_day
from protocol import claims

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.fleet.models import CrewMember

__all__ = [
    "CrewedPass",
    "IssuingError",
    "close_status_lists",
    "credential_of",
    "crew_expiry",
    "crewed_passes",
    "find_pass",
    "is_as_issued",
    "joined_by_slips",
    "request_passes",
    "revoke",
    "sign_pending",
    "status_lists",
    "window_of",
]


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
            vehicle_class=item.vehicle.vehicle_class,
            payload_tonnes=item.vehicle.payload_tonnes,
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
        insert_if_new(session, PassPlate, plate=vehicle_pass.plate)
        audit.record(session, actor, "issuing.request", vehicle_pass, {"number": vehicle_pass.number}, now)
        made.append(vehicle_pass)
    return made


def find_pass(session: Session, iss: str, cti: str) -> VehiclePass | None:
    """Return the pass with this identity (`cti` in hex), or None."""
    return session.scalar(sa.select(VehiclePass).where(VehiclePass.iss == iss, VehiclePass.cti == cti))


@dataclass(frozen=True)
class CrewedPass:
    """The row id of a pass, and its crew, whoever joined by a slip included: row ids of persons by crew index."""

    id: int
    crew: Mapping[int, int]


def crewed_passes(session: Session, identities: Collection[tuple[str, str]]) -> dict[tuple[str, str], CrewedPass]:
    """Return those passes that are registered, of many identities (issuer and `cti` in hex) at once."""
    by_issuer: dict[str, set[str]] = defaultdict(set)
    for iss, cti in identities:
        by_issuer[iss].add(cti)
    found: dict[tuple[str, str], CrewedPass] = {}
    for iss, numbers in by_issuer.items():
        for batch in in_batches(sorted(numbers)):
            is_named = sa.and_(VehiclePass.iss == iss, VehiclePass.cti.in_(batch))
            ids = {
                row.id: row.cti for row in session.execute(sa.select(VehiclePass.id, VehiclePass.cti).where(is_named))
            }
            crews = joined_by_slips(session, ids)
            columns = (PassCrew.pass_id, PassCrew.position, PassCrew.person_id)
            for pass_id, position, person_id in session.execute(sa.select(*columns).where(PassCrew.pass_id.in_(ids))):
                crews[pass_id][position] = person_id
            found |= {(iss, ids[pass_id]): CrewedPass(pass_id, crew) for pass_id, crew in crews.items()}
    return found


def is_as_issued(session: Session, credential: claims.Credential) -> bool:
    """Whether a credential says exactly what was issued under its identity, by whichever key."""
    kind = VehiclePass if isinstance(credential, claims.VehiclePass) else Supplement
    text = session.scalar(sa.select(kind.text).where(kind.iss == credential.iss, kind.cti == credential.cti.hex()))
    return text is not None and claims.peek(text) == credential


def joined_by_slips(session: Session, pass_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Return who joined these passes by their slips: person by crew index, which means that person for ever."""
    statement = (
        sa.select(Supplement.pass_id, SupplementCrew.position, SupplementCrew.person_id)
        .join(Supplement, Supplement.id == SupplementCrew.supplement_id)
        .where(
            Supplement.pass_id.in_(pass_ids),
            Supplement.kid.is_not(None),
            SupplementCrew.change == CrewChange.JOINS,
        )
    )
    found: dict[int, dict[int, int]] = {pass_id: {} for pass_id in pass_ids}
    for pass_id, position, person_id in session.execute(statement):
        found[pass_id][position] = person_id
    return found
