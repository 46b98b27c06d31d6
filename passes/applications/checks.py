"""The automatic checks of an application: pass, fail or unknown, per vehicle and person.

A failed check does not decide anything by itself; it says before sending what a reviewer would object to. Only what
makes a pass impossible blocks the sending.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passes.applications.bookings import Booking, Bookings, bookings_of
from passes.applications.models import RefusalCode
from passes.fleet.services import LICENCE_CLASSES
from passes.local_time import local_date, start_of_day
from protocol.claims import Role, VehicleClass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from passes.applications.models import Application, ApplicationCrew, ApplicationVehicle

MAX_WINDOW_DAYS = 30
"""The longest window that can be asked for, first and last day included."""

_LIGHT_TONNES = 3.5
_ANY_TRUCK = frozenset(LICENCE_CLASSES)
_HEAVY = _ANY_TRUCK - {"B2", "FB2"}
_ARTICULATED = frozenset({"FC"})
_ARTICULATED_CLASSES = frozenset({VehicleClass.TRACTOR, VehicleClass.CONTAINER, VehicleClass.TRAILER})


class CheckOutcome(enum.StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class CheckCode(enum.StrEnum):
    """What is checked."""

    WINDOW = "window"
    ROUTE = "route"
    INSPECTION = "inspection"
    DRIVER_PRESENT = "driver_present"
    VEHICLE_FREE = "vehicle_free"
    LICENCE_FITS = "licence_fits"
    LICENCE_VALID = "licence_valid"
    TEST_VALID = "test_valid"
    PERSON_FREE = "person_free"


REFUSALS: Mapping[CheckCode, RefusalCode] = {
    CheckCode.ROUTE: RefusalCode.ROUTE_INCOMPLETE,
    CheckCode.INSPECTION: RefusalCode.INSPECTION_EXPIRED,
    CheckCode.DRIVER_PRESENT: RefusalCode.DOCUMENT_MISSING,
    CheckCode.VEHICLE_FREE: RefusalCode.DOUBLE_BOOKED,
    CheckCode.LICENCE_FITS: RefusalCode.LICENCE_MISMATCH,
    CheckCode.LICENCE_VALID: RefusalCode.LICENCE_MISMATCH,
    CheckCode.PERSON_FREE: RefusalCode.DOUBLE_BOOKED,
}
"""The refusal that a failed check suggests."""

_BLOCKING = frozenset({CheckCode.WINDOW, CheckCode.ROUTE, CheckCode.INSPECTION, CheckCode.DRIVER_PRESENT})


@dataclass(frozen=True)
class Check:
    """One finding.

    Args:
        code: what was checked.
        outcome: what was found.
        details: values for its sentence: `day` (date), `moment` (aware datetime), `booking` (Booking), `licence`.
    """

    code: CheckCode
    outcome: CheckOutcome
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_blocking(self) -> bool:
        """Whether no pass could be made: sending waits until it is put right."""
        return self.outcome is CheckOutcome.FAIL and self.code in _BLOCKING


@dataclass(frozen=True)
class CrewChecks:
    """The findings about one person in one vehicle."""

    entry: ApplicationCrew
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class VehicleChecks:
    """The findings about one vehicle and its crew."""

    item: ApplicationVehicle
    checks: tuple[Check, ...]
    crew: tuple[CrewChecks, ...]


@dataclass(frozen=True)
class CheckReport:
    """The findings about one application."""

    checks: tuple[Check, ...]
    vehicles: tuple[VehicleChecks, ...]

    def __iter__(self) -> Iterator[Check]:
        """Every finding, in the order of the page."""
        yield from self.checks
        for vehicle in self.vehicles:
            yield from vehicle.checks
            for person in vehicle.crew:
                yield from person.checks

    def count(self, outcome: CheckOutcome) -> int:
        """Return how many checks ended so."""
        return sum(check.outcome == outcome for check in self)

    @property
    def is_blocked(self) -> bool:
        """Whether something makes a pass impossible."""
        return any(check.is_blocking for check in self)

    @property
    def suggested_refusal(self) -> RefusalCode | None:
        """The refusal that the first failed check suggests."""
        failed = (REFUSALS.get(check.code) for check in self if check.outcome is CheckOutcome.FAIL)
        return next((code for code in failed if code), None)


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
        application: in any state.
        now: moment of the checks.
    """
    return run_all_checks(session, [application], now)[application.id]


def run_all_checks(session: Session, applications: Collection[Application], now: datetime) -> dict[int, CheckReport]:
    """Check several applications as `run_checks` does, for a list of them; return the findings by row id."""
    booked = bookings_of(session, applications)
    return {application.id: _report(application, booked[application.id], now) for application in applications}


def _report(application: Application, booked: Bookings, now: datetime) -> CheckReport:
    seats = Counter(entry.member.person_id for item in application.vehicles for entry in item.crew)
    twice = {person_id for person_id, count in seats.items() if count > 1}
    return CheckReport(
        checks=(_window(application, local_date(now)), _route(application)),
        vehicles=tuple(
            VehicleChecks(
                item,
                (
                    _inspection(application, item),
                    _driver_present(item),
                    _free(CheckCode.VEHICLE_FREE, booked.vehicles.get(item.vehicle.plate)),
                ),
                tuple(
                    CrewChecks(entry, tuple(_crew(application, item, entry, booked.people, twice)))
                    for entry in item.crew
                ),
            )
            for item in application.vehicles
        ),
    )


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
    yield _test_valid(application, member.test_expires_at)
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


def _test_valid(application: Application, end: datetime | None) -> Check:
    if end is None:
        return Check(CheckCode.TEST_VALID, CheckOutcome.UNKNOWN)
    return Check(CheckCode.TEST_VALID, _outcome(good=end > start_of_day(application.first_day)), {"moment": end})
