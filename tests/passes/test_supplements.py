"""Slips and crew cards: asked for, decided, signed, joined by a station, traced, revoked and signed again."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.applications.bookings import bookings_of
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import Decision, PostAuditOutcome
from passes.applications.sending import SendingRules
from passes.audit import AuditEntry
from passes.fleet.models import CrewMember, LabResult
from passes.issuing import services as issuing
from passes.issuing.models import (
    CrewChange,
    PassStatus,
    RevocationReason,
    Supplement,
    SupplementDecision,
    VehiclePass,
)
from passes.issuing.reissue import request_reissue, unsigned_papers
from passes.movement.models import Movement
from passes.movement.services import import_movements
from passes.supplements import deciding, services
from passes.supplements.crews import seats_of
from passes.supplements.findings import run_checks
from passes.supplements.services import SlipDraft, SupplementError
from protocol import claims
from protocol.assess import Context, assess
from protocol.claims import CargoClass, Role
from protocol.policy import default_policy
from protocol.reasons import Outcome, Reason
from protocol.scan_record import SealedDetails
from tests.factories import CHUONG_DUONG, Factories, now
from tests.passes.post import current_trust, road_post

AT_ONCE = SendingRules("VN-HN", is_self_declared=True)
REVIEWED = SendingRules("VN-HN")


@pytest.fixture
def vehicle_pass(factories: Factories, carrier: User) -> VehiclePass:
    """A signed pass with a driver (0) and an assistant (1) of the carrier."""
    return factories.vehicle_pass(carrier)


@pytest.fixture
def relief(factories: Factories, carrier: User) -> CrewMember:
    """A driver of the carrier who rides nowhere."""
    return factories.crew(carrier, name="Trần Đức Anh")


def ask(
    session: Session, carrier: User, vehicle_pass: VehiclePass, draft: SlipDraft, rules: SendingRules = AT_ONCE
) -> Supplement:
    """A slip, signed by the worker if it is approved."""
    found = services.request_slip(session, carrier, vehicle_pass, draft, rules, now())
    session.commit()
    jobs.wake()
    session.refresh(found)
    return found


def texts(*papers: VehiclePass | Supplement) -> list[str]:
    return [paper.text or "" for paper in papers]


def test_a_swapped_driver_is_signed_at_once_and_rides_by_sheet_and_slip(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(relief.id,)))
    assert slip.number == f"{vehicle_pass.number}-B1"
    assert slip.status_index != vehicle_pass.status_index
    verdict = assess(texts(vehicle_pass, slip), current_trust(), Context(crew_present=(1, 2)), now())
    assert (verdict.outcome, verdict.reasons) == (Outcome.ADMIT, ())
    assert verdict.journey is not None
    assert [(index, entry.name) for index, entry in verdict.journey.crew][1] == (2, "Trần Đức Anh")


def test_a_slip_waits_for_the_authority_where_policy_reviews(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember, factories: Factories
) -> None:
    reviewer = factories.user("reviewer")
    slip = ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(relief.id,)), REVIEWED)
    assert slip.text is None
    assert deciding.count_open(session) == 1
    deciding.approve(session, reviewer, slip, now())
    session.commit()
    jobs.wake()
    session.refresh(slip)
    assert slip.text is not None
    assert deciding.count_open(session) == 0
    with pytest.raises(deciding.DecisionError) as refused:
        deciding.approve(session, reviewer, slip, now())
    assert refused.value.code == "decided"


def test_whom_a_slip_took_off_a_pass_is_free_and_whom_it_put_on_is_booked(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember, factories: Factories
) -> None:
    driver = vehicle_pass.application_vehicle.crew[0].member
    cars = (CrewedVehicle(factories.vehicle(carrier).id, (driver.id, relief.id)),)
    other = factories.application(carrier, vehicles=cars)

    def booked() -> set[int]:
        return set(bookings_of(session, [other])[other.id].people)

    slip = ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(relief.id,)), REVIEWED)
    assert booked() == {driver.person_id}, "a slip that waits changes nothing"
    deciding.approve(session, factories.user("reviewer"), slip, now())
    assert booked() == {relief.person_id}
    reference = vehicle_pass.application_vehicle.application.reference
    assert bookings_of(session, [other])[other.id].people[relief.person_id].reference == reference
    deciding.revoke(session, factories.user("reviewer"), slip, RevocationReason.WRONG_DATA, now())
    assert booked() == {driver.person_id}
    issuing.revoke(session, None, vehicle_pass, RevocationReason.ENDED_EARLY, now())
    assert booked() == set()


def test_what_is_not_clean_waits_even_where_policy_signs_at_once(
    session: Session, carrier: User, vehicle_pass: VehiclePass, factories: Factories
) -> None:
    elsewhere = factories.vehicle_pass(carrier)
    member = session.scalars(sa.select(CrewMember).where(CrewMember.person_id == elsewhere.crew[0].person_id)).one()
    slip = ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(member.id,)))
    assert slip.decision is None
    report = run_checks(session, slip, now())
    failed = [check.code.value for person in report.people for check in person.checks if check.outcome == "fail"]
    assert failed == ["person_free"]


def test_somebody_whom_a_slip_took_off_another_pass_is_free_for_this_one(
    session: Session, carrier: User, vehicle_pass: VehiclePass, factories: Factories, relief: CrewMember
) -> None:
    elsewhere = factories.vehicle_pass(carrier)
    member = session.scalars(sa.select(CrewMember).where(CrewMember.person_id == elsewhere.crew[0].person_id)).one()
    ask(session, carrier, elsewhere, SlipDraft(leaving=(0,), joining=(relief.id,)))
    slip = ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(member.id,)))
    assert slip.is_approved


def test_a_row_without_a_decision_behind_it_is_never_signed(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)), REVIEWED)
    slip.status, slip.requested_at = PassStatus.VALID, now()  # whatever else the row says
    session.commit()
    jobs.wake()
    session.refresh(slip)
    assert slip.signed_at is None


def test_a_refused_slip_is_not_signed_and_its_index_is_never_given_again(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember, factories: Factories
) -> None:
    first = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)), REVIEWED)
    deciding.refuse(session, factories.user("reviewer"), first, "double_booked", " Đang đi xe khác. ", now())
    session.commit()
    second = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)))
    assert [line.position for line in (*first.crew, *second.crew)] == [2, 3]
    assert first.text is None
    assert first.decision is not None
    assert (first.decision.outcome, first.decision.note) == (Decision.REFUSED, "Đang đi xe khác.")


def test_slips_count_in_the_order_in_which_they_were_asked_for(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember, factories: Factories
) -> None:
    third = factories.crew(carrier, name="Lê Văn Ba")
    slips = [ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(relief.id,)))]
    slips.append(ask(session, carrier, vehicle_pass, SlipDraft(leaving=(2,), joining=(third.id,))))
    verdict = assess(texts(*reversed(slips), vehicle_pass), current_trust(), Context(), now())
    assert verdict.journey is not None
    assert [index for index, _ in verdict.journey.crew] == [1, 3]
    assert [seat.position for seat in seats_of(session, vehicle_pass)] == [1, 3]
    issued = [claims.peek(slip.text or "").issued_at for slip in slips]
    assert issued[0] < issued[1]


def test_a_further_leg_and_another_cargo_are_said_by_a_slip(
    session: Session, carrier: User, vehicle_pass: VehiclePass
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(leg=(CHUONG_DUONG,), cargo=CargoClass.EMPTY))
    verdict = assess(texts(vehicle_pass, slip), current_trust(), Context(), now())
    assert verdict.journey is not None
    assert (verdict.journey.route[-1], verdict.journey.cargo) == (CHUONG_DUONG, CargoClass.EMPTY)


def member_at(session: Session, vehicle_pass: VehiclePass, position: int) -> CrewMember:
    person_id = vehicle_pass.crew[position].person_id
    return session.scalars(sa.select(CrewMember).where(CrewMember.person_id == person_id)).one()


def in_time(moment: datetime, *papers: VehiclePass | Supplement) -> tuple[Outcome, tuple[Reason, ...]]:
    verdict = assess(texts(*papers), current_trust(), Context(), moment)
    return verdict.outcome, tuple(reason for reason in verdict.reasons if reason is not Reason.TRUST_STALE)


@pytest.mark.parametrize("is_card", [True, False], ids=["card", "slip"])
def test_a_renewed_test_counts_by_a_new_card_or_a_slip_and_no_sheet_is_printed_again(
    session: Session, carrier: User, factories: Factories, *, is_card: bool
) -> None:
    ends = now().replace(second=0) + timedelta(hours=9)
    crew = (factories.crew(carrier), factories.crew(carrier, Role.ASSISTANT, test_expires_at=ends))
    vehicle = factories.vehicle(carrier)
    vehicle_pass = factories.vehicle_pass(
        carrier, vehicles=(CrewedVehicle(vehicle.id, tuple(member.id for member in crew)),)
    )
    minute = timedelta(minutes=1)
    assert in_time(ends - minute, vehicle_pass) == (Outcome.ADMIT, ())
    assert in_time(ends + minute, vehicle_pass) == (Outcome.REFER, (Reason.CREW_EXPIRED,))
    crew[1].test_expires_at = ends + timedelta(days=1)
    session.commit()
    if is_card:
        paper = services.request_card(session, carrier, crew[1], AT_ONCE, now())
        session.commit()
        jobs.wake()
        session.refresh(paper)
    else:
        paper = ask(session, carrier, vehicle_pass, SlipDraft(renewed=(1,)))
    assert in_time(ends + minute, vehicle_pass, paper) == (Outcome.ADMIT, ())


def test_the_person_who_joined_by_a_slip_is_traced_as_the_person_whom_the_carrier_named(
    session: Session, client: FlaskClient, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(relief.id,)))
    post = road_post(session, client)
    details = SealedDetails(text=vehicle_pass.text, beside=(slip.text or "",))
    post.send(post.scan(vehicle_pass, now(), details=details))
    assistant = vehicle_pass.crew[1].person_id
    found = {person for (person,) in session.execute(sa.select(Movement.person_id))}
    assert found == {relief.person_id, assistant}


def test_a_tick_at_a_slips_index_names_that_person_although_the_slip_did_not_come_along(
    session: Session, client: FlaskClient, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(relief.id,)))
    post = road_post(session, client)
    post.send(post.scan(vehicle_pass, now(), crew_present=(2,)))
    named = f"{vehicle_pass.iss}:{vehicle_pass.cti}:2"
    said = {"id": "m1", "at": "2021-09-11T00:00:00Z", "area": "00355", "pass_id": named}
    assert [done.added for done in import_movements(session, None, io.BytesIO(json.dumps(said).encode()), now())] == [1]
    found = session.execute(sa.select(Movement.person_id, Movement.pass_id).distinct()).all()
    assert found == [(relief.person_id, vehicle_pass.id)]


def test_a_revoked_slip_no_longer_counts_and_the_pass_does(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember, factories: Factories
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(leaving=(0,), joining=(relief.id,)))
    deciding.revoke(session, factories.user("reviewer"), slip, RevocationReason.WRONG_DATA, now())
    session.commit()
    jobs.wake()
    verdict = assess(texts(vehicle_pass, slip), current_trust(), Context(), now())
    assert Reason.SUPPLEMENT_UNUSABLE in verdict.reasons
    assert assess(vehicle_pass.text or "", current_trust(), Context(), now()).outcome is Outcome.ADMIT
    assert [seat.position for seat in seats_of(session, vehicle_pass)] == [0, 1]


def test_a_revoked_pass_takes_its_slips_with_it(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)))
    issuing.revoke(session, None, vehicle_pass, RevocationReason.MISUSE, now())
    session.commit()
    jobs.wake()
    verdict = assess(texts(slip, vehicle_pass), current_trust(), Context(), now())
    assert (verdict.outcome, Reason.REVOKED in verdict.reasons) == (Outcome.REFUSE, True)
    with pytest.raises(SupplementError) as refused:
        ask(session, carrier, vehicle_pass, SlipDraft(leaving=(1,)))
    assert refused.value.code == "pass_void"


def test_slips_and_cards_of_a_retired_key_are_signed_again_and_say_the_same(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember, app: Flask
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)))
    services.request_card(session, carrier, relief, AT_ONCE, now())
    session.commit()
    jobs.wake()
    before = claims.peek(slip.text or "")
    assert request_reissue(session, None, slip.kid or "", default_policy(), now()) == 3
    assert unsigned_papers(session)[0] == 3
    session.commit()
    app.extensions["worker"].drain()
    session.refresh(slip)
    assert slip.signed_at is not None
    assert claims.peek(slip.text or "") == before
    assert unsigned_papers(session) == (0, None)


def test_some_of_what_policy_signed_is_looked_at_afterwards(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember, factories: Factories
) -> None:
    always = SendingRules("VN-HN", is_self_declared=True, audit_percent=100)
    slip = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)), always)
    assert slip.text is not None
    assert list(session.scalars(deciding.drawn())) == [slip]
    deciding.find_in_order(session, factories.user("reviewer"), slip, now())
    session.commit()
    assert slip.decision is not None
    assert slip.decision.audit is PostAuditOutcome.IN_ORDER
    assert deciding.count_open(session) == 0


@pytest.mark.parametrize(
    ("prepare", "draft", "code"),
    [
        (None, SlipDraft(), "nothing_changes"),
        (None, SlipDraft(leaving=(0,)), "no_driver"),
        (None, SlipDraft(leaving=(5,)), "not_own"),
        (None, SlipDraft(joining=(999_999,)), "not_own"),
        (None, SlipDraft(renewed=(1,)), "not_later"),
    ],
)
def test_a_slip_that_makes_no_sense_is_refused(
    session: Session,
    carrier: User,
    vehicle_pass: VehiclePass,
    prepare: Callable[[], None] | None,
    draft: SlipDraft,
    code: str,
) -> None:
    del prepare
    with pytest.raises(SupplementError) as refused:
        ask(session, carrier, vehicle_pass, draft)
    assert refused.value.code == code
    session.rollback()
    assert session.scalars(sa.select(Supplement)).all() == []


def test_nobody_with_papers_that_are_over_or_a_positive_test_gets_a_slip_or_card(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({"test_expires_at": now() - timedelta(minutes=1)}, "papers_over"),
        ({"test_expires_at": now() + timedelta(days=1), "test_result": LabResult.POSITIVE}, "positive"),
    ]
    for values, code in cases:
        for name, value in values.items():
            setattr(relief, name, value)
        session.commit()
        with pytest.raises(SupplementError) as slip:
            services.request_slip(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)), AT_ONCE, now())
        session.rollback()
        with pytest.raises(SupplementError) as card:
            services.request_card(session, carrier, relief, AT_ONCE, now())
        session.rollback()
        assert slip.value.code == card.value.code == code


def test_a_second_slip_waits_until_the_first_is_decided_and_a_pass_that_is_over_takes_none(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)), REVIEWED)
    with pytest.raises(SupplementError) as waiting:
        ask(session, carrier, vehicle_pass, SlipDraft(leaving=(1,)))
    with pytest.raises(SupplementError) as over:
        services.request_slip(session, carrier, vehicle_pass, SlipDraft(leaving=(1,)), AT_ONCE, vehicle_pass.expires_at)
    assert (waiting.value.code, over.value.code) == ("slip_waiting", "pass_over")


def test_everything_that_happens_to_a_slip_is_in_the_log(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)))
    about = sa.select(AuditEntry.verb).where(AuditEntry.subject == f"Supplement:{slip.id}").order_by(AuditEntry.id)
    assert list(session.scalars(about)) == ["supplements.request", "supplements.approve", "issuing.sign"]


def test_a_slip_that_joins_the_register_is_as_issued(
    session: Session, carrier: User, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    slip = ask(session, carrier, vehicle_pass, SlipDraft(joining=(relief.id,)))
    assert issuing.is_as_issued(session, claims.peek(slip.text or ""))
    assert [line.change for line in slip.crew] == [CrewChange.JOINS]
    assert session.scalar(sa.select(sa.func.count()).select_from(SupplementDecision)) == 1
