"""What a carrier says of a vehicle or a person, and what must hold of it before it is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from passes.errors import ValueRefusedError
from passes.fleet.models import LabResult
from passes.names import tidy
from protocol.claims import Role, VehicleClass
from protocol.contents import MAX_NAME_CHARS
from protocol.people import normalise_id_number
from protocol.plates import is_trailer_plate, normalise_plate

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

MAX_PAYLOAD_TONNES = 200
"""Tonnes; no road vehicle carries that much."""
LICENCE_CLASSES = ("B2", "C", "D", "E", "FB2", "FC", "FD", "FE")
"""Driving licence classes that allow driving a goods vehicle."""


MAX_VACCINE_DOSES = 9


class FleetError(ValueRefusedError):
    """A vehicle or a crew member cannot be kept as given."""


@dataclass(frozen=True)
class VehicleDraft:
    """What a carrier says of a vehicle.

    Args:
        plate: as typed or normalised.
        vehicle_class: its kind.
        payload_tonnes: in steps of 0.1 t.
        inspection_expires_on: last day of its inspection.
    """

    plate: str
    vehicle_class: VehicleClass
    payload_tonnes: Decimal
    inspection_expires_on: date


@dataclass(frozen=True)
class CrewDraft:
    """What a carrier says of a driver or assistant.

    Args:
        id_number: as typed or normalised.
        name: as on the ID card.
        phone: E.164.
        residence_code: ward of residence.
        role: what the person does on board.
        licence_class: out of `LICENCE_CLASSES`; None for an assistant without one.
        licence_expires_on: last day of the licence.
        test_expires_at: until when the last test result holds, aware; None if there is none.
        test_result: what that test found; a test that holds until some hour found nothing unless somebody says so.
        vaccine_doses: how many doses the person had; None if nobody said.
        usual_plate: the carrier's vehicle that the person goes with, as typed or normalised; None for none.
    """

    id_number: str
    name: str
    phone: str
    residence_code: str
    role: Role
    licence_class: str | None
    licence_expires_on: date | None
    test_expires_at: datetime | None
    test_result: LabResult | None = None
    vaccine_doses: int | None = None
    usual_plate: str | None = None


def checked_vehicle(draft: VehicleDraft) -> VehicleDraft:
    """Return a draft with its plate normalised.

    Raises:
        protocol.plates.PlateError: the plate is none.
        FleetError: the plate is a trailer's and the vehicle is none, or the reverse (`trailer_plate`); the payload is
            out of range (`payload_range`).
    """
    plate = normalise_plate(draft.plate)
    if is_trailer_plate(plate) is not (draft.vehicle_class is VehicleClass.TRAILER):
        raise FleetError("trailer_plate", "plate", f"{plate} and {draft.vehicle_class!r} do not go together")
    if not 0 < draft.payload_tonnes < MAX_PAYLOAD_TONNES:
        raise FleetError("payload_range", "payload_tonnes", f"{draft.payload_tonnes} t is not a payload")
    return replace(draft, plate=plate)


def checked_crew(draft: CrewDraft) -> CrewDraft:
    """Return a draft with name and ID number as they are kept.

    Raises:
        protocol.people.IdNumberError: the ID number is none.
        FleetError: the papers do not fit the role, or a value is out of range.
    """
    draft = replace(draft, id_number=normalise_id_number(draft.id_number), name=tidy(draft.name))
    if not 0 < len(draft.name) <= MAX_NAME_CHARS:
        raise FleetError("name_missing", "name", f"a name has 1 to {MAX_NAME_CHARS} characters")
    if draft.licence_class is not None and draft.licence_class not in LICENCE_CLASSES:
        raise FleetError("licence_unknown", "licence_class", f"{draft.licence_class!r} is not a licence class")
    if draft.role is Role.DRIVER and draft.licence_class is None:
        raise FleetError("licence_missing", "licence_class", "a driver has a licence class")
    if draft.licence_class is not None and draft.licence_expires_on is None:
        raise FleetError("licence_expiry_missing", "licence_expires_on", "a licence has a last day")
    if draft.vaccine_doses is not None and not 0 <= draft.vaccine_doses <= MAX_VACCINE_DOSES:
        raise FleetError("doses_range", "vaccine_doses", f"{draft.vaccine_doses} is not a number of doses")
    if draft.test_expires_at is not None and draft.test_result is None:
        draft = replace(draft, test_result=LabResult.NEGATIVE)
    if draft.test_result is LabResult.NEGATIVE and draft.test_expires_at is None:
        raise FleetError("test_expiry_missing", "test_day", "a test that found nothing is good until some hour")
    return draft
