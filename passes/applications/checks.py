"""The automatic checks of an application: pass, fail or unknown, per vehicle and person.

A failed check does not decide anything by itself; it says before sending what a reviewer would object to. Only what
makes a pass impossible blocks the sending.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from passes.applications.bookings import Booking, Bookings, bookings_of
from passes.applications.findings import Check, CheckCode, CheckOutcome, CheckReport, CrewChecks, VehicleChecks
from passes.applications.known import Known, known_about
from passes.fleet.models import LabResult
from passes.fleet.services import LICENCE_CLASSES
from passes.local_time import local_date, start_of_day
from protocol.claims import Role, VehicleClass
from protocol.people import IdNumberError, normalise_id_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from passes.applications.models import Application, ApplicationCrew, ApplicationVehicle
    from passes.fleet.models import CrewMember

__all__ = ["Check", "CheckCode", "CheckOutcome", "CheckReport", "licence_fits", "run_all_checks", "run_checks"]

MAX_WINDOW_DAYS = 30
"""The longest window that can be asked for, first and last day included."""

_LIGHT_TONNES = 3.5
_ANY_TRUCK = frozenset(LICENCE_CLASSES)
_HEAVY = _ANY_TRUCK - {"B2", "FB2"}
_ARTICULATED = frozenset({"FC"})
_ARTICULATED_CLASSES = frozenset({VehicleClass.TRACTOR, VehicleClass.CONTAINER, VehicleClass.TRAILER})
_SPEAKING_DIGITS = 12
_LEAST_AGE, _GREATEST_AGE = 15, 90


def licence_fits(licence_class: str, vehicle_class: VehicleClass, payload_tonnes: Decimal) -> bool:
    """Say whether a licence class allows driving such a vehicle (Circular 12/2017/TT-BGTVT, article 16).

    Args:
        licence_class: B2 to FE.
        vehicle_class: its kind; a tractor with a semi-trailer needs FC.
        payload_tonnes: what it may carry; from 3.5 t on, B2 is not enough.
    """
    if vehicle_class in _ARTICULATED_CLASSES:
        return licence_class in _ARTICULATED
    return licence_class in (_ANY_TRUCK if payload_tonnes < _LIGHT_TONNES else _HEAVY)


def run_checks(session: Session, application: Application, now: datetime) -> CheckReport:
    """Check an application against the fleet's papers and every other application.

    Args:
        session: an open session.
        application: in any state, and complete: nothing that was asked for is missing.
        now: moment of the checks.
    """
    return run_all_checks(session, [application], now)[application.id]


def run_all_checks(session: Session, applications: Collection[Application], now: datetime) -> dict[int, CheckReport]:
    """Check several applications as `run_checks` does, for a list of them; return the findings by row id."""
    booked = bookings_of(session, applications)
    known = known_about(session, applications, now)
    return {application.id: _report(application, booked[application.id], known, now) for application in applications}


def _report(application: Application, booked: Bookings, known: Known, now: datetime) -> CheckReport:
    seats = Counter(entry.member.person_id for item in application.vehicles for entry in item.crew)
    twice = {person_id for person_id, count in seats.items() if count > 1}
    today = local_date(now)
    return CheckReport(
        checks=(
            _window(application, today),
            _route(application),
            Check(CheckCode.AREAS, _outcome(good=all(code in known.areas for code in application.route))),
            Check(CheckCode.CARGO, _outcome(good=application.cargo not in known.stopped_cargoes)),
        ),
        vehicles=tuple(
            VehicleChecks(
                item,
                (
                    _inspection(application, item),
                    _driver_present(item),
                    _free(CheckCode.VEHICLE_FREE, booked.vehicles.get(item.vehicle.plate)),
                    _plate_owner(application, known.owners.get(item.vehicle.plate, ())),
                    _record(CheckCode.VEHICLE_RECORD, known.revoked_plates.get(item.vehicle.plate)),
                ),
                tuple(
                    CrewChecks(
                        entry,
                        (
                            id_format(entry.member.person.id_number, today),
                            *_crew(application, item, entry, booked.people, twice),
                            _record(CheckCode.PERSON_RECORD, known.revoked_people.get(entry.member.person_id)),
                        ),
                    )
                    for entry in item.crew
                ),
            )
            for item in application.vehicles
        ),
    )


def _plate_owner(application: Application, owners: Iterable[tuple[int, str]]) -> Check:
    """Whoever else registered the plate may have sold or leased it: the reviewer is told, nobody is blamed."""
    others = tuple(name for carrier_id, name in owners if carrier_id != application.carrier_id)
    return Check(
        CheckCode.PLATE_OWNER, CheckOutcome.UNKNOWN if others else CheckOutcome.PASS, {"carriers": ", ".join(others)}
    )


def _record(code: CheckCode, number: str | None) -> Check:
    return Check(code, _outcome(good=number is None), {"pass": number})


def id_format(id_number: str | None, today: date) -> Check:
    """Look whether an ID number can be one, and of somebody who can be on board.

    Of the twelve digits the fourth says century and sex, the next two the year of birth (Circular 59/2021/TT-BCA,
    article 4); the nine digits of older cards say nothing about themselves.
    """
    if id_number is None:
        return Check(CheckCode.ID_FORMAT, CheckOutcome.UNKNOWN)
    try:
        digits = normalise_id_number(id_number)
    except IdNumberError:
        return Check(CheckCode.ID_FORMAT, CheckOutcome.FAIL)
    if len(digits) < _SPEAKING_DIGITS:
        return Check(CheckCode.ID_FORMAT, CheckOutcome.PASS)
    age = today.year - (1900 + 100 * (int(digits[3]) // 2) + int(digits[4:6]))
    return Check(CheckCode.ID_FORMAT, _outcome(good=_LEAST_AGE <= age <= _GREATEST_AGE))


def _outcome(*, good: bool) -> CheckOutcome:
    return CheckOutcome.PASS if good else CheckOutcome.FAIL


def _window(application: Application, today: date) -> Check:
    days = (application.last_day - application.first_day).days + 1
    good = today <= application.last_day and 1 <= days <= MAX_WINDOW_DAYS
    return Check(CheckCode.WINDOW, _outcome(good=good), {"day": application.last_day})


def _route(application: Application) -> Check:
    return Check(CheckCode.ROUTE, _outcome(good=len(application.stops) > 1 and bool(application.vehicles)))


def _inspection(application: Application, item: ApplicationVehicle) -> Check:
    day = item.vehicle.inspection_expires_on
    details = {"day": day, "is_shortened": application.first_day <= day < application.last_day}
    return Check(CheckCode.INSPECTION, _outcome(good=day >= application.first_day), details)


def _driver_present(item: ApplicationVehicle) -> Check:
    return Check(CheckCode.DRIVER_PRESENT, _outcome(good=any(entry.member.role is Role.DRIVER for entry in item.crew)))


def _free(code: CheckCode, booking: Booking | None) -> Check:
    return Check(code, _outcome(good=booking is None), {"booking": booking})


def _crew(
    application: Application,
    item: ApplicationVehicle,
    entry: ApplicationCrew,
    booked: Mapping[int, Booking],
    twice: set[int],
) -> Iterator[Check]:
    member = entry.member
    if member.role is Role.DRIVER:
        yield _licence_fits(item, member.licence_class)
        yield _licence_valid(application, member.licence_expires_on)
    yield _test_valid(application, member)
    booking = Booking(application.reference, is_own=True) if member.person_id in twice else booked.get(member.person_id)
    yield _free(CheckCode.PERSON_FREE, booking)


def _licence_fits(item: ApplicationVehicle, licence_class: str | None) -> Check:
    if licence_class is None:
        return Check(CheckCode.LICENCE_FITS, CheckOutcome.UNKNOWN)
    vehicle = item.vehicle
    good = licence_fits(licence_class, VehicleClass(vehicle.vehicle_class), vehicle.payload_tonnes)
    return Check(CheckCode.LICENCE_FITS, _outcome(good=good), {"licence": licence_class})


def _licence_valid(application: Application, last_day: date | None) -> Check:
    if last_day is None:
        return Check(CheckCode.LICENCE_VALID, CheckOutcome.UNKNOWN)
    return Check(CheckCode.LICENCE_VALID, _outcome(good=last_day >= application.last_day), {"day": last_day})


def _test_valid(application: Application, member: CrewMember) -> Check:
    end = member.test_expires_at
    if member.test_result is LabResult.POSITIVE:
        return Check(CheckCode.TEST_VALID, CheckOutcome.FAIL, {"is_positive": True})
    if end is None:
        return Check(CheckCode.TEST_VALID, CheckOutcome.UNKNOWN)
    return Check(CheckCode.TEST_VALID, _outcome(good=end > start_of_day(application.first_day)), {"moment": end})
