"""Applications: drafting, the automatic checks, and every act in every state."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import current_app
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications import drafts, queue, services
from passes.applications.checks import CheckCode, CheckOutcome, CheckReport, licence_fits, run_all_checks, run_checks
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import Application, ApplicationState, Decision, RefusalCode
from passes.applications.transitions import TRANSITIONS, Act, ApplicationError, TransitionError
from passes.audit import AuditEntry
from passes.db import db
from passes.fleet.models import LabResult
from passes.issuing.models import RevocationReason, VehiclePass
from passes.issuing.services import IssuingError, revoke
from protocol.claims import Role, VehicleClass
from tests.factories import CHUONG_DUONG, Factories, now, today


@pytest.fixture
def reviewer(factories: Factories) -> User:
    return factories.user("reviewer")


def do(act: Act, session: Session, actor: User, application: Application) -> None:
    iss = current_app.config["ISSUER_ID"]
    match act:
        case Act.SUBMIT:
            services.submit(session, actor, application, now())
        case Act.WITHDRAW:
            services.withdraw(session, actor, application, now())
        case Act.APPROVE:
            services.approve(session, actor, application, iss, now())
        case Act.REJECT:
            services.reject(session, actor, application, RefusalCode.CARGO_NOT_ALLOWED, "", now())
        case Act.RETURN:
            services.send_back(session, actor, application, "Ghi rõ điểm đến.", now())


# ---------- states ----------

ALLOWED = {
    (ApplicationState.DRAFT, Act.SUBMIT): ApplicationState.SUBMITTED,
    (ApplicationState.DRAFT, Act.WITHDRAW): ApplicationState.WITHDRAWN,
    (ApplicationState.SUBMITTED, Act.WITHDRAW): ApplicationState.WITHDRAWN,
    (ApplicationState.SUBMITTED, Act.APPROVE): ApplicationState.APPROVED,
    (ApplicationState.SUBMITTED, Act.REJECT): ApplicationState.REJECTED,
    (ApplicationState.SUBMITTED, Act.RETURN): ApplicationState.RETURNED,
    (ApplicationState.RETURNED, Act.SUBMIT): ApplicationState.SUBMITTED,
    (ApplicationState.RETURNED, Act.WITHDRAW): ApplicationState.WITHDRAWN,
}


def test_the_table_of_transitions_is_the_one_expected() -> None:
    table = {
        (source, act): transition.target for act, transition in TRANSITIONS.items() for source in transition.sources
    }
    assert table == ALLOWED
    assert set(TRANSITIONS) == set(Act)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", ApplicationState)
def test_every_act_in_every_state_does_what_the_table_says(
    session: Session, factories: Factories, carrier: User, reviewer: User, state: ApplicationState, act: Act
) -> None:
    application = factories.application(carrier, state, reviewer)
    entries = session.query(AuditEntry).filter_by(verb=f"applications.{act}").count()
    passes = session.query(VehiclePass).count()
    target = ALLOWED.get((state, act))
    if target is None:
        with pytest.raises(TransitionError):
            do(act, session, carrier, application)
        session.rollback()
        assert application.state is state
        assert session.query(AuditEntry).filter_by(verb=f"applications.{act}").count() == entries
        assert session.query(VehiclePass).count() == passes
        return
    do(act, session, reviewer, application)
    session.commit()
    session.refresh(application)
    assert application.state is target
    entry = session.query(AuditEntry).filter_by(verb=f"applications.{act}").order_by(AuditEntry.id.desc()).first()
    assert entry is not None
    assert entry.subject == f"Application:{application.id}"
    assert entry.details["from"] == state
    assert entry.details["to"] == target
    assert session.query(VehiclePass).count() == passes + (1 if act is Act.APPROVE else 0)


def test_the_audit_entry_goes_with_its_transition(session: Session, factories: Factories, carrier: User) -> None:
    application = factories.application(carrier)
    before = session.query(AuditEntry).count()
    services.submit(session, carrier, application, now())
    session.rollback()
    assert application.state is ApplicationState.DRAFT
    assert session.query(AuditEntry).count() == before


def test_of_two_reviewers_at_once_one_is_told(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    assert application.state is ApplicationState.SUBMITTED
    with db.engine.begin() as elsewhere:
        elsewhere.execute(db.text("UPDATE applications SET state = 'rejected'"))
    with pytest.raises(TransitionError):
        services.approve(session, reviewer, application, "VN-HN", now())
    session.rollback()
    assert session.query(VehiclePass).count() == 0


def test_a_returned_application_keeps_its_place_and_loses_the_note_when_sent_again(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    first = factories.application(carrier, ApplicationState.SUBMITTED)
    with time_machine.travel(now() + timedelta(hours=1)):
        second = factories.application(factories.user(), ApplicationState.SUBMITTED)
    sent = first.submitted_at
    services.send_back(session, reviewer, first, "Ghi rõ điểm đến.", now())
    assert list(session.scalars(queue.waiting())) == [second]
    services.submit(session, carrier, first, now() + timedelta(hours=2))
    assert (first.submitted_at, first.note) == (sent, None)
    assert list(session.scalars(queue.waiting())) == [first, second]
    assert [queue.count_ahead(session, one) for one in (first, second)] == [0, 1]


def test_a_return_says_what_to_put_right(session: Session, factories: Factories, carrier: User, reviewer: User) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    with pytest.raises(ApplicationError) as caught:
        services.send_back(session, reviewer, application, "  ", now())
    assert caught.value.code == "note_missing"


def test_approval_asks_for_a_pass_of_each_vehicle_in_the_same_transaction(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    cars = tuple(CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier).id,)) for _ in range(3))
    application = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=cars)
    made = services.approve(session, reviewer, application, "VN-HN", now())
    assert [one.plate for one in made] == [item.vehicle.plate for item in application.vehicles]
    assert {item.decision for item in application.vehicles} == {Decision.APPROVED}
    assert application.decided_by_id == reviewer.id
    session.rollback()
    assert (session.query(VehiclePass).count(), application.state) == (0, ApplicationState.SUBMITTED)


def test_nothing_is_approved_after_its_last_day(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    with pytest.raises(ApplicationError) as caught:
        services.approve(session, reviewer, application, "VN-HN", now() + timedelta(days=4))
    assert caught.value.code == "window_over"


def test_nothing_is_approved_for_a_vehicle_whose_inspection_ended_meanwhile(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    application.vehicles[0].vehicle.inspection_expires_on = application.first_day - timedelta(days=1)
    with pytest.raises(IssuingError) as caught:
        services.approve(session, reviewer, application, "VN-HN", now())
    assert caught.value.code == "inspection_expired"


# ---------- drafts ----------


def test_a_reference_names_its_day_and_is_easy_to_read_out(factories: Factories, carrier: User) -> None:
    reference = factories.application(carrier).reference
    prefix, day, letters = reference.split("-")
    assert (prefix, day) == ("HS", f"{today():%y%m%d}")
    assert len(letters) == 5
    assert set(letters) <= set(drafts.REFERENCE_LETTERS)
    assert not [pair for pair in ("0O", "1I", "1L", "5S", "8B", "2Z", "UV") if {*pair} <= {*drafts.REFERENCE_LETTERS}]


def test_a_draft_names_only_the_carriers_own_vehicles_and_people(
    session: Session, factories: Factories, carrier: User
) -> None:
    other = factories.user()
    draft = factories.draft(carrier)
    own = draft.vehicles[0]
    foreign = (
        CrewedVehicle(factories.vehicle(other).id, own.crew_ids),
        CrewedVehicle(own.vehicle_id, (factories.crew(other).id,)),
        CrewedVehicle(own.vehicle_id, (*own.crew_ids, 999_999)),
    )
    for item in foreign:
        with pytest.raises(ApplicationError) as caught:
            drafts.create_draft(session, carrier, replace(draft, vehicles=(item,)), now())
        assert caught.value.code == "not_own"


@pytest.mark.parametrize("route", [(), (CHUONG_DUONG,), (CHUONG_DUONG,) * 13])
def test_a_route_leads_from_somewhere_to_somewhere_in_a_few_stops(
    session: Session, factories: Factories, carrier: User, route: tuple[str, ...]
) -> None:
    with pytest.raises(ApplicationError) as caught:
        drafts.create_draft(session, carrier, replace(factories.draft(carrier), route=route), now())
    assert caught.value.code == "count"


def test_a_vehicle_or_person_stands_once(session: Session, factories: Factories, carrier: User) -> None:
    draft = factories.draft(carrier)
    item = draft.vehicles[0]
    with pytest.raises(ApplicationError) as caught:
        drafts.create_draft(session, carrier, replace(draft, vehicles=(item, item)), now())
    assert caught.value.code == "vehicle_twice"
    for crew in ((item.crew_ids[0],) * 2, tuple(factories.crew(carrier).id for _ in range(9))):
        with pytest.raises(ApplicationError) as caught:
            drafts.create_draft(session, carrier, replace(draft, vehicles=(replace(item, crew_ids=crew),)), now())
        assert caught.value.code == "crew_count"


# ---------- automatic checks ----------


def found(report: CheckReport, code: CheckCode) -> CheckOutcome:
    (outcome,) = {check.outcome for check in report if check.code is code}
    return outcome


def test_a_clean_application_passes_every_check(session: Session, factories: Factories, carrier: User) -> None:
    report = run_checks(session, factories.application(carrier), now())
    assert {check.outcome for check in report} == {CheckOutcome.PASS}
    assert {check.code for check in report} == set(CheckCode)
    assert (report.is_clean, report.is_blocked, report.suggested_refusal) == (True, False, None)


@pytest.mark.parametrize(
    ("days", "outcome", "is_blocked"), [(-1, CheckOutcome.FAIL, True), (0, CheckOutcome.PASS, False)]
)
def test_an_inspection_that_ends_before_the_window_blocks(
    session: Session, factories: Factories, carrier: User, days: int, outcome: CheckOutcome, *, is_blocked: bool
) -> None:
    vehicle = factories.vehicle(carrier, inspection_expires_on=today() + timedelta(days=days))
    cars = (CrewedVehicle(vehicle.id, (factories.crew(carrier).id,)),)
    application = factories.application(carrier, vehicles=cars)
    report = run_checks(session, application, now())
    assert (found(report, CheckCode.INSPECTION), report.is_blocked) == (outcome, is_blocked)
    if is_blocked:
        assert report.suggested_refusal is RefusalCode.INSPECTION_EXPIRED
        with pytest.raises(ApplicationError) as caught:
            services.submit(session, carrier, application, now())
        assert caught.value.code == "blocked"
        assert application.state is ApplicationState.DRAFT


def test_who_tested_positive_does_not_pass(session: Session, factories: Factories, carrier: User) -> None:
    member = factories.crew(carrier, test_result=LabResult.POSITIVE)
    application = factories.application(carrier, vehicles=(CrewedVehicle(factories.vehicle(carrier).id, (member.id,)),))
    report = run_checks(session, application, now())
    assert found(report, CheckCode.TEST_VALID) is CheckOutcome.FAIL
    assert not report.is_clean


def test_a_vehicle_without_a_driver_blocks(session: Session, factories: Factories, carrier: User) -> None:
    crew = (factories.crew(carrier, Role.ASSISTANT).id,)
    application = factories.application(carrier, vehicles=(CrewedVehicle(factories.vehicle(carrier).id, crew),))
    report = run_checks(session, application, now())
    assert found(report, CheckCode.DRIVER_PRESENT) is CheckOutcome.FAIL
    assert report.is_blocked


@pytest.mark.parametrize(
    ("licence", "kind", "tonnes", "fits"),
    [
        ("B2", VehicleClass.VAN, "3.4", True),
        ("B2", VehicleClass.TRUCK, "3.5", False),
        ("C", VehicleClass.TRUCK, "3.5", True),
        ("FB2", VehicleClass.TRUCK, "8", False),
        ("C", VehicleClass.TRACTOR, "20", False),
        ("FC", VehicleClass.TRACTOR, "20", True),
        ("FE", VehicleClass.CONTAINER, "20", False),
        ("FC", VehicleClass.VAN, "1", True),
        ("E", VehicleClass.TANKER, "12", True),
    ],
)
def test_which_licence_drives_what(licence: str, kind: VehicleClass, tonnes: str, *, fits: bool) -> None:
    assert licence_fits(licence, kind, Decimal(tonnes)) is fits


def test_a_wrong_licence_is_found_and_does_not_block(session: Session, factories: Factories, carrier: User) -> None:
    vehicle = factories.vehicle(carrier, vehicle_class=VehicleClass.TRACTOR)
    crew = (factories.crew(carrier, licence_expires_on=today()).id,)
    application = factories.application(carrier, vehicles=(CrewedVehicle(vehicle.id, crew),))
    report = run_checks(session, application, now())
    assert found(report, CheckCode.LICENCE_FITS) is CheckOutcome.FAIL
    assert found(report, CheckCode.LICENCE_VALID) is CheckOutcome.FAIL
    assert report.suggested_refusal is RefusalCode.LICENCE_MISMATCH
    services.submit(session, carrier, application, now())
    assert application.state is ApplicationState.SUBMITTED


def test_missing_papers_are_unknown(session: Session, factories: Factories, carrier: User) -> None:
    member = factories.crew(carrier, test_expires_at=None)
    member.licence_class = member.licence_expires_on = None
    cars = (CrewedVehicle(factories.vehicle(carrier).id, (member.id,)),)
    report = run_checks(session, factories.application(carrier, vehicles=cars), now())
    for code in (CheckCode.LICENCE_FITS, CheckCode.LICENCE_VALID, CheckCode.TEST_VALID):
        assert found(report, code) is CheckOutcome.UNKNOWN
    assert report.count(CheckOutcome.UNKNOWN) == 3


def test_a_test_that_ends_before_the_window_fails(session: Session, factories: Factories, carrier: User) -> None:
    crew = (factories.crew(carrier, test_expires_at=now() - timedelta(days=2)).id,)
    cars = (CrewedVehicle(factories.vehicle(carrier).id, crew),)
    report = run_checks(session, factories.application(carrier, vehicles=cars), now())
    assert found(report, CheckCode.TEST_VALID) is CheckOutcome.FAIL


@pytest.mark.parametrize(
    ("first", "last", "outcome"),
    [
        (0, 0, CheckOutcome.PASS),
        (0, 29, CheckOutcome.PASS),
        (0, 30, CheckOutcome.FAIL),
        (1, 0, CheckOutcome.FAIL),
        (-3, -1, CheckOutcome.FAIL),
    ],
)
def test_a_window_is_neither_over_nor_longer_than_a_month(
    session: Session, factories: Factories, carrier: User, first: int, last: int, outcome: CheckOutcome
) -> None:
    days = {"first_day": today() + timedelta(days=first), "last_day": today() + timedelta(days=last)}
    application = factories.application(carrier, **days)
    assert found(run_checks(session, application, now()), CheckCode.WINDOW) is outcome


def busy(session: Session, application: Application) -> tuple[CheckOutcome, set[CheckOutcome]]:
    report = run_checks(session, application, now())
    people = {check.outcome for check in report if check.code is CheckCode.PERSON_FREE}
    return found(report, CheckCode.VEHICLE_FREE), people


def test_a_vehicle_and_people_asked_for_twice_are_found_until_the_other_claim_ends(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    draft = factories.draft(carrier)
    first = factories.application(carrier, vehicles=draft.vehicles)
    second = factories.application(carrier, vehicles=draft.vehicles)
    free = (CheckOutcome.PASS, {CheckOutcome.PASS})
    taken = (CheckOutcome.FAIL, {CheckOutcome.FAIL})
    assert busy(session, second) == free  # a draft claims nothing
    services.submit(session, carrier, first, now())
    assert busy(session, second) == taken
    (made,) = services.approve(session, reviewer, first, "VN-HN", now())
    assert busy(session, second) == taken
    session.flush()
    revoke(session, reviewer, made, RevocationReason.WRONG_DATA, now())
    assert busy(session, second) == free


def test_the_day_after_another_window_is_free(session: Session, factories: Factories, carrier: User) -> None:
    draft = factories.draft(carrier)
    first = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=draft.vehicles)
    days = {"first_day": first.last_day + timedelta(days=1), "last_day": first.last_day + timedelta(days=3)}
    assert busy(session, factories.application(carrier, vehicles=draft.vehicles, **days))[0] is CheckOutcome.PASS
    days["first_day"] = first.last_day
    assert busy(session, factories.application(carrier, vehicles=draft.vehicles, **days))[0] is CheckOutcome.FAIL


def test_one_plate_and_one_person_of_two_carriers_are_found(
    session: Session, factories: Factories, carrier: User
) -> None:
    other = factories.user()
    both = {"plate": "29C12345"}, {"id_number": "001085012345", "name": "Nguyễn Văn Bình"}
    cars = [
        (CrewedVehicle(factories.vehicle(user, **both[0]).id, (factories.crew(user, **both[1]).id,)),)
        for user in (carrier, other)
    ]
    theirs = factories.application(other, ApplicationState.SUBMITTED, vehicles=cars[1])
    report = run_checks(session, factories.application(carrier, vehicles=cars[0]), now())
    bookings = [check.details["booking"] for check in report if check.outcome is CheckOutcome.FAIL]
    assert [(booking.reference, booking.is_own) for booking in bookings] == [(theirs.reference, False)] * 2


def test_one_person_in_two_vehicles_of_an_application_is_found(
    session: Session, factories: Factories, carrier: User
) -> None:
    driver = factories.crew(carrier).id
    cars = tuple(CrewedVehicle(factories.vehicle(carrier).id, (driver,)) for _ in range(2))
    report = run_checks(session, factories.application(carrier, vehicles=cars), now())
    assert found(report, CheckCode.PERSON_FREE) is CheckOutcome.FAIL


def test_applications_checked_together_are_found_what_each_is_found_alone(
    session: Session, factories: Factories, carrier: User
) -> None:
    cars = factories.draft(carrier).vehicles
    days = [(0, 2), (2, 4), (5, 6)]  # the first two share a day, the third none with them
    three = [
        factories.application(
            carrier,
            ApplicationState.SUBMITTED,
            vehicles=cars,
            first_day=today() + timedelta(days=first),
            last_day=today() + timedelta(days=last),
        )
        for first, last in days
    ]
    together = run_all_checks(session, three, now())
    assert [together[application.id] for application in three] == [run_checks(session, a, now()) for a in three]
    claims = [
        {check.details["booking"].reference for check in together[application.id] if check.details.get("booking")}
        for application in three
    ]
    assert claims == [{three[1].reference}, {three[0].reference}, set()]
    assert run_all_checks(session, [], now()) == {}


# ---------- the promise ----------


@pytest.mark.parametrize(
    ("hours", "left", "is_late"), [(0, 24, False), (1.5, 22, False), (24, 0, False), (25.5, -1, True), (30, -6, True)]
)
def test_the_promise_counts_down_in_hours(
    factories: Factories, carrier: User, hours: float, left: int, *, is_late: bool
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    assert application.submitted_at is not None
    later = application.submitted_at + timedelta(hours=hours)
    promise = queue.promise_of(application, timedelta(hours=24), later)
    assert (promise.hours_left, promise.is_late) == (left, is_late)


def test_a_draft_is_promised_nothing(factories: Factories, carrier: User) -> None:
    with pytest.raises(ValueError, match="not sent"):
        queue.promise_of(factories.application(carrier), timedelta(hours=24), now())


@pytest.mark.parametrize("day", [date(2021, 9, 18)])
def test_the_reference_takes_the_local_day(factories: Factories, day: date) -> None:
    with time_machine.travel("2021-09-17T17:30:00Z", tick=False):
        user = factories.user()
        assert f"{day:%y%m%d}" in factories.application(user).reference
