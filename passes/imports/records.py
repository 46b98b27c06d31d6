"""One row of a spreadsheet and the record that it makes, changes, or gives back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from passes.fleet import services as fleet
from passes.fleet.drafts import CrewDraft, FleetError, VehicleDraft, checked_crew, checked_vehicle
from passes.fleet.models import CrewMember, LabResult, Vehicle
from passes.imports.models import RowOutcome
from protocol.claims import Role, VehicleClass

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from passes.accounts.models import User


@dataclass(frozen=True)
class Written:
    """What a row did.

    Args:
        outcome: added, changed, or the same as before.
        record_id: row id of the vehicle or crew member.
        before: the record as it was (`as_text` of a draft); None if it was not there.
        after: the record as it is now.
    """

    outcome: RowOutcome
    record_id: int
    before: str | None
    after: str


def write(session: Session, actor: User, draft: VehicleDraft | CrewDraft, now: datetime) -> Written:
    """Add what a row says, or change the record that is there; through the services that forms use.

    Raises:
        FleetError: the fleet refuses it.
    """
    if isinstance(draft, VehicleDraft):
        vehicle = fleet.find_plate(session, actor.organisation_id, draft.plate)
        draft = checked_vehicle(draft)
        before = as_text(vehicle_draft(vehicle)) if vehicle else None
        if vehicle is None:
            vehicle = fleet.add_vehicle(session, actor, draft, now)
        elif before != as_text(draft):
            fleet.change_vehicle(session, actor, vehicle, draft, now)
        return _written(vehicle.id, before, as_text(vehicle_draft(vehicle)))
    draft = checked_crew(draft)
    member = fleet.find_member(session, actor.organisation_id, draft.id_number)
    before = as_text(crew_draft(member)) if member else None
    if member is None:
        member = fleet.add_crew_member(session, actor, draft, now)
    elif before != as_text(draft):
        fleet.change_crew_member(session, actor, member, draft, now)
    return _written(member.id, before, as_text(crew_draft(member)))


def _written(record_id: int, before: str | None, after: str) -> Written:
    changed = RowOutcome.SAME if before == after else RowOutcome.CHANGED
    return Written(RowOutcome.ADDED if before is None else changed, record_id, before, after)


def take_back(
    session: Session,
    actor: User,
    model: type[Vehicle | CrewMember],
    record_id: int,
    before: str | None,
    after: str,
    now: datetime,
) -> bool:
    """Give a record back as it was before an import, unless somebody changed it since; say whether it was done.

    What the import added is retired: applications may name it already.
    """
    record = session.get(model, record_id)
    if record is None or record.retired_at is not None:
        return False
    current = vehicle_draft(record) if isinstance(record, Vehicle) else crew_draft(record)
    if as_text(current) != after:
        return False
    try:
        if isinstance(record, Vehicle):
            if before is None:
                fleet.retire_vehicle(session, actor, record, now)
            else:
                fleet.change_vehicle(session, actor, record, _vehicle_from(before), now)
        elif before is None:
            fleet.retire_crew_member(session, actor, record, now)
        else:
            fleet.change_crew_member(session, actor, record, _crew_from(before), now)
    except FleetError:
        return False
    return True


def vehicle_draft(vehicle: Vehicle) -> VehicleDraft:
    """Return a vehicle as a draft that would make it."""
    return VehicleDraft(
        plate=vehicle.plate,
        vehicle_class=VehicleClass(vehicle.vehicle_class),
        payload_tonnes=vehicle.payload_tonnes,
        inspection_expires_on=vehicle.inspection_expires_on,
    )


def crew_draft(member: CrewMember) -> CrewDraft:
    """Return a crew member as a draft that would make them."""
    return CrewDraft(
        id_number=member.person.id_number or "",
        name=member.person.name or "",
        phone=member.person.phone or "",
        residence_code=member.person.residence_code or "",
        role=member.role,
        licence_class=member.licence_class,
        licence_expires_on=member.licence_expires_on,
        test_expires_at=member.test_expires_at,
        test_result=member.test_result,
        vaccine_doses=member.vaccine_doses,
        usual_plate=member.usual_vehicle.plate if member.usual_vehicle else None,
    )


def as_text(draft: VehicleDraft | CrewDraft) -> str:
    """Return a draft as JSON that is the same for the same values."""
    return json.dumps({key: _plain(value) for key, value in asdict(draft).items()}, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.1f}"
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    return int(value) if isinstance(value, VehicleClass) else value


def _vehicle_from(text: str) -> VehicleDraft:
    values = json.loads(text)
    return VehicleDraft(
        plate=values["plate"],
        vehicle_class=VehicleClass(values["vehicle_class"]),
        payload_tonnes=Decimal(values["payload_tonnes"]),
        inspection_expires_on=date.fromisoformat(values["inspection_expires_on"]),
    )


def _crew_from(text: str) -> CrewDraft:
    values = json.loads(text)
    licence, test, result = values["licence_expires_on"], values["test_expires_at"], values["test_result"]
    return CrewDraft(
        **values
        | {
            "role": Role(values["role"]),
            "licence_expires_on": date.fromisoformat(licence) if licence else None,
            "test_expires_at": datetime.fromisoformat(test) if test else None,
            "test_result": LabResult(result) if result else None,
        }
    )
