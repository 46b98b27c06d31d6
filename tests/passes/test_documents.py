"""Documents: what is taken and as what it is kept, where it lies, and who reads it."""

import io
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications.models import ApplicationState
from passes.audit import AuditEntry
from passes.documents import contents, services
from passes.documents.contents import DocumentError, inspect
from passes.documents.models import Document, DocumentKind
from passes.documents.texts import ERRORS, KINDS
from passes.fleet.models import Vehicle
from tests.factories import Factories
from tests.passes.pages import Login, words

GPS = 0x8825


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 200), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(options.pop("mode", "RGB"), size, options.pop("color", "red")).save(out, kind, **options)
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    made, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        made.new_page(200, 200)
    made.save(out)
    return out.getvalue()


def upload(desk: FlaskClient, path: str, data: bytes, kind: str = "inspection", name: str = "dang-kiem.jpg") -> Any:
    return desk.post(path, data={"kind": kind, "file": (io.BytesIO(data), name)})


@pytest.fixture
def truck(factories: Factories, carrier: User) -> Vehicle:
    return factories.vehicle(carrier)


# ---------- what it is kept as ----------


def test_a_picture_is_drawn_anew_upright_and_without_what_else_stood_in_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(GPS)[1] = "N"
    kept = inspect(picture(size=(300, 200), exif=exif) + b"<script>alert(1)</script>")
    assert kept.media_type == "image/jpeg"
    again = Image.open(io.BytesIO(kept.data))
    assert (again.format, again.size) == ("JPEG", (200, 300))
    assert dict(again.getexif()) == {}
    assert b"SECRET" not in kept.data
    assert b"script" not in kept.data


def test_a_transparent_picture_stands_on_white_and_a_huge_one_becomes_smaller() -> None:
    kept = inspect(picture("PNG", mode="RGBA", color=(0, 0, 0, 0)))
    again = Image.open(io.BytesIO(kept.data))
    assert (kept.media_type, again.mode, again.getpixel((5, 5))) == ("image/png", "RGB", (255, 255, 255))
    assert max(Image.open(io.BytesIO(inspect(picture(size=(5200, 400))).data)).size) == 2600


def test_a_pdf_is_kept_as_it_came() -> None:
    data = pdf(2)
    assert inspect(data) == contents.Content("application/pdf", data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_size"),
        (bytes(contents.MAX_BYTES + 1), "file_size"),
        (b"GIF89a" + bytes(50), "file_type"),
        (picture("BMP"), "file_type"),
        (picture("GIF"), "file_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "file_type"),
        (b"MZ" + bytes(100), "file_type"),
        (b"%PDF-1.7 and nothing more", "pdf_unreadable"),
        (pdf(41), "pdf_unreadable"),
        (picture()[:-200], "image_unreadable"),
        (picture("PNG")[:60], "image_unreadable"),
    ],
)
def test_what_is_no_document_is_refused_whatever_its_name_says(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        inspect(data)
    assert caught.value.code == code
    assert str(ERRORS[code])


def test_a_picture_of_more_pixels_than_anybody_needs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_MAX_PIXELS", 1000)
    with pytest.raises(DocumentError) as caught:
        inspect(picture())
    assert caught.value.code == "image_unreadable"


# ---------- on the pages ----------


def test_a_document_is_attached_read_and_removed(
    app: Flask, session: Session, desk: FlaskClient, truck: Vehicle
) -> None:
    path = f"/documents/vehicle/{truck.id}"
    assert "Chưa có giấy tờ nào" in words(desk.get(path))
    assert upload(desk, path, picture()).status_code == 302
    document = session.query(Document).one()
    assert "dang-kiem.jpg" in words(desk.get(path))
    answer = desk.get(f"/documents/{document.id}")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    folder = app.extensions["instance"].documents_dir
    (stored,) = folder.iterdir()
    assert stored.name == document.stored_as
    assert answer.data[:64] not in stored.read_bytes()
    assert (stored.stat().st_mode & 0o777) == 0o600
    desk.post(f"/documents/{document.id}/remove")
    assert (session.query(Document).count(), list(folder.iterdir())) == (0, [])
    verbs = {entry.verb for entry in session.query(AuditEntry).filter(AuditEntry.verb.startswith("documents."))}
    assert verbs == {"documents.attach", "documents.detach"}


def test_a_pdf_is_saved_not_shown(session: Session, desk: FlaskClient, truck: Vehicle) -> None:
    upload(desk, f"/documents/vehicle/{truck.id}", pdf(), name="../../x.pdf")
    answer = desk.get(f"/documents/{session.query(Document).one().id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_refused_file_is_named_at_its_field(session: Session, desk: FlaskClient, truck: Vehicle) -> None:
    path = f"/documents/vehicle/{truck.id}"
    text = upload(desk, path, b"MZ", name="anh.jpg").get_data(as_text=True)
    assert "Chỉ nhận tệp PDF, JPEG hoặc PNG." in text
    assert 'href="#file"' in text
    assert "Chọn một mục trong danh sách." in upload(desk, path, picture(), kind="test").get_data(as_text=True)
    assert "Chọn tệp PDF, JPEG hoặc PNG." in desk.post(path, data={"kind": "inspection"}).get_data(as_text=True)
    assert session.query(Document).count() == 0


def test_one_subject_has_a_few_documents_not_any_number(
    session: Session, desk: FlaskClient, truck: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_OF_ONE", 1)
    path = f"/documents/vehicle/{truck.id}"
    upload(desk, path, picture())
    assert "nhiều nhất 12 tệp" in upload(desk, path, picture()).get_data(as_text=True)
    assert session.query(Document).count() == 1


def test_a_carrier_that_nobody_approved_keeps_a_little_of_everything_together(
    session: Session, desk: FlaskClient, truck: Vehicle, carrier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(inspect(picture()).data)
    monkeypatch.setattr(services, "MOST_UNAPPROVED_BYTES", 2 * size)
    approved_at, carrier.organisation.approved_at = carrier.organisation.approved_at, None
    session.commit()
    path = f"/documents/vehicle/{truck.id}"
    assert [upload(desk, path, picture()).status_code for _ in range(3)] == [302, 302, 200]
    assert str(ERRORS["unapproved_full"]) in words(upload(desk, path, picture()))
    carrier.organisation.approved_at = approved_at
    session.commit()
    assert upload(desk, path, picture()).status_code == 302
    assert session.query(Document).count() == 3


def test_every_kind_has_its_word_and_belongs_somewhere() -> None:
    assert set(KINDS) == set(DocumentKind)
    assert {kind for kinds in services.KINDS.values() for kind in kinds} == set(DocumentKind)


# ---------- who reads it ----------


def test_another_carrier_reaches_no_document(
    session: Session, desk: FlaskClient, factories: Factories, login: Login, truck: Vehicle
) -> None:
    path = f"/documents/vehicle/{truck.id}"
    upload(desk, path, picture())
    document = session.query(Document).one()
    stranger = login(factories.user())
    assert stranger.get(path).status_code == 404
    assert upload(stranger, path, picture()).status_code == 404
    assert stranger.get(f"/documents/{document.id}").status_code == 404
    assert stranger.post(f"/documents/{document.id}/remove").status_code == 404
    for wrong in ("/documents/ship/1", "/documents/vehicle/x", f"/documents/vehicle/{'9' * 30}"):
        assert desk.get(wrong).status_code == 404


@pytest.mark.parametrize("what", ["vehicle", "person", "application"])
def test_a_reviewer_reads_what_was_handed_in_and_nothing_else(
    session: Session, desk: FlaskClient, factories: Factories, login: Login, carrier: User, what: str
) -> None:
    application = factories.application(carrier)
    item = application.vehicles[0]
    keys = {"vehicle": item.vehicle_id, "person": item.crew[0].crew_member_id, "application": application.reference}
    kinds = {"vehicle": "inspection", "person": "test", "application": "transport_order"}
    upload(desk, f"/documents/{what}/{keys[what]}", picture(), kind=kinds[what])
    document = session.query(Document).one()
    reviewer = login(factories.user("reviewer"))
    path = f"/queue/documents/{document.id}"
    assert reviewer.get(path).status_code == 404
    assert desk.get(path).status_code == 403
    desk.post(f"/applications/{application.reference}/submit")
    assert application.state is ApplicationState.SUBMITTED
    assert reviewer.get(path).status_code == 200
    assert session.query(AuditEntry).filter_by(verb="documents.read").count() == 1
    page = words(reviewer.get(f"/queue/{application.reference}"))
    assert "Giấy tờ kèm theo" in page
    assert str(KINDS[document.kind]) in page
    answer = desk.post(f"/documents/{document.id}/remove", follow_redirects=True)
    assert "Giấy tờ này đã nộp kèm hồ sơ nên không xóa được." in words(answer)
    assert session.query(Document).count() == 1
