"""Spreadsheets of vehicles and crew: the dry run, the import, taking it back, and the same shape out again."""

import io
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.audit import AuditEntry
from passes.fleet.drafts import CrewDraft
from passes.fleet.models import CrewMember, LabResult, Vehicle
from passes.imports import export, services, texts
from passes.imports.columns import COLUMNS
from passes.imports.models import FleetImport, FleetImportRow, ImportKind, ImportState, RowOutcome
from passes.imports.places import Places
from passes.imports.readings import Problem, Severity, read_row
from passes.imports.sheets import Marks, read_marks
from passes.imports.tables import FileRefusedError, read_table
from passes.local_time import LOCAL
from passes.people.models import Person
from protocol.claims import Role, VehicleClass
from tests.factories import CHUONG_DUONG, Factories, now, today
from tests.passes.pages import Login, words
from tests.passes.spreadsheets import crew_row, titles, upload, vehicle_row, workbook

VEHICLES, CREW = ImportKind.VEHICLES, ImportKind.CREW


def csv_of(kind: ImportKind, rows: list[list[str]], delimiter: str = ";") -> str:
    return "\r\n".join(delimiter.join(row) for row in (titles(kind), *rows)) + "\r\n"


def taken(session: Session) -> FleetImport:
    """The last import."""
    return session.query(FleetImport).order_by(FleetImport.id.desc()).first() or pytest.fail("nothing was taken in")


def hand_in(desk: FlaskClient, session: Session, kind: ImportKind, rows: list[list[Any]]) -> FleetImport:
    """Hand rows in and have them checked."""
    assert upload(desk, kind, workbook(kind, rows)).status_code == 302
    made = taken(session)
    assert made.state is ImportState.CHECKED
    return made


def problems(session: Session, made: FleetImport) -> list[tuple[int, str, str]]:
    rows = session.query(FleetImportRow).filter_by(import_id=made.id).order_by(FleetImportRow.number)
    return [(row.number, problem.column, problem.code) for row in rows for problem in services.problems_of(row)]


def test_nothing_is_kept_before_it_is_confirmed_and_then_everything(
    session: Session, desk: FlaskClient, carrier: User
) -> None:
    made = hand_in(desk, session, VEHICLES, [vehicle_row(n) for n in range(1, 4)])
    assert session.query(Vehicle).count() == 0
    page = words(desk.get(f"/fleet/imports/{made.id}"))
    assert "Không có dòng lỗi" in page
    assert "Nhập 3 dòng" in page
    desk.post(f"/fleet/imports/{made.id}/apply")
    vehicles = session.query(Vehicle).order_by(Vehicle.plate).all()
    assert [v.plate for v in vehicles] == ["29C00001", "29C00002", "29C00003"]
    assert {(v.carrier_id, v.vehicle_class, v.payload_tonnes) for v in vehicles} == {
        (carrier.organisation_id, int(VehicleClass.TRUCK), Decimal(5))
    }
    assert services.count_outcomes(session, made) == {RowOutcome.ADDED: 3}
    assert "Mọi dòng đã vào danh sách." in words(desk.get(f"/fleet/imports/{made.id}"))
    assert session.query(AuditEntry).filter_by(verb="fleet.add_vehicle").count() == 3
    assert session.query(AuditEntry).filter_by(verb="fleet.apply_import").one().details == {"rows": 3, "left_out": 0}


def test_crew_come_in_with_all_their_papers(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    vehicle = factories.vehicle(carrier, plate="29C12345")
    made = hand_in(desk, session, CREW, [crew_row(1, "29c 12345"), crew_row(2, is_driver=False, test_result="")])
    desk.post(f"/fleet/imports/{made.id}/apply")
    driver, assistant = session.query(CrewMember).order_by(CrewMember.id)
    assert (driver.person.id_number, driver.person.phone) == ("001085000001", "+84912000001")
    assert (driver.person.residence_code, driver.role, driver.licence_class) == (CHUONG_DUONG, Role.DRIVER, "C")
    assert (driver.usual_vehicle, driver.vaccine_doses, driver.test_result) == (vehicle, 2, LabResult.NEGATIVE)
    assert driver.test_expires_at is not None
    assert f"{driver.test_expires_at + timedelta(hours=7):%H:%M}" == "14:00"
    assert (assistant.role, assistant.licence_class, assistant.test_result) == (
        Role.ASSISTANT,
        None,
        LabResult.NEGATIVE,
    )


def test_every_wrong_cell_is_named_and_rows_stay_out_only_if_somebody_says_so(
    session: Session, desk: FlaskClient
) -> None:
    rows = [
        vehicle_row(1),
        vehicle_row(2, plate="29C-12"),
        vehicle_row(3, payload_tonnes="nặng", vehicle_class="thuyền"),
    ]
    made = hand_in(desk, session, VEHICLES, rows)
    assert problems(session, made) == [
        (3, "plate", "plate"),
        (4, "vehicle_class", "choice"),
        (4, "payload_tonnes", "tonnes"),
    ]
    page = words(desk.get(f"/fleet/imports/{made.id}"))
    for cell, text in (("A3", "29C-12"), ("B4", "thuyền"), ("C4", "nặng")):
        assert f"{cell} " in page
        assert text in page
    assert "2 dòng có lỗi" in page
    answer = desk.post(f"/fleet/imports/{made.id}/apply", follow_redirects=True)
    assert "Có dòng lỗi. Sửa tệp rồi tải lên lại" in words(answer)
    assert session.query(Vehicle).count() == 0
    assert "Bỏ 2 dòng lỗi, nhập 1 dòng" in page
    desk.post(f"/fleet/imports/{made.id}/apply", data={"partial": "1"})
    assert session.query(Vehicle).one().plate == "29C00001"
    page = words(desk.get(f"/fleet/imports/{made.id}"))
    assert "2 dòng không được nhập" in page
    assert "A3" in page


@pytest.mark.parametrize(
    ("values", "column", "code"),
    [
        ({"plate": ""}, "plate", "missing"),
        ({"plate": "29R-012.34"}, "plate", "trailer_plate"),
        ({"payload_tonnes": "3,55"}, "payload_tonnes", "tonnes_exact"),
        ({"payload_tonnes": "500"}, "payload_tonnes", "payload_range"),
        ({"inspection_expires_on": "31/02/2030"}, "inspection_expires_on", "day_missing"),
        ({"inspection_expires_on": "09/18/2030"}, "inspection_expires_on", "day_missing"),
        ({"inspection_expires_on": "mai"}, "inspection_expires_on", "day"),
        ({"inspection_expires_on": "18/09/1989"}, "inspection_expires_on", "day_far"),
    ],
)
def test_a_wrong_cell_of_a_vehicle_has_its_code_and_sentence(
    session: Session, desk: FlaskClient, values: dict[str, str], column: str, code: str
) -> None:
    made = hand_in(desk, session, VEHICLES, [vehicle_row(1, **values), vehicle_row(2)])
    assert problems(session, made) == [(2, column, code)]
    assert texts.problem_words(Problem(column, code), "x")


@pytest.mark.parametrize(
    ("values", "column", "code"),
    [
        ({"id_number": "12345"}, "id_number", "id_number"),
        ({"name": ""}, "name", "missing"),
        ({"phone": "123"}, "phone", "phone"),
        ({"residence_code": "Đâu đó"}, "residence_code", "place"),
        ({"residence_code": "Chương Dương"}, "residence_code", "place_many"),
        ({"role": "Thuyền trưởng"}, "role", "choice"),
        ({"licence_class": ""}, "licence_class", "licence_missing"),
        ({"licence_expires_on": ""}, "licence_expires_on", "licence_expiry_missing"),
        ({"usual_plate": "29C-999.99"}, "usual_plate", "usual_plate_unknown"),
        ({"vaccine_doses": "12"}, "vaccine_doses", "doses_range"),
        ({"test_result": "Âm tính", "test_expires_at": ""}, "test_expires_at", "test_expiry_missing"),
        ({"test_expires_at": "14 giờ mai"}, "test_expires_at", "clock"),
    ],
)
def test_a_wrong_cell_of_a_person_has_its_code_and_sentence(
    session: Session, desk: FlaskClient, values: dict[str, str], column: str, code: str
) -> None:
    made = hand_in(desk, session, CREW, [crew_row(1, **values)])
    assert (2, column, code) in problems(session, made)
    assert texts.problem_words(Problem(column, code), "x")
    assert session.query(Person).count() == 0


def test_a_row_that_names_the_same_vehicle_again_says_which_row_did(session: Session, desk: FlaskClient) -> None:
    made = hand_in(desk, session, VEHICLES, [vehicle_row(7), vehicle_row(8), vehicle_row(7)])
    assert problems(session, made) == [(4, "plate", "twice")]
    assert "Trùng với dòng 2 của tệp." in words(desk.get(f"/fleet/imports/{made.id}"))


def test_what_is_there_already_is_changed_or_left_as_it_is(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    same = factories.vehicle(carrier, plate="29C00001", inspection_expires_on=today() + timedelta(days=200))
    renewed = factories.vehicle(carrier, plate="29C00002", inspection_expires_on=today() + timedelta(days=3))
    made = hand_in(desk, session, VEHICLES, [vehicle_row(n) for n in (1, 2, 3)])
    assert services.count_outcomes(session, made) == dict.fromkeys(
        (RowOutcome.SAME, RowOutcome.CHANGED, RowOutcome.ADDED), 1
    )
    desk.post(f"/fleet/imports/{made.id}/apply")
    assert renewed.inspection_expires_on == today() + timedelta(days=200)
    assert same.payload_tonnes == Decimal(5)
    assert session.query(AuditEntry).filter_by(verb="fleet.change_vehicle").count() == 1


def test_an_import_is_taken_back_except_for_what_was_changed_since(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    renewed = factories.vehicle(carrier, plate="29C00002", inspection_expires_on=today() + timedelta(days=3))
    made = hand_in(desk, session, VEHICLES, [vehicle_row(n) for n in (1, 2, 3)])
    desk.post(f"/fleet/imports/{made.id}/apply")
    added, touched = (session.query(Vehicle).filter_by(plate=plate).one() for plate in ("29C00001", "29C00003"))
    touched.payload_tonnes = Decimal("7.5")
    desk.post(f"/fleet/imports/{made.id}/undo")
    assert made.state is ImportState.UNDONE
    assert added.retired_at is not None
    assert (renewed.inspection_expires_on, renewed.retired_at) == (today() + timedelta(days=3), None)
    assert (touched.payload_tonnes, touched.retired_at) == (Decimal("7.5"), None)
    page = words(desk.get(f"/fleet/imports/{made.id}"))
    assert "Giữ lại vì đã sửa sau khi nhập" in page
    assert "A4" in page
    answer = desk.post(f"/fleet/imports/{made.id}/undo", follow_redirects=True)
    assert "Bảng tính này đã được xử lý" in words(answer)


def test_an_import_of_people_is_taken_back(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User
) -> None:
    known = factories.crew(carrier, id_number="001085000001", name="Trần Đức Anh", licence_class="D")
    made = hand_in(desk, session, CREW, [crew_row(1, name="Trần Đức Anh"), crew_row(2)])
    desk.post(f"/fleet/imports/{made.id}/apply")
    assert known.licence_class == "C"
    desk.post(f"/fleet/imports/{made.id}/undo")
    assert known.licence_class == "D"
    other = session.query(CrewMember).filter(CrewMember.id != known.id).one()
    assert other.retired_at is not None
    assert services.count_outcomes(session, made) == {RowOutcome.UNDONE: 2}


def test_a_file_that_was_only_checked_is_forgotten(session: Session, desk: FlaskClient) -> None:
    made = hand_in(desk, session, CREW, [crew_row(1)])
    desk.post(f"/fleet/imports/{made.id}/cancel")
    assert made.state is ImportState.CANCELED
    assert session.query(FleetImportRow).count() == 0
    answer = desk.post(f"/fleet/imports/{made.id}/apply", follow_redirects=True)
    assert "Bảng tính này đã được xử lý" in words(answer)


# ---------- what spreadsheet programs do to values ----------


def test_numbers_dates_and_lost_zeros_are_read_as_they_were_meant(session: Session, desk: FlaskClient) -> None:
    until = datetime(today().year + 1, 3, 4, 15, 30, tzinfo=UTC).replace(tzinfo=None)
    numbers = crew_row(1, id_number=1085000001, phone=912345678, vaccine_doses=2.0, residence_code=67)
    numbers[6] = date(today().year + 2, 3, 4)
    numbers[10] = datetime.combine(today() + timedelta(days=2), until.time())
    made = hand_in(desk, session, CREW, [numbers])
    assert problems(session, made) == [(2, "id_number", "zeros")]
    assert services.problems_of(session.query(FleetImportRow).one())[0].severity is Severity.NOTE
    desk.post(f"/fleet/imports/{made.id}/apply")
    member = session.query(CrewMember).one()
    assert (member.person.id_number, member.person.phone) == ("001085000001", "+84912345678")
    assert (member.person.residence_code, member.vaccine_doses) == (CHUONG_DUONG, 2)
    assert member.licence_expires_on == date(today().year + 2, 3, 4)
    vehicle = vehicle_row(1, payload_tonnes=3.5, inspection_expires_on=46_500)
    made = hand_in(desk, session, VEHICLES, [vehicle])
    desk.post(f"/fleet/imports/{made.id}/apply", data={"partial": "1"})
    kept = session.query(Vehicle).one()
    assert (kept.payload_tonnes, kept.inspection_expires_on) == (Decimal("3.5"), date(2027, 4, 23))


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_files_are_read_with_any_delimiter_and_mark(delimiter: str, encoding: str) -> None:
    text = csv_of(VEHICLES, [["29C-123.45", "Xe tải", '"3,5"', "18/09/2030"]], delimiter)
    table = read_table(text.encode(encoding), VEHICLES)
    assert table.unknown == ()
    assert table.rows == ((2, ("29C-123.45", "Xe tải", "3,5", "18/09/2030")),)


def test_columns_in_any_order_with_titles_above_and_headings_of_others(session: Session, desk: FlaskClient) -> None:
    head, row = titles(VEHICLES), vehicle_row(1)
    lines = [["Danh sách xe"], [], ["Ghi chú", *reversed(head)], ["cũ", *reversed(row)], []]
    text = "\n".join(";".join(line) for line in lines)
    answer = upload(desk, VEHICLES, text.encode(), "xe.csv")
    assert "Không đọc các cột lạ: Ghi chú." in words(desk.get(answer.headers["Location"]))
    made = taken(session)
    assert problems(session, made) == []
    assert session.query(FleetImportRow).one().number == 4


def test_a_sheet_as_a_company_keeps_it_is_read_as_its_people_read_it(session: Session) -> None:
    """Letterhead, two rows of headings, merged cells, running numbers, NBSP, loose diacritics, dates of three kinds."""
    book = Workbook()
    sheet: Any = book.active
    heads = [f" {unicodedata.normalize('NFD', title.upper())}: " for title in titles(CREW)]
    rows = [crew_row(number, usual_plate="", phone=f"0912\u00a0000\u200b00{number}") for number in (1, 2, 3)]
    rows[0][6], rows[1][6], rows[2][6] = datetime(2030, 1, 2), 47485, "2030-01-02 00:00:00"  # noqa: DTZ001 - as a cell
    serial = (datetime.combine(today(), time()) - datetime(1899, 12, 30)).days + 2.583333333  # noqa: DTZ001 - likewise
    rows[1][10] = str(serial)
    for line in ([], ["CÔNG TY"], *[[]] * 4, ["TT", *heads], ["", *[""] * 5, "(hạng)"]):
        sheet.append(line)
    for number, row in enumerate(rows, 1):
        row[1] = unicodedata.normalize("NFD", f"Nguyễn\u00a0 Đức {number}")
        sheet.append([number, *row])
    sheet["I9"] = "29c 123 45"
    sheet.append([4])
    sheet.append(["TT", *heads])
    for merged in ("A2:L2", "B7:B8", "I9:I11"):
        sheet.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue(), CREW)
    assert [number for number, _cells in table.rows] == [8, 9, 10, 11], "row 8 says something below the headings"
    readings = [
        read_row(CREW, dict(zip(table.columns, cells, strict=True)), Places(session), today())
        for _number, cells in table.rows[1:]
    ]
    drafts = [reading.draft for reading in readings]
    assert [(d.name, d.phone, d.usual_plate, d.licence_expires_on) for d in drafts if isinstance(d, CrewDraft)] == [
        (f"Nguyễn Đức {number}", f"+8491200000{number}", "29C12345", date(2030, 1, 2)) for number in (1, 2, 3)
    ]
    ends = [d.test_expires_at for d in drafts if isinstance(d, CrewDraft)]
    assert ends[1] == datetime.combine(today() + timedelta(days=2), time(14), LOCAL)


def test_a_formula_without_a_result_is_an_error_also_where_nothing_must_stand(
    session: Session, desk: FlaskClient
) -> None:
    row = crew_row(1, phone="#REF!", test_expires_at='=TODAY()&" 14:00"', vaccine_doses="=1+1")
    made = hand_in(desk, session, CREW, [row])
    found = dict.fromkeys(("phone", "vaccine_doses", "test_expires_at"), "formula")
    assert {column: code for _row, column, code in problems(session, made)} == found
    assert "Công thức không có kết quả" in words(desk.get(f"/fleet/imports/{made.id}"))


def test_a_file_with_two_columns_of_one_name_is_not_guessed_at(session: Session, desk: FlaskClient) -> None:
    text = f"{';'.join(titles(VEHICLES))};Biển số\n29C-123.45;Xe tải;5;18/09/2030;29C-123.46"
    assert "nhiều cột cùng tên: Biển số." in words(upload(desk, VEHICLES, text.encode()))
    assert session.query(FleetImport).count() == 0


def test_a_place_is_known_by_code_by_full_name_or_by_as_much_of_it_as_tells_it_apart(session: Session) -> None:
    places = Places(session)
    for text in ("00067", "67", "Phường Chương Dương, Quận Hoàn Kiếm, Hà Nội", "phuong chuong duong - quan hoan kiem",
                 "P. Chương Dương, Q. Hoàn Kiếm, TP Hà Nội", "Phường Chương Dương"):  # fmt: skip
        assert places.find(text) == [CHUONG_DUONG], text
    assert set(places.find("chuong duong")) == {CHUONG_DUONG, "10237"}
    assert places.find("Hoàn Kiếm") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "headings"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old_excel"),
        (b"PK\x03\x04 not a workbook", "unreadable"),
        (b"%PDF-1.7\n\0\0", "unreadable"),
        ("Đơn vị".encode("cp1258", "replace"), "encoding"),
        (bytes(9 * 1024 * 1024), "too_large"),
        (csv_of(VEHICLES, []).encode(), "empty"),
        (csv_of(VEHICLES, [["x"] * 4] * 5001).encode(), "too_long"),
        ("Biển số;Loại phương tiện\n29C-123.45;Xe tải".encode(), "headings"),
    ],
)
def test_what_is_no_such_spreadsheet_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(FileRefusedError) as caught:
        read_table(data, VEHICLES)
    assert caught.value.code == code


def test_a_refused_file_is_named_at_its_field(session: Session, desk: FlaskClient) -> None:
    text = upload(desk, VEHICLES, "Biển số;Loại phương tiện\n1;2".encode()).get_data(as_text=True)
    assert "thiếu cột: Tải trọng (tấn), Hạn đăng kiểm." in text
    assert 'href="#file"' in text
    text = upload(desk, VEHICLES, "Biển số;Loại\n1;2".encode()).get_data(as_text=True)
    assert "thiếu cột: Loại phương tiện, Tải trọng" in text, "what is there is not called missing"
    text = desk.post("/fleet/imports", data={"kind": "vehicles"}).get_data(as_text=True)
    assert "Chọn tệp .xlsx hoặc .csv." in text
    assert session.query(FleetImport).count() == 0


def test_a_workbook_that_unpacks_to_more_than_a_machine_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passes.imports.tables._MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(FileRefusedError) as caught:
        read_table(workbook(VEHICLES, [vehicle_row(1)]), VEHICLES)
    assert caught.value.code == "too_large"


def test_a_sheet_made_to_keep_the_reader_busy_is_read_in_one_go_or_refused() -> None:
    for text in (b"<c " * 400_000, b"<c " + b'r="A1" ' * 200_000, b'<c r="A1">' + b" " * 1_000_000):
        assert read_marks(io.BytesIO(text)) == Marks({}, {})
    with pytest.raises(ValueError, match="no program"):
        read_marks(io.BytesIO(bytes(17 << 20)))


# ---------- out ----------


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ImportKind)
def test_what_goes_out_comes_in_again_and_changes_nothing(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User, kind: ImportKind, suffix: str
) -> None:
    factories.vehicle(carrier, plate="29C12345", payload_tonnes=Decimal("3.5"))
    factories.crew(carrier, usual_plate="29C12345", vaccine_doses=2)
    factories.crew(carrier, Role.ASSISTANT, test_expires_at=None, name="=HYPERLINK()")
    data = desk.get(f"/fleet/export/{kind}/{suffix}").data
    assert session.query(AuditEntry).filter_by(verb="fleet.export").one().details["kind"] == kind
    upload(desk, kind, data, f"x.{suffix}")
    made = taken(session)
    assert [p for p in problems(session, made) if p[2] != "zeros"] == []
    changed = services.count_outcomes(session, made)
    # The hour of a test is written without its seconds.
    assert changed.keys() <= {RowOutcome.SAME, RowOutcome.CHANGED}
    assert changed.get(RowOutcome.CHANGED, 0) <= (1 if kind is CREW else 0)


def test_the_template_asks_in_the_order_that_is_read_and_keeps_zeros(desk: FlaskClient) -> None:
    for kind in ImportKind:
        book = load_workbook(io.BytesIO(desk.get(f"/fleet/imports/template/{kind}").data))
        sheet = book.worksheets[0]
        assert [str(cell.value).rstrip(" *") for cell in sheet[1]] == titles(kind)
        assert {sheet.column_dimensions[letter].number_format for letter in "ABCD"} == {"@"}
        assert len(book.worksheets[1]["A"]) == len(COLUMNS[kind]) + 2
    assert desk.get("/fleet/imports/template/ships").status_code == 404
    assert desk.get("/fleet/export/vehicles/exe").status_code == 404


def test_a_cell_that_a_spreadsheet_would_compute_is_text(session: Session) -> None:
    rows = [["=1+1", "Xe tải", "5", ""]]
    assert export.as_csv(VEHICLES, rows).decode("utf-8-sig").splitlines()[1].startswith("'=1+1;")
    cell = load_workbook(io.BytesIO(export.as_xlsx(VEHICLES, rows))).worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    del session


# ---------- whose, how much, how far ----------


def test_another_carriers_import_is_out_of_reach(
    session: Session, desk: FlaskClient, factories: Factories, login: Login
) -> None:
    made = hand_in(desk, session, VEHICLES, [vehicle_row(1)])
    other = login(factories.user())
    assert other.get(f"/fleet/imports/{made.id}").status_code == 404
    for act in ("apply", "undo", "cancel"):
        assert other.post(f"/fleet/imports/{made.id}/{act}").status_code == 404
    assert "danh-sach.xlsx" not in words(other.get("/fleet/imports"))
    assert "danh-sach.xlsx" in words(desk.get("/fleet/imports"))


def test_rows_are_done_in_turns_and_the_page_says_how_far(session: Session, desk: FlaskClient, carrier: User) -> None:
    table = read_table(workbook(VEHICLES, [vehicle_row(n) for n in range(1, 8)]), VEHICLES)
    made = services.start_import(session, carrier, VEHICLES, "xe.xlsx", table, now())
    session.commit()
    assert services.work(session, now(), limit=3) == 3
    text = desk.get(f"/fleet/imports/{made.id}").get_data(as_text=True)
    assert 'max="7" value="3"' in text
    assert '<meta http-equiv="refresh" content="2">' in text
    assert "Đang kiểm tra: 3 trong 7 dòng." in " ".join(text.split())
    while services.work(session, now(), limit=3):
        pass
    assert made.state is ImportState.CHECKED
    assert services.work(session, now()) == 0


def test_personal_cells_are_unreadable_in_the_database(session: Session, desk: FlaskClient) -> None:
    made = hand_in(desk, session, CREW, [crew_row(1, phone="1")])
    desk.post(f"/fleet/imports/{made.id}/apply", data={"partial": "1"})
    stored = session.connection().exec_driver_sql("SELECT cells, problems FROM fleet_import_rows").all()
    assert all(b"001085000001" not in bytes(value) for row in stored for value in row if value)
