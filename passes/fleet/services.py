"""A carrier's vehicles and crew: adding, changing, retiring, and the fleet as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import Organisation
from passes.areas.services import fold
from passes.batches import in_batches
from passes.fleet.drafts import (
    LICENCE_CLASSES,
    MAX_PAYLOAD_TONNES,
    CrewDraft,
    FleetError,
    VehicleDraft,
    checked_crew,
    checked_vehicle,
)
from passes.fleet.models import CrewMember, Vehicle
from passes.followup import services as followup
from passes.movement import services as movement
from passes.people.services import change_person, find_person, keep_person
from protocol.claims import Role
from protocol.plates import normalise_plate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.people.models import Person

__all__ = ["LICENCE_CLASSES", "MAX_PAYLOAD_TONNES", "CrewDraft", "FleetError", "VehicleDraft"]


def vehicles_of(session: Session, carrier: Organisation) -> list[Vehicle]:
    """Return the vehicles in use, by plate."""
    statement = sa.select(Vehicle).where(Vehicle.carrier_id == carrier.id, Vehicle.retired_at.is_(None))
    return list(session.scalars(statement.order_by(Vehicle.plate)))


def crew_of(session: Session, carrier: Organisation) -> list[CrewMember]:
    """Return the crew in service, drivers first, by given name as lists here are sorted."""
    statement = sa.select(CrewMember).where(CrewMember.carrier_id == carrier.id, CrewMember.retired_at.is_(None))
    return sorted(session.scalars(statement), key=lambda m: (m.role is not Role.DRIVER, _by_given_name(m), m.id))


def crew_names(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """Return the names of crew members by row id; somebody who was erased has none."""
    members = session.scalars(sa.select(CrewMember).where(CrewMember.id.in_(member_ids)))
    return {member.id: member.person.name for member in members if member.person.name}


def _by_given_name(member: CrewMember) -> tuple[str, ...]:
    return tuple(reversed(fold(member.person.name or "").split()))


def usual_crew(session: Session, carrier: Organisation) -> dict[int, list[CrewMember]]:
    """Return who usually goes with each of the carrier's vehicles, drivers first, by the vehicle's row id."""
    found: dict[int, list[CrewMember]] = {}
    for member in crew_of(session, carrier):
        if member.usual_vehicle_id is not None:
            found.setdefault(member.usual_vehicle_id, []).append(member)
    return found


def find_vehicle(session: Session, carrier: Organisation, vehicle_id: int) -> Vehicle | None:
    """Return one of the carrier's vehicles in use, or None."""
    vehicle = session.get(Vehicle, vehicle_id)
    return vehicle if vehicle and vehicle.carrier_id == carrier.id and vehicle.retired_at is None else None


def find_crew_member(session: Session, carrier: Organisation, member_id: int) -> CrewMember | None:
    """Return one of the carrier's crew in service, or None."""
    member = session.get(CrewMember, member_id)
    return member if member and member.carrier_id == carrier.id and member.retired_at is None else None


def owners_of(session: Session, plates: Iterable[str]) -> dict[str, tuple[tuple[int, str], ...]]:
    """Return row id and short name of every approved carrier that has a vehicle in use, by its plate."""
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    statement = (
        sa.select(Vehicle.plate, Organisation.id, Organisation.short_name)
        .join(Organisation, Organisation.id == Vehicle.carrier_id)
        .where(Vehicle.retired_at.is_(None), Organisation.approved_at.is_not(None), Organisation.closed_at.is_(None))
        .order_by(Organisation.short_name, Organisation.id)
    )
    for batch in in_batches(plates):
        for plate, carrier_id, name in session.execute(statement.where(Vehicle.plate.in_(batch))):
            found[plate] = (*found.get(plate, ()), (carrier_id, name))
    return found


def add_vehicle(session: Session, actor: User, draft: VehicleDraft, now: datetime) -> Vehicle:
    """Register a vehicle for the actor's organisation; one that was retired comes back with the new values.

    Raises:
        protocol.plates.PlateError: the plate is none.
        FleetError: the carrier has this vehicle (`plate_taken`), or `checked_vehicle` refuses a value.
    """
    draft = checked_vehicle(draft)
    plate, carrier = draft.plate, actor.organisation
    vehicle = session.scalar(sa.select(Vehicle).where(Vehicle.carrier_id == carrier.id, Vehicle.plate == plate))
    if vehicle is not None and vehicle.retired_at is None:
        raise FleetError("plate_taken", "plate", f"{plate} is registered already")
    if vehicle is None:
        vehicle = Vehicle(carrier=carrier, plate=plate, created_at=now)
        session.add(vehicle)
    vehicle.retired_at = None
    _write_vehicle(vehicle, draft)
    audit.record(session, actor, "fleet.add_vehicle", vehicle, {"plate": plate}, now)
    return vehicle


def change_vehicle(session: Session, actor: User, vehicle: Vehicle, draft: VehicleDraft, now: datetime) -> None:
    """Correct or renew what is known of a vehicle.

    Raises:
        protocol.plates.PlateError: the plate is none.
        FleetError: another vehicle of the carrier has the plate (`plate_taken`, `plate_retired`), or `checked_vehicle`
            refuses a value.
    """
    draft = checked_vehicle(draft)
    plate = draft.plate
    other = session.scalar(
        sa.select(Vehicle).where(
            Vehicle.carrier_id == vehicle.carrier_id, Vehicle.plate == plate, Vehicle.id != vehicle.id
        )
    )
    if other is not None:
        code = "plate_taken" if other.retired_at is None else "plate_retired"
        raise FleetError(code, "plate", f"{plate} is registered already")
    vehicle.plate = plate
    _write_vehicle(vehicle, draft)
    details = {"plate": plate, "inspection_expires_on": draft.inspection_expires_on.isoformat()}
    audit.record(session, actor, "fleet.change_vehicle", vehicle, details, now)


def _write_vehicle(vehicle: Vehicle, draft: VehicleDraft) -> None:
    vehicle.vehicle_class = int(draft.vehicle_class)
    vehicle.payload_tonnes = draft.payload_tonnes
    vehicle.inspection_expires_on = draft.inspection_expires_on


def retire_vehicle(session: Session, actor: User, vehicle: Vehicle, now: datetime) -> None:
    """Take a vehicle out of the carrier's list; passes it has stay what they are, and it is nobody's usual one."""
    vehicle.retired_at = now
    for member in session.scalars(sa.select(CrewMember).where(CrewMember.usual_vehicle_id == vehicle.id)):
        member.usual_vehicle = None
    audit.record(session, actor, "fleet.retire_vehicle", vehicle, {"plate": vehicle.plate}, now)


def add_crew_member(session: Session, actor: User, draft: CrewDraft, now: datetime) -> CrewMember:
    """Register a driver or assistant for the actor's organisation; one who left comes back with the new values.

    Raises:
        protocol.people.IdNumberError: the ID number is none.
        FleetError: the person is in the carrier's list (`person_taken`), the ID number is on file under another name
            (`name_differs`) or for others while nobody approved the carrier (`person_on_file`), the usual vehicle is
            none of the carrier's (`usual_plate_unknown`), or `checked_crew` refuses a value.
    """
    draft = checked_crew(draft)
    carrier = actor.organisation
    person = find_person(session, draft.id_number)
    if person is None:
        person = keep_person(session, id_number=draft.id_number, name=draft.name, now=now)
    elif person.name and fold(person.name) != fold(draft.name):
        raise FleetError("name_differs", "name", "this ID number is on file under another name")
    else:
        _require_own(session, carrier, person)
    _write_person(session, person, draft, person.name or draft.name, now)
    member = session.scalar(
        sa.select(CrewMember).where(CrewMember.carrier_id == carrier.id, CrewMember.person_id == person.id)
    )
    if member is not None and member.retired_at is None:
        raise FleetError("person_taken", "id_number", "this person is in the list already")
    if member is None:
        member = CrewMember(carrier_id=carrier.id, person=person, created_at=now)
        session.add(member)
    member.retired_at = None
    _write_papers(session, carrier.id, member, draft)
    audit.record(session, actor, "fleet.add_crew", member, {"role": draft.role.value}, now)
    return member


def change_crew_member(session: Session, actor: User, member: CrewMember, draft: CrewDraft, now: datetime) -> None:
    """Correct or renew what is known of a crew member. The ID number stays: another number is another person.

    Raises:
        FleetError: the name is also on file for another carrier (`name_shared`), the person is on file for others while
            nobody approved the carrier (`person_on_file`), the usual vehicle is none of the carrier's
            (`usual_plate_unknown`), or `checked_crew` refuses a value.
    """
    draft = checked_crew(draft)
    if fold(member.person.name or "") != fold(draft.name) and _is_shared(session, member):
        raise FleetError("name_shared", "name", "another carrier has this person too")
    _require_own(session, actor.organisation, member.person)
    _write_person(session, member.person, draft, draft.name, now)
    _write_papers(session, member.carrier_id, member, draft)
    audit.record(session, actor, "fleet.change_crew", member, {"role": draft.role.value}, now)


def retire_crew_member(session: Session, actor: User, member: CrewMember, now: datetime) -> None:
    """Take a person out of the carrier's list; passes that name them stay what they are."""
    member.retired_at = now
    audit.record(session, actor, "fleet.retire_crew", member, None, now)


def _write_person(session: Session, person: Person, draft: CrewDraft, name: str, now: datetime) -> None:
    """Keep what was declared last. Somebody who moved house is followed up where they live now."""
    has_moved = person.residence_code != draft.residence_code
    if has_moved:
        movement.take_turn(session)
    change_person(session, person, name=name, phone=draft.phone, residence_code=draft.residence_code)
    if has_moved:
        followup.refresh_people(session, [person.id], now)


def _require_own(session: Session, carrier: Organisation, person: Person) -> None:
    """Keep a carrier that nobody looked at yet from changing where a person of others is reached and followed up.

    It may change its own people, and add its owner as long as nothing else is known of them.
    """
    if carrier.is_working:
        return
    lists = set(session.scalars(sa.select(CrewMember.carrier_id).where(CrewMember.person_id == person.id)))
    is_bare_owner = person.id == carrier.owner_person_id and not (lists or person.phone or person.residence_code)
    if lists != {carrier.id} and not is_bare_owner:
        raise FleetError("person_on_file", "id_number", "the person is on file for others, and the carrier unapproved")


def _is_shared(session: Session, member: CrewMember) -> bool:
    statement = sa.select(CrewMember.id).where(
        CrewMember.person_id == member.person_id, CrewMember.carrier_id != member.carrier_id
    )
    return session.scalar(statement.limit(1)) is not None


def find_plate(session: Session, carrier_id: int, plate: str) -> Vehicle | None:
    """Return the carrier's vehicle in use with this normalised plate, or None."""
    return session.scalar(
        sa.select(Vehicle).where(Vehicle.carrier_id == carrier_id, Vehicle.plate == plate, Vehicle.retired_at.is_(None))
    )


def find_member(session: Session, carrier_id: int, id_number: str) -> CrewMember | None:
    """Return the carrier's crew member in service with this normalised ID number, or None."""
    person = find_person(session, id_number)
    return person and session.scalar(
        sa.select(CrewMember).where(
            CrewMember.carrier_id == carrier_id, CrewMember.person_id == person.id, CrewMember.retired_at.is_(None)
        )
    )


def _usual_vehicle(session: Session, carrier_id: int, written: str | None) -> Vehicle | None:
    if not written:
        return None
    vehicle = find_plate(session, carrier_id, normalise_plate(written))
    if vehicle is None:
        raise FleetError("usual_plate_unknown", "usual_plate", f"the carrier has no vehicle {written!r}")
    return vehicle


def _write_papers(session: Session, carrier_id: int, member: CrewMember, draft: CrewDraft) -> None:
    member.role = draft.role
    member.licence_class = draft.licence_class
    member.licence_expires_on = draft.licence_expires_on if draft.licence_class else None
    member.vaccine_doses = draft.vaccine_doses
    member.test_result = draft.test_result
    member.test_expires_at = draft.test_expires_at
    member.usual_vehicle = _usual_vehicle(session, carrier_id, draft.usual_plate)
