"""The log: narrowed on its page, taken away as a table in which nothing is a formula; and codes of error pages."""

import csv
import io
import logging
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from passes import audit, logs
from passes.accounts.models import User
from passes.applications.models import ApplicationState
from passes.audit import AuditEntry, AuditFilter
from passes.db import db
from passes.reports.tables import Column, FileKind, Table, write_table
from protocol.plates import format_plate
from tests.factories import Factories, now, today
from tests.passes.pages import Login, words

CRUEL = ("=1+1", "+84", "-2", "@SUM(A1)", " =1", "\uff1d1", "\uff20x", '=HYPERLINK("http://x","y")')


@pytest.fixture
def reading(factories: Factories, login: Login) -> FlaskClient:
    return login(factories.user("administrator", name="Phạm Quản Trị"))


def test_the_log_is_narrowed_by_person_deed_thing_and_day(
    factories: Factories, carrier: User, reading: FlaskClient
) -> None:
    reviewer = factories.user("reviewer", name="Nguyễn Thị Duyệt")
    application = factories.application(carrier, ApplicationState.APPROVED, reviewer)
    day, before = f"{today():%d/%m/%Y}", f"{today() - timedelta(days=1):%d/%m/%Y}"

    def deeds(**query: str) -> list[str]:
        text = reading.get("/audit", query_string={"per_page": "100"} | query).get_data(as_text=True)
        table = text.partition("<tbody>")[2]
        return re.findall(r'<td data-label="Việc">([^<]+)</td>', table)

    everything = deeds()
    assert {"Duyệt hồ sơ", "Nộp hồ sơ", "Tạo tài khoản"} <= set(everything)
    assert set(deeds(who="Thị Duyệt")) == {"Duyệt hồ sơ", "Đưa giấy vào hàng chờ ký"}
    assert deeds(who="nobody at all") == []
    assert deeds(verb="applications.submit") == ["Nộp hồ sơ"]
    assert deeds(subject="Application", number=str(application.id)) == ["Duyệt hồ sơ", "Nộp hồ sơ", "Lập hồ sơ"]
    assert deeds(number=application.reference.lower()) == ["Duyệt hồ sơ", "Nộp hồ sơ", "Lập hồ sơ"]
    vehicle = application.vehicles[0].vehicle
    assert (
        deeds(number=format_plate(vehicle.plate))
        == deeds(subject="Vehicle", number=vehicle.plate)
        == ["Thêm phương tiện"]
    )
    assert deeds(number="HS-000000-00000") == deeds(subject="Zone", number=application.reference) == []
    assert f"Hồ sơ {application.reference}" in words(reading.get("/audit?subject=Application"))
    by_system = deeds(who="hệ thống")
    assert "Tạo tài khoản" in by_system
    assert "Nộp hồ sơ" not in by_system
    assert set(deeds(subject="Application")) == {"Duyệt hồ sơ", "Nộp hồ sơ", "Lập hồ sơ"}
    assert len(deeds(since=day)) >= len(deeds(since=day, until=day)) > 0
    assert deeds(until=before) == []
    assert len(deeds(since="nonsense", verb="nonsense", subject="nonsense")) == len(everything)
    assert "Không có việc nào khớp" in words(reading.get("/audit", query_string={"until": before}))
    assert "Không đọc được ngày “31/02/2026”" in words(reading.get("/audit?since=31/02/2026"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_log_is_taken_away_as_it_is_narrowed_and_that_is_written_down(
    session: Session, factories: Factories, carrier: User, reading: FlaskClient, kind: str
) -> None:
    factories.application(carrier, ApplicationState.SUBMITTED)
    answer = reading.get(f"/audit.{kind}?verb=applications.submit")
    assert f"nhat-ky-{today():%Y%m%d}.{kind}" in answer.headers["Content-Disposition"]
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    else:
        rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.get_data())).active]
    assert rows[0][1:] == ["Lúc", "Ai", "Việc", "Đối tượng", "Chi tiết"]
    (row,) = rows[1:]
    assert row[2:4] == [carrier.name, "Nộp hồ sơ"]
    last = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert (last.verb, last.subject, last.details) == ("administration.export_audit", f"Audit:{kind}", {"rows": 1})


def test_a_long_log_is_taken_away_whole(session: Session, carrier: User, reading: FlaskClient) -> None:
    subjects = [f"Vehicle:{number}" for number in range(2500)]
    audit.record_many(session, carrier, "fleet.add_vehicle", subjects, None, now())
    text = reading.get("/audit.csv?verb=fleet.add_vehicle").get_data(as_text=True)
    found = re.findall(r",Phương tiện (\S+),", text)
    assert found == [str(number) for number in reversed(range(2500))]


def test_no_text_of_a_table_becomes_a_formula() -> None:
    table = Table("x" * 50, (Column("a"), Column("b"), Column("c"), Column("d")), [(t, 7, None, now()) for t in CRUEL])
    book = load_workbook(io.BytesIO(write_table(table, FileKind.XLSX)))
    cells = [row[0] for row in book.active.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == list(CRUEL)
    read = list(csv.reader(io.StringIO(write_table(table, FileKind.CSV).decode("utf-8-sig"))))[1:]
    assert [row[0] for row in read] == [f"'{text}" for text in CRUEL]
    assert {row[1] for row in read} == {"7"}


def test_entries_of_an_area_of_work_are_found_by_its_name(
    session: Session, factories: Factories, carrier: User
) -> None:
    factories.application(carrier)
    verbs = {entry.verb for entry in session.scalars(audit.entries(AuditFilter(verb="fleet.")))}
    assert verbs == {"fleet.add_vehicle", "fleet.add_crew"}


# ---------- codes of error pages ----------


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/admin", 403), ("/healthz", 500)])
def test_the_code_on_an_error_page_stands_in_the_log(
    app: Flask,
    factories: Factories,
    login: Login,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    status: int,
) -> None:
    client = login(factories.user())
    caplog.set_level(logging.INFO)
    if status == 500:
        app.config["TESTING"] = False
        monkeypatch.setattr(db, "text", lambda _statement: 1 / 0)
        app.config["PROPAGATE_EXCEPTIONS"] = False
    page = client.get(path)
    assert page.status_code == status
    code = re.search(r'<p class="incident code">([0-9A-F]{8})</p>', page.get_data(as_text=True))[1]
    assert [record for record in caplog.records if code in record.getMessage()]


def test_the_log_of_a_server_shows_what_is_told_at_info(monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, object] = {}
    monkeypatch.setattr(logging, "basicConfig", lambda **settings: said.update(settings))
    logs.configure()
    assert said["level"] == logging.INFO
    assert logging.getLogger("weasyprint").level == logging.WARNING


def test_a_line_of_the_log_is_one_line_whatever_the_address_says(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client.get("/x%0Aerror%20FORGED")
    assert not [record for record in caplog.records if "\n" in record.getMessage()]
