"""The automatic checks of a slip or card: of each person whom it brings or renews, of its places and its cargo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.applications.cargo import stopped_cargoes
from passes.applications.checks import id_format, licence_fits
from passes.applications.findings import Check, CheckCode, CheckOutcome
from passes.applications.known import MEMORY
from passes.areas.services import labels
from passes.fleet.models import LabResult
from passes.issuing.models import CrewChange, SupplementKind
from passes.issuing.register import misused
from passes.local_time import local_date
from passes.supplements.crews import rides_elsewhere
from protocol.areas import AreaLevel
from protocol.claims import Role, VehicleClass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.applications.bookings import Booking
    from passes.fleet.models import CrewMember
    from passes.issuing.models import Supplement, SupplementCrew, VehiclePass


@dataclass(frozen=True)
class PersonChecks:
    """The findings about one person of a supplement."""

    line: SupplementCrew
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Report:
    """The findings about one supplement."""

    checks: tuple[Check, ...]
    people: tuple[PersonChecks, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every check passed."""
        found = [*self.checks, *(check for person in self.people for check in person.checks)]
        return all(check.outcome is CheckOutcome.PASS for check in found)


def run_checks(session: Session, supplement: Supplement, now: datetime) -> Report:
    """Check a supplement against the fleet's papers, other passes and the rules in force.

    Args:
        session: an open session.
        supplement: asked for, and flushed.
        now: moment of the checks.
    """
    lines = [line for line in supplement.crew if line.change is not CrewChange.LEAVES]
    people = {line.person_id for line in lines}
    joining = {line.person_id for line in lines if line.change is CrewChange.JOINS}
    vehicle_pass = supplement.vehicle_pass
    booked = rides_elsewhere(session, joining, vehicle_pass, now) if vehicle_pass and joining else {}
    records = misused(session, (), people, now - MEMORY)[1]
    return Report(
        tuple(_of_journey(session, supplement)),
        tuple(
            PersonChecks(line, tuple(_of_person(line, vehicle_pass, booked, records.get(line.person_id), now)))
            for line in lines
        ),
    )


def _of_journey(session: Session, supplement: Supplement) -> Iterator[Check]:
    if supplement.kind is SupplementKind.CARD:
        return
    if supplement.leg:
        known = labels(session, supplement.leg)
        good = all(code in known and len(code) >= AreaLevel.DISTRICT for code in supplement.leg)
        yield Check(CheckCode.AREAS, _outcome(good=good))
    if supplement.cargo is not None:
        yield Check(CheckCode.CARGO, _outcome(good=supplement.cargo not in stopped_cargoes(session)))


def _of_person(
    line: SupplementCrew,
    vehicle_pass: VehiclePass | None,
    booked: dict[int, Booking],
    record: str | None,
    now: datetime,
) -> Iterator[Check]:
    yield id_format(line.person.id_number, local_date(now))
    if line.member is not None:
        if line.role is Role.DRIVER:
            yield from _licence(line.member, vehicle_pass, now)
        yield _test(line.member, now)
    if line.change is CrewChange.JOINS:
        booking = booked.get(line.person_id)
        yield Check(CheckCode.PERSON_FREE, _outcome(good=booking is None), {"booking": booking})
    yield Check(CheckCode.PERSON_RECORD, _outcome(good=record is None), {"pass": record})


def _licence(member: CrewMember, vehicle_pass: VehiclePass | None, now: datetime) -> Iterator[Check]:
    licence, last_day = member.licence_class, member.licence_expires_on
    if vehicle_pass is not None:
        vehicle = vehicle_pass.application_vehicle.vehicle
        good = bool(licence) and licence_fits(
            licence or "", VehicleClass(vehicle.vehicle_class), vehicle.payload_tonnes
        )
        outcome = _outcome(good=good) if licence else CheckOutcome.UNKNOWN
        yield Check(CheckCode.LICENCE_FITS, outcome, {"licence": licence})
    if last_day is None:
        yield Check(CheckCode.LICENCE_VALID, CheckOutcome.UNKNOWN)
    else:
        yield Check(CheckCode.LICENCE_VALID, _outcome(good=last_day >= local_date(now)), {"day": last_day})


def _test(member: CrewMember, now: datetime) -> Check:
    end = member.test_expires_at
    if member.test_result is LabResult.POSITIVE:
        return Check(CheckCode.TEST_VALID, CheckOutcome.FAIL, {"is_positive": True})
    if end is None:
        return Check(CheckCode.TEST_VALID, CheckOutcome.UNKNOWN)
    return Check(CheckCode.TEST_VALID, _outcome(good=end > now), {"moment": end})


def _outcome(*, good: bool) -> CheckOutcome:
    return CheckOutcome.PASS if good else CheckOutcome.FAIL
