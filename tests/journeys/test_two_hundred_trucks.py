"""A company of two hundred trucks: from registering, over two spreadsheets with two wrong cells, to one PDF.

The browser does what a clerk would do, without scripts, against a served issuer; what the clerk has to do is counted
from the spreadsheets on.
"""

import email
import email.policy
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from passes.accounts.services import find_user
from passes.applications.models import Application, Mode
from passes.applications.modes import change_mode
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
COMPANY, SHORT_NAME, TAX_NUMBER = "Công ty CP Vận tải Hai Trăm Xe", "VT Hai Trăm Xe", "0100112437"
CLERK, COLLEAGUE = "kho@haitram.example", "bai@haitram.example"
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


@dataclass
class Served:
    """An issuer that serves, where carriers declare themselves; nobody has heard of the company yet."""

    app: Any
    instance: Path
    url: str

    def link_in_letter(self, to: str, subject: str) -> str:
        """Wait for a letter in the instance's folder; return the address that its link leads to."""
        found: list[str] = []
        deadline = time.monotonic() + 120
        while not found and time.monotonic() < deadline:
            time.sleep(0.2)
            for file in (self.instance / "mail").glob("*.log"):
                letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if letter["To"] == to and subject in letter["Subject"]:
                    found = re.findall(r"https?://[^/\s]+(/\S+)", letter.get_content())
        assert found, f"no letter to {to} about {subject}"
        return self.url + found[0]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The issuer."""
    instance = tmp_path / "instance"
    app = make_demo_instance(instance)
    with app.app_context():
        administrator = find_user(db.session(), "admin@demo.example")
        assert administrator
        change_mode(db.session(), administrator, Mode.SELF_DECLARED, 10, now())
        db.session.commit()
    issuer = IssuerProcess(instance, free_port())
    issuer.start()
    try:
        yield Served(app, instance, issuer.url)
    finally:
        issuer.stop()


@pytest.fixture
def clerk(browser: Browser) -> Clerk:
    """The company's clerk, with scripts switched off."""
    context = browser.new_context(java_script_enabled=False, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    page = context.new_page()
    page.set_default_timeout(60_000)
    return Clerk(page)


def register(served: Served, clerk: Clerk) -> None:
    """The company registers itself by the link in a letter; a digit of its tax number is wrong at first."""
    clerk.page.goto(f"{served.url}/login")
    clerk.link("Đăng ký đơn vị vận tải")
    clerk.shot("registration")
    clerk.fill("Thư điện tử", CLERK)
    clerk.button("Gửi đường dẫn")
    clerk.wait_for("Xem hộp thư")
    clerk.shot("registration-sent")
    clerk.page.goto(served.link_in_letter(CLERK, "Đăng ký đơn vị vận tải"))
    clerk.fill("Mã số thuế", "0100112438")
    clerk.fill("Tên đầy đủ của đơn vị", COMPANY)
    clerk.fill("Tên viết tắt", SHORT_NAME)
    clerk.fill("Điện thoại", "024 3825 0000")
    clerk.fill("Họ và tên người đăng ký", "Lê Thị Kho")
    for _ in range(2):
        clerk.fill("Mật khẩu", PASSWORD)
        clerk.fill("Nhập lại mật khẩu", PASSWORD)
        clerk.button("Tạo tài khoản")
        if clerk.page.locator("h1").inner_text() == "Khai đơn vị vận tải":
            clerk.wait_for("Mã số thuế không đúng.")
            clerk.shot("registration-error")
            clerk.fill("Mã số thuế", TAX_NUMBER)
    expect(clerk.page.locator("body")).to_contain_text("Đơn vị đang chờ cơ quan cấp giấy phê duyệt")
    clerk.shot("registered")


def invite_colleague(served: Served, clerk: Clerk, browser: Browser) -> None:
    """A colleague is invited and joins from a phone."""
    clerk.area("Đơn vị, đồng nghiệp")
    clerk.link("Mời đồng nghiệp")
    clerk.fill("Thư điện tử của đồng nghiệp", COLLEAGUE)
    clerk.shot("invite")
    clerk.button("Gửi lời mời")
    clerk.wait_for(COLLEAGUE)
    clerk.shot("organisation")
    colleague = Clerk(browser.new_context(java_script_enabled=False, locale="vi-VN").new_page())
    colleague.page.goto(served.link_in_letter(COLLEAGUE, "Lời mời vào"))
    colleague.shot("join")
    colleague.fill("Họ và tên", "Vũ Văn Bãi")
    colleague.fill("Mật khẩu", PASSWORD)
    colleague.fill("Nhập lại mật khẩu", PASSWORD)
    colleague.button("Tạo tài khoản")
    colleague.wait_for("Chào Vũ Văn Bãi")
    colleague.page.context.close()


def approve_company(served: Served, browser: Browser) -> None:
    """An administrator finds the company in the list of those that wait, and approves it."""
    login = next(
        line for line in (served.instance / "demo-logins.txt").read_text("utf-8").splitlines() if "admin@" in line
    )
    office = Clerk(browser.new_context(locale="vi-VN").new_page())
    office.page.goto(f"{served.url}/login")
    office.fill("Thư điện tử", login.split()[0])
    office.fill("Mật khẩu", login.split()[1])
    office.button("Đăng nhập")
    office.wait_for("1 đơn vị chờ phê duyệt")
    office.area("Quản trị")
    office.link("Tổ chức chờ duyệt")
    office.shot("waiting")
    office.link(COMPANY)
    office.shot("to-approve")
    office.link("Không phê duyệt")
    office.shot("refuse")
    office.click(office.page.get_by_role("main").get_by_role("link", name="Bỏ qua"), "Bỏ qua")
    office.button("Phê duyệt")
    expect(office.page.locator(".flash")).to_contain_text(f"{SHORT_NAME} được phép hoạt động.")
    office.page.context.close()


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


def prepare(clerk: Clerk) -> None:
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
    clerk.wait_for("Nộp được hồ sơ này sau khi đơn vị được phê duyệt.")
    expect(clerk.page.get_by_role("button", name="Nộp hồ sơ")).to_have_count(0)
    clerk.shot("check-waiting")


def apply(served: Served, clerk: Clerk) -> None:
    """The letter that says that the company is approved leads to what was prepared; it is sent."""
    clerk.page.goto(served.link_in_letter(CLERK, "đã được phê duyệt"))
    clerk.link("HS-")
    clerk.link("Sửa và nộp hồ sơ")
    clerk.link("Làm tiếp: Kiểm tra và nộp")
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
    served: Served, clerk: Clerk, browser: Browser, tmp_path: Path
) -> None:
    register(served, clerk)
    clerk.done.clear()
    started = time.monotonic()
    import_fleet(clerk)
    prepare(clerk)
    approve_company(served, browser)
    apply(served, clerk)
    fronts = print_passes(clerk, tmp_path)
    took = time.monotonic() - started
    with served.app.app_context():
        (application,) = db.session.query(Application).filter(Application.carrier.has(short_name=SHORT_NAME))
        passes = db.session.query(VehiclePass).filter_by(carrier_id=application.carrier_id).all()
        assert (len(passes), application.decided_by_id) == (TRUCKS - 2, None)
        assert sum(len(one.crew) for one in passes) >= PEOPLE - 4
    assert len(fronts) == PRINTED
    assert all("GIẤY NHẬN DIỆN" in front for front in fronts)
    assert len(clerk.done) <= 30, clerk.done
    assert took < GOAL_SECONDS
    invite_colleague(served, clerk, browser)
