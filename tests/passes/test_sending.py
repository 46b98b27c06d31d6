"""Sending: to a reviewer, or self-declared, where a clean application is signed at once and some are drawn by lot."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications import services
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import Application, ApplicationState, Mode, PostAudit, PostAuditOutcome
from passes.applications.modes import ModeError, change_mode
from passes.applications.pace import places_of
from passes.applications.sending import SendingRules, send, sending_rules
from passes.applications.transitions import TRANSITIONS, Act, ApplicationError, TransitionError
from passes.audit import AuditEntry
from passes.issuing.models import VehiclePass
from tests.factories import Factories, now
from tests.passes.pages import Login, words

REVIEWED = SendingRules("VN-HN")
DECLARED = SendingRules("VN-HN", is_self_declared=True)
ALL_DRAWN = SendingRules("VN-HN", is_self_declared=True, audit_percent=100)


@pytest.fixture
def self_declared(session: Session, factories: Factories) -> None:
    """An issuer where carriers declare themselves, and every second file is looked at."""
    change_mode(session, factories.user("administrator"), Mode.SELF_DECLARED, 50, now())


@pytest.mark.usefixtures("self_declared")
def test_a_clean_self_declared_application_is_signed_at_once(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    application = factories.application(carrier)
    answer = desk.post(f"/applications/{application.reference}/submit", follow_redirects=True)
    page = words(answer)
    assert "Đã cấp giấy" in page
    assert application.reference in page
    assert (application.state, application.decided_by_id) == (ApplicationState.APPROVED, None)
    signed = session.query(VehiclePass).one()
    assert signed.signed_at is not None
    verbs = [entry.verb for entry in session.query(AuditEntry).filter_by(subject=f"Application:{application.id}")]
    assert verbs[:3] == ["applications.create", "applications.submit", "applications.approve"]
    assert session.query(AuditEntry).filter_by(verb="applications.approve").one().actor_id is None


def test_under_review_nothing_is_approved_by_itself(session: Session, factories: Factories, carrier: User) -> None:
    application = factories.application(carrier)
    assert not send(session, carrier, application, REVIEWED, now())
    assert application.state is ApplicationState.SUBMITTED
    assert session.query(VehiclePass).count() == 0


def test_what_did_not_pass_every_check_goes_to_a_reviewer(
    session: Session, factories: Factories, carrier: User
) -> None:
    for values in ({"test_expires_at": None}, {"licence_class": "B2"}):
        cars = (CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier, **values).id,)),)
        application = factories.application(carrier, vehicles=cars)
        assert not send(session, carrier, application, DECLARED, now())
        assert application.state is ApplicationState.SUBMITTED


def test_what_a_reviewer_returned_goes_back_to_a_reviewer(
    session: Session, factories: Factories, carrier: User
) -> None:
    application = factories.application(carrier, ApplicationState.RETURNED)
    assert not send(session, carrier, application, DECLARED, now())
    assert application.state is ApplicationState.SUBMITTED


@pytest.mark.parametrize(("rules", "drawn"), [(DECLARED, 0), (ALL_DRAWN, 3)])
def test_as_many_are_drawn_to_be_looked_at_as_policy_says(
    session: Session, factories: Factories, carrier: User, rules: SendingRules, drawn: int
) -> None:
    for _ in range(3):
        assert send(session, carrier, factories.application(carrier), rules, now())
    assert [row.outcome for row in session.query(PostAudit)] == [PostAuditOutcome.PENDING] * drawn


def test_what_was_drawn_stands_on_the_authoritys_list(
    session: Session, factories: Factories, carrier: User, login: Login
) -> None:
    application = factories.application(carrier)
    send(session, carrier, application, ALL_DRAWN, now())
    assert application.reference in words(login(factories.user("reviewer")).get("/post-audits"))


@pytest.mark.parametrize("state", ApplicationState)
def test_sending_is_tried_from_every_state(
    session: Session, factories: Factories, carrier: User, state: ApplicationState
) -> None:
    application = factories.application(carrier, state)
    if state in TRANSITIONS[Act.SUBMIT].sources:
        assert send(session, carrier, application, DECLARED, now()) is (state is ApplicationState.DRAFT)
        return
    with pytest.raises(TransitionError):
        send(session, carrier, application, DECLARED, now())
    session.rollback()
    assert application.state is state


def test_an_incomplete_application_is_not_sent(session: Session, factories: Factories, carrier: User) -> None:
    for change in ({"vehicles": ()}, {"cargo": None}, {"first_day": None}, {"route": (None, "281")}):
        application = factories.application(carrier, **change)
        with pytest.raises(ApplicationError) as caught:
            services.submit(session, carrier, application, now())
        assert caught.value.code == "incomplete"
        assert application.state is ApplicationState.DRAFT


@pytest.mark.parametrize(
    ("percent", "code"), [(101, "percent_invalid"), (-1, "percent_invalid"), (10, "mode_unchanged")]
)
def test_a_mode_that_means_nothing_is_refused(session: Session, factories: Factories, percent: int, code: str) -> None:
    assert sending_rules(session, "VN-HN") == SendingRules("VN-HN", is_self_declared=False, audit_percent=10)
    with pytest.raises(ModeError) as caught:
        change_mode(session, factories.user("administrator"), Mode.REVIEW, percent, now())
    assert caught.value.code == code


def test_an_administrator_reads_what_a_mode_means_and_puts_it_in_force(
    session: Session, factories: Factories, carrier: User, login: Login
) -> None:
    administrator = factories.user("administrator", name="Trần Quản Trị")
    waiting = factories.application(carrier, ApplicationState.SUBMITTED)
    office = login(administrator)
    assert "Đang áp dụng: Xét duyệt trước khi ký" in words(office.get("/admin/mode"))
    typed = {"mode": "self-declared", "audit_percent": "25"}
    page = words(office.post("/admin/mode", data=typed | {"preview": "yes"}))
    assert "Từ bây giờ: Đơn vị tự khai, ký ngay, hậu kiểm sau" in page
    assert "Cứ 100 hồ sơ ký ngay, khoảng 25 hồ sơ được rút để hậu kiểm." in page
    assert "1 hồ sơ đang chờ vẫn do người xét duyệt quyết định." in page
    assert "đã rút vẫn chờ" not in page, "nothing is said of what there is none of"
    assert not sending_rules(session, "VN-HN").is_self_declared, "looking changes nothing"
    page = words(office.post("/admin/mode", data=typed | {"confirm": "yes"}, follow_redirects=True))
    assert "Đang áp dụng: Đơn vị tự khai, ký ngay, hậu kiểm sau" in page
    assert "Trần Quản Trị" in page
    assert sending_rules(session, "VN-HN") == SendingRules("VN-HN", is_self_declared=True, audit_percent=25)
    deed = session.query(AuditEntry).filter_by(verb="applications.change_mode").one()
    assert (deed.actor_id, deed.details) == (administrator.id, {"from": ["review", 10], "to": ["self-declared", 25]})
    assert waiting.state is ApplicationState.SUBMITTED
    assert "không có gì thay đổi" in words(office.post("/admin/mode", data=typed | {"confirm": "yes"}))
    assert "Nhập số nguyên từ 0 đến 100." in words(office.post("/admin/mode", data=typed | {"audit_percent": "200"}))
    assert "Lỗi:" in words(office.post("/admin/mode", data=typed | {"audit_percent": "nửa"}))


# ---------- the place in the queue ----------


def wait(session: Session, factories: Factories, carrier: User, count: int) -> list[Application]:
    waiting = [factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(count)]
    for number, application in enumerate(waiting):
        application.submitted_at = now() - timedelta(hours=20 - number)
    session.commit()
    return waiting


def test_the_estimate_follows_what_reviewers_decided_in_the_last_day(
    session: Session, factories: Factories, carrier: User
) -> None:
    reviewer = factories.user("reviewer")
    for _ in range(2):
        factories.application(carrier, ApplicationState.APPROVED, reviewer)
    send(session, carrier, factories.application(carrier), DECLARED, now())  # nobody's pace
    waiting, moment = wait(session, factories, carrier, 3), now()
    places = places_of(session, waiting, timedelta(hours=24), moment)
    assert [place.ahead for place in places] == [0, 1, 2]
    assert {place.decided for place in places} == {2}
    assert [place.expected_at for place in places] == [moment + timedelta(hours=12 * n) for n in (1, 2, 3)]
    assert [place.is_late for place in places] == [True, True, True]
    assert not places_of(session, waiting[:1], timedelta(hours=48), moment)[0].is_late
    (later,) = places_of(session, waiting[:1], timedelta(hours=24), moment + timedelta(days=2))
    assert (later.decided, later.hours) == (2, 72), "after two days of rest the pace is that of three"
    assert later.expected_at == moment + timedelta(days=2, hours=36)


def test_nothing_is_estimated_where_nothing_was_decided(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    wait(session, factories, factories.user(), 1)
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    (place,) = places_of(session, [application], timedelta(hours=24), now())
    assert (place.ahead, place.expected_at, place.is_late) == (1, None, False)
    page = words(desk.get("/"))
    assert "Hồ sơ đang chờ duyệt" in page
    assert "hồ sơ nộp sớm nhất" not in page
    assert f"{application.reference} : 1 hồ sơ đứng trước." in page
    assert "72 giờ qua chưa hồ sơ nào được xét" in page
    wait(session, factories, carrier, 10)
    assert "Trên đây là 10 hồ sơ nộp sớm nhất. Xem mọi hồ sơ đang chờ duyệt" in words(desk.get("/"))
