"""What the automatic checks of an application find: pass, fail or unknown, per vehicle and person."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passes.applications.models import RefusalCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from passes.applications.models import ApplicationCrew, ApplicationVehicle


class CheckOutcome(enum.StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class CheckCode(enum.StrEnum):
    """What is checked."""

    WINDOW = "window"
    ROUTE = "route"
    AREAS = "areas"
    CARGO = "cargo"
    INSPECTION = "inspection"
    DRIVER_PRESENT = "driver_present"
    VEHICLE_FREE = "vehicle_free"
    PLATE_OWNER = "plate_owner"
    VEHICLE_RECORD = "vehicle_record"
    ID_FORMAT = "id_format"
    LICENCE_FITS = "licence_fits"
    LICENCE_VALID = "licence_valid"
    TEST_VALID = "test_valid"
    PERSON_FREE = "person_free"
    PERSON_RECORD = "person_record"


REFUSALS: Mapping[CheckCode, RefusalCode] = {
    CheckCode.ROUTE: RefusalCode.ROUTE_INCOMPLETE,
    CheckCode.AREAS: RefusalCode.ROUTE_INCOMPLETE,
    CheckCode.CARGO: RefusalCode.CARGO_NOT_ALLOWED,
    CheckCode.INSPECTION: RefusalCode.INSPECTION_EXPIRED,
    CheckCode.DRIVER_PRESENT: RefusalCode.DOCUMENT_MISSING,
    CheckCode.VEHICLE_FREE: RefusalCode.DOUBLE_BOOKED,
    CheckCode.LICENCE_FITS: RefusalCode.LICENCE_MISMATCH,
    CheckCode.LICENCE_VALID: RefusalCode.LICENCE_MISMATCH,
    CheckCode.PERSON_FREE: RefusalCode.DOUBLE_BOOKED,
    CheckCode.PLATE_OWNER: RefusalCode.PLATE_ELSEWHERE,
    CheckCode.VEHICLE_RECORD: RefusalCode.EARLIER_REVOCATION,
    CheckCode.PERSON_RECORD: RefusalCode.EARLIER_REVOCATION,
    CheckCode.ID_FORMAT: RefusalCode.IDENTITY_UNCLEAR,
}
"""The refusal that a failed check suggests."""

_BLOCKING = frozenset({CheckCode.WINDOW, CheckCode.ROUTE, CheckCode.INSPECTION, CheckCode.DRIVER_PRESENT})


@dataclass(frozen=True)
class Check:
    """One finding.

    Args:
        code: what was checked.
        outcome: what was found.
        details: values for its sentence: `day` (date), `moment` (aware datetime), `booking` (Booking), `licence`,
            `pass` (number of an earlier pass), `carriers` (names of others who registered the plate).
    """

    code: CheckCode
    outcome: CheckOutcome
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_blocking(self) -> bool:
        """Whether no pass could be made: sending waits until it is put right."""
        return self.outcome is CheckOutcome.FAIL and self.code in _BLOCKING


class _Findings(Iterable[Check]):
    """What a list of findings comes to."""

    def count(self, outcome: CheckOutcome) -> int:
        """Return how many checks ended so."""
        return sum(check.outcome == outcome for check in self)

    @property
    def is_clean(self) -> bool:
        """Whether every check passed."""
        return all(check.outcome is CheckOutcome.PASS for check in self)

    @property
    def suggested_refusal(self) -> RefusalCode | None:
        """The refusal that the first failed check suggests."""
        failed = (REFUSALS.get(check.code) for check in self if check.outcome is CheckOutcome.FAIL)
        return next((code for code in failed if code), None)


@dataclass(frozen=True)
class CrewChecks:
    """The findings about one person in one vehicle."""

    entry: ApplicationCrew
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class VehicleChecks(_Findings):
    """The findings about one vehicle and its crew."""

    item: ApplicationVehicle
    checks: tuple[Check, ...]
    crew: tuple[CrewChecks, ...]

    def __iter__(self) -> Iterator[Check]:
        """Every finding, those about its crew included."""
        yield from self.checks
        for person in self.crew:
            yield from person.checks

    @property
    def is_blocked(self) -> bool:
        """Whether something makes its pass impossible."""
        return any(check.is_blocking for check in self)


@dataclass(frozen=True)
class CheckReport(_Findings):
    """The findings about one application."""

    checks: tuple[Check, ...]
    vehicles: tuple[VehicleChecks, ...]

    def __iter__(self) -> Iterator[Check]:
        """Every finding, in the order of the page."""
        yield from self.checks
        for vehicle in self.vehicles:
            yield from vehicle

    @property
    def is_blocked(self) -> bool:
        """Whether something makes a pass impossible."""
        return any(check.is_blocking for check in self)
