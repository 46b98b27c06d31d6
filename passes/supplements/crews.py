"""Who rides under a pass today: its own people as its slips have changed them, and who rides elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.applications.bookings import Booking
from passes.fleet.services import crew_of
from passes.issuing.models import (
    CrewChange,
    PassCrew,
    PassStatus,
    Supplement,
    SupplementCrew,
    SupplementKind,
    VehiclePass,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation
    from passes.fleet.models import CrewMember
    from protocol.claims import Role


@dataclass(frozen=True)
class Seat:
    """One person who rides under a pass.

    Args:
        position: crew index; means this person for ever.
        person_id: row id.
        name: as in the register.
        role: driver or assistant.
        expires_at: end of the person's own papers, exclusive; None: with the pass.
    """

    position: int
    person_id: int
    name: str
    role: Role
    expires_at: datetime | None


def slips_of(session: Session, vehicle_pass: VehiclePass) -> list[Supplement]:
    """Return every slip to a pass that was ever asked for, oldest first."""
    statement = sa.select(Supplement).where(Supplement.pass_id == vehicle_pass.id).order_by(Supplement.id)
    return list(session.scalars(statement))


def seats_of(session: Session, vehicle_pass: VehiclePass) -> list[Seat]:
    """Return who rides under a pass, by crew index: as the pass says, changed by its slips that were approved."""
    seats = {line.position: _seat(line) for line in vehicle_pass.crew}
    for slip in slips_of(session, vehicle_pass):
        if not slip.is_approved or slip.status is not PassStatus.VALID:
            continue
        for line in slip.crew:
            if line.change is CrewChange.LEAVES:
                seats.pop(line.position, None)
            elif line.change is CrewChange.JOINS:
                seats[line.position] = _seat(line)
            elif line.position in seats:
                seats[line.position] = replace(seats[line.position], expires_at=line.expires_at)
    return [seats[position] for position in sorted(seats)]


def _seat(line: PassCrew | SupplementCrew) -> Seat:
    return Seat(line.position, line.person_id, line.person.name or "", line.role, line.expires_at)


def next_position(session: Session, vehicle_pass: VehiclePass) -> int:
    """Return a crew index that neither the pass (locked) nor any slip to it has used, refused ones included."""
    used = sa.select(sa.func.max(SupplementCrew.position)).join(
        Supplement, Supplement.id == SupplementCrew.supplement_id
    )
    last = session.scalar(used.where(Supplement.pass_id == vehicle_pass.id))
    return max(len(vehicle_pass.crew) - 1, -1 if last is None else last) + 1


def members_by_person(session: Session, carrier: Organisation) -> dict[int, CrewMember]:
    """Return a carrier's crew in service by person, drivers first."""
    return {member.person_id: member for member in crew_of(session, carrier)}


def rides_elsewhere(
    session: Session, people: Collection[int], vehicle_pass: VehiclePass, now: datetime
) -> dict[int, Booking]:
    """Return under which other pass that holds in the rest of this one's window these persons ride.

    Args:
        session: an open session.
        people: row ids of persons.
        vehicle_pass: the pass that they are to join.
        now: what is over by then does not count.
    """
    on_pass = sa.select(PassCrew.pass_id).where(PassCrew.person_id.in_(people))
    by_slip = (
        sa.select(Supplement.pass_id)
        .join(SupplementCrew, SupplementCrew.supplement_id == Supplement.id)
        .where(SupplementCrew.person_id.in_(people), Supplement.kind == SupplementKind.SLIP)
    )
    others = sa.select(VehiclePass).where(
        VehiclePass.id != vehicle_pass.id,
        VehiclePass.status != PassStatus.REVOKED,
        VehiclePass.expires_at > max(now, vehicle_pass.not_before),
        VehiclePass.not_before < vehicle_pass.expires_at,
        sa.or_(VehiclePass.id.in_(on_pass), VehiclePass.id.in_(by_slip)),
    )
    found: dict[int, Booking] = {}
    for other in session.scalars(others.order_by(VehiclePass.id)):
        reference = other.application_vehicle.application.reference
        booking = Booking(reference, is_own=other.carrier_id == vehicle_pass.carrier_id)
        found |= {seat.person_id: booking for seat in seats_of(session, other) if seat.person_id in people}
    return found
