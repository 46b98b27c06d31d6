"""Issued passes on the pages: the carrier's list and print, the authority's register and revocation, the log."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import ApplicationState
from passes.audit import AuditEntry, entries_about
from passes.audit_texts import SUBJECTS, VERBS
from passes.issuing import register
from passes.issuing.models import PassStatus, RevocationReason, StatusAct, VehiclePass
from passes.issuing.register import PassState
from passes.issuing.services import revoke
from passes.issuing.standing import change_status
from passes.issuing.texts import ERRORS, REVOCATIONS, STATES
from protocol.plates import format_plate
from tests.factories import Factories, now, today
from tests.passes.pages import Login, words

ROOT = Path(__file__).parents[2]


@pytest.fixture
def authority(factories: Factories, login: Login) -> FlaskClient:
    return login(factories.user("reviewer"))


def unsigned(app: Flask, session: Session, factories: Factories, carrier: User) -> VehiclePass:
    """A pass whose signature the worker owes."""
    del app
    factories.application(carrier, ApplicationState.APPROVED)
    return session.query(VehiclePass).filter_by(signed_at=None).one()


def test_every_state_and_reason_has_its_words() -> None:
    assert set(STATES) == set(PassState)
    assert set(REVOCATIONS) == set(RevocationReason)


def test_where_a_pass_stands_is_said_the_same_way_by_the_row_and_by_the_search(
    app: Flask, session: Session, factories: Factories, carrier: User
) -> None:
    made = {
        PassState.VALID: factories.vehicle_pass(carrier),
        PassState.REVOKED: factories.vehicle_pass(carrier),
        PassState.SUSPENDED: factories.vehicle_pass(carrier),
        PassState.EXPIRED: factories.vehicle_pass(carrier),
        PassState.NOT_YET_VALID: factories.vehicle_pass(
            carrier, first_day=today() + timedelta(days=2), last_day=today() + timedelta(days=4)
        ),
        PassState.UNSIGNABLE: factories.vehicle_pass(carrier),
    }
    made[PassState.SIGNING] = unsigned(app, session, factories, carrier)
    made[PassState.UNSIGNABLE].signed_at, made[PassState.UNSIGNABLE].signing_error = None, "the name is too long"
    made[PassState.REVOKED].status = PassStatus.REVOKED
    made[PassState.SUSPENDED].status = PassStatus.SUSPENDED
    made[PassState.EXPIRED].expires_at = now()
    session.flush()
    assert set(made) == set(PassState)
    for state, vehicle_pass in made.items():
        assert register.state_of(vehicle_pass, now()) is state
        assert list(session.scalars(register.search(state=state, now=now()))) == [vehicle_pass]


def test_a_pass_is_shown_as_being_signed_until_it_is(
    app: Flask, session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    waiting = unsigned(app, session, factories, carrier)
    page = words(desk.get("/passes"))
    assert "Đang ký" in page
    assert "Có giấy đang được ký." in page
    assert "Tải PDF" not in page
    answer = desk.get(f"/passes/{waiting.number}.pdf", follow_redirects=True)
    assert str(ERRORS["not_signed"]) in words(answer)
    app.extensions["worker"].drain()
    page = words(desk.get("/passes"))
    assert "Còn hiệu lực" in page
    assert "Tải PDF" in page


def test_the_longest_name_is_printed_and_what_fits_no_page_is_said(
    app: Flask, factories: Factories, login: Login
) -> None:
    carrier = factories.user(organisation=factories.organisation(short_name="W" * 40))
    driver = factories.crew(carrier, name="W" * 60)
    vehicles = (CrewedVehicle(factories.vehicle(carrier).id, (driver.id,)),)
    found = factories.vehicle_pass(carrier, vehicles=vehicles)
    desk = login(carrier)
    printed = pypdfium2.PdfDocument(io.BytesIO(desk.get(f"/passes/{found.number}.pdf").data))
    assert len(printed) == 2
    app.config["LEGAL_BASIS"] = "phương án phân luồng vận tải hàng hóa " * 300
    answer = desk.get(f"/passes/{found.number}.pdf", follow_redirects=True)
    assert "quá dài, không in vừa trang" in words(answer)


def test_the_carrier_downloads_a_printable_sheet(factories: Factories, carrier: User, desk: FlaskClient) -> None:
    vehicle_pass = factories.vehicle_pass(carrier)
    answer = desk.get(f"/passes/{vehicle_pass.number}.pdf")
    assert answer.mimetype == "application/pdf"
    assert f"{vehicle_pass.plate}-{vehicle_pass.number}.pdf" in answer.headers["Content-Disposition"]
    document = pypdfium2.PdfDocument(io.BytesIO(answer.data))
    text = document[0].get_textpage().get_text_bounded()
    assert format_plate(vehicle_pass.plate) in text
    assert vehicle_pass.number in text
    assert desk.get(f"/passes/{vehicle_pass.number}.pdf").data == answer.data


def test_a_revoked_pass_is_not_printed_any_more(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    vehicle_pass = factories.vehicle_pass(carrier)
    revoke(session, factories.user("reviewer"), vehicle_pass, RevocationReason.MISUSE, now())
    answer = desk.get(f"/passes/{vehicle_pass.number}.pdf", follow_redirects=True)
    page = words(answer)
    assert "đã bị thu hồi, không in được nữa" in page
    assert "Đã thu hồi Sử dụng sai mục đích" in page


def test_a_suspended_pass_is_printed_again_only_once_it_is_resumed(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    vehicle_pass, reviewer = factories.vehicle_pass(carrier), factories.user("reviewer")
    change_status(session, reviewer, vehicle_pass, StatusAct.SUSPEND, RevocationReason.INQUIRY, now())
    for path in (f"/passes/{vehicle_pass.number}.pdf", f"/passes/{vehicle_pass.number}/side.pdf"):
        page = words(desk.get(path, follow_redirects=True))
        assert "đang tạm dừng, chưa in được" in page
    assert "Tạm dừng Đang xác minh. Chưa in được cho đến khi giấy được khôi phục." in page
    change_status(session, reviewer, vehicle_pass, StatusAct.RESUME, RevocationReason.CLEARED, now())
    assert desk.get(f"/passes/{vehicle_pass.number}.pdf").mimetype == "application/pdf"


def test_a_carrier_sees_and_prints_only_its_own_passes(factories: Factories, desk: FlaskClient) -> None:
    theirs = factories.vehicle_pass()
    page = words(desk.get("/passes"))
    assert "Chưa có giấy nào" in page
    assert theirs.number not in page
    assert desk.get(f"/passes/{theirs.number}.pdf").status_code == 404
    assert desk.get("/passes/HN-26-999999.pdf").status_code == 404


@pytest.mark.parametrize("url", ["/passes", "/register"])
def test_passes_are_searched_by_plate_number_and_state(
    factories: Factories, login: Login, carrier: User, url: str
) -> None:
    first, second = factories.vehicle_pass(carrier), factories.vehicle_pass(carrier)
    client = login(carrier if url == "/passes" else factories.user("reviewer"))
    for query in (format_plate(first.plate), first.plate.lower(), first.plate[-4:], first.number):
        page = words(client.get(url, query_string={"q": query}))
        assert first.number in page
        assert second.number not in page
    assert "2 giấy" in words(client.get(url, query_string={"state": "valid"}))
    assert "Không có giấy nào khớp" in words(client.get(url, query_string={"state": "revoked"}))
    assert "2 giấy" in words(client.get(url, query_string={"state": "nonsense"}))


def test_the_register_holds_every_carriers_passes(factories: Factories, authority: FlaskClient) -> None:
    assert "Chưa cấp giấy nào" in words(authority.get("/register"))
    made = [factories.vehicle_pass() for _ in range(2)]
    page = words(authority.get("/register"))
    for vehicle_pass in made:
        assert vehicle_pass.number in page
        assert vehicle_pass.application_vehicle.application.carrier.short_name in page


def test_the_page_of_a_pass_shows_code_status_and_history(
    session: Session, factories: Factories, authority: FlaskClient
) -> None:
    vehicle_pass = factories.vehicle_pass()
    answer = authority.get(f"/register/{vehicle_pass.number}")
    page = words(answer)
    assert f'<pre class="code">{vehicle_pass.text}</pre>' in answer.get_data(as_text=True), "spaces belong to a code"
    for shown in (vehicle_pass.cti, vehicle_pass.kid, f"status/0 / {vehicle_pass.status_index}"):
        assert str(shown) in page
    assert "<svg" in answer.get_data(as_text=True)
    assert page.index("Được duyệt, chờ ký") < page.index("Đã ký")
    assert [entry.verb for entry in entries_about(session, vehicle_pass)] == ["issuing.request", "issuing.sign"]


def test_the_page_of_an_unsigned_pass_says_so(
    app: Flask, session: Session, factories: Factories, carrier: User, authority: FlaskClient
) -> None:
    waiting = unsigned(app, session, factories, carrier)
    assert "Giấy chưa được ký nên chưa có mã." in words(authority.get(f"/register/{waiting.number}"))


def test_a_revocation_needs_a_reason_and_a_confirmation(
    session: Session, factories: Factories, authority: FlaskClient
) -> None:
    vehicle_pass = factories.vehicle_pass()
    url = f"/register/{vehicle_pass.number}/revoke"
    assert "Thu hồi giấy của xe" in words(authority.get(url))
    page = authority.post(url, data={}).get_data(as_text=True)
    assert 'href="#reason-0">Chọn một lý do.' in page
    assert 'href="#is_meant">Đánh dấu ô này để xác nhận.' in page
    authority.post(url, data={"reason": "misuse"})
    assert vehicle_pass.status is PassStatus.VALID
    answer = authority.post(url, data={"reason": "misuse", "is_meant": "y"}, follow_redirects=True)
    assert "Đã thu hồi giấy" in words(answer)
    assert (vehicle_pass.status, vehicle_pass.status_reason) == (PassStatus.REVOKED, RevocationReason.MISUSE)
    assert [entry.verb for entry in entries_about(session, vehicle_pass)][-1] == "issuing.revoke"
    page = words(authority.get(f"/register/{vehicle_pass.number}"))
    assert "Sử dụng sai mục đích" in page
    assert "Thu hồi giấy" not in page
    answer = authority.post(url, data={"reason": "misuse", "is_meant": "y"}, follow_redirects=True)
    assert str(ERRORS["already_revoked"]) in words(answer)


def test_an_unknown_pass_is_not_found(authority: FlaskClient) -> None:
    assert authority.get("/register/HN-26-000000").status_code == 404
    assert authority.post("/register/HN-26-000000/revoke").status_code == 404


def test_long_lists_have_pages_that_keep_the_filter(
    session: Session, factories: Factories, carrier: User, authority: FlaskClient
) -> None:
    first = factories.vehicle_pass(carrier)
    for number in range(30):
        copy = {c.key: getattr(first, c.key) for c in VehiclePass.__table__.columns if c.key != "id"}
        copy |= {"number": f"HN-26-9{number:05d}", "cti": f"{number:016x}", "status_index": None, "status_uri": None}
        session.add(VehiclePass(**copy))
    text = authority.get("/register?state=valid").get_data(as_text=True)
    assert 'href="/register?page=2&amp;state=valid"' in text
    assert first.number in words(authority.get("/register?state=valid&page=2"))
    assert authority.get("/register?page=99").status_code == 200


# ---------- the audit log ----------


def test_the_log_says_who_did_what(factories: Factories, login: Login) -> None:
    vehicle_pass = factories.vehicle_pass()
    page = words(login(factories.user("administrator")).get("/audit"))
    assert "Ký giấy" in page
    assert f"Giấy {vehicle_pass.number}" in page
    assert "Hệ thống" in page
    assert "Duyệt hồ sơ" in page


def test_every_verb_and_subject_in_the_log_has_its_words(session: Session, factories: Factories) -> None:
    factories.vehicle_pass()
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "passes").rglob("*.py"))
    written = re.findall(r'audit\.record\(\s*[\w.()]+,\s*[\w.]+,\s*"([a-z_.]+)"', sources)
    assert len(written) > 15
    assert set(written) - set(VERBS) == set()
    assert {entry.verb for entry in session.query(AuditEntry)} - set(VERBS) == set()
    assert {entry.subject.partition(":")[0] for entry in session.query(AuditEntry)} - set(SUBJECTS) == set()


def test_a_log_entry_holds_no_personal_value(session: Session, factories: Factories, carrier: User) -> None:
    with time_machine.travel(now()):
        member = factories.crew(carrier, id_number="001085012345", name="Nguyễn Văn Bình", phone="+84912345678")
    (entry,) = entries_about(session, member)
    said = f"{entry.subject} {entry.details}"
    assert not [secret for secret in ("001085012345", "Bình", "912345678") if secret in said]


def test_a_plate_is_found_by_any_part_and_a_pass_by_its_number_its_beginning_or_its_last_digits(
    session: Session, factories: Factories, carrier: User
) -> None:
    first, second = (
        factories.vehicle_pass(carrier, vehicles=(CrewedVehicle(factories.vehicle(carrier, plate=plate).id, crew),))
        for plate, crew in (("29C12345", (factories.crew(carrier).id,)), ("30H67890", (factories.crew(carrier).id,)))
    )

    def found(text: str, plates: tuple[str, ...] | None = None) -> set[str]:
        return {one.plate for one in session.scalars(register.search(text, plates=plates, now=now()))}

    prefix = first.number.rpartition("-")[0]
    serial = first.number.rpartition("-")[2]
    cases = {
        "29c-123.45": {first.plate},
        "C123": {first.plate},
        "678": {second.plate},
        first.number: {first.plate},
        first.number.lower(): {first.plate},
        f"{prefix}-": {first.plate, second.plate},
        serial: {first.plate},
        "ZZZ": set(),
        "?!": set(),
    }
    for text, wanted in cases.items():
        assert found(text) == wanted, text
        assert found(text, register.plates_with(session, text)) == wanted, text


def test_a_text_that_many_plates_hold_is_looked_for_among_the_passes_themselves(
    session: Session, factories: Factories, carrier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [factories.vehicle_pass(carrier) for _ in range(3)]
    assert set(register.plates_with(session, "29C") or ()) == {one.plate for one in made}
    monkeypatch.setattr(register, "_MOST_PLATES", 2)
    assert register.plates_with(session, "29C") is None
    assert register.plates_with(session, made[0].plate) == (made[0].plate,)
