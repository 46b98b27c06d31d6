"""A carrier's vehicles and crew, through services and through the pages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.audit import AuditEntry
from passes.db import db, privacy
from passes.fleet import services
from passes.fleet.models import CrewMember, LabResult, Vehicle
from passes.followup.models import FollowUp
from passes.movement.models import Movement, MovementSource
from passes.movement.services import ZoneDraft, publish_zone
from passes.people.models import Person
from protocol.claims import Role, VehicleClass
from protocol.plates import format_plate
from protocol.zones import ZoneKind
from tests.factories import CHUONG_DUONG, HOAN_KIEM, UNG_HOA, Factories, now, today
from tests.passes.morning import TODAY
from tests.passes.pages import Login

VEHICLE = {"plate": "29C-123.45", "vehicle_class": "2", "payload_tonnes": "3,5", "inspection_expires_on": "18/09/2030"}
CREW = {
    "id_number": "001085012345",
    "name": "Nguyễn  Văn Bình",
    "phone": "0912 345 678",
    "residence": CHUONG_DUONG,
    "role": "driver",
    "licence_class": "C",
    "licence_expires_on": "18/09/2030",
    "test_day": "",
    "test_clock": "",
}


def vehicle_draft(**values: object) -> services.VehicleDraft:
    draft = services.VehicleDraft("29C-123.45", VehicleClass.TRUCK, Decimal("3.5"), today() + timedelta(days=90))
    return replace(draft, **values)


def crew_draft(**values: object) -> services.CrewDraft:
    draft = services.CrewDraft(
        id_number="001085012345",
        name="Nguyễn Văn Bình",
        phone="+84912345678",
        residence_code=CHUONG_DUONG,
        role=Role.DRIVER,
        licence_class="C",
        licence_expires_on=today() + timedelta(days=90),
        test_expires_at=None,
    )
    return replace(draft, **values)


def test_a_vehicle_is_added_from_what_a_clerk_types(desk: FlaskClient, carrier: User) -> None:
    answer = desk.post("/fleet/vehicles/new", data=VEHICLE, follow_redirects=True)
    assert "Đã thêm phương tiện 29C-123.45." in answer.get_data(as_text=True)
    vehicle = db.session.query(Vehicle).one()
    assert (vehicle.carrier_id, vehicle.plate, vehicle.payload_tonnes) == (
        carrier.organisation_id,
        "29C12345",
        Decimal("3.5"),
    )
    assert vehicle.inspection_expires_on == date(2030, 9, 18)
    assert db.session.query(AuditEntry).filter_by(verb="fleet.add_vehicle").one().actor_id == carrier.id


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("plate", "", "Nhập biển số."),
        ("plate", "29C-12", "Biển số không đúng dạng."),
        ("vehicle_class", "", "Chọn loại phương tiện."),
        ("payload_tonnes", "", "Nhập tải trọng."),
        ("payload_tonnes", "nặng", "Ghi bằng số, đơn vị tấn, ví dụ 3,5."),
        ("payload_tonnes", "3,55", "Ghi đến một chữ số sau dấu phẩy, ví dụ 3,5."),
        ("payload_tonnes", "0", "Tải trọng phải lớn hơn 0 và dưới 200 tấn."),
        ("payload_tonnes", "350", "Tải trọng phải lớn hơn 0 và dưới 200 tấn."),
        ("inspection_expires_on", "", "Nhập hạn đăng kiểm."),
        ("inspection_expires_on", "mai", "Ghi ngày theo ngày/tháng/năm, ví dụ 18/09/2021."),
        ("inspection_expires_on", "31/02/2030", "Không có ngày 31/02/2030 trong lịch."),
        ("inspection_expires_on", "18/09/1999", "Kiểm tra lại năm: ngày này quá xa so với hôm nay."),
    ],
)
def test_a_wrong_value_of_a_vehicle_is_named_at_its_field_and_nothing_is_lost(
    desk: FlaskClient, field: str, typed: str, message: str
) -> None:
    text = desk.post("/fleet/vehicles/new", data=VEHICLE | {field: typed}).get_data(as_text=True)
    assert f'<a href="#{field}">{message}' in text
    assert f'id="{field}-error"' in text
    assert "<title>Lỗi:" in " ".join(text.split())
    for name, value in (VEHICLE | {field: typed}).items():
        if name != "vehicle_class":
            assert f'value="{value}"' in text
    assert db.session.query(Vehicle).count() == 0


def test_messages_are_english_for_an_english_reader(desk: FlaskClient) -> None:
    desk.get("/lang/en")
    text = desk.post("/fleet/vehicles/new", data=VEHICLE | {"plate": "29C-12"}).get_data(as_text=True)
    assert '<html lang="en">' in text


@pytest.mark.parametrize(("language", "shown"), [("vi", "3,5"), ("en", "3.5")])
@pytest.mark.parametrize("typed", ["3,5", "3.5", "3,5 tấn", "3.5 t"])
def test_tonnes_are_read_with_either_decimal_sign_and_shown_with_the_readers(
    desk: FlaskClient, language: str, shown: str, typed: str
) -> None:
    desk.get(f"/lang/{language}")
    desk.post("/fleet/vehicles/new", data=VEHICLE | {"payload_tonnes": typed})
    vehicle = db.session.query(Vehicle).one()
    assert vehicle.payload_tonnes == Decimal("3.5")
    assert f'value="{shown}"' in desk.get(f"/fleet/vehicles/{vehicle.id}").get_data(as_text=True)


@pytest.mark.parametrize("typed", ["18-9-2030", "18.09.2030", "18092030", "2030-09-18", " 18/9/2030 "])
def test_a_day_is_read_however_it_is_typed(desk: FlaskClient, typed: str) -> None:
    desk.post("/fleet/vehicles/new", data=VEHICLE | {"inspection_expires_on": typed})
    assert db.session.query(Vehicle).one().inspection_expires_on == date(2030, 9, 18)


def test_a_plate_is_in_a_carriers_list_once_however_it_is_written(desk: FlaskClient) -> None:
    desk.post("/fleet/vehicles/new", data=VEHICLE)
    text = desk.post("/fleet/vehicles/new", data=VEHICLE | {"plate": "29c 12345"}).get_data(as_text=True)
    assert "Biển số này đã có trong danh sách phương tiện của đơn vị." in text
    assert db.session.query(Vehicle).count() == 1


def test_two_carriers_may_have_the_same_plate(session: Session, factories: Factories) -> None:
    for user in (factories.user(), factories.user()):
        services.add_vehicle(session, user, vehicle_draft(), now())
    assert session.query(Vehicle).count() == 2


def test_a_vehicle_is_changed(desk: FlaskClient, factories: Factories, carrier: User) -> None:
    vehicle = factories.vehicle(carrier)
    assert 'value="5"' in desk.get(f"/fleet/vehicles/{vehicle.id}").get_data(as_text=True)
    desk.post(f"/fleet/vehicles/{vehicle.id}", data=VEHICLE)
    db.session.refresh(vehicle)
    assert (vehicle.plate, vehicle.payload_tonnes) == ("29C12345", Decimal("3.5"))


def test_a_vehicle_does_not_take_another_ones_plate(desk: FlaskClient, factories: Factories, carrier: User) -> None:
    factories.vehicle(carrier, plate="29C12345")
    other = factories.vehicle(carrier)
    text = desk.post(f"/fleet/vehicles/{other.id}", data=VEHICLE).get_data(as_text=True)
    assert "Biển số này đã có" in text


def test_a_retired_vehicle_leaves_the_list_and_comes_back_with_its_plate(
    desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    vehicle = factories.vehicle(carrier, plate="29C12345")
    other = factories.vehicle(carrier, plate="29C99999")
    assert "Ngừng sử dụng phương tiện 29C-123.45?" in desk.get(f"/fleet/vehicles/{vehicle.id}/retire").get_data(
        as_text=True
    )
    desk.post(f"/fleet/vehicles/{vehicle.id}/retire")
    assert desk.get(f"/fleet/vehicles/{vehicle.id}").status_code == 404
    text = desk.post(f"/fleet/vehicles/{other.id}", data=VEHICLE).get_data(as_text=True)
    assert "Xe mang biển số này đã ngừng sử dụng." in text
    desk.post("/fleet/vehicles/new", data=VEHICLE)
    db.session.refresh(vehicle)
    assert (vehicle.retired_at, vehicle.payload_tonnes) == (None, Decimal("3.5"))


def test_the_list_of_vehicles_is_searched_by_part_of_a_plate(
    desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    factories.vehicle(carrier, plate="29C12345")
    factories.vehicle(carrier, plate="51D67890")
    text = desk.get("/fleet/vehicles?q=29c-123").get_data(as_text=True)
    assert "29C-123.45" in text
    assert "51D-678.90" not in text
    assert "Không có phương tiện nào khớp" in desk.get("/fleet/vehicles?q=99").get_data(as_text=True)


def test_empty_lists_say_what_to_do(desk: FlaskClient) -> None:
    assert "Chưa có phương tiện nào" in desk.get("/fleet/vehicles").get_data(as_text=True)
    assert "Chưa có lái xe, phụ xe nào" in desk.get("/fleet/crew").get_data(as_text=True)


def test_a_driver_is_added_from_what_a_clerk_types(desk: FlaskClient) -> None:
    test_day = today() + timedelta(days=2)
    answer = desk.post("/fleet/crew/new", data=CREW | {"test_day": f"{test_day:%d/%m/%Y}", "test_clock": "7h30"})
    assert answer.status_code == 302
    member = db.session.query(CrewMember).one()
    person = member.person
    assert (person.id_number, person.name, person.phone) == ("001085012345", "Nguyễn Văn Bình", "+84912345678")
    assert (person.residence_code, member.role, member.licence_class) == (CHUONG_DUONG, Role.DRIVER, "C")
    expected = datetime(test_day.year, test_day.month, test_day.day, 0, 30, tzinfo=UTC)
    assert member.test_expires_at == expected


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"id_number": ""}, "id_number", "Nhập số giấy tờ tùy thân."),
        ({"id_number": "12345"}, "id_number", "Số giấy tờ tùy thân không đúng"),
        ({"id_number": "003085012345"}, "id_number", "Số giấy tờ tùy thân không đúng"),
        ({"name": " "}, "name", "Nhập họ và tên."),
        ({"name": "x" * 61}, "name", "Họ và tên dài nhất 60 ký tự."),
        ({"phone": "12"}, "phone", "Số điện thoại không đúng."),
        ({"phone": "0712345"}, "phone", "Số điện thoại không đúng."),
        ({"residence": ""}, "residence", "Nhập phường, xã hoặc thị trấn nơi cư trú."),
        ({"residence": "99999"}, "residence", "Không tìm thấy địa bàn"),
        ({"residence": "xyz abc"}, "residence", "Không tìm thấy địa bàn"),
        ({"residence": "Quận Hoàn Kiếm, Hà Nội"}, "residence", "Có 18 địa bàn khớp"),
        ({"residence": "002"}, "residence", "không thuộc cấp địa bàn được hỏi ở đây"),
        ({"residence": "chuong duong"}, "residence", "Có 2 địa bàn khớp"),
        ({"role": None}, "role-0", "Chọn lái xe hoặc phụ xe."),
        ({"licence_class": ""}, "licence_class", "Lái xe phải có hạng giấy phép lái xe."),
        ({"licence_expires_on": ""}, "licence_expires_on", "Nhập ngày hết hạn giấy phép lái xe."),
        ({"test_clock": "14:00"}, "test_day", "Nhập ngày, hoặc bỏ trống cả ngày và giờ."),
        ({"test_day": f"{TODAY:%d/%m/%Y}"}, "test_clock", "Nhập giờ hết giá trị"),
        ({"test_day": f"{TODAY:%d/%m/%Y}", "test_clock": "25:00"}, "test_clock", "Ghi giờ và phút theo 24 giờ"),
    ],
)
def test_a_wrong_value_of_a_person_is_named_at_its_field(
    desk: FlaskClient, values: dict[str, str | None], field: str, message: str
) -> None:
    typed = {name: value for name, value in (CREW | values).items() if value is not None}
    text = desk.post("/fleet/crew/new", data=typed).get_data(as_text=True)
    assert f'<a href="#{field}">' in text
    assert message in text
    for name in ("id_number", "phone", "test_day", "test_clock"):
        assert f'value="{typed[name]}"' in text
    assert db.session.query(CrewMember).count() == 0


def test_of_two_wards_of_one_name_a_button_takes_the_one_meant(desk: FlaskClient) -> None:
    text = desk.post("/fleet/crew/new", data=CREW | {"residence": "Chương Dương"}).get_data(as_text=True)
    assert 'name="choose_area" value="residence=00067"' in text
    assert 'name="choose_area" value="residence=10237"' in text
    chosen = desk.post("/fleet/crew/new", data=CREW | {"residence": "Chương Dương", "choose_area": "residence=10237"})
    text = chosen.get_data(as_text=True)
    assert "Xã Chương Dương, Huyện Thường Tín, Hà Nội" in text
    assert 'value="10237"' in text
    assert "error-summary" not in text
    assert db.session.query(CrewMember).count() == 0


def test_an_assistant_needs_no_licence(desk: FlaskClient) -> None:
    desk.post("/fleet/crew/new", data=CREW | {"role": "assistant", "licence_class": "", "licence_expires_on": ""})
    member = db.session.query(CrewMember).one()
    assert (member.role, member.licence_class, member.licence_expires_on) == (Role.ASSISTANT, None, None)


def test_personal_values_are_not_readable_in_the_database(
    session: Session, factories: Factories, carrier: User
) -> None:
    factories.crew(carrier, id_number="001085012345", name="Nguyễn Văn Bình", phone="+84912345678")
    row = session.execute(db.text("SELECT * FROM persons")).one()
    raw = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for secret in ("001085012345", "Nguyễn Văn Bình", "84912345678"):
        assert secret.encode() not in raw
    assert session.query(Person).filter_by(id_hash=privacy().lookup("id_number", "001085012345")).one()


def test_a_person_is_in_a_carriers_list_once(session: Session, carrier: User) -> None:
    services.add_crew_member(session, carrier, crew_draft(), now())
    with pytest.raises(services.FleetError) as caught:
        services.add_crew_member(session, carrier, crew_draft(id_number="001 085 012 345"), now())
    assert (caught.value.code, caught.value.field) == ("person_taken", "id_number")


def test_one_person_of_two_carriers_is_one_person(session: Session, factories: Factories) -> None:
    members = [
        services.add_crew_member(session, user, crew_draft(phone=phone), now())
        for user, phone in ((factories.user(), "+84912345678"), (factories.user(), "+84987654321"))
    ]
    assert members[0].person is members[1].person
    assert members[0].person.phone == "+84987654321"


def test_an_id_number_on_file_under_another_name_is_refused_without_telling_it(
    session: Session, factories: Factories, login: Login
) -> None:
    services.add_crew_member(session, factories.user(), crew_draft(name="Trần Đức Anh"), now())
    session.commit()
    text = login(factories.user()).post("/fleet/crew/new", data=CREW).get_data(as_text=True)
    assert "Số giấy tờ tùy thân này đã được khai với họ tên khác." in text
    assert "Trần Đức Anh" not in text


def test_a_name_without_diacritics_is_the_same_name(session: Session, factories: Factories) -> None:
    services.add_crew_member(session, factories.user(), crew_draft(), now())
    member = services.add_crew_member(session, factories.user(), crew_draft(name="nguyen van binh"), now())
    assert member.person.name == "Nguyễn Văn Bình"


def test_a_name_is_corrected_by_the_only_carrier_that_has_the_person(session: Session, factories: Factories) -> None:
    carrier, other = factories.user(), factories.user()
    member = services.add_crew_member(session, carrier, crew_draft(), now())
    services.change_crew_member(session, carrier, member, crew_draft(name="Nguyễn Văn Bính"), now())
    services.change_crew_member(session, carrier, member, crew_draft(name="Nguyễn Văn Bảo"), now())
    services.add_crew_member(session, other, crew_draft(name="Nguyễn Văn Bảo"), now())
    with pytest.raises(services.FleetError) as caught:
        services.change_crew_member(session, carrier, member, crew_draft(name="Trần Đức Anh"), now())
    assert caught.value.code == "name_shared"


def test_a_persons_papers_are_renewed(desk: FlaskClient, factories: Factories, carrier: User) -> None:
    member = factories.crew(carrier, id_number="001085012345", name="Nguyễn Văn Bình", test_expires_at=None)
    text = desk.get(f"/fleet/crew/{member.id}").get_data(as_text=True)
    assert 'value="0912' in text
    assert "Phường Chương Dương, Quận Hoàn Kiếm, Hà Nội" in text
    test_day = today() + timedelta(days=1)
    data = CREW | {"licence_class": "FC", "test_day": f"{test_day:%d/%m/%Y}", "test_clock": "14:00"}
    assert desk.post(f"/fleet/crew/{member.id}", data=data).status_code == 302
    db.session.refresh(member)
    assert member.licence_class == "FC"
    assert member.test_expires_at is not None


def test_somebody_who_left_is_out_of_the_list_and_can_come_back(
    desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    member = factories.crew(carrier, id_number="001085012345", name="Nguyễn Văn Bình")
    assert "Đưa Nguyễn Văn Bình ra khỏi danh sách?" in desk.get(f"/fleet/crew/{member.id}/retire").get_data(
        as_text=True
    )
    desk.post(f"/fleet/crew/{member.id}/retire")
    assert desk.get(f"/fleet/crew/{member.id}").status_code == 404
    desk.post("/fleet/crew/new", data=CREW)
    db.session.refresh(member)
    assert member.retired_at is None


def test_somebody_who_moved_house_is_followed_up_in_the_new_district(
    session: Session, factories: Factories, carrier: User
) -> None:
    member = factories.crew(carrier)
    area, at = "00355", now() - timedelta(hours=1)
    session.add(Movement(person_id=member.person_id, at=at, area_code=area, source=MovementSource.IMPORT))
    draft = ZoneDraft(id="z", name="Ổ", kind=ZoneKind.OUTBREAK, areas=(area,), starts_at=at, decision="1/QĐ")
    publish_zone(session, None, draft, now())
    session.commit()
    jobs.wake()
    session.expire_all()
    row = session.query(FollowUp).one()
    assert row.district_code == HOAN_KIEM
    change = crew_draft(name=member.person.name, residence_code="10354")
    services.change_crew_member(session, carrier, member, change, now())
    assert row.district_code == UNG_HOA


def test_the_list_of_people_is_searched_without_diacritics(
    desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    factories.crew(carrier, name="Trần Đức Anh")
    factories.crew(carrier, name="Lê Thị Hoa")
    text = desk.get("/fleet/crew?q=duc anh").get_data(as_text=True)
    assert "Trần Đức Anh" in text
    assert "Lê Thị Hoa" not in text


def test_expired_papers_are_marked(desk: FlaskClient, factories: Factories, carrier: User) -> None:
    factories.vehicle(carrier, inspection_expires_on=today() - timedelta(days=1))
    factories.crew(carrier, test_expires_at=now() - timedelta(hours=1))
    assert "Hết hạn" in desk.get("/fleet/vehicles").get_data(as_text=True)
    assert "Hết giá trị" in desk.get("/fleet/crew").get_data(as_text=True)


def test_a_carrier_never_reaches_another_carriers_fleet(factories: Factories, login: Login) -> None:
    owner = factories.user()
    vehicle, member = factories.vehicle(owner), factories.crew(owner)
    stranger = login(factories.user())
    for path in (f"/fleet/vehicles/{vehicle.id}", f"/fleet/crew/{member.id}"):
        for url in (path, f"{path}/retire"):
            assert stranger.get(url).status_code == 404
            assert stranger.post(url, data={}).status_code == 404
    assert "29C" not in stranger.get("/fleet/vehicles").get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("chuong duong", ["00067", "10237"]),
        ("CHƯƠNG DƯƠNG", ["00067", "10237"]),
        ("00067", ["00067"]),
        ("", []),
        ("   ", []),
    ],
)
def test_areas_are_found_without_diacritics(desk: FlaskClient, query: str, codes: list[str]) -> None:
    answer = desk.get("/areas/search", query_string={"q": query})
    assert [area["code"] for area in answer.get_json()][:2] == codes


def test_areas_are_found_at_the_levels_asked_for(desk: FlaskClient) -> None:
    def found(level: str) -> set[int]:
        answer = desk.get("/areas/search", query_string={"q": "ung hoa", "level": level})
        return {len(area["code"]) for area in answer.get_json()}

    assert found("3") == found("district") == {3}
    assert found("3,5") == found("ward,district") == {3, 5}
    assert found("") >= {3, 5}


def test_the_search_of_areas_needs_an_account(client: FlaskClient) -> None:
    assert client.get("/areas/search?q=ha").status_code == 302


# ---------- plates, vaccination, tests, usual vehicles ----------


@pytest.mark.parametrize(
    ("plate", "vehicle_class"),
    [
        ("29C-123.45", VehicleClass.TRUCK),  # white: a company's own
        ("29H-567.89", VehicleClass.REFRIGERATED),  # yellow: transport business
        ("80A-012.34", VehicleClass.VAN),  # blue: a central agency
        ("29A-001.23", VehicleClass.VAN),  # blue: an agency of the city
        ("51LD-123.45", VehicleClass.TRUCK),  # a company with foreign capital
        ("29C-1234", VehicleClass.TRUCK),  # four digits, from before 2010
        ("29R-012.34", VehicleClass.TRAILER),
        ("15RM-001.23", VehicleClass.TRAILER),
    ],
)
def test_plates_of_every_series_are_kept(
    session: Session, carrier: User, plate: str, vehicle_class: VehicleClass
) -> None:
    vehicle = services.add_vehicle(session, carrier, vehicle_draft(plate=plate, vehicle_class=vehicle_class), now())
    assert format_plate(vehicle.plate) == plate


@pytest.mark.parametrize(
    ("plate", "vehicle_class"), [("29R-012.34", VehicleClass.TRUCK), ("29C-123.45", VehicleClass.TRAILER)]
)
def test_a_trailers_plate_is_on_a_trailer_and_on_nothing_else(
    session: Session, desk: FlaskClient, carrier: User, plate: str, vehicle_class: VehicleClass
) -> None:
    with pytest.raises(services.FleetError) as caught:
        services.add_vehicle(session, carrier, vehicle_draft(plate=plate, vehicle_class=vehicle_class), now())
    assert (caught.value.code, caught.value.field) == ("trailer_plate", "plate")
    typed = VEHICLE | {"plate": plate, "vehicle_class": str(int(vehicle_class))}
    assert "Biển số có sê-ri R là của rơ moóc" in desk.post("/fleet/vehicles/new", data=typed).get_data(as_text=True)


def test_vaccination_test_and_usual_vehicle_are_kept_and_shown(
    desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    vehicle = factories.vehicle(carrier, plate="29C12345")
    until = today() + timedelta(days=2)
    more = {"usual_plate": "29c 12345", "vaccine_doses": "2", "test_result": "negative"}
    desk.post("/fleet/crew/new", data=CREW | more | {"test_day": f"{until:%d/%m/%Y}", "test_clock": "14:00"})
    member = db.session.query(CrewMember).one()
    assert (member.usual_vehicle_id, member.vaccine_doses, member.test_result) == (vehicle.id, 2, LabResult.NEGATIVE)
    text = desk.get(f"/fleet/crew/{member.id}").get_data(as_text=True)
    assert 'value="29C-123.45"' in text
    assert '<option selected value="negative">' in text
    desk.post(f"/fleet/crew/{member.id}", data=CREW | {"test_result": "positive"})
    db.session.refresh(member)
    assert (member.usual_vehicle_id, member.vaccine_doses, member.test_result) == (None, None, LabResult.POSITIVE)
    assert "Dương tính" in desk.get("/fleet/crew").get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("usual_plate", "29C-12", "Biển số không đúng dạng."),
        ("usual_plate", "29C-999.99", "Đơn vị chưa có phương tiện mang biển số này."),
        ("vaccine_doses", "10", "Số mũi tiêm từ 0 đến 9."),
        ("vaccine_doses", "hai", "Ghi bằng chữ số"),
        ("test_result", "negative", "Kết quả âm tính phải có ngày, giờ hết giá trị."),
        ("test_result", "perhaps", "Chọn một mục trong danh sách."),
    ],
)
def test_a_wrong_usual_vehicle_vaccination_or_test_is_named(
    desk: FlaskClient, field: str, typed: str, message: str
) -> None:
    text = desk.post("/fleet/crew/new", data=CREW | {field: typed}).get_data(as_text=True)
    assert message in text
    assert "error-summary" in text
    assert db.session.query(CrewMember).count() == 0
