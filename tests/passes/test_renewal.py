"""What a carrier sees first: passes and papers that end soon, and renewing them with one button."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import Application, ApplicationState, Mode
from passes.applications.modes import change_mode
from passes.applications.renewal import expiring_passes
from passes.fleet.papers import expiring_papers
from passes.issuing.models import RevocationReason, VehiclePass
from passes.issuing.services import revoke
from protocol.plates import format_plate
from tests.factories import Factories, now, today
from tests.passes.pages import Login, words


def held(factories: Factories, user: User, days: int, **crew: object) -> VehiclePass:
    """A pass whose last day is so many days from today; its driver's test holds long after."""
    driver = factories.crew(user, **{"test_expires_at": now() + timedelta(days=50)} | crew)
    cars = (CrewedVehicle(factories.vehicle(user).id, (driver.id,)),)
    return factories.vehicle_pass(user, vehicles=cars, last_day=today() + timedelta(days=days))


def groups(session: Session, user: User) -> dict[int, set[str]]:
    found = expiring_passes(session, user.organisation, now())
    return {group.days: {one.plate for one in group.passes} for group in found}


def numbers(*passes: VehiclePass) -> dict[str, list[str]]:
    return {"number": [one.number for one in passes]}


def test_passes_are_grouped_by_the_days_that_are_left(session: Session, factories: Factories, carrier: User) -> None:
    ends = {days: held(factories, carrier, days).plate for days in (0, 1, 2, 5, 9)}
    held(factories, factories.user(), 0)
    assert groups(session, carrier) == {1: {ends[0]}, 3: {ends[1], ends[2]}, 7: {ends[5]}}


def test_one_button_asks_for_the_same_again_for_the_days_after(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    old = held(factories, carrier, 0)
    page = words(desk.get("/"))
    assert "1 giấy hết hạn trong 1 ngày tới" in page
    assert "Gia hạn 1 giấy" in page
    answer = desk.post("/renewals", data=numbers(old), follow_redirects=True)
    assert "Đã nộp hồ sơ gia hạn cho 1 xe, chờ duyệt." in words(answer)
    made = session.query(Application).filter_by(state=ApplicationState.SUBMITTED).one()
    earlier = old.application_vehicle.application
    assert (made.route, made.cargo) == (earlier.route, earlier.cargo)
    assert made.first_day == today() + timedelta(days=1)
    assert (made.last_day - made.first_day) == (earlier.last_day - earlier.first_day)
    assert [e.crew_member_id for e in made.vehicles[0].crew] == [e.crew_member_id for e in old.application_vehicle.crew]
    assert groups(session, carrier) == {}
    answer = desk.post("/renewals", data=numbers(old), follow_redirects=True)
    assert "Không còn giấy nào cần gia hạn" in words(answer)


def test_where_carriers_declare_themselves_a_renewal_is_signed_at_once(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    change_mode(session, factories.user("administrator"), Mode.SELF_DECLARED, 10, now())
    olds = [held(factories, carrier, 0) for _ in range(2)]
    answer = desk.post("/renewals", data=numbers(*olds), follow_redirects=True)
    assert "Đã gia hạn 2 giấy; giấy mới đang được ký." in words(answer)
    passes = session.query(VehiclePass).order_by(VehiclePass.id).all()
    assert [one.plate for one in passes[2:]] == [one.plate for one in olds]
    assert {one.not_before for one in passes[2:]} == {olds[0].expires_at}
    assert all(one.signed_at for one in passes)


def test_a_vehicle_that_can_have_no_pass_is_named_and_the_others_are_renewed(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    cars = tuple(CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier).id,)) for _ in range(2))
    application = factories.application(carrier, ApplicationState.APPROVED, vehicles=cars, last_day=today())
    jobs.wake()
    olds = session.query(VehiclePass).order_by(VehiclePass.id).all()
    bad, good = (item.vehicle for item in application.vehicles)
    bad.inspection_expires_on = today()
    answer = desk.post("/renewals", data=numbers(*olds), follow_redirects=True)
    assert f"Chưa gia hạn được: {format_plate(bad.plate)}." in words(answer)
    made = session.query(Application).filter_by(state=ApplicationState.SUBMITTED).one()
    assert [item.vehicle for item in made.vehicles] == [good]


def test_a_renewal_that_cannot_be_sent_stays_a_draft_that_says_why(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    old = held(factories, carrier, 0)
    old.application_vehicle.vehicle.inspection_expires_on = today()
    answer = desk.post("/renewals", data=numbers(old), follow_redirects=True)
    page = words(answer)
    assert "Có hồ sơ gia hạn chưa nộp được." in page
    assert "Chưa nộp được" in page
    assert session.query(Application).filter_by(state=ApplicationState.DRAFT).count() == 1


def test_nothing_is_renewed_that_was_taken_back_or_belongs_to_others(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    gone, theirs = held(factories, carrier, 0), held(factories, factories.user(), 0)
    revoke(session, None, gone, RevocationReason.ENDED_EARLY, now())
    desk.post("/renewals", data=numbers(gone, theirs))
    assert session.query(Application).count() == 2
    assert "Không có giấy nào hết hạn trong 7 ngày tới." in words(desk.get("/"))


def test_papers_that_end_are_named(session: Session, factories: Factories, carrier: User, desk: FlaskClient) -> None:
    late = factories.vehicle(carrier, inspection_expires_on=today() - timedelta(days=2))
    soon = factories.vehicle(carrier, inspection_expires_on=today() + timedelta(days=6))
    factories.vehicle(carrier, inspection_expires_on=today() + timedelta(days=9))
    licence = factories.crew(carrier, licence_expires_on=today() + timedelta(days=3))
    ended = factories.crew(carrier, licence_expires_on=today() - timedelta(days=1))
    tested = factories.crew(carrier, test_expires_at=now() + timedelta(hours=20))
    sooner = factories.crew(carrier, test_expires_at=now() + timedelta(hours=2))
    papers = expiring_papers(session, carrier.organisation, 7, now())
    assert (papers.inspections, papers.licences) == ((late, soon), (ended, licence))
    assert papers.tests == (sooner, tested)
    page = words(desk.get("/"))
    assert "Giấy tờ đã hoặc sắp hết hạn" in page
    for text in (format_plate(late.plate), format_plate(soon.plate), licence.person.name, tested.person.name):
        assert str(text) in page


@pytest.mark.parametrize("role", ["reviewer", "health", "district"])
def test_others_see_no_dashboard_of_carriers(factories: Factories, login: Login, role: str) -> None:
    assert "Giấy sắp hết hạn" not in words(login(factories.user(role)).get("/"))
