"""Preparing an application: trip, vehicles, crew, and the task list; a draft may be incomplete, and nothing is lost."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications import drafts, services
from passes.applications.drafts import CrewedVehicle, Part, Trip
from passes.applications.models import Application, ApplicationState
from passes.applications.transitions import ApplicationError
from passes.fleet.models import CrewMember, Vehicle
from protocol.claims import CargoClass, Role
from protocol.plates import format_plate
from tests.factories import CHUONG_DUONG, HOAN_KIEM, UNG_HOA, Factories, now, today
from tests.passes.pages import words


@pytest.fixture
def typed() -> dict[str, str]:
    """What a clerk fills in for a trip."""
    return {
        "origin": CHUONG_DUONG,
        "stops-0": "van dinh",
        "destination": "Ứng Hòa",
        "cargo": "1",
        "first_day": f"{today():%d/%m/%Y}",
        "last_day": f"{today() + timedelta(days=2):%d/%m/%Y}",
    }


@pytest.fixture
def truck(factories: Factories, carrier: User) -> Vehicle:
    return factories.vehicle(carrier, plate="29C12345")


@pytest.fixture
def driver(factories: Factories, carrier: User, truck: Vehicle) -> CrewMember:
    return factories.crew(carrier, usual_plate=truck.plate)


def choose(desk: FlaskClient, application: Application, *vehicles: Vehicle, shown: list[Vehicle] | None = None) -> str:
    """Tick vehicles on the page that shows some; return where it leads."""
    data = {"chosen": [v.id for v in vehicles], "shown": [v.id for v in (shown or vehicles)]}
    answer = desk.post(f"/applications/{application.reference}/vehicles", data=data)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def crew_of(application: Application) -> dict[str, list[int]]:
    return {item.vehicle.plate: [entry.crew_member_id for entry in item.crew] for item in application.vehicles}


def test_a_carrier_applies_from_trip_to_confirmation(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User, typed: dict[str, str], driver: CrewMember
) -> None:
    truck = driver.usual_vehicle
    assert truck is not None
    factories.crew(carrier, Role.ASSISTANT, usual_plate=truck.plate)
    answer = desk.post("/applications/new", data=typed)
    application = session.query(Application).one()
    assert answer.headers["Location"] == f"/applications/{application.reference}/vehicles"
    assert application.route == (CHUONG_DUONG, "10354", UNG_HOA)
    assert choose(desk, application, truck) == f"/applications/{application.reference}/edit"
    assert [entry.member.role for entry in application.vehicles[0].crew] == [Role.DRIVER, Role.ASSISTANT]
    page = words(desk.get(f"/applications/{application.reference}/edit"))
    assert "Đã xong 3 trong 3 mục." in page
    assert "Làm tiếp: Kiểm tra và nộp" in page
    page = words(desk.get(f"/applications/{application.reference}/check"))
    assert "Mọi mục kiểm tra tự động đều đạt." in page
    assert "1 trong 1 xe đạt mọi mục kiểm tra." in page
    assert "Thị trấn Vân Đình, Huyện Ứng Hòa" in page
    answer = desk.post(f"/applications/{application.reference}/submit", follow_redirects=True)
    page = words(answer)
    assert f"Mã hồ sơ {application.reference}" in page
    assert "có kết quả trước ngày mai lúc" in page
    assert "Đang ở đầu hàng chờ." in page
    session.refresh(application)
    assert application.state is ApplicationState.SUBMITTED


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
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
    assert session.query(Application).count() == 0


def test_stops_are_added_and_removed_without_scripts(desk: FlaskClient, typed: dict[str, str]) -> None:
    text = desk.post("/applications/new", data=typed | {"add_row": "stops"}).get_data(as_text=True)
    assert 'name="stops-1"' in text
    assert "error-summary" not in text
    assert f'value="{typed["first_day"]}"' in text
    both = typed | {"stops-1": "Hoàn Kiếm"}
    text = desk.post("/applications/new", data=both | {"remove_row": "stops-0"}).get_data(as_text=True)
    assert 'name="stops-0"' not in text
    assert 'name="stops-1"' in text


def test_of_two_areas_of_one_name_a_button_takes_the_one_meant(
    session: Session, desk: FlaskClient, typed: dict[str, str]
) -> None:
    change = {"stops-0": "Chương Dương", "choose_area": "stops-0=10237"}
    text = desk.post("/applications/new", data=typed | change).get_data(as_text=True)
    assert "Xã Chương Dương, Huyện Thường Tín, Hà Nội" in text
    assert "error-summary" not in text
    assert session.query(Application).count() == 0


def test_an_unfinished_trip_is_kept_and_says_what_is_missing(
    session: Session, desk: FlaskClient, typed: dict[str, str]
) -> None:
    empty = dict.fromkeys(typed, "") | {"destination": "Ứng Hòa", "later": "1"}
    answer = desk.post("/applications/new", data=empty)
    application = session.query(Application).one()
    assert answer.headers["Location"] == f"/applications/{application.reference}/edit"
    assert [stop.area_code for stop in application.stops] == [None, UNG_HOA]
    assert drafts.missing_parts(application) == (Part.ROUTE, Part.CARGO, Part.WINDOW, Part.VEHICLES)
    page = words(desk.get(f"/applications/{application.reference}/edit"))
    assert "Đã xong 0 trong 3 mục." in page
    assert "Chưa xong" in page
    for path in ("", "/trip", "/vehicles", "/crews"):
        assert desk.get(f"/applications/{application.reference}{path}").status_code == 200
    assert "Chưa chọn" in words(desk.get("/applications"))
    assert "Huyện Ứng Hòa" in desk.get(f"/applications/{application.reference}/trip").get_data(as_text=True)
    answer = desk.get(f"/applications/{application.reference}/check", follow_redirects=True)
    assert "Hồ sơ chưa đủ thông tin để nộp." in words(answer)
    answer = desk.post(f"/applications/{application.reference}/submit", follow_redirects=True)
    assert "Hồ sơ chưa đủ thông tin để nộp." in words(answer)
    desk.post(f"/applications/{application.reference}/trip", data=typed)
    session.refresh(application)
    assert drafts.missing_parts(application) == (Part.VEHICLES,)


def test_what_cannot_be_read_is_not_dropped_by_saving_for_later(
    session: Session, desk: FlaskClient, typed: dict[str, str]
) -> None:
    text = desk.post("/applications/new", data=typed | {"first_day": "mai", "later": "1"}).get_data(as_text=True)
    assert 'id="first_day-error"' in text
    assert 'value="mai"' in text
    assert session.query(Application).count() == 0


def test_a_chosen_vehicle_brings_the_people_who_usually_go_with_it(
    desk: FlaskClient, factories: Factories, carrier: User, truck: Vehicle, driver: CrewMember
) -> None:
    other = factories.vehicle(carrier)
    application = factories.application(carrier, vehicles=())
    assert format_plate(truck.plate) in words(desk.get(f"/applications/{application.reference}/vehicles"))
    assert choose(desk, application, truck, other).endswith("/crews")
    assert crew_of(application) == {truck.plate: [driver.id], other.plate: []}
    page = words(desk.get(f"/applications/{application.reference}/crews"))
    assert "1 xe chưa có lái xe" in page
    assert f"Xếp người cho {format_plate(other.plate)}" in page
    assert "1 xe chưa có lái xe" in words(desk.get(f"/applications/{application.reference}/edit"))


def test_vehicles_that_a_search_hides_stay_chosen(
    desk: FlaskClient, factories: Factories, carrier: User, truck: Vehicle
) -> None:
    others = [factories.vehicle(carrier, plate=f"30H1000{n}") for n in range(2)]
    application = factories.application(carrier, vehicles=())
    choose(desk, application, truck, *others)
    page = desk.get(f"/applications/{application.reference}/vehicles?q=30h").get_data(as_text=True)
    assert f'value="{truck.id}"' not in page
    choose(desk, application, others[0], shown=others)
    assert {item.vehicle for item in application.vehicles} == {truck, others[0]}


def test_the_whole_fleet_is_chosen_with_one_button(desk: FlaskClient, factories: Factories, carrier: User) -> None:
    fleet = [factories.vehicle(carrier) for _ in range(3)]
    application = factories.application(carrier, vehicles=())
    assert "Chọn tất cả 3 xe và tiếp tục" in words(desk.get(f"/applications/{application.reference}/vehicles"))
    desk.post(f"/applications/{application.reference}/vehicles", data={"all": "1"})
    assert [item.vehicle for item in application.vehicles] == fleet


def test_any_number_of_people_go_with_a_vehicle_drivers_first_and_the_next_vehicle_without_one_follows(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User, truck: Vehicle
) -> None:
    second = factories.vehicle(carrier)
    people = [factories.crew(carrier, Role.ASSISTANT) for _ in range(3)] + [factories.crew(carrier)]
    application = factories.application(carrier, vehicles=())
    choose(desk, application, truck, second)
    first_item, second_item = application.vehicles
    ids = [member.id for member in people]
    path = f"/applications/{application.reference}/crews"
    answer = desk.post(f"{path}/{first_item.id}", data={"chosen": ids, "shown": ids})
    assert answer.headers["Location"] == f"{path}/{second_item.id}"
    assert crew_of(application)[truck.plate] == [people[3].id, *ids[:3]]
    page = words(desk.get(answer.headers["Location"]))
    assert f"đang ở xe {format_plate(truck.plate)}, chọn thì chuyển sang xe này" in page
    desk.post(f"{path}/{second_item.id}", data={"chosen": [ids[3]], "shown": ids})
    session.expire_all()
    assert crew_of(application) == {truck.plate: ids[:3], second.plate: [ids[3]]}
    many = [factories.crew(carrier).id for _ in range(9)]
    answer = desk.post(f"{path}/{first_item.id}", data={"chosen": many, "shown": many}, follow_redirects=True)
    assert "Mỗi xe có nhiều nhất tám người" in words(answer)


def test_people_are_found_by_name_without_diacritics(
    desk: FlaskClient, factories: Factories, carrier: User, truck: Vehicle
) -> None:
    for name in ("Trần Đức Anh", "Lê Thị Hoa"):
        factories.crew(carrier, name=name)
    application = factories.application(carrier, vehicles=(CrewedVehicle(truck.id, ()),))
    path = f"/applications/{application.reference}/crews/{application.vehicles[0].id}"
    page = words(desk.get(f"{path}?q=duc anh"))
    assert "Trần Đức Anh" in page
    assert "Lê Thị Hoa" not in page
    assert "Không có họ tên nào chứa" in words(desk.get(f"{path}?q=zzz"))


def test_vehicles_that_no_pass_could_be_made_for_are_left_out_with_one_button(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User, truck: Vehicle, driver: CrewMember
) -> None:
    expired = factories.vehicle(carrier, plate="29H00001", inspection_expires_on=today() - timedelta(days=1))
    cars = (CrewedVehicle(truck.id, (driver.id,)), CrewedVehicle(expired.id, (factories.crew(carrier).id,)))
    application = factories.application(carrier, vehicles=cars)
    page = words(desk.get(f"/applications/{application.reference}/check"))
    assert "Chưa nộp được" in page
    assert "Bỏ 1 xe không cấp giấy được" in page
    assert "1 trong 2 xe đạt mọi mục kiểm tra." in page
    answer = desk.post(f"/applications/{application.reference}/drop-failed", follow_redirects=True)
    page = words(answer)
    assert "Đã bỏ khỏi hồ sơ: 29H-000.01." in page
    assert "Mọi mục kiểm tra tự động đều đạt." in page
    services.submit(session, carrier, application, now())


def test_a_carrier_without_fleet_is_told_to_begin_there(desk: FlaskClient, factories: Factories, carrier: User) -> None:
    application = factories.application(carrier, vehicles=())
    page = words(desk.get(f"/applications/{application.reference}/vehicles"))
    assert "Chưa có phương tiện nào" in page
    assert "Thêm phương tiện" in page
    choose(desk, application, factories.vehicle(carrier))
    page = words(desk.get(f"/applications/{application.reference}/crews/{application.vehicles[0].id}"))
    assert "Chưa có lái xe, phụ xe nào" in page


def test_a_copy_asks_for_the_same_for_the_days_after_without_who_left(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User, truck: Vehicle, driver: CrewMember
) -> None:
    gone, left = factories.vehicle(carrier), factories.crew(carrier, Role.ASSISTANT)
    cars = (CrewedVehicle(truck.id, (driver.id, left.id)), CrewedVehicle(gone.id, (factories.crew(carrier).id,)))
    old = factories.application(carrier, ApplicationState.APPROVED, vehicles=cars)
    gone.retired_at = left.retired_at = now()
    answer = desk.post(f"/applications/{old.reference}/copy")
    made = session.query(Application).filter(Application.id != old.id).one()
    assert answer.headers["Location"] == f"/applications/{made.reference}/edit"
    assert (made.state, made.route, made.cargo) == (ApplicationState.DRAFT, old.route, old.cargo)
    assert crew_of(made) == {truck.plate: [driver.id]}
    assert (made.first_day, made.last_day) == (today() + timedelta(days=3), today() + timedelta(days=5))


def test_an_old_application_is_copied_from_today_on(session: Session, factories: Factories, carrier: User) -> None:
    old = factories.application(carrier)
    old.first_day, old.last_day = today() - timedelta(days=40), today() - timedelta(days=36)
    made = drafts.copy_application(session, carrier, old, now())
    assert (made.first_day, made.last_day) == (today(), today() + timedelta(days=4))


@pytest.mark.parametrize("state", ApplicationState)
def test_only_what_is_not_sent_can_be_changed(
    session: Session, factories: Factories, desk: FlaskClient, carrier: User, state: ApplicationState
) -> None:
    application = factories.application(carrier, state)
    vehicle, member = factories.vehicle(carrier), factories.crew(carrier)
    trip = Trip(route=(HOAN_KIEM, CHUONG_DUONG, UNG_HOA), cargo=CargoClass.FUEL, first_day=today(), last_day=today())
    item = application.vehicles[0]
    changes = (
        lambda: drafts.change_trip(session, carrier, application, trip, now()),
        lambda: drafts.assign_crew(session, carrier, application, item, [member.id], now()),
        lambda: drafts.choose_vehicles(session, carrier, application, [vehicle.id], now()),
    )
    is_editable = state in {ApplicationState.DRAFT, ApplicationState.RETURNED}
    for change in changes:
        if is_editable:
            change()
        else:
            with pytest.raises(ApplicationError) as caught:
                change()
            assert caught.value.code == "not_editable"
    session.commit()
    session.refresh(application)
    assert (application.route == trip.route) is is_editable
    assert ([item.vehicle for item in application.vehicles] == [vehicle]) is is_editable
    for path in ("edit", "trip", "vehicles", "crews"):
        answer = desk.get(f"/applications/{application.reference}/{path}")
        assert answer.status_code == (200 if is_editable else 302)


def test_another_carriers_application_vehicle_and_people_are_out_of_reach(
    factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    theirs = factories.application(factories.user())
    paths = ("edit", "trip", "vehicles", "crews", f"crews/{theirs.vehicles[0].id}", "check")
    assert [desk.get(f"/applications/{theirs.reference}/{path}").status_code for path in paths] == [404] * len(paths)
    for path in ("copy", "drop-failed", "submit"):
        assert desk.post(f"/applications/{theirs.reference}/{path}").status_code == 404
    own = factories.application(carrier, vehicles=())
    foreign = theirs.vehicles[0]
    text = desk.post(
        f"/applications/{own.reference}/vehicles", data={"chosen": [foreign.vehicle_id], "shown": [foreign.vehicle_id]}
    ).get_data(as_text=True)
    assert "Chọn một mục trong danh sách." in text
    assert own.vehicles == []
    assert desk.get(f"/applications/{own.reference}/crews/{foreign.id}").status_code == 404


def test_the_page_of_two_hundred_vehicles_stays_small(desk: FlaskClient, factories: Factories, carrier: User) -> None:
    cars = tuple(CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier).id,)) for _ in range(30))
    application = factories.application(carrier, vehicles=cars)
    text = desk.get(f"/applications/{application.reference}/check").get_data(as_text=True)
    assert len(re.findall(r'class="check-group"', text)) == 1
    assert len(text) / 30 < 2000
