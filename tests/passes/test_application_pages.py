"""Applications on the pages: a carrier applies, a reviewer decides."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import ApplicationState, RefusalCode
from passes.applications.refusals import all_refusals
from passes.applications.texts import ERRORS, OUTCOMES, STATES
from passes.issuing.models import VehiclePass
from tests.factories import HOAN_KIEM, UNG_HOA, Factories, now, today
from tests.passes.pages import Login, approve, words


@pytest.fixture
def reviewing(factories: Factories, login: Login) -> FlaskClient:
    return login(factories.user("reviewer"))


def test_every_state_refusal_and_outcome_has_its_words(session: Session) -> None:
    assert set(STATES) == set(ApplicationState)
    refusals = all_refusals(session)
    assert all(row.vi and row.en for row in refusals)
    assert set(RefusalCode) <= {row.code for row in refusals}
    assert all(str(tag.text) for tag in OUTCOMES.values())


def test_a_failed_check_is_said_before_sending_and_one_that_blocks_keeps_the_button_away(
    factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    vehicle = factories.vehicle(carrier, inspection_expires_on=today() - timedelta(days=1))
    blocked = factories.application(
        carrier, vehicles=(CrewedVehicle(vehicle.id, (factories.crew(carrier, test_expires_at=None).id,)),)
    )
    page = words(desk.get(f"/applications/{blocked.reference}/check"))
    assert "Chưa nộp được" in page
    assert "Nộp hồ sơ" not in page
    answer = desk.post(f"/applications/{blocked.reference}/submit", follow_redirects=True)
    assert "Chưa nộp được" in words(answer)
    assert blocked.state is ApplicationState.DRAFT
    light = (CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier, licence_class="B2").id,)),)
    wrong = factories.application(carrier, vehicles=light)
    page = words(desk.get(f"/applications/{wrong.reference}/check"))
    assert "Có 1 mục không đạt" in page
    assert "Hạng B2 không lái được xe này." in page
    assert "Nộp hồ sơ" in page
    untested = (CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier, test_expires_at=None).id,)),)
    unknown = factories.application(carrier, vehicles=untested)
    assert "Có 1 mục chưa rõ" in words(desk.get(f"/applications/{unknown.reference}/check"))


def test_another_carriers_reference_is_not_told_to_a_carrier_but_to_the_reviewer(
    factories: Factories, carrier: User, desk: FlaskClient, reviewing: FlaskClient
) -> None:
    other = factories.user()
    theirs = factories.application(
        other,
        ApplicationState.SUBMITTED,
        vehicles=(CrewedVehicle(factories.vehicle(other, plate="29C12345").id, (factories.crew(other).id,)),),
    )
    own = factories.application(
        carrier,
        ApplicationState.SUBMITTED,
        vehicles=(CrewedVehicle(factories.vehicle(carrier, plate="29C12345").id, (factories.crew(carrier).id,)),),
    )
    again = factories.application(
        carrier, vehicles=(CrewedVehicle(own.vehicles[0].vehicle_id, (factories.crew(carrier).id,)),)
    )
    page = words(desk.get(f"/applications/{again.reference}/check"))
    assert "Trùng thời gian với hồ sơ của một đơn vị khác." in page
    assert theirs.reference not in page
    assert f"Trùng thời gian với hồ sơ {theirs.reference}." in words(reviewing.get(f"/queue/{own.reference}"))


def test_each_state_has_its_word_in_the_list_and_on_the_page(
    factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    reviewer = factories.user("reviewer")
    for state, tag in STATES.items():
        application = factories.application(carrier, state, reviewer)
        assert str(tag.text) in words(desk.get(f"/applications/{application.reference}"))
        page = words(desk.get(f"/applications?state={state.value}"))
        assert application.reference in page
        assert "1 hồ sơ" in page
    assert f"{len(STATES)} hồ sơ" in words(desk.get("/applications?state=nonsense"))


def test_a_returned_application_shows_the_note_is_changed_and_sent_again(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    application = factories.application(carrier, ApplicationState.RETURNED)
    url = f"/applications/{application.reference}"
    for page in ("/", url, f"{url}/edit"):
        assert "Ghi rõ điểm đến." in words(desk.get(page))
    assert "chưa nộp" not in words(desk.get(f"{url}/edit")), "it was sent once"
    first_day, last_day = (f"{day:%d/%m/%Y}" for day in (application.first_day, application.last_day))
    route = {"origin": "Hoàn Kiếm", "destination": UNG_HOA}
    desk.post(f"{url}/trip", data=route | {"cargo": "1", "first_day": first_day, "last_day": last_day})
    desk.post(f"{url}/submit")
    session.refresh(application)
    assert application.state is ApplicationState.SUBMITTED
    assert application.route == (HOAN_KIEM, UNG_HOA)


def test_what_is_sent_is_not_changed_on_the_pages(factories: Factories, carrier: User, desk: FlaskClient) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    url = f"/applications/{application.reference}"
    assert str(ERRORS["not_editable"]) in words(desk.get(f"{url}/edit", follow_redirects=True))
    assert desk.get(f"{url}/check").headers["Location"] == url


def test_an_application_is_withdrawn_after_a_question(factories: Factories, carrier: User, desk: FlaskClient) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    url = f"/applications/{application.reference}/withdraw"
    assert "Rút hồ sơ" in words(desk.get(url))
    assert application.state is ApplicationState.SUBMITTED
    assert "Đã rút hồ sơ" in words(desk.post(url, follow_redirects=True))
    assert application.state is ApplicationState.WITHDRAWN
    assert str(ERRORS["transition"]) in words(desk.post(url, follow_redirects=True))


def test_a_carrier_never_reaches_another_carriers_applications(factories: Factories, desk: FlaskClient) -> None:
    theirs = factories.application(factories.user())
    url = f"/applications/{theirs.reference}"
    for path in ("", "/edit", "/check", "/withdraw", "/submitted"):
        assert desk.get(url + path).status_code == 404
    for path in ("/trip", "/submit", "/withdraw"):
        assert desk.post(url + path).status_code == 404
    assert theirs.state is ApplicationState.DRAFT
    assert theirs.reference not in words(desk.get("/applications"))


# ---------- the authority ----------


def test_the_queue_is_oldest_first_with_the_hours_left(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    applications = [factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(3)]
    for application, hours in zip(applications, (1.5, 30.5, 20.5), strict=True):
        application.submitted_at = now() - timedelta(hours=hours)
    session.commit()
    factories.application(carrier)
    page = words(reviewing.get("/queue"))
    places = [page.index(applications[n].reference) for n in (1, 2, 0)]
    assert places == sorted(places)
    assert "3 hồ sơ đang chờ" in page
    assert page.index("Quá hạn 6 giờ") < page.index("Còn 3 giờ") < page.index("Còn 22 giờ")


@pytest.mark.parametrize("query", ["29c-123", "hoàng long", "HS-"])
def test_the_queue_is_searched_by_plate_carrier_and_reference(
    factories: Factories, reviewing: FlaskClient, query: str
) -> None:
    carrier = factories.user(organisation=factories.organisation(name="Công ty hoàng long"))
    cars = (CrewedVehicle(factories.vehicle(carrier, plate="29C12345").id, (factories.crew(carrier).id,)),)
    wanted = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=cars)
    other = factories.application(factories.user(), ApplicationState.SUBMITTED)
    page = words(reviewing.get("/queue", query_string={"q": query}))
    assert wanted.reference in page
    assert (other.reference in page) is (query == "HS-")
    assert "Không có hồ sơ nào khớp" in words(reviewing.get("/queue?q=nothing"))


def test_an_empty_queue_says_so(reviewing: FlaskClient) -> None:
    assert "Không còn hồ sơ nào chờ duyệt" in words(reviewing.get("/queue"))


def test_approval_on_the_page_gives_a_signed_pass(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    answer = approve(reviewing, application.reference)
    page = words(reviewing.get(answer.headers["Location"]))
    assert f"Đã duyệt hồ sơ {application.reference}." in page
    made = session.query(VehiclePass).one()
    assert made.signed_at is not None
    page = words(reviewing.get(f"/queue/{application.reference}"))
    assert made.number in page
    assert "Duyệt và cấp giấy" not in page


def test_a_second_approval_is_told_that_somebody_was_faster(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    application = factories.application(carrier, ApplicationState.APPROVED)
    page = words(reviewing.post(f"/queue/{application.reference}/approve", follow_redirects=True))
    assert str(ERRORS["transition"]) in page
    assert session.query(VehiclePass).count() == 1


def test_approval_that_cannot_make_a_pass_says_why_and_changes_nothing(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    application.vehicles[0].vehicle.inspection_expires_on = today() - timedelta(days=1)
    session.commit()
    page = words(reviewing.get(approve(reviewing, application.reference).headers["Location"]))
    assert str(ERRORS["inspection_expired"]) in page
    session.refresh(application)
    assert application.state is ApplicationState.SUBMITTED


def test_a_refusal_needs_a_code_and_tells_it_to_the_carrier(
    session: Session, factories: Factories, carrier: User, login: Login
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    reviewing = login(factories.user("reviewer"))
    url = f"/queue/{application.reference}/refuse"
    assert 'href="#code-0">Chọn một lý do.' in reviewing.post(url, data={"note": "x"}).get_data(as_text=True)
    reviewing.post(url, data={"code": "double_booked", "note": "Xe đang chạy tuyến khác."})
    session.refresh(application)
    assert (application.state, application.refusal_code) == (ApplicationState.REJECTED, RefusalCode.DOUBLE_BOOKED)
    page = words(login(carrier).get(f"/applications/{application.reference}"))
    assert "Xe hoặc người đã có trong hồ sơ khác cùng thời gian" in page
    assert "Xe đang chạy tuyến khác." in page


def test_the_refusal_that_a_failed_check_suggests_is_chosen_already(
    factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    light = (CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier, licence_class="B2").id,)),)
    application = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=light)
    text = reviewing.get(f"/queue/{application.reference}/refuse").get_data(as_text=True)
    assert re.search(r'<input[^>]* checked[^>]* value="licence_mismatch"', text)


def test_a_return_needs_its_note(session: Session, factories: Factories, carrier: User, reviewing: FlaskClient) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    url = f"/queue/{application.reference}/return"
    assert 'id="note-error"' in reviewing.post(url, data={"note": " "}).get_data(as_text=True)
    reviewing.post(url, data={"note": "Ghi rõ điểm đến."})
    session.refresh(application)
    assert (application.state, application.note) == (ApplicationState.RETURNED, "Ghi rõ điểm đến.")


def test_a_draft_is_not_shown_to_reviewers(factories: Factories, carrier: User, reviewing: FlaskClient) -> None:
    draft = factories.application(carrier)
    assert reviewing.get(f"/queue/{draft.reference}").status_code == 404
    assert reviewing.post(f"/queue/{draft.reference}/approve").status_code == 404
