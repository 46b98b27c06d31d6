"""Many sheets as one file: in the background, with progress, for those only whose passes they are."""

import io
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
import time_machine
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import ApplicationState, Mode
from passes.applications.modes import change_mode
from passes.issuing import pdf, print_kinds, printing
from passes.issuing.models import RevocationReason, StatusAct, Supplement, VehiclePass
from passes.issuing.print_models import PrintJob, PrintKind, PrintState
from passes.issuing.services import revoke
from passes.issuing.standing import change_status
from passes.press.pages import SetPage, SheetError
from passes.privacy import PrivacyError
from passes.sealed_files import SealedFiles
from protocol.plates import format_plate
from tests.factories import Factories, now
from tests.passes.pages import Login, words
from tests.passes.test_print import require_pdf_ua


@pytest.fixture
def fleet(session: Session, factories: Factories, carrier: User) -> list[VehiclePass]:
    """Three signed passes of one application, by plate."""
    cars = tuple(CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier).id,)) for _ in range(3))
    factories.application(carrier, ApplicationState.APPROVED, vehicles=cars)
    jobs.wake()
    return session.query(VehiclePass).order_by(VehiclePass.plate).all()


def texts_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return [page.get_textpage().get_text_range() for page in document]


def last_job(session: Session) -> PrintJob:
    return session.query(PrintJob).order_by(PrintJob.id.desc()).first() or pytest.fail("nothing is printed")


def test_the_fleet_is_printed_as_one_file_by_plate(
    session: Session, desk: FlaskClient, fleet: list[VehiclePass], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "SHEETS_A_TURN", 2)
    assert "In cả 3 giấy còn hiệu lực" in words(desk.get("/passes"))
    answer = desk.post("/passes/prints", data={"everything": "1"})
    job = last_job(session)
    assert answer.headers["Location"] == f"/passes/prints/{job.id}"
    assert (job.state, job.done) == (PrintState.DONE, 3)
    assert "Tải tệp PDF" in words(desk.get(f"/passes/prints/{job.id}"))
    answer = desk.get(f"/passes/prints/{job.id}/file")
    assert answer.mimetype == "application/pdf"
    pages = texts_of(answer.data)
    assert len(pages) == 6
    for number, vehicle_pass in enumerate(fleet):
        assert format_plate(vehicle_pass.plate) in pages[2 * number]
        assert vehicle_pass.number in pages[2 * number]
    assert "3 giấy" in words(desk.get("/passes"))


def test_a_selection_or_an_application_is_printed(
    session: Session, desk: FlaskClient, factories: Factories, carrier: User, fleet: list[VehiclePass]
) -> None:
    other = factories.vehicle_pass(carrier)
    desk.post("/passes/prints", data={"pass": [fleet[2].id, fleet[0].id]})
    assert last_job(session).total == 2
    first = finished(session, desk)
    desk.post("/passes/prints", data={"pass": [fleet[0].id, fleet[2].id]})
    assert finished(session, desk) == first
    reference = fleet[0].application_vehicle.application.reference
    assert "In cả 3 giấy của hồ sơ này" in words(desk.get(f"/applications/{reference}"))
    desk.post("/passes/prints", data={"application": reference})
    assert last_job(session).total == 3
    assert other.plate
    answer = desk.post("/passes/prints", data={}, follow_redirects=True)
    assert "Chưa chọn giấy nào in được." in words(answer)


def test_side_copies_slips_and_cards_are_printed_by_the_many(
    session: Session,
    desk: FlaskClient,
    carrier: User,
    fleet: list[VehiclePass],
    login: Login,
    factories: Factories,
) -> None:
    change_mode(session, factories.user("administrator"), Mode.SELF_DECLARED, 0, now())
    desk.post("/passes/prints", data={"kind": "side", "everything": "1"})
    content = finished(session, desk)
    assert [format_plate(one.plate) in text for one, text in zip(fleet, texts_of(content), strict=True)] == [True] * 3
    people = [str(one.application_vehicle.crew[0].crew_member_id) for one in fleet]
    desk.post("/supplements/cards", data={"member": people})
    relief = factories.crew(carrier)
    seats = {"seats-0-position": "0", "seats-0-who": str(relief.id), "join-who": "", "leg": "", "cargo": ""}
    desk.post(f"/passes/{fleet[0].number}/amend", data=seats)
    made = session.query(Supplement).order_by(Supplement.number).all()
    assert len(made) == 4
    assert "In cả 4 phiếu, thẻ còn hiệu lực" in words(desk.get("/supplements"))
    desk.post("/passes/prints", data={"kind": "four_up", "everything": "1"})
    content = finished(session, desk)
    require_pdf_ua(content, ["của"] * 4)
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 1
        assert document[0].get_size() == pytest.approx((595.3, 841.9), abs=0.1)
        image = document[0].render(scale=150 / 72).to_pil().convert("L")
    qr = zxingcpp.BarcodeFormat.QRCode  # bars of other kinds may be seen in the pattern of a code
    codes = zxingcpp.read_barcodes(image, formats=qr, text_mode=zxingcpp.TextMode.Plain)
    assert sorted(code.text for code in codes) == sorted(one.text for one in made)
    assert min(code.position.top_right.x - code.position.top_left.x for code in codes) * 25.4 / 150 >= 59.7
    desk.post("/passes/prints", data={"kind": "small", "supplement": [made[1].id, made[3].id]})
    assert "Phiếu, thẻ khổ A6" in words(desk.get(f"/passes/prints/{last_job(session).id}"))
    pages = texts_of(finished(session, desk))
    assert [one.number in text for one, text in zip((made[1], made[3]), pages, strict=True)] == [True, True]
    assert desk.post("/passes/prints", data={"kind": "poster", "everything": "1"}).status_code == 400
    stranger = login(factories.user())
    answer = stranger.post("/passes/prints", data={"kind": "small", "supplement": made[0].id}, follow_redirects=True)
    assert "Chưa chọn giấy nào in được." in words(answer)


def finished(session: Session, desk: FlaskClient) -> bytes:
    """The file of the last job."""
    job = last_job(session)
    assert job.state is PrintState.DONE
    return desk.get(f"/passes/prints/{job.id}/file").data


def test_the_page_says_how_far_the_file_is_and_waits_for_signatures(
    app: Flask, session: Session, desk: FlaskClient, carrier: User, fleet: list[VehiclePass]
) -> None:
    fleet[2].signed_at = None
    job = printing.start_printing(session, carrier, PrintKind.WINDSCREEN, [one.id for one in fleet], now())
    session.commit()
    text = desk.get(f"/passes/prints/{job.id}").get_data(as_text=True)
    assert 'max="3" value="0"' in text
    assert '<meta http-equiv="refresh" content="3">' in text
    files = SealedFiles(app.extensions["instance"].prints_dir, app.extensions["privacy"])
    from_worker = printing.work(session, files, None, now())
    assert (from_worker, job.state) == (0, PrintState.WAITING)
    assert desk.get(f"/passes/prints/{job.id}/file").status_code == 302


def test_what_was_taken_back_meanwhile_is_left_out_and_named(
    session: Session, desk: FlaskClient, fleet: list[VehiclePass]
) -> None:
    revoke(session, None, fleet[0], RevocationReason.LOST_OR_COPIED, now())
    change_status(session, None, fleet[1], StatusAct.SUSPEND, RevocationReason.INQUIRY, now())
    desk.post("/passes/prints", data={"pass": [one.id for one in fleet]})
    job = last_job(session)
    page = words(desk.get(f"/passes/prints/{job.id}"))
    assert "Các giấy không in được" in page
    assert format_plate(fleet[0].plate) in page
    assert format_plate(fleet[1].plate) in page
    assert len(texts_of(desk.get(f"/passes/prints/{job.id}/file").data)) == 2
    desk.post("/passes/prints", data={"pass": [fleet[0].id]})
    assert last_job(session).state is PrintState.EMPTY
    assert "Không có giấy in được" in words(desk.get(f"/passes/prints/{last_job(session).id}"))


def test_one_sheet_that_cannot_be_printed_does_not_take_the_others_with_it(
    session: Session, desk: FlaskClient, fleet: list[VehiclePass], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pages(sheet: pdf.Sheet) -> list[SetPage]:
        if sheet.number == fleet[1].number:
            raise SheetError("holds more than a page can take")
        return pdf.windscreen_pages(sheet)

    monkeypatch.setattr(print_kinds, "windscreen_pages", pages)
    desk.post("/passes/prints", data={"everything": "1"})
    job = last_job(session)
    assert printing.left_out(session, job) == [format_plate(fleet[1].plate)]
    assert len(texts_of(desk.get(f"/passes/prints/{job.id}/file").data)) == 4


def test_files_are_the_carriers_own_sealed_and_kept_for_a_day(
    app: Flask, session: Session, desk: FlaskClient, factories: Factories, login: Login, fleet: list[VehiclePass]
) -> None:
    desk.post("/passes/prints", data={"everything": "1"})
    job = last_job(session)
    stranger = login(factories.user())
    assert stranger.get(f"/passes/prints/{job.id}").status_code == 404
    assert stranger.get(f"/passes/prints/{job.id}/file").status_code == 404
    stranger.post("/passes/prints", data={"pass": [one.id for one in fleet]})
    assert last_job(session) is job
    folder = app.extensions["instance"].prints_dir
    (stored,) = folder.iterdir()
    assert desk.get(f"/passes/prints/{job.id}/file").data[:64] not in stored.read_bytes()
    assert (stored.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    with time_machine.travel(now() + timedelta(hours=25)):
        jobs.wake()
    session.expire_all()
    assert desk.get(f"/passes/prints/{job.id}/file").status_code == 302
    assert (job.state, list(folder.iterdir())) == (PrintState.EXPIRED, [])
    assert "Tệp được giữ một ngày." in words(desk.get(f"/passes/prints/{job.id}"))


def test_a_sealed_file_has_a_plain_name_and_tells_when_it_was_altered(app: Flask, tmp_path: Path) -> None:
    files = SealedFiles(tmp_path / "sealed", app.extensions["privacy"])
    for name in ("../x", "", "A", "a/b", "x" * 81):
        with pytest.raises(ValueError, match="no name of a sealed file"):
            files.write(name, b"")
    files.write("a-1", b"content")
    assert files.read("a-1") == b"content"
    (tmp_path / "sealed" / "a-1").write_bytes(b"\x01" + bytes(40))
    with pytest.raises(PrivacyError):
        files.read("a-1")
    files.delete("a-1")
    files.delete("a-1")
    with pytest.raises(FileNotFoundError):
        files.read("a-1")
