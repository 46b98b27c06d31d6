"""The desk of a district: one row a person, what is to be done today, and what may be said of a follow-up."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from passes.accounts.models import OrganisationKind, User
from passes.audit import AuditEntry
from passes.batches import one_of
from passes.followup import deciding, services, transfers, visits
from passes.followup.events import Assignment, StatusEvent, Visit, VisitOutcome
from passes.followup.listing import Filters, Work, people_on_list
from passes.followup.models import FollowUp, FollowUpStatus
from passes.followup.visits import Symptom, VisitDraft
from passes.local_time import end_of_day
from passes.people.models import Person
from tests.factories import HOAN_KIEM, UNG_HOA, Factories, now, today
from tests.passes.followed import HOUR, VAN_DINH, Crowd, age, follow, rows_of
from tests.passes.morning import DAY
from tests.passes.pages import Login, words

OPEN, DONE = FollowUpStatus.FOLLOW_UP, FollowUpStatus.COMPLETED


@pytest.fixture
def crowd(session: Session) -> Crowd:
    return Crowd(session)


@pytest.fixture
def officer(factories: Factories) -> User:
    return factories.user("district")


@pytest.fixture
def person(session: Session, crowd: Crowd) -> Person:
    """Somebody from the zone who stays in Vân Đình."""
    made = crowd.person()
    follow(session, "z")
    return made


def waiting(session: Session, user: User, work: Work, missed: int | None = None) -> set[int]:
    session.expire_all()
    return set(session.scalars(people_on_list(session, user, Filters(work=work, missed=missed), now())))


def healthy(session: Session, user: User, person: Person, at: object = None) -> Visit:
    draft = VisitDraft(at=at or now(), outcome=VisitOutcome.HEALTHY)
    visit = visits.record_visit(session, user, person.id, draft, now())
    session.commit()
    return visit


# ---------- many people ----------


def test_300_people_with_340_follow_ups_are_300_rows_and_290_healthy_visits_are_three_actions(
    session: Session, crowd: Crowd, officer: User, login: Login
) -> None:
    people = [crowd.person(area="00355" if n >= 40 else "00337") for n in range(300)]
    follow(session, "a", ("00355", "00337"))
    follow(session, "b", ("00337",))
    assert session.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 340
    page = login(officer)
    shown = page.get("/followups?per_page=300").text
    assert shown.count('name="person"') == 300
    for ill in people[:10]:
        draft = VisitDraft(at=now(), outcome=VisitOutcome.SYMPTOMS, symptoms=(Symptom.COUGH,))
        visits.record_visit(session, officer, ill.id, draft, now())
    actions = [page.get("/followups?work=today")]
    assert "Cả 290 người: khỏe, không triệu chứng" in words(actions[0])
    actions.append(page.post("/followups/healthy?work=today", data={"everybody": "ask"}))
    assert "Ghi 290 người khỏe, không triệu chứng?" in words(actions[1])
    actions.append(page.post("/followups/healthy?work=today", data={"everybody": "sure"}, follow_redirects=True))
    assert "Đã ghi 290 người khỏe" in words(actions[2])
    assert len(actions) <= 5
    counts = dict(session.execute(sa.select(Visit.outcome, sa.func.count()).group_by(Visit.outcome)).all())
    assert counts == {VisitOutcome.HEALTHY: 290, VisitOutcome.SYMPTOMS: 10}
    page.post("/followups/healthy?work=today", data={"everybody": "sure"})
    assert session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 300  # nobody is visited twice by one button


def test_a_search_that_fits_more_people_than_a_statement_takes_values_still_answers(session: Session) -> None:
    numbers = range(1, 40_001)
    statement = sa.select(sa.func.count()).where(one_of(session, sa.literal(39_999), numbers))
    assert session.scalar(statement) == 1


def test_a_selection_is_recorded_acknowledged_and_assigned(
    session: Session, crowd: Crowd, officer: User, login: Login
) -> None:
    people = [crowd.person() for _ in range(3)]
    follow(session, "z")
    page, chosen = login(officer), [str(p.id) for p in people[:2]]
    page.post("/followups/healthy", data={"person": chosen})
    page.post("/followups/acknowledge", data={"person": chosen})
    assert "Giao 2 người cho ai?" in words(page.post("/followups/assign", data={"person": chosen}))
    page.post("/followups/assign", data={"person": chosen, "to": f"ward:{VAN_DINH}"})
    assert waiting(session, officer, Work.TODAY) == {people[2].id}
    assert waiting(session, officer, Work.ACKNOWLEDGE) == {people[2].id}
    assert set(session.scalars(sa.select(Assignment.ward_code))) == {VAN_DINH}
    page.post("/followups/assign", data={"person": chosen[:1], "to": f"user:{officer.id}"})
    assert waiting(session, officer, Work.MINE) == {people[0].id}


# ---------- news ----------


def test_whoever_is_new_waits_for_acknowledgement_and_is_overdue_after_four_hours(
    session: Session, person: Person, officer: User, login: Login
) -> None:
    page = login(officer)
    shown = words(page.get("/followups"))
    assert "tiếp nhận trước" in shown
    assert "Quá hạn tiếp nhận" not in shown
    session.execute(sa.update(FollowUp).values(listed_at=now() - 4 * HOUR - timedelta(minutes=1)))
    assert "Quá hạn tiếp nhận" in words(page.get("/followups"))
    page.post("/followups/acknowledge", data={"only": person.id})
    row = rows_of(session, person)["z"]
    assert row.acknowledged_by_id == officer.id
    assert "tiếp nhận trước" not in words(page.get("/followups"))


def test_a_person_who_comes_to_a_district_is_news_there_again(
    session: Session, person: Person, officer: User, factories: Factories
) -> None:
    deciding.acknowledge(session, officer, [person.id], now())
    other = factories.user("district", factories.organisation(OrganisationKind.DISTRICT, area_code=HOAN_KIEM))
    transfer = transfers.ask_transfer(session, officer, person.id, "00067", now(), "Về nhà", now())
    session.commit()
    assert waiting(session, other, Work.ACKNOWLEDGE) == set()
    transfers.decide_transfer(session, other, transfer.id, is_accepted=True, answer=None, now=now())
    session.commit()
    assert waiting(session, other, Work.ACKNOWLEDGE) == {person.id}


# ---------- days that nobody came ----------


@pytest.mark.parametrize(("listed_days_ago", "missed"), [(0, 0), (1, 1), (2, 2), (3, 3), (9, 9)])
def test_days_without_a_visit_count_from_the_day_of_arrival(
    session: Session, person: Person, officer: User, listed_days_ago: int, missed: int
) -> None:
    age(session, listed_days_ago)
    row = services.desk_rows(session, officer, [person.id], now())[0]
    assert row.missed_days == missed
    for days in (1, 2, 3, 4):
        is_it = days == min(missed, 4)
        assert (person.id in waiting(session, officer, Work.TODAY, days)) is is_it, days
    assert (person.id in waiting(session, officer, Work.MISSED)) is (missed > 0)


def test_a_visit_ends_the_count_and_one_where_nobody_was_met_does_not(
    session: Session, person: Person, officer: User
) -> None:
    age(session, 5)
    healthy(session, officer, person, now() - timedelta(days=3))
    visits.record_visit(session, officer, person.id, VisitDraft(at=now(), outcome=VisitOutcome.NOT_MET), now())
    assert services.desk_rows(session, officer, [person.id], now())[0].missed_days == 2
    assert waiting(session, officer, Work.TODAY, 2) == {person.id}
    visit = healthy(session, officer, person)
    assert waiting(session, officer, Work.TODAY) == set()
    visits.take_back_visit(session, officer, person.id, visit.id, now())
    assert waiting(session, officer, Work.TODAY) == {person.id}


# ---------- statuses ----------


def test_each_follow_up_closes_at_its_own_due_with_the_visit_of_its_last_day(
    session: Session, crowd: Crowd, officer: User
) -> None:
    person = crowd.person(DAY - timedelta(days=14))
    follow(session, "short", days=14)
    follow(session, "long", days=21)
    assert rows_of(session, person)["short"].due == end_of_day(today())
    healthy(session, officer, person)
    found = rows_of(session, person)
    assert (found["short"].status, found["long"].status) == (DONE, OPEN)
    follow(session, "short", days=15)  # due later than completion: reopened
    assert rows_of(session, person)["short"].status is OPEN
    follow(session, "short", days=10)
    assert rows_of(session, person)["short"].status is DONE


def test_symptoms_on_the_last_day_close_nothing(session: Session, crowd: Crowd, officer: User) -> None:
    person = crowd.person(DAY - timedelta(days=14))
    follow(session, "z")
    draft = VisitDraft(at=now(), outcome=VisitOutcome.SYMPTOMS, temperature=Decimal("38.4"), symptoms=(Symptom.FEVER,))
    visits.record_visit(session, officer, person.id, draft, now())
    assert rows_of(session, person)["z"].status is OPEN


def test_who_is_past_the_end_asks_for_no_visit_and_is_closed_from_a_list(
    session: Session, crowd: Crowd, officer: User, login: Login
) -> None:
    person = crowd.person(DAY - timedelta(days=20))
    follow(session, "past", days=14)
    follow(session, "later", days=30)
    assert waiting(session, officer, Work.OVERDUE) == {person.id}
    login(officer).post("/followups/complete?work=overdue", data={"person": person.id})
    found = rows_of(session, person)
    assert (found["past"].status, found["later"].status) == (DONE, OPEN)
    assert found["past"].status_reason == "monitoring_over"


def test_a_status_is_guarded_and_a_canceled_zone_leaves_no_choice(
    session: Session, person: Person, officer: User
) -> None:
    def say(status: FollowUpStatus, reason: str, ago: int = 0) -> None:
        moment = now() - timedelta(minutes=ago)
        deciding.change_status(session, officer, person.id, ["z"], status, reason=reason, now=moment)
        session.commit()

    with pytest.raises(services.FollowUpError) as refused:
        say(DONE, "monitoring_over")
    assert refused.value.code == "too_early"
    with pytest.raises(services.FollowUpError) as refused:
        say(FollowUpStatus.LOST, "vaccinated")
    assert refused.value.code == "reason_missing"
    say(FollowUpStatus.LOST, "not_found", ago=5)
    with pytest.raises(services.FollowUpError) as refused:
        say(FollowUpStatus.NO_FOLLOW_UP, "vaccinated", ago=4)
    assert refused.value.code == "status_unfit"
    healthy(session, officer, person, now() - timedelta(minutes=3))
    assert rows_of(session, person)["z"].status is OPEN  # who was lost and is met is found
    say(FollowUpStatus.NO_FOLLOW_UP, "vaccinated", ago=2)
    say(OPEN, "closed_by_mistake", ago=1)
    say(FollowUpStatus.CANCELED, "wrong_person")
    assert rows_of(session, person)["z"].status_reason == "wrong_person"


def test_exposed_again_is_the_previous_status(session: Session, person: Person, officer: User) -> None:
    deciding.change_status(
        session, officer, person.id, ["z"], FollowUpStatus.NO_FOLLOW_UP, reason="vaccinated", now=now()
    )
    healthy(session, officer, person)
    follow(session, "z", ("00337",))
    row = rows_of(session, person)["z"]
    assert (row.status, row.status_reason) == (FollowUpStatus.CANCELED, "zone_changed")
    assert deciding.allowed_statuses(row, now()) == frozenset()
    follow(session, "z")
    row = rows_of(session, person)["z"]
    assert (row.status, row.status_reason) == (FollowUpStatus.NO_FOLLOW_UP, "vaccinated")
    assert session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 1


def test_what_is_entered_about_a_person_is_shown_on_their_page(
    session: Session, person: Person, officer: User, login: Login
) -> None:
    page, address = login(officer), f"/followups/people/{person.id}"
    entered = {"day": f"{today():%d/%m/%Y}", "clock": "00:00", "outcome": "symptoms", "temperature": "38,4"}
    answer = page.post(f"{address}/visit", data=entered | {"symptoms": ["fever", "cough"], "note": "Ở nhà"})
    assert answer.status_code == 302, words(answer)
    answer = page.post(f"{address}/visit", data=entered | {"temperature": "12"})
    assert "Ghi nhiệt độ từ 34,0 đến 43,0 °C." in words(answer)
    assert 'value="12"' in answer.text
    shown = words(page.get(address))
    assert "Có triệu chứng" in shown
    assert "38,4 °C" in shown
    assert re.search(r"Sốt ?, Ho ?; Ở nhà", shown)
    answer = page.post(f"{address}/status/LOST", data={"zones": ["z"], "reason": "not_found", "note": "Nhà khóa"})
    assert answer.status_code == 302, words(answer)
    assert "Mất dấu" in words(page.get("/followups"))
    session.expire_all()
    assert session.scalars(sa.select(StatusEvent)).one().note == "Nhà khóa"


# ---------- transfers, stays, people who passed no post ----------


def test_a_transfer_is_asked_with_a_reason_and_confirmed_by_whoever_receives_it(
    session: Session, person: Person, officer: User, factories: Factories, login: Login
) -> None:
    other = factories.user("district", factories.organisation(OrganisationKind.DISTRICT, area_code=HOAN_KIEM))
    page, there = login(officer), login(other)
    day = {"day": f"{today():%d/%m/%Y}", "clock": "00:00"}
    address = f"/followups/people/{person.id}/transfer"
    assert "Ghi lý do." in words(page.post(address, data=day | {"area": "00067", "reason": ""}))
    assert "đang ở địa bàn đó rồi" in words(page.post(address, data=day | {"area": UNG_HOA, "reason": "x"}))
    assert page.post(address, data=day | {"area": "00067", "reason": "Về nhà vợ"}).status_code == 302
    assert "đang chờ trả lời" in words(page.post(address, data=day | {"area": "00067", "reason": "Lần nữa"}))
    assert there.get(f"/followups/people/{person.id}").status_code == 404
    assert "Về nhà vợ" in words(there.get("/followups/transfers"))
    transfer_id = session.scalars(sa.select(transfers.Transfer.id)).one()
    assert "Không còn" not in words(page.post(f"/followups/transfers/{transfer_id}/accept", follow_redirects=True))
    assert rows_of(session, person)["z"].district_code == UNG_HOA  # whoever asks does not answer
    there.post(f"/followups/transfers/{transfer_id}/accept", data={"answer": "Đã gặp"})
    row = rows_of(session, person)["z"]
    assert (row.district_code, row.stay_code) == (HOAN_KIEM, "00067")
    assert page.get(f"/followups/people/{person.id}").status_code == 404
    receipt = words(page.get("/followups/transfers"))
    assert "Đã tiếp nhận" in receipt
    assert "Đã gặp" in receipt


def test_a_declined_transfer_needs_a_reason_and_changes_nothing(
    session: Session, person: Person, officer: User, factories: Factories, login: Login
) -> None:
    other = factories.user("district", factories.organisation(OrganisationKind.DISTRICT, area_code=HOAN_KIEM))
    transfer = transfers.ask_transfer(session, officer, person.id, "00067", now(), "Về nhà", now())
    there = login(other)
    answer = there.post(f"/followups/transfers/{transfer.id}/decline", follow_redirects=True)
    assert "Chọn hoặc ghi lý do." in words(answer)
    there.post(f"/followups/transfers/{transfer.id}/decline", data={"answer": "Không có ở đây"})
    assert rows_of(session, person)["z"].district_code == UNG_HOA
    assert "Không có ở đây" in words(login(officer).get("/followups/transfers"))


def test_a_district_corrects_stays_within_itself_and_health_everywhere(
    session: Session, person: Person, officer: User, factories: Factories
) -> None:
    deciding.correct_stay(session, officer, person.id, "10363", now(), now())
    assert rows_of(session, person)["z"].stay_code == "10363"
    with pytest.raises(services.FollowUpError):
        deciding.correct_stay(session, officer, person.id, "00067", now(), now())
    health = factories.user("health")
    deciding.correct_stay(session, health, person.id, "00067", now() - timedelta(days=400), now())
    assert rows_of(session, person)["z"].stay_code == "10363"  # said of an earlier time
    deciding.correct_stay(session, health, person.id, "00067", now(), now())
    assert rows_of(session, person)["z"].district_code == HOAN_KIEM


def test_somebody_who_passed_no_post_is_followed_up_like_everybody_else(
    person: Person, officer: User, login: Login
) -> None:
    page = login(officer)
    entered = {
        "id_number": "001085999999",
        "name": "Trần Thị Không Qua Chốt",
        "phone": "0912 345 678",
        "stay": VAN_DINH,
        "area": "00355",
        "site": "",
        "day": f"{today():%d/%m/%Y}",
        "clock": "00:00",
    }
    answer = page.post("/followups/report", data=entered | {"id_number": "12"})
    assert "Số giấy tờ tùy thân không đúng" in words(answer)
    answer = page.post("/followups/report", data=entered)
    assert answer.status_code == 302, words(answer)
    assert "Trần Thị Không Qua Chốt" in words(page.get("/followups"))
    outside = page.post(
        "/followups/report", data=entered | {"id_number": "001085999998", "area": "00001"}, follow_redirects=True
    )
    assert "hiện không thuộc khu vực nào" in words(outside)
    elsewhere = page.post("/followups/report", data=entered | {"id_number": "001085999997", "stay": "00067"})
    assert "thuộc quận, huyện khác" in words(elsewhere)
    del person


def test_people_who_stay_outside_are_a_list_of_health_staff_that_can_be_exported(
    session: Session, crowd: Crowd, factories: Factories, login: Login
) -> None:
    crowd.person(name="Người Thanh Hóa", stay="16654")
    crowd.person(name="Người Ứng Hòa")
    crowd.person(name="Chưa Rõ Ở Đâu", stay=None, area="01")
    follow(session, "z", ("00355", "01"))
    page = login(factories.user("health"))
    shown = words(page.get("/followups?outside=1"))
    assert "Người Thanh Hóa" in shown
    assert "Chưa Rõ Ở Đâu" in shown
    assert "Người Ứng Hòa" not in shown
    assert page.get("/followups/export.csv?outside=1").text.count("\r\n") == 3


# ---------- wards ----------


def test_a_ward_visits_but_does_not_decide_and_sees_whom_its_district_gave_it(
    session: Session, crowd: Crowd, officer: User, factories: Factories, login: Login
) -> None:
    person = crowd.person(stay=None, area="10363")
    follow(session, "z", ("10363",))
    ward = login(factories.user("ward"))
    assert person.name not in ward.get("/followups").text
    deciding.assign(session, officer, [person.id], ward_code=VAN_DINH, now=now())
    session.commit()
    assert person.name in ward.get("/followups").text
    ward.post("/followups/healthy", data={"only": person.id})
    assert session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 1
    for path in ("/followups/transfers", f"/followups/people/{person.id}/stay", "/followups/report", "/concerned"):
        assert ward.get(path).status_code == 403


def test_nobody_records_anything_for_somebody_of_another_district(
    app: Flask, session: Session, person: Person, factories: Factories, login: Login
) -> None:
    other = factories.user("district", factories.organisation(OrganisationKind.DISTRICT, area_code=HOAN_KIEM))
    page = login(other)
    page.post("/followups/healthy", data={"person": person.id})
    page.post("/followups/acknowledge", data={"person": person.id})
    page.post("/followups/assign", data={"person": person.id, "to": f"user:{other.id}"})
    page.post("/followups/complete", data={"person": person.id})
    for path in ("visit", "sample", "status/LOST", "stay", "transfer", "slip.pdf", "why"):
        assert page.get(f"/followups/people/{person.id}/{path}").status_code == 404
    verbs = set(session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.actor_id == other.id)))
    assert not {verb for verb in verbs if verb.startswith("followups.")}
    assert app is not None
