"""What a desk gives out, and who looked at whom: slips, forms, lists as files, arrivals, people concerned."""

from datetime import timedelta
from io import BytesIO

import pypdfium2 as pdfium
import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from passes.accounts.models import OrganisationKind, User
from passes.audit import AuditEntry
from passes.followup import visits
from passes.followup.events import Lookup, LookupReason, SampleKind, SampleResult
from passes.followup.models import FollowUp
from passes.local_time import LOCAL
from passes.movement.companions import companions_of
from passes.movement.models import Movement
from passes.people.models import Person
from passes.reports.arrivals import arrivals_per_day
from passes.reports.charts import bar_chart
from passes.reports.tables import MOST_PRINTED_ROWS, Column, FileKind, Table, TableError, write_table
from protocol.claims import Role
from tests.factories import HOAN_KIEM, UNG_HOA, Factories, now, today
from tests.passes.followed import HOUR, VAN_DINH, Crowd, follow
from tests.passes.morning import DAY
from tests.passes.pages import Login, words


@pytest.fixture
def crowd(session: Session) -> Crowd:
    return Crowd(session)


@pytest.fixture
def officer(factories: Factories) -> User:
    return factories.user("district")


def text_of(content: bytes) -> tuple[int, str]:
    """Pages of a PDF, and its words."""
    document = pdfium.PdfDocument(content)
    words = " ".join(page.get_textpage().get_text_range() for page in document)
    return len(document), " ".join(words.split())


# ---------- the tracing slip ----------


def test_a_positive_result_prints_everything_of_fourteen_days_on_one_page(
    session: Session, crowd: Crowd, officer: User, login: Login
) -> None:
    person = crowd.person(plate="29C10000")
    for number in range(70):
        at = DAY - timedelta(hours=4 * number)
        area = ("16654", "00355", "00337", "10354")[number % 4]
        session.add(Movement(person_id=person.id, at=at, area_code=area, source="import", plate="29C10000"))
        if number < 20:
            crowd.person(at, area=area, plate="29C10000", name=f"Người Đi Cùng Có Tên Rất Dài Số {number:02d}")
    far = Movement(person_id=person.id, at=DAY - timedelta(days=15), area_code="00001", source="import")
    session.add(far)
    follow(session, "z", name="Ổ dịch chợ đầu mối phía Nam và các điểm tập kết hàng hóa lân cận")
    page, address = login(officer), f"/followups/people/{person.id}"
    assert page.get(f"{address}/slip.pdf").status_code == 404
    sample = visits.add_sample(session, officer, person.id, SampleKind.PCR, SampleResult.WAITING, now() - HOUR, now())
    assert page.get(f"{address}/slip.pdf").status_code == 404
    assert "In phiếu truy vết" not in words(page.get(address))
    page.post(f"{address}/samples/{sample.id}/positive")
    assert "In phiếu truy vết" in words(page.get(address))
    answer = page.get(f"{address}/slip.pdf")
    pages, text = text_of(answer.data)
    assert pages == 1
    for said in ("PHIẾU TRUY VẾT", "DƯƠNG TÍNH", person.name, person.id_number, "29C-100.00", "Số 05"):
        assert str(said) in text, said
    times = {f"{(DAY - timedelta(hours=4 * number)).astimezone(LOCAL):%d/%m %H:%M}" for number in range(70)}
    assert [at for at in times if at not in text] == []  # every one of the seventy times
    assert "xem trên hệ thống" not in text
    assert "Phường Phúc Xá" not in text  # more than fourteen days before
    assert answer.headers["Cache-Control"] == "no-store"
    assert session.scalars(sa.select(Lookup.reason).order_by(Lookup.id.desc())).first() is LookupReason.TRACING


def test_the_same_cab_is_the_same_scan_or_the_same_vehicle_at_the_same_moment(session: Session, crowd: Crowd) -> None:
    one, two = crowd.person(DAY, plate="29C10000"), crowd.person(DAY, plate="29C10000")
    crowd.person(DAY + HOUR, plate="29C10000")
    crowd.person(DAY, plate="29C10001")
    crowd.person(DAY)
    for person in (one, two):
        at = DAY - 2 * HOUR
        session.add(Movement(person_id=person.id, at=at, area_code="16654", source="import", plate="29C10000"))
    session.flush()
    (mate,) = companions_of(session, one.id, DAY - timedelta(days=14), now())
    assert (mate.person_id, mate.times, mate.plate) == (two.id, 2, "29C10000")
    assert (mate.first_at, mate.last_at) == (DAY - 2 * HOUR, DAY)
    assert companions_of(session, one.id, DAY + HOUR, now()) == ()


def test_the_daily_form_has_a_line_for_everybody_still_to_be_visited(
    session: Session, crowd: Crowd, officer: User, login: Login
) -> None:
    people = [crowd.person() for _ in range(30)]
    follow(session, "z")
    visits.record_healthy(session, officer, [people[0].id], now())
    _pages, text = text_of(login(officer).get("/followups/daily-form.pdf").data)
    assert "PHIẾU THEO DÕI SỨC KHỎE HẰNG NGÀY" in text
    assert "29 người cần thăm" in text
    assert str(people[0].name) not in text
    assert str(people[1].name) in text


# ---------- lists as files ----------

EVIL = ("=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1")


def test_what_somebody_typed_never_becomes_a_formula() -> None:
    table = Table("Danh sách [thử]", (Column("=A"), Column("B")), [(name, 1) for name in EVIL])
    sheet = load_workbook(BytesIO(write_table(table, FileKind.XLSX))).active
    assert {cell.data_type for row in sheet["A"] for cell in [row]} == {"s"}
    lines = write_table(table, FileKind.CSV).decode("utf-8-sig").split("\r\n")
    assert lines[0] == "'=A,B"
    assert lines[1:5] == ["'=1+1,1", "'+84,1", "'-1,1", "'@SUM(A1),1"]
    assert lines[5:7] == ["'=1,1", "'=1,1"]


def test_a_list_that_is_too_long_for_paper_says_so() -> None:
    table = Table("Dài", (Column("A"),), [("x",)] * (MOST_PRINTED_ROWS + 1))
    with pytest.raises(TableError):
        write_table(table, FileKind.PDF)
    assert len(write_table(table, FileKind.CSV)) > MOST_PRINTED_ROWS


@pytest.mark.parametrize("kind", ["xlsx", "csv", "pdf"])
def test_any_list_is_given_as_any_file_and_the_taking_is_written_down(
    session: Session, crowd: Crowd, officer: User, login: Login, kind: str
) -> None:
    person = crowd.person()
    follow(session, "z")
    answer = login(officer).get(f"/followups/export.{kind}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="theo-doi-y-te-{today()}.{kind}"'
    if kind == "xlsx":
        assert load_workbook(BytesIO(answer.data)).active["A2"].value == person.name
    else:
        text = answer.data.decode("utf-8-sig") if kind == "csv" else text_of(answer.data)[1]
        assert str(person.name) in text
        assert str(person.id_number) in text  # on one line
        assert "Theo dõi đến trước" in text
    subject = session.scalar(sa.select(AuditEntry.subject).where(AuditEntry.verb == "followups.export"))
    assert subject == f"FollowUps:{kind}"


# ---------- who looked at whom ----------


def test_whoever_looks_beyond_their_duty_says_why_once_a_day_and_it_can_be_reviewed(
    session: Session, crowd: Crowd, factories: Factories, login: Login
) -> None:
    person = crowd.person(name="Người Được Xem")
    follow(session, "z")
    health = login(factories.user("health", name="Bác sĩ Tò Mò"))
    address = f"/followups/people/{person.id}"
    answer = health.get(address)
    assert answer.headers["Location"].endswith("/why")
    assert session.scalar(sa.select(sa.func.count()).select_from(Lookup)) == 0
    assert "Chọn một mục" in words(health.post(f"{address}/why", data={"reason": "curious"}))
    health.post(f"{address}/why", data={"reason": "complaint", "note": "Đơn số 12"})
    assert "Đơn số 12" in words(health.get(address))
    assert health.get(address).status_code == 200
    admin = login(factories.user("administrator"))
    shown = words(admin.get("/lookups"))
    assert "Bác sĩ Tò Mò" in shown
    assert "Giải quyết kiến nghị, khiếu nại" in shown
    assert "Người Được Xem" not in shown  # an administrator reviews without learning who is followed up
    assert "Người Được Xem" in words(health.get("/lookups?reason=complaint"))
    assert (
        "Bác sĩ Tò Mò"
        not in words(admin.get("/lookups?reason=enquiry")).split("Lý do", 2)[-1].split("Hồ sơ số")[0][-200:]
    )
    assert "Chưa có lượt xem nào" in words(admin.get("/lookups?day=01/01/2020"))
    assert "Chưa có lượt xem nào" in words(admin.get("/lookups?person=999999"))


def test_duty_is_over_when_the_follow_up_is(session: Session, crowd: Crowd, officer: User, login: Login) -> None:
    person = crowd.person(DAY - timedelta(days=14))
    follow(session, "z")
    page, address = login(officer), f"/followups/people/{person.id}"
    assert page.get(address).status_code == 200
    page.post(f"{address}/healthy")
    assert page.get(address).status_code == 302
    assert set(session.scalars(sa.select(Lookup.reason))) == {LookupReason.DUTY}


# ---------- arrivals, people concerned ----------


def test_arrivals_count_each_person_once_a_day(session: Session, crowd: Crowd, officer: User, login: Login) -> None:
    people = [crowd.person() for _ in range(3)]
    crowd.person(stay="00067")
    follow(session, "y")
    follow(session, "z")
    session.execute(
        sa.update(FollowUp).where(FollowUp.person_id == people[0].id).values(listed_at=now() - timedelta(days=2))
    )
    counts = arrivals_per_day(session, officer, now())
    assert (counts[today()], counts[today() - timedelta(days=2)], sum(counts.values())) == (2, 1, 3)
    assert len(counts) == 30
    page = login(officer).get("/followups/arrivals")
    assert page.text.count('class="bar"') == 30
    assert "<style" not in page.text
    assert f"<title>{today():%d/%m}: 2</title>" in page.text


def test_a_chart_holds_nothing_that_a_strict_page_refuses_and_escapes_its_words() -> None:
    chart = str(bar_chart("<b>", ["<i>", "b"], [1, 3], x_title="<x>", y_title="y"))
    for refused in ("<style", "<script", "style=", "<i>", "<x>", "http://www.pygal", "kozea"):
        assert refused not in chart
    assert "&lt;i&gt;: 1" in chart


def test_organisations_and_individuals_concerned_are_those_of_the_district_with_what_they_did_last(
    session: Session, crowd: Crowd, factories: Factories, login: Login
) -> None:
    here = factories.organisation(name="Hợp tác xã Ứng Hòa", area_code=VAN_DINH)
    there = factories.organisation(name="Công ty Hoàn Kiếm", area_code="00067")
    clerk = factories.user("carrier", there)
    factories.user("carrier", here)
    lodger = factories.crew(clerk, name="Người Lưu Trú", residence_code="00067")
    resident = factories.crew(clerk, Role.ASSISTANT, name="Người Cư Trú", residence_code=VAN_DINH)
    factories.crew(clerk, name="Người Ngoài", residence_code="00067")
    gone = factories.crew(clerk, name="Người Đã Nghỉ", residence_code=VAN_DINH)
    gone.retired_at = now()
    crowd.person(DAY, area="00355", id_number=lodger.person.id_number, stay=VAN_DINH)
    crowd.person(DAY + HOUR, area="00337", id_number=lodger.person.id_number, stay=None)
    crowd.person(DAY, name="Người Tỉnh Khác", stay=VAN_DINH)  # no carrier here has told of them
    crowd.person(DAY, name="Người Đi Qua", stay=None)
    session.commit()
    page = login(factories.user("district"))
    shown = words(page.get("/concerned"))
    for said in ("Hợp tác xã Ứng Hòa", "Công ty Hoàn Kiếm", "Người Lưu Trú", "Người Cư Trú", "Phường Hoàng Liệt"):
        assert said in shown, said
    assert "Người Ngoài" not in shown
    assert "Người Đã Nghỉ" not in shown
    assert "Người Đi Qua" not in shown
    rows = list(load_workbook(BytesIO(page.get("/concerned/export.xlsx").data)).active.values)
    assert [row[1] for row in rows[1:]] == ["Người Lưu Trú", "Người Cư Trú", "Người Tỉnh Khác"]
    assert "Người Lưu Trú" in text_of(page.get("/concerned/export.pdf").data)[1]
    assert resident.person.id_number in page.get("/concerned/export.csv").text
    assert "Người Cư Trú" in words(page.get(f"/concerned?district={HOAN_KIEM}"))  # a district chooses no other
    health = login(factories.user("health"))
    assert "Chọn quận, huyện, thị xã" in words(health.get("/concerned"))
    assert "Người Lưu Trú" in words(health.get(f"/concerned?district={UNG_HOA}"))
    ward_office = factories.organisation(OrganisationKind.WARD)
    assert login(factories.user("ward", ward_office)).get("/concerned").status_code == 403


def test_a_persons_page_shows_the_picture_of_their_days(
    session: Session, crowd: Crowd, officer: User, login: Login
) -> None:
    person: Person = crowd.person()
    follow(session, "z", name="Ổ dịch <b>đậm</b>")
    visits.record_healthy(session, officer, [person.id], now())
    session.commit()
    shown = login(officer).get(f"/followups/people/{person.id}").text
    assert shown.count('class="inside"') == 1
    assert shown.count('class="told"') == 1
    assert shown.count('<path class="healthy" d="M') == 2, "the visit, and the legend's sign for it"
    assert "<b>đậm</b>" not in shown
    assert "style=" not in shown
