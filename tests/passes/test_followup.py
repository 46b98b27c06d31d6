"""Follow-ups: who is on whose list, until when, and who else gets to see it (nobody)."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import OrganisationKind, User
from passes.applications.drafts import CrewedVehicle
from passes.audit import AuditEntry
from passes.followup import services
from passes.followup.cli import group as followups_cli
from passes.followup.models import FollowUp, FollowUpStatus, StaySource, StayStatement
from passes.issuing.models import VehiclePass
from passes.local_time import LOCAL, end_of_day
from passes.movement.models import Movement
from passes.movement.services import ZoneDraft, publish_zone, withdraw_zone
from passes.people.services import change_person, keep_person
from protocol.zones import ZoneKind
from tests.factories import CHUONG_DUONG, HOAN_KIEM, UNG_HOA, Factories, now, today
from tests.passes.morning import DAY
from tests.passes.post import Post, freight_post, road_post

WARD = "00355"
VAN_DINH = "10354"
HOUR = timedelta(hours=1)


def zone(session: Session, **values: Any) -> str:
    """Publish a zone over a ward, by default from today's local midnight on, and let the worker match it."""
    given = {
        "id": "z",
        "name": "Phong tỏa",
        "kind": ZoneKind.LOCKDOWN,
        "areas": (WARD,),
        "starts_at": DAY,
        "decision": "1/QĐ",
    } | values
    published = publish_zone(session, None, ZoneDraft(**given), now())
    session.commit()
    jobs.wake()
    return published.id


def withdraw(session: Session, zone_id: str = "z") -> None:
    withdraw_zone(session, None, zone_id, now())
    session.commit()
    jobs.wake()


def only(session: Session) -> FollowUp:
    session.expire_all()
    return session.scalars(sa.select(FollowUp)).one()


@pytest.fixture
def vehicle_pass(factories: Factories) -> VehiclePass:
    return factories.vehicle_pass()


@pytest.fixture
def gate(session: Session, client: FlaskClient) -> Post:
    """A freight point in the ward of the zone."""
    return freight_post(session, client)


@pytest.fixture
def exposed(session: Session, gate: Post, vehicle_pass: VehiclePass) -> FollowUp:
    """The driver was at the gate an hour into the zone, and lodges in Vân Đình."""
    gate.send(gate.scan(vehicle_pass, DAY + HOUR, crew_present=(0,), lodging=VAN_DINH))
    zone(session)
    return only(session)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(followups_cli, list(arguments))


def lines(app: Flask, district: str) -> list[dict[str, Any]]:
    result = run(app, "list", "--district", district, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(content), read_only=True).active.values)


def audited(session: Session, verb: str) -> list[int | None]:
    session.expire_all()
    return list(session.scalars(sa.select(AuditEntry.actor_id).where(AuditEntry.verb == verb)))


# ---------- the concrete case of September 2021 ----------


@pytest.fixture
def september() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2021, 9, 13, 1, 0, tzinfo=UTC), tick=True) as traveller:
        yield traveller


def test_a_driver_from_a_ward_closed_afterwards_is_on_the_list_of_ung_hoa_and_of_nobody_else(
    september: time_machine.Traveller,
    app: Flask,
    session: Session,
    client: FlaskClient,
    factories: Factories,
    login: Callable[[User], FlaskClient],
) -> None:
    carrier = factories.user()
    driver = factories.crew(carrier, id_number="001085012345", name="Nguyễn Văn Bình")
    vehicle_pass = factories.vehicle_pass(
        carrier,
        vehicles=(CrewedVehicle(factories.vehicle(carrier).id, (driver.id,)),),
        route=("16654", UNG_HOA),
    )
    depot, road = freight_post(session, client, "depot", WARD), road_post(session, client)
    september.move_to(datetime(2021, 9, 14, 2, 0, 30, tzinfo=UTC))
    depot.send(depot.scan(vehicle_pass, datetime(2021, 9, 14, 9, 0, tzinfo=LOCAL)))
    september.move_to(datetime(2021, 9, 16, 3, 0, tzinfo=UTC))
    road.send(road.scan(vehicle_pass, datetime(2021, 9, 16, 9, 30, tzinfo=LOCAL), lodging=VAN_DINH))
    september.move_to(datetime(2021, 9, 18, 1, 0, tzinfo=UTC))
    assert lines(app, UNG_HOA) == []
    zone(session, id="ward-00355", starts_at=datetime(2021, 9, 11, tzinfo=LOCAL), passage=True)

    assert lines(app, UNG_HOA) == [
        {
            "person": "001085012345",
            "zone": "ward-00355",
            "first_at": "2021-09-14T02:00:00Z",
            "last_at": "2021-09-14T02:00:00Z",
            "due": "2021-09-28T17:00:00Z",
            "status": "FOLLOW_UP",
            "stay": VAN_DINH,
        }
    ]
    assert lines(app, HOAN_KIEM) == []
    ung_hoa = login(factories.user("district"))
    listed = ung_hoa.get("/followups").get_data(as_text=True)
    assert "Nguyễn Văn Bình" in listed
    assert "hết ngày 28/09/2021" in listed
    person_page = f"/followups/people/{driver.person_id}"
    evidence = ung_hoa.get(person_page).get_data(as_text=True)
    for shown in ("Điểm tập kết depot", "Chốt road-1", "Thanh Xuân Trung", "Thị trấn Vân Đình", "09:00"):
        assert shown in evidence
    assert len(sheet(ung_hoa.get("/followups/export.xlsx").data)) == 2
    office = factories.organisation(OrganisationKind.DISTRICT, area_code=HOAN_KIEM)
    hoan_kiem = login(factories.user("district", office))
    assert "Nguyễn Văn Bình" not in hoan_kiem.get("/followups").get_data(as_text=True)
    assert hoan_kiem.get(person_page).status_code == 404
    assert len(sheet(hoan_kiem.get("/followups/export.xlsx").data)) == 1
    company = login(carrier)
    for address in ("/followups", person_page, "/followups/export.xlsx"):
        assert company.get(address).status_code == 403


# ---------- what is derived ----------


def test_due_is_the_local_midnight_after_the_last_day_plus_the_days_of_monitoring(
    session: Session, gate: Post, vehicle_pass: VehiclePass
) -> None:
    late_evening = end_of_day(today()) - timedelta(minutes=1)
    gate.send(gate.scan(vehicle_pass, DAY + HOUR, crew_present=(0,)))
    gate.send(gate.scan(vehicle_pass, late_evening, crew_present=(0,)))
    zone(session, monitoring_days=7)
    row = only(session)
    assert (row.first_at, row.last_at) == (DAY + HOUR, late_evening)
    assert row.due == end_of_day(today() + timedelta(days=7))
    zone(session, monitoring_days=21)
    assert only(session).due == end_of_day(today() + timedelta(days=21))


def test_assistants_are_followed_up_exactly_like_drivers(
    session: Session, gate: Post, vehicle_pass: VehiclePass
) -> None:
    gate.send(gate.scan(vehicle_pass, DAY + HOUR))
    zone(session)
    people = set(session.scalars(sa.select(FollowUp.person_id)))
    assert people == {entry.person_id for entry in vehicle_pass.crew}


def test_a_stay_is_what_was_said_last_else_the_residence_else_the_last_district(
    session: Session, client: FlaskClient, exposed: FollowUp, vehicle_pass: VehiclePass
) -> None:
    assert (exposed.district_code, exposed.stay_code) == (UNG_HOA, VAN_DINH)
    road = road_post(session, client)
    elsewhere = road.scan(vehicle_pass, DAY - 5 * HOUR, crew_present=(0,), lodging="00337")
    road.send(elsewhere)
    assert only(session).stay_code == VAN_DINH
    road.send(road.scan(vehicle_pass, DAY + 5 * HOUR, crew_present=(0,), lodging="00337"))
    assert (only(session).stay_code, only(session).district_code) == ("00337", "008")
    session.execute(sa.delete(StayStatement))
    services.refresh_people(session, [exposed.person_id], now())
    assert (only(session).stay_code, only(session).district_code) == (CHUONG_DUONG, HOAN_KIEM)
    only(session).person.residence_code = None
    services.refresh_people(session, [exposed.person_id], now())
    assert (only(session).stay_code, only(session).district_code) == (None, "008")


def test_a_place_known_to_the_province_only_names_no_district(session: Session) -> None:
    walker = keep_person(session, id_number="001085000001", name="Người", now=now())
    for area in (WARD, "38"):
        session.add(Movement(person_id=walker.id, at=DAY + HOUR, area_code=area, source="import"))
    session.commit()
    zone(session)
    assert only(session).district_code == "009"


def test_a_changed_residence_moves_the_follow_up(session: Session, gate: Post, vehicle_pass: VehiclePass) -> None:
    gate.send(gate.scan(vehicle_pass, DAY + HOUR, crew_present=(0,)))
    zone(session)
    row = only(session)
    assert row.district_code == HOAN_KIEM
    change_person(session, row.person, name=None, phone=None, residence_code=VAN_DINH)
    services.refresh_people(session, [row.person_id], now())
    assert only(session).district_code == UNG_HOA


def test_of_two_statements_for_one_moment_that_of_the_staff_counts(session: Session, exposed: FollowUp) -> None:
    said = StayStatement(person_id=exposed.person_id, at=DAY + HOUR, source=StaySource.STAFF, area_code="00337")
    session.add(said)
    services.refresh_people(session, [exposed.person_id], now())
    assert only(session).stay_code == "00337"


def test_who_is_no_longer_exposed_is_canceled_and_comes_back_when_exposed_again(
    session: Session, exposed: FollowUp
) -> None:
    first_at, due = exposed.first_at, exposed.due
    withdraw(session)
    row = only(session)
    assert (row.status, row.status_reason) == (FollowUpStatus.CANCELED, "zone_changed")
    assert (row.first_at, row.due, row.district_code) == (first_at, due, UNG_HOA)
    zone(session)
    row = only(session)
    assert (row.status, row.status_reason) == (FollowUpStatus.FOLLOW_UP, None)


def test_a_scan_that_is_taken_back_cancels_what_it_caused(
    session: Session, gate: Post, vehicle_pass: VehiclePass
) -> None:
    scan = gate.scan(vehicle_pass, DAY + HOUR, crew_present=(0,))
    gate.send(scan)
    zone(session)
    gate.send(gate.void(scan, DAY + 2 * HOUR))
    assert only(session).status is FollowUpStatus.CANCELED


def test_a_canceled_follow_up_moves_with_the_person_so_that_the_old_district_no_longer_sees_them(
    session: Session, client: FlaskClient, exposed: FollowUp, vehicle_pass: VehiclePass
) -> None:
    withdraw(session)
    road = road_post(session, client)
    road.send(road.scan(vehicle_pass, DAY + 9 * HOUR, crew_present=(0,), lodging="00337"))
    assert (only(session).status, only(session).district_code) == (FollowUpStatus.CANCELED, "008")
    del exposed


# ---------- who sees what ----------


def test_one_person_with_two_follow_ups_is_one_row(
    session: Session, exposed: FollowUp, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    zone(session, id="y", name="Ổ dịch khác", kind=ZoneKind.OUTBREAK, monitoring_days=21)
    page = login(factories.user("district")).get("/followups").get_data(as_text=True)
    assert page.count("<tr>") == 2  # the heading and one person
    assert "Ổ dịch khác" in page
    assert "Phong tỏa" in page
    assert session.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 2
    assert exposed.zone_id == "z"


def test_health_sees_every_district_a_ward_only_its_own_and_other_offices_nothing(
    exposed: FollowUp, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    address = f"/followups/people/{exposed.person_id}"
    name = exposed.person.name or ""
    ward = factories.user("ward")
    other_ward = factories.user("ward", factories.organisation(OrganisationKind.WARD, area_code="00337"))
    for user in (factories.user("health"), ward, factories.user("district")):
        page = login(user)
        assert name in page.get("/followups").get_data(as_text=True)
        if user.organisation.kind is OrganisationKind.HEALTH:
            page.post(f"{address}/why", data={"reason": "tracing"})
        assert page.get(address).status_code == 200
    page = login(other_ward)
    assert name not in page.get("/followups").get_data(as_text=True)
    assert page.get(address).status_code == 404
    for role in ("carrier", "reviewer", "administrator", "site_operator"):
        assert login(factories.user(role)).get(address).status_code == 403


def test_every_look_at_a_person_and_every_export_is_written_down(
    app: Flask, session: Session, exposed: FollowUp, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    user = factories.user("district")
    page = login(user)
    page.get(f"/followups/people/{exposed.person_id}")
    page.get("/followups/export.xlsx")
    run(app, "list", "--district", UNG_HOA)
    assert audited(session, "followups.view_person") == [user.id]
    assert audited(session, "followups.export") == [user.id]
    assert audited(session, "followups.list") == [None]
    subject = session.scalar(sa.select(AuditEntry.subject).where(AuditEntry.verb == "followups.view_person"))
    assert subject == f"Person:{exposed.person_id}"


FINDS: tuple[str, ...] = ("nguyen van", "NGUYỄN", "001085777777", "001085 777 777", "0912 777 777", "29C-777.77")
FINDS_NOT = ("tran", "001085777778", "0912 777 778", "29C-777.78")
NARROWS_TO = ("status=FOLLOW_UP", "zone=z", f"area={VAN_DINH}")
NARROWS_AWAY = ("status=CANCELED", "zone=other", "area=00337")


def test_the_list_can_be_searched_and_narrowed(
    session: Session, gate: Post, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    carrier = factories.user()
    driver = factories.crew(carrier, id_number="001085777777", name="Nguyễn Văn Bình", phone="+84912777777")
    truck = factories.vehicle(carrier, plate="29C77777")
    vehicle_pass = factories.vehicle_pass(carrier, vehicles=(CrewedVehicle(truck.id, (driver.id,)),))
    gate.send(gate.scan(vehicle_pass, DAY + HOUR, lodging=VAN_DINH))
    zone(session)
    page = login(factories.user("district"))

    def is_listed(query: str) -> bool:
        return "Nguyễn Văn Bình" in page.get(f"/followups?{query}").get_data(as_text=True)

    def is_found(typed: str) -> bool:
        answer = page.post("/followups/search", data={"q": typed}, follow_redirects=True)
        assert answer.request.query_string == b""  # what was typed is somebody's name or number
        return "Nguyễn Văn Bình" in answer.get_data(as_text=True)

    assert audited(session, "followups.search") == []
    finds = (*FINDS, vehicle_pass.number, vehicle_pass.number.lower())
    assert [typed for typed in finds if not is_found(typed)] == []
    assert [typed for typed in FINDS_NOT if is_found(typed)] == []
    assert len(audited(session, "followups.search")) == len(finds) + len(FINDS_NOT)
    assert "Nguyễn Văn Bình" in page.post("/followups/search", data={"clear": 1}, follow_redirects=True).text
    assert [query for query in NARROWS_TO if not is_listed(query)] == []
    assert [query for query in NARROWS_AWAY if is_listed(query)] == []


# ---------- spreadsheets and the command line ----------


def test_a_name_that_looks_like_a_formula_stays_a_text_in_the_spreadsheet(
    session: Session, exposed: FollowUp, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    exposed.person.name = '=HYPERLINK("https://evil.example";"x")\n'
    session.commit()
    content = login(factories.user("district")).get("/followups/export.xlsx").data
    cell = load_workbook(BytesIO(content)).active["A2"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("https://evil.example";"x")')


def test_the_spreadsheet_holds_the_narrowed_list_with_local_times_and_whole_numbers(
    session: Session, exposed: FollowUp, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("district"))
    answer = page.get("/followups/export.xlsx")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="theo-doi-y-te-{today()}.xlsx"'
    heading, row = sheet(answer.data)
    assert heading[0] == "Họ và tên"
    assert row[1] == exposed.person.id_number
    assert row[3] == "Thị trấn Vân Đình, Huyện Ứng Hòa, Hà Nội"
    assert row[7] == (DAY + HOUR).astimezone(LOCAL).replace(tzinfo=None)
    assert row[10] == "Đang theo dõi"
    assert len(sheet(page.get("/followups/export.xlsx?status=CANCELED").data)) == 1
    del session


def test_lists_on_the_command_line_print_every_status_and_know_their_districts(
    app: Flask, session: Session, exposed: FollowUp
) -> None:
    withdraw(session)
    assert [line["status"] for line in lines(app, UNG_HOA)] == ["CANCELED"]
    plain = run(app, "list", "--district", UNG_HOA).output
    assert plain.split("\t")[0] == exposed.person.id_number
    for wrong in ("01", "999", VAN_DINH):
        assert run(app, "list", "--district", wrong).exit_code == 2


def test_an_empty_list_says_why_and_a_search_without_result_says_so(
    factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("district"))
    assert "Chưa có ai phải theo dõi" in page.get("/followups").get_data(as_text=True)
    found = page.post("/followups/search", data={"q": "binh"}, follow_redirects=True)
    assert "Không có người nào khớp" in found.get_data(as_text=True)
