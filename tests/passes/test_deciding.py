"""Deciding: vehicle by vehicle, by one reviewer at a time, many clean files at once, and afterwards by lot."""

from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.applications import batch, cargo, claims, post_audit, queue, refusals, services
from passes.applications.checks import CheckCode, CheckOutcome, run_checks
from passes.applications.decisions import VehicleRefusal
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import (
    Application,
    ApplicationState,
    Decision,
    PostAudit,
    PostAuditOutcome,
    RefusalCode,
    ReviewClaim,
)
from passes.applications.queue import CheckSummary, QueueFilter, Urgency
from passes.applications.seen import mark_of
from passes.applications.transitions import ApplicationError
from passes.audit import AuditEntry
from passes.issuing.models import PassStatus, RevocationReason, VehiclePass
from passes.issuing.services import revoke
from protocol.claims import CargoClass, VehicleClass
from tests.factories import UNG_HOA, Factories, now

DAY = timedelta(hours=24)


@pytest.fixture
def reviewer(factories: Factories) -> User:
    return factories.user("reviewer")


@pytest.fixture
def colleague(factories: Factories) -> User:
    return factories.user("reviewer")


def convoy(factories: Factories, carrier: User, count: int = 3) -> Application:
    cars = tuple(CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier).id,)) for _ in range(count))
    return factories.application(carrier, ApplicationState.SUBMITTED, vehicles=cars)


# ---------- vehicle by vehicle ----------


def test_some_vehicles_are_refused_and_the_others_get_their_passes(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = convoy(factories, carrier)
    first, second, third = application.vehicles
    refused = {second.id: VehicleRefusal(RefusalCode.LICENCE_MISMATCH, " Hạng B2. ")}
    made = services.decide(session, reviewer, application, refused, "VN-HN", now(), note="Một xe chưa đủ giấy tờ.")
    assert application.state is ApplicationState.APPROVED
    assert [one.application_vehicle_id for one in made] == [first.id, third.id]
    assert [item.decision for item in application.vehicles] == [Decision.APPROVED, Decision.REFUSED, Decision.APPROVED]
    assert (second.refusal_code, second.note) == ("licence_mismatch", "Hạng B2.")
    assert (application.refusal_code, application.note) == (None, "Một xe chưa đủ giấy tờ.")
    session.commit()
    jobs.wake()
    assert {one.application_vehicle_id for one in session.query(VehiclePass) if one.signed_at} == {first.id, third.id}


def test_with_every_vehicle_refused_the_application_is_refused(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = convoy(factories, carrier, 2)
    codes = (RefusalCode.DOUBLE_BOOKED, RefusalCode.INSPECTION_EXPIRED)
    refused = {item.id: VehicleRefusal(code) for item, code in zip(application.vehicles, codes, strict=True)}
    assert services.decide(session, reviewer, application, refused, "VN-HN", now()) == []
    assert (application.state, application.refusal_code) == (ApplicationState.REJECTED, codes[0])
    assert [item.refusal_code for item in application.vehicles] == list(codes)
    assert session.query(VehiclePass).count() == 0


def test_a_refused_vehicle_is_free_for_another_application(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = convoy(factories, carrier, 2)
    kept, refused = application.vehicles
    services.decide(session, reviewer, application, {refused.id: VehicleRefusal("document_missing")}, "VN-HN", now())
    for item, outcome in ((kept, CheckOutcome.FAIL), (refused, CheckOutcome.PASS)):
        cars = (CrewedVehicle(item.vehicle_id, (factories.crew(carrier).id,)),)
        report = run_checks(session, factories.application(carrier, vehicles=cars), now())
        assert [c.outcome for c in report if c.code is CheckCode.VEHICLE_FREE] == [outcome]


def test_a_decision_names_vehicles_of_the_application_and_codes_of_the_list(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = convoy(factories, carrier, 2)
    refusals.retire_refusal(session, reviewer, refusals.all_refusals(session)[0], now())
    retired = refusals.all_refusals(session)[-1].code
    item = application.vehicles[0].id
    for wrong, code in (
        ({999_999: VehicleRefusal("double_booked")}, "vehicle_unknown"),
        ({item: VehicleRefusal("because")}, "refusal_unknown"),
        ({item: VehicleRefusal(retired)}, "refusal_unknown"),
    ):
        with pytest.raises(ApplicationError) as caught:
            services.decide(session, reviewer, application, wrong, "VN-HN", now())
        assert caught.value.code == code
    assert application.state is ApplicationState.SUBMITTED


# ---------- refusal codes ----------


def test_codes_are_added_reworded_retired_and_brought_back(session: Session, reviewer: User) -> None:
    made = refusals.add_refusal(session, reviewer, "no_commitment", "Chưa có  cam kết", "No commitment", now())
    assert (made.vi, refusals.refusals_in_use(session)[-1]) == ("Chưa có cam kết", made)
    refusals.change_refusal(session, reviewer, made, "Chưa ký cam kết", "The commitment is not signed", now())
    assert refusals.find_refusal(session, "no_commitment").en == "The commitment is not signed"
    refusals.retire_refusal(session, reviewer, made, now())
    assert made not in refusals.refusals_in_use(session)
    refusals.retire_refusal(session, reviewer, made, now(), is_retired=False)
    assert made in refusals.refusals_in_use(session)
    verbs = [entry.verb for entry in session.query(AuditEntry).filter_by(subject="Refusal:no_commitment")]
    assert verbs == [f"applications.{verb}_refusal" for verb in ("add", "change", "retire", "restore")]


@pytest.mark.parametrize(
    ("code", "vi", "en", "error", "field"),
    [
        ("Bad Code", "a", "b", "code_invalid", "code"),
        ("ab", "a", "b", "code_invalid", "code"),
        ("double_booked", "a", "b", "code_taken", "code"),
        ("new_code", " ", "b", "sentence_length", "vi"),
        ("new_code", "a", "b" * 201, "sentence_length", "en"),
    ],
)
def test_a_code_without_form_or_sentence_is_refused(
    session: Session, reviewer: User, code: str, vi: str, en: str, error: str, field: str
) -> None:
    with pytest.raises(refusals.RefusalError) as caught:
        refusals.add_refusal(session, reviewer, code, vi, en, now())
    assert (caught.value.code, caught.value.field) == (error, field)


# ---------- claims ----------


def test_of_two_reviewers_one_has_a_file_until_it_runs_out(
    session: Session, factories: Factories, carrier: User, reviewer: User, colleague: User
) -> None:
    application, start = factories.application(carrier, ApplicationState.SUBMITTED), now()
    assert claims.claim(session, reviewer, application, start).user_id == reviewer.id
    assert claims.claim(session, colleague, application, start).user_id == reviewer.id
    renewed = claims.claim(session, reviewer, application, start + timedelta(minutes=9))
    assert renewed.until == start + timedelta(minutes=9) + claims.CLAIM_LIFETIME
    assert claims.claim(session, colleague, application, start + timedelta(minutes=18)).user_id == reviewer.id
    assert claims.claim(session, colleague, application, start + timedelta(minutes=19)).user_id == colleague.id


@pytest.mark.parametrize("act", ["approve", "reject", "return"])
def test_nobody_decides_what_somebody_else_has_before_them(
    session: Session, factories: Factories, carrier: User, reviewer: User, colleague: User, act: str
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    claims.claim(session, reviewer, application, now())

    def decide(actor: User) -> None:
        if act == "approve":
            services.approve(session, actor, application, "VN-HN", now())
        elif act == "reject":
            services.reject(session, actor, application, "double_booked", None, now())
        else:
            services.send_back(session, actor, application, "Ghi rõ.", now())

    with pytest.raises(ApplicationError) as caught:
        decide(colleague)
    assert caught.value.code == "claimed"
    assert application.state is ApplicationState.SUBMITTED
    decide(reviewer)
    assert application.state is not ApplicationState.SUBMITTED
    assert session.query(ReviewClaim).count() == 0


def test_the_next_file_is_the_oldest_that_nobody_has(
    session: Session, factories: Factories, carrier: User, reviewer: User, colleague: User
) -> None:
    files = [factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(3)]
    taken = [claims.claim_next(session, actor, queue.waiting(), now()) for actor in (reviewer, colleague, reviewer)]
    assert taken == [files[0], files[1], files[0]]  # one's own first comes again until it is decided
    claims.release(session, reviewer, files[0])
    assert claims.claim_next(session, colleague, queue.waiting(), now()) == files[0]
    holding = claims.holders(session, [one.id for one in files], now())
    assert holding == {files[0].id: colleague.id, files[1].id: colleague.id}


# ---------- the queue ----------


def test_the_queue_is_narrowed_by_checks_urgency_and_cargo(
    session: Session, factories: Factories, carrier: User
) -> None:
    clean = factories.application(carrier, ApplicationState.SUBMITTED)
    unknown = factories.application(
        carrier,
        ApplicationState.SUBMITTED,
        cargo=CargoClass.MEDICAL,
        vehicles=(CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier, test_expires_at=None).id,)),),
    )
    tractor = factories.vehicle(carrier, vehicle_class=VehicleClass.TRACTOR)
    failed = factories.application(
        carrier, ApplicationState.SUBMITTED, vehicles=(CrewedVehicle(tractor.id, (factories.crew(carrier).id,)),)
    )
    clean.submitted_at = now() - timedelta(hours=25)
    unknown.submitted_at = now() - timedelta(hours=19)

    def found(**wanted: object) -> list[Application]:
        return list(session.scalars(queue.waiting(QueueFilter(**wanted), DAY, now())))

    assert found() == [clean, unknown, failed]
    assert found(checks=CheckSummary.CLEAN) == [clean]
    assert found(checks=CheckSummary.UNKNOWN) == [unknown]
    assert found(checks=CheckSummary.FAILED) == [failed]
    assert found(urgency=Urgency.LATE) == [clean]
    assert found(urgency=Urgency.SOON) == [clean, unknown]
    assert found(cargo=int(CargoClass.MEDICAL)) == [unknown]
    assert found(text=tractor.plate[3:]) == [failed]
    assert found(text=carrier.organisation.name, cargo=int(CargoClass.FOOD)) == [clean, failed]


# ---------- many at once ----------


def test_clean_files_are_taken_together_and_approved_with_one_confirmation(
    session: Session, factories: Factories, carrier: User, reviewer: User, colleague: User
) -> None:
    first, second, third = (factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(3))
    untested = (CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier, test_expires_at=None).id,)),)
    unclear = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=untested)
    claims.claim(session, colleague, second, now())
    assert batch.take_batch(session, reviewer, QueueFilter(), timedelta(hours=24), now()) == 2
    assert list(batch.batch_of(session, reviewer, now())) == [first, third]
    marks = {one.reference: mark_of(one, run_checks(session, one, now())) for one in (first, second, third, unclear)}
    result = batch.approve_batch(session, reviewer, marks | {"HS-000000-00000": ""}, "VN-HN", now())
    assert result.approved == (first.reference, third.reference)
    assert result.passes == 2
    assert dict(result.left) == {
        second.reference: "claimed",
        unclear.reference: "not_clean",
        "HS-000000-00000": "transition",
    }
    assert [one.state for one in (first, second, third, unclear)] == [
        ApplicationState.APPROVED,
        ApplicationState.SUBMITTED,
        ApplicationState.APPROVED,
        ApplicationState.SUBMITTED,
    ]
    session.commit()
    assert session.query(AuditEntry).filter_by(verb="applications.approve").count() == 2


def test_a_file_that_is_clean_no_more_leaves_the_batch(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    application.vehicles[0].crew[0].member.licence_expires_on = application.first_day
    assert batch.take_batch(session, reviewer, QueueFilter(), timedelta(hours=24), now()) == 0
    assert application.failed_checks == 1
    assert list(session.scalars(queue.waiting(QueueFilter(checks=CheckSummary.CLEAN)))) == []


def test_a_batch_has_as_many_vehicles_as_one_person_looks_over(
    session: Session, factories: Factories, carrier: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_VEHICLES", 3)
    for _ in range(2):
        convoy(factories, carrier, 2)
    assert batch.take_batch(session, reviewer, QueueFilter(), timedelta(hours=24), now()) == 1


# ---------- what the checks know beside the papers ----------


def outcomes(session: Session, application: Application, code: CheckCode) -> list[CheckOutcome]:
    return [check.outcome for check in run_checks(session, application, now()) if check.code is code]


def test_a_cargo_class_that_is_stopped_fails(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    application = factories.application(carrier)
    cargo.allow_cargoes(session, reviewer, set(CargoClass) - {CargoClass.FOOD}, now())
    session.flush()
    assert outcomes(session, application, CheckCode.CARGO) == [CheckOutcome.FAIL]
    cargo.allow_cargoes(session, reviewer, set(CargoClass), now())
    session.flush()
    assert outcomes(session, application, CheckCode.CARGO) == [CheckOutcome.PASS]
    cargo.allow_cargoes(session, reviewer, set(CargoClass), now())  # nothing changed, nothing to write down
    assert session.query(AuditEntry).filter_by(verb="applications.allow_cargoes").count() == 2


def test_a_route_names_districts_and_wards(session: Session, factories: Factories, carrier: User) -> None:
    for route, outcome in ((("00067", UNG_HOA), CheckOutcome.PASS), (("01", UNG_HOA), CheckOutcome.FAIL)):
        application = factories.application(carrier, route=route)
        assert outcomes(session, application, CheckCode.AREAS) == [outcome]


def test_a_plate_that_another_carrier_has_too_is_for_the_reviewer_to_clear(
    session: Session, factories: Factories, carrier: User
) -> None:
    other = factories.user()
    theirs = factories.vehicle(other, plate="29C12345")
    cars = (CrewedVehicle(factories.vehicle(carrier, plate="29C12345").id, (factories.crew(carrier).id,)),)
    application = factories.application(carrier, vehicles=cars)
    (check,) = (c for c in run_checks(session, application, now()) if c.code is CheckCode.PLATE_OWNER)
    assert (check.outcome, check.details["carriers"]) == (CheckOutcome.UNKNOWN, other.organisation.short_name)
    theirs.retired_at = now()
    session.flush()
    assert outcomes(session, application, CheckCode.PLATE_OWNER) == [CheckOutcome.PASS]


@pytest.mark.parametrize(
    ("reason", "days", "outcome"),
    [
        (RevocationReason.MISUSE, 1, CheckOutcome.FAIL),
        (RevocationReason.MISUSE, 91, CheckOutcome.PASS),
        (RevocationReason.ENDED_EARLY, 1, CheckOutcome.PASS),
    ],
)
def test_misuse_is_remembered_for_ninety_days_of_vehicle_and_people(
    session: Session, factories: Factories, carrier: User, reason: RevocationReason, days: int, outcome: CheckOutcome
) -> None:
    earlier = factories.vehicle_pass(carrier)
    revoke(session, None, earlier, reason, now() - timedelta(days=days))
    item = earlier.application_vehicle
    cars = (CrewedVehicle(item.vehicle_id, tuple(entry.crew_member_id for entry in item.crew)),)
    application = factories.application(carrier, vehicles=cars)
    assert outcomes(session, application, CheckCode.VEHICLE_RECORD) == [outcome]
    assert set(outcomes(session, application, CheckCode.PERSON_RECORD)) == {outcome}


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("001085012345", CheckOutcome.PASS),
        ("001305012345", CheckOutcome.PASS),  # a woman born in 2005
        ("001220012345", CheckOutcome.FAIL),  # born in 2020
        ("001012012345", CheckOutcome.FAIL),  # born in 1912
        ("012345678", CheckOutcome.PASS),  # the nine digits of an older card
    ],
)
def test_an_id_number_names_somebody_of_an_age_to_be_on_board(
    session: Session, factories: Factories, carrier: User, number: str, outcome: CheckOutcome
) -> None:
    cars = (CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier, id_number=number).id,)),)
    assert outcomes(session, factories.application(carrier, vehicles=cars), CheckCode.ID_FORMAT) == [outcome]


# ---------- afterwards ----------


def drawn(session: Session, factories: Factories, carrier: User) -> PostAudit:
    application = factories.vehicle_pass(carrier).application_vehicle.application
    assert post_audit.draw(session, application, 100, now())
    session.flush()
    return session.query(PostAudit).filter_by(application_id=application.id).one()


def test_lots_are_drawn_by_the_hundred(session: Session, factories: Factories, carrier: User) -> None:
    application = factories.application(carrier)
    assert not any(post_audit.draw(session, application, 0, now()) for _ in range(50))
    assert session.query(PostAudit).count() == 0


def test_a_file_found_in_order_keeps_its_passes_and_one_that_is_not_loses_them(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    good, bad = drawn(session, factories, carrier), drawn(session, factories, carrier)
    assert post_audit.count_pending(session) == 2
    assert post_audit.conclude(session, reviewer, good, PostAuditOutcome.IN_ORDER, None, now()) == 0
    with pytest.raises(ApplicationError) as caught:
        post_audit.conclude(session, reviewer, bad, PostAuditOutcome.REVOKED, " ", now())
    assert caught.value.code == "note_missing"
    assert post_audit.conclude(session, reviewer, bad, PostAuditOutcome.REVOKED, "Xe không có thật.", now()) == 1
    with pytest.raises(ApplicationError) as caught:
        post_audit.conclude(session, reviewer, bad, PostAuditOutcome.IN_ORDER, None, now())
    assert caught.value.code == "post_audit_done"
    session.commit()
    statuses = {p.application_vehicle.application_id: p.status for p in session.query(VehiclePass)}
    assert statuses == {good.application_id: PassStatus.VALID, bad.application_id: PassStatus.REVOKED}
    assert list(session.scalars(post_audit.post_audits(PostAuditOutcome.REVOKED))) == [bad]
    assert post_audit.find_post_audit(session, good.application.reference) == good


def test_policy_approves_without_a_reviewer(session: Session, factories: Factories, carrier: User) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    iss = current_app.config["ISSUER_ID"]
    assert len(services.approve(session, None, application, iss, now())) == 1
    assert (application.state, application.decided_by_id) == (ApplicationState.APPROVED, None)
