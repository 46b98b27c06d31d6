"""A company of two hundred trucks: from two spreadsheets to one PDF, with the two cells named that stand in the way.

The browser does what a clerk would do, without scripts, against a served issuer; what the clerk has to do is counted.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from flask_security import hash_password
from playwright.sync_api import Browser, Locator, Page, expect

from passes.accounts.models import OrganisationKind
from passes.accounts.services import OrganisationDraft, create_organisation, create_user
from passes.applications.models import Application
from passes.db import db
from passes.demo.cli import make_demo_instance
from passes.demo.processes import IssuerProcess, free_port
from passes.imports.models import ImportKind
from passes.issuing.models import VehiclePass
from passes.local_time import now
from protocol.plates import format_plate
from tests import counts
from tests.passes.spreadsheets import crew_row, day, vehicle_row, workbook

TRUCKS, PEOPLE = 200, 286
WRONG_ROW, EXPIRED_ROW = 17, 90
GOAL_SECONDS = 600
PATIENCE_MS = 240_000
PASSWORD = "a password of the journey"
SHOTS = Path(__file__).parent / "shots"
PRINTED = counts.count("sheets in the one PDF of a fleet", 4, 198)


@dataclass
class Clerk:
    """A clerk at a browser without scripts; what has to be done is written down."""

    page: Page
    done: list[str] = field(default_factory=list)

    def click(self, thing: Locator, what: str) -> None:
        """Press something."""
        self.done.append(what)
        thing.click()

    def fill(self, label: str, text: str) -> None:
        """Type into a field."""
        self.done.append(label)
        self.page.get_by_label(label, exact=True).fill(text)

    def button(self, name: str) -> None:
        """Press a button."""
        self.click(self.page.get_by_role("button", name=name), name)

    def link(self, name: str) -> None:
        """Follow a link."""
        self.click(self.page.get_by_role("link", name=name).first, name)

    def area(self, name: str) -> None:
        """Open an area by the navigation."""
        navigation = self.page.get_by_role("navigation", name="Chức năng")
        self.click(navigation.get_by_role("link", name=name, exact=True), name)

    def wait_for(self, text: str) -> None:
        """Wait until the page, which loads itself anew, says something."""
        expect(self.page.get_by_role("main")).to_contain_text(text, timeout=PATIENCE_MS)

    def shot(self, name: str) -> None:
        """Keep a picture of the page, on a desk and on a phone; nothing sticks out to the side."""
        SHOTS.mkdir(exist_ok=True)
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.screenshot(path=SHOTS / f"{width}-fleet-{name}.png", full_page=True)
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is {wide} pixels wider than a window of {width}"


def vehicles() -> list[list[Any]]:
    """Two hundred trucks, one with half a plate and one whose inspection is over; row 1 holds the headings."""
    rows = [vehicle_row(number) for number in range(1, TRUCKS + 1)]
    rows[WRONG_ROW - 2] = vehicle_row(WRONG_ROW - 1, plate="29C-12")
    rows[EXPIRED_ROW - 2] = vehicle_row(EXPIRED_ROW - 1, inspection_expires_on=day(-3))
    return rows


def people() -> list[list[Any]]:
    """A driver for each truck, and assistants for the first of them."""
    plates = [row[0] if row[0] != "29C-12" else "" for row in vehicles()]
    drivers = [crew_row(number, plate) for number, plate in enumerate(plates, 1)]
    rest = range(TRUCKS + 1, PEOPLE + 1)
    return drivers + [crew_row(n, plates[n - TRUCKS + 20], is_driver=False) for n in rest]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Any, str]]:
    """An issuer that serves, where carriers declare themselves, with one company that has nothing yet."""
    instance = tmp_path / "instance"
    app = make_demo_instance(instance)
    with app.app_context():
        session = db.session()
        draft = OrganisationDraft(OrganisationKind.CARRIER, "Công ty CP Vận tải Hai Trăm Xe", "VT Hai Trăm Xe")
        company = create_organisation(session, None, draft, now())
        hashed = hash_password(PASSWORD)
        create_user(
            session, None, company, email="hai-tram@demo.example", name="Lê Thị Kho", password_hash=hashed, now=now()
        )
        session.commit()
    (instance / "config.toml").write_text('application_mode = "self-declared"\n', "utf-8")
    issuer = IssuerProcess(instance, free_port())
    issuer.start()
    try:
        yield app, issuer.url
    finally:
        issuer.stop()


@pytest.fixture
def clerk(served: tuple[Any, str], browser: Browser) -> Clerk:
    """The company's clerk, signed in, with scripts switched off."""
    context = browser.new_context(java_script_enabled=False, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{served[1]}/login")
    page.get_by_label("Thư điện tử").fill("hai-tram@demo.example")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    return Clerk(page)


def hand_in(clerk: Clerk, area: str, kind: ImportKind, rows: list[list[Any]]) -> None:
    """Upload a spreadsheet and wait until it is checked."""
    clerk.area(area)
    clerk.link("Nhập, xuất bảng tính")
    clerk.done.append("Tệp bảng tính")
    file = {"name": f"{kind}.xlsx", "mimeType": "application/octet-stream", "buffer": workbook(kind, rows)}
    clerk.page.get_by_label("Tệp bảng tính").set_input_files([file])
    clerk.button("Tải lên và kiểm tra")
    clerk.wait_for("Chờ xác nhận")


def import_fleet(clerk: Clerk) -> None:
    """Both lists: of the trucks two cells are named, and the one that cannot come in stays out by the clerk's word."""
    hand_in(clerk, "Phương tiện", ImportKind.VEHICLES, vehicles())
    for cell, text, words in (
        (f"A{WRONG_ROW}", "29C-12", "Biển số không đúng dạng."),
        (f"D{EXPIRED_ROW}", day(-3), "Đăng kiểm đã hết hạn"),
    ):
        row = clerk.page.get_by_role("row").filter(has_text=re.compile(rf"{cell}\b"))
        expect(row).to_contain_text(text)
        expect(row).to_contain_text(words)
    clerk.shot("import-checked")
    clerk.button("Bỏ 1 dòng lỗi, nhập 199 dòng")
    clerk.wait_for("1 dòng không được nhập")
    hand_in(clerk, "Lái xe, phụ xe", ImportKind.CREW, people())
    clerk.wait_for("Không có dòng lỗi")
    clerk.button("Nhập 286 dòng")
    clerk.wait_for("Mọi dòng đã vào danh sách.")


def apply(clerk: Clerk) -> None:
    """One application for the whole fleet; the truck whose inspection is over is named again, and left out."""
    clerk.area("Hồ sơ")
    clerk.link("Lập hồ sơ mới")
    clerk.fill("Điểm đi", "00067")
    clerk.fill("Điểm đến", "281")
    clerk.done.append("Loại hàng")
    clerk.page.get_by_label("Loại hàng").select_option(index=1)
    clerk.button("Lưu và tiếp tục")
    clerk.shot("vehicles")
    clerk.button("Chọn tất cả 199 xe và tiếp tục")
    clerk.shot("tasks")
    clerk.link("Làm tiếp: Kiểm tra và nộp")
    clerk.wait_for("198 trong 199 xe đạt mọi mục kiểm tra.")
    clerk.wait_for(format_plate(f"29C{EXPIRED_ROW - 1:05d}"))
    clerk.shot("check")
    clerk.button("Bỏ 1 xe không cấp giấy được")
    clerk.wait_for("Mọi mục kiểm tra tự động đều đạt.")
    clerk.button("Nộp hồ sơ")
    clerk.wait_for("198 giấy đang được ký")
    clerk.shot("approved")


def print_passes(clerk: Clerk, folder: Path) -> list[str]:
    """Have the fleet printed as one PDF, a part of it in an ordinary run; return the text of its fronts."""
    clerk.area("Giấy đã cấp")
    if PRINTED == TRUCKS - 2:
        clerk.button("In cả 198 giấy còn hiệu lực")
    else:
        for box in clerk.page.locator("input[name=pass]").all()[:PRINTED]:
            box.check()
        clerk.button("In thành một tệp PDF")
    clerk.wait_for("Tải tệp PDF")
    clerk.shot("printed")
    with clerk.page.expect_download() as started:
        clerk.link("Tải tệp PDF")
    path = folder / "fleet.pdf"
    started.value.save_as(path)
    document = pypdfium2.PdfDocument(path)
    return [document[n].get_textpage().get_text_range() for n in range(0, len(document), 2)]


def test_two_hundred_trucks_have_their_papers_within_ten_minutes(
    served: tuple[Any, str], clerk: Clerk, tmp_path: Path
) -> None:
    started = time.monotonic()
    import_fleet(clerk)
    apply(clerk)
    fronts = print_passes(clerk, tmp_path)
    took = time.monotonic() - started
    with served[0].app_context():
        (application,) = db.session.query(Application).filter(Application.carrier.has(short_name="VT Hai Trăm Xe"))
        passes = db.session.query(VehiclePass).filter_by(carrier_id=application.carrier_id).all()
        assert (len(passes), application.decided_by_id) == (TRUCKS - 2, None)
        assert sum(len(one.crew) for one in passes) >= PEOPLE - 4
    assert len(fronts) == PRINTED
    assert all("GIẤY NHẬN DIỆN" in front for front in fronts)
    assert len(clerk.done) <= 30, clerk.done
    assert took < GOAL_SECONDS
