"""Applications on the pages: a carrier applies, a reviewer decides."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications.models import Application, ApplicationState, RefusalCode
from passes.applications.refusals import all_refusals
from passes.applications.services import CrewedVehicle
from passes.applications.texts import ERRORS, OUTCOMES, STATES
from passes.issuing.models import VehiclePass
from protocol.claims import Role
from tests.factories import CHUONG_DUONG, UNG_HOA, Factories, now, today
from tests.passes.pages import Login, words


@pytest.fixture
def reviewing(factories: Factories, login: Login) -> FlaskClient:
    return login(factories.user("reviewer"))


@pytest.fixture
def typed(factories: Factories, carrier: User) -> dict[str, str]:
    """What a clerk fills in."""
    return {
        "vehicles-0-vehicle": str(factories.vehicle(carrier, plate="29C12345").id),
        "vehicles-0-driver": str(factories.crew(carrier).id),
        "vehicles-0-second": str(factories.crew(carrier, Role.ASSISTANT).id),
        "vehicles-0-third": "",
        "origin": CHUONG_DUONG,
        "stops-0": "van dinh",
        "destination": "Ứng Hòa",
        "cargo": "1",
        "first_day": f"{today():%d/%m/%Y}",
        "last_day": f"{today() + timedelta(days=2):%d/%m/%Y}",
    }


def test_every_state_refusal_and_outcome_has_its_words(session: Session) -> None:
    assert set(STATES) == set(ApplicationState)
    assert {row.code for row in all_refusals(session) if row.vi and row.en} == set(RefusalCode)
    assert all(str(tag.text) for tag in OUTCOMES.values())


def test_a_carrier_applies_from_form_to_confirmation(
    session: Session, desk: FlaskClient, typed: dict[str, str]
) -> None:
    answer = desk.post("/applications/new", data=typed)
    application = session.query(Application).one()
    assert answer.headers["Location"] == f"/applications/{application.reference}/check"
    assert application.route == (CHUONG_DUONG, "10354", UNG_HOA)
    assert [entry.member.role for entry in application.vehicles[0].crew] == [Role.DRIVER, Role.ASSISTANT]
    page = words(desk.get(answer.headers["Location"]))
    assert "Mọi mục kiểm tra tự động đều đạt." in page
    assert "Thị trấn Vân Đình, Huyện Ứng Hòa" in page
    answer = desk.post(f"/applications/{application.reference}/submit", follow_redirects=True)
    page = words(answer)
    assert f"Mã hồ sơ {application.reference}" in page
    assert "có kết quả trước ngày mai lúc" in page
    assert "Hiện không có hồ sơ nào nộp trước đang chờ." in page
    session.refresh(application)
    assert application.state is ApplicationState.SUBMITTED


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"vehicles-0-vehicle": ""}, "vehicles-0-vehicle", "Chọn phương tiện."),
        ({"vehicles-0-driver": ""}, "vehicles-0-driver", "Chọn lái xe."),
        ({"origin": ""}, "origin", "Nhập điểm đi."),
        ({"destination": ""}, "destination", "Nhập điểm đến."),
        ({"destination": "01"}, "destination", "không thuộc cấp địa bàn được hỏi ở đây"),
        ({"stops-0": "chuong duong"}, "stops-0", "Có 2 địa bàn khớp"),
        ({"cargo": ""}, "cargo", "Chọn loại hàng."),
        ({"first_day": ""}, "first_day", "Nhập ngày bắt đầu."),
        ({"first_day": "01/01/2021"}, "first_day", "Ngày bắt đầu phải từ hôm nay trở đi."),
        ({"first_day": 99}, "first_day", "ngày bắt đầu quá xa"),
        ({"last_day": -1}, "last_day", "Ngày cuối cùng phải từ ngày bắt đầu"),
        ({"last_day": 30}, "last_day", "nhiều nhất 30 ngày"),
    ],
)
def test_a_wrong_answer_is_named_at_its_field_and_nothing_is_lost(
    session: Session, desk: FlaskClient, typed: dict[str, str], change: dict[str, str | int], field: str, message: str
) -> None:
    # A number is a day from today: the run may have begun before midnight.
    said = {
        name: f"{today() + timedelta(days=value):%d/%m/%Y}" if isinstance(value, int) else value
        for name, value in change.items()
    }
    text = desk.post("/applications/new", data=typed | said).get_data(as_text=True)
    assert f'<a href="#{field}">' in text
    assert f'id="{field}-error"' in text
    assert message in text
    for name in ("first_day", "last_day"):
        assert f'value="{(typed | said)[name]}"' in text
    if "vehicles-0-vehicle" not in change:
        assert f'<option selected value="{typed["vehicles-0-vehicle"]}">' in text
    assert session.query(Application).count() == 0


def test_one_person_or_vehicle_chosen_twice_is_named_at_the_second_choice(
    session: Session, desk: FlaskClient, typed: dict[str, str]
) -> None:
    again = {"vehicles-1-vehicle": typed["vehicles-0-vehicle"], "vehicles-1-driver": typed["vehicles-0-driver"]}
    text = desk.post("/applications/new", data=typed | again).get_data(as_text=True)
    assert 'id="vehicles-1-vehicle-error"' in text
    assert "Phương tiện này đã được chọn ở trên." in text
    text = desk.post("/applications/new", data=typed | {"vehicles-0-third": typed["vehicles-0-driver"]}).get_data(
        as_text=True
    )
    assert 'id="vehicles-0-third-error"' in text
    assert session.query(Application).count() == 0


def test_rows_are_added_and_removed_without_scripts(desk: FlaskClient, typed: dict[str, str]) -> None:
    text = desk.post("/applications/new", data=typed | {"add_row": "vehicles"}).get_data(as_text=True)
    assert 'name="vehicles-1-vehicle"' in text
    assert "error-summary" not in text
    assert f'value="{typed["first_day"]}"' in text
    text = desk.post("/applications/new", data=typed | {"add_row": "stops"}).get_data(as_text=True)
    assert 'name="stops-1"' in text
    second = {f"vehicles-1-{name}": "" for name in ("vehicle", "driver", "second", "third")}
    text = desk.post("/applications/new", data=typed | second | {"remove_row": "vehicles-0"}).get_data(as_text=True)
    assert 'name="vehicles-0-vehicle"' not in text
    assert 'name="vehicles-1-vehicle"' in text


def test_of_two_areas_of_one_name_a_button_takes_the_one_meant(
    session: Session, desk: FlaskClient, typed: dict[str, str]
) -> None:
    change = {"stops-0": "Chương Dương", "choose_area": "stops-0=10237"}
    text = desk.post("/applications/new", data=typed | change).get_data(as_text=True)
    assert "Xã Chương Dương, Huyện Thường Tín, Hà Nội" in text
    assert "error-summary" not in text
    assert session.query(Application).count() == 0


def test_a_carrier_without_fleet_is_told_to_begin_there(desk: FlaskClient) -> None:
    page = words(desk.get("/applications/new"))
    assert "Chưa có phương tiện hoặc lái xe" in page
    assert "Thêm phương tiện" in page


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
    session: Session, factories: Factories, carrier: User, desk: FlaskClient, typed: dict[str, str]
) -> None:
    application = factories.application(carrier, ApplicationState.RETURNED)
    url = f"/applications/{application.reference}"
    assert "Ghi rõ điểm đến." in words(desk.get(url))
    assert "Ghi rõ điểm đến." in words(desk.get(f"{url}/edit"))
    desk.post(f"{url}/edit", data=typed)
    desk.post(f"{url}/submit")
    session.refresh(application)
    assert application.state is ApplicationState.SUBMITTED
    assert application.vehicles[0].vehicle.plate == "29C12345"


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


def test_a_carrier_never_reaches_another_carriers_applications(
    factories: Factories, desk: FlaskClient, typed: dict[str, str]
) -> None:
    theirs = factories.application(factories.user())
    url = f"/applications/{theirs.reference}"
    for path in ("", "/edit", "/check", "/withdraw", "/submitted"):
        assert desk.get(url + path).status_code == 404
    for path in ("/edit", "/submit", "/withdraw"):
        assert desk.post(url + path, data=typed).status_code == 404
    assert theirs.state is ApplicationState.DRAFT
    assert theirs.reference not in words(desk.get("/applications"))


# ---------- the authority ----------


def test_the_queue_is_oldest_first_with_the_hours_left(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    applications = [factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(3)]
    for application, hours in zip(applications, (1, 30, 20), strict=True):
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
    assert "Duyệt và cấp giấy" in words(reviewing.get(f"/queue/{application.reference}"))
    page = words(reviewing.post(f"/queue/{application.reference}/approve", follow_redirects=True))
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
    page = words(reviewing.post(f"/queue/{application.reference}/approve", follow_redirects=True))
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
