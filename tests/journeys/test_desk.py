"""Three hundred drivers on one list: what the district, a ward and health staff do with them in a browser."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from passes.db import db
from passes.demo.cli import make_demo_instance
from passes.demo.processes import IssuerProcess, free_port
from passes.followup.models import FollowUp
from passes.local_time import now, start_of_day
from tests.factories import today
from tests.passes.followed import Crowd, follow

from . import office
from .conftest import SHOTS, Post, World, choose_area, demo_passwords

PEOPLE, IN_BOTH = 300, 40
FIRST = "Nguyễn Văn 0001"
ILL = "Nguyễn Văn 0002"


@pytest.fixture
def world(tmp_path: Path, browser: Browser, size: dict[str, int]) -> Iterator[World]:
    """An issuer with 300 people who stay in Vân Đình, 40 of whom were in two zones; nobody needs a station."""
    instance = tmp_path / "instance"
    app = make_demo_instance(instance)
    passwords = demo_passwords(instance)
    with app.app_context():
        crowd, day = Crowd(db.session()), start_of_day(today())
        for number in range(PEOPLE):
            crowd.person(
                day - timedelta(days=number // 2 % 12, hours=number // 2 % 24),
                area="00337" if number < IN_BOTH else "00355",
                plate=f"29C{10000 + number // 2}",
            )
        crowd.person(name="Người Thanh Hóa", stay="16654")
        follow(db.session(), "thanh-xuan", ("00355", "00337"), name="Ổ dịch Thanh Xuân Trung")
        follow(db.session(), "hoang-mai", ("00337",), name="Phong tỏa phường Hoàng Liệt")
        app.extensions["worker"].drain()
        assert db.session().query(FollowUp).count() == PEOPLE + IN_BOTH + 1
        db.session().query(FollowUp).update({"listed_at": now() - timedelta(hours=5)})
        db.session.commit()
    issuer = IssuerProcess(instance, free_port())
    issuer.start()
    nowhere = Post(tmp_path / "post", tmp_path / "camera", "", tmp_path / "offline")
    world = World(app, issuer, nowhere, passwords, browser, size)
    try:
        yield world
    finally:
        for page in world.pages.values():
            page.context.close()
        issuer.stop()


def test_three_hundred_drivers_are_seen_to_by_district_ward_and_health_staff(world: World, tmp_path: Path) -> None:
    district = world.page("ung-hoa")
    see_three_hundred_rows(world, district)
    record_an_ill_person(world, district, tmp_path)
    record_everybody_else(world, district)
    hand_over(world, district)
    ward = world.page("van-dinh")
    office.follow(ward, "Theo dõi y tế")
    expect(ward.get_by_role("main")).not_to_contain_text(FIRST)  # handed over to another district
    look(world, ward, "ward-list")
    expect(ward.get_by_role("link", name="Thêm người không qua chốt")).to_have_count(0)
    look_as_health_staff(world, world.page("health"))


def look(world: World, page: Page, name: str) -> None:
    """Keep a picture, and let a program look for what a screen reader or a weak eye would stumble over."""
    world.shot(page, name)
    problems = Axe().run(page).response["violations"]
    assert [f"{problem['id']}: {problem['nodes'][0]['html']}" for problem in problems] == []


def see_three_hundred_rows(world: World, page: Page) -> None:
    """300 people with 340 follow-ups are 300 rows; all of them are overdue for acknowledgement, and acknowledged."""
    office.follow(page, "Theo dõi y tế")
    look(world, page, "desk-list")
    expect(page.locator(".count-line")).to_have_text("300 người")
    if world.size["width"] > 600:
        expect(page.get_by_label("Trạng thái")).to_be_visible()
    else:  # the list begins on the first screen; what narrows it further is one touch away
        expect(page.get_by_label("Trạng thái")).not_to_be_visible()
        page.get_by_text("Lọc thêm").click()
        expect(page.get_by_label("Trạng thái")).to_be_visible()
    page.get_by_role("link", name="300", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(PEOPLE)
    expect(page.get_by_text("Quá hạn tiếp nhận").first).to_be_visible()
    page.locator("input[name=person]").first.check()
    page.screenshot(path=office_shots(world, "desk-selected"))  # what is in the window: three hundred rows are long
    boxes = page.locator("input[name=person]")
    if world.size["width"] > 600:  # where rows are cards there is no heading to tick
        page.get_by_role("checkbox", name="Chọn tất cả trên trang này").check()
    else:
        boxes.evaluate_all("all => all.forEach(box => { if (!box.checked) box.click(); })")
    page.get_by_role("button", name="Tiếp nhận", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Đã tiếp nhận 300 người.")


def record_an_ill_person(world: World, page: Page, folder: Path) -> None:
    """Found without diacritics; fever, a positive test, and the slip on one page."""
    page.get_by_label("Họ tên, giấy tờ, điện thoại, biển số, số giấy").fill("nguyen van 0002")
    page.get_by_role("button", name="Tìm").click()
    assert "0002" not in page.url
    page.get_by_role("link", name=ILL).click()
    page.get_by_role("link", name="Ghi lượt thăm khác").click()
    page.get_by_label("Có triệu chứng").check()
    page.get_by_label("Nhiệt độ").fill("38,4")
    page.get_by_label("Sốt", exact=True).check()
    page.get_by_label("Ho", exact=True).check()
    look(world, page, "desk-visit")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_role("link", name="Ghi xét nghiệm").click()
    page.get_by_label("Test nhanh kháng nguyên").check()
    page.get_by_label("Dương tính").check()
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("main")).to_contain_text("Dương tính")
    look(world, page, "desk-person")
    with page.expect_download() as started:
        page.get_by_role("link", name="In phiếu truy vết").click()
    path = folder / "slip.pdf"
    started.value.save_as(path)
    document = pdfium.PdfDocument(path)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    assert "PHIẾU TRUY VẾT" in text
    assert FIRST in text  # who shared the cab
    document[0].render(scale=1.6).to_pil().save(office_shots(world, "slip"))


def office_shots(world: World, name: str) -> Path:
    """Where a picture of a paper goes."""
    SHOTS.mkdir(exist_ok=True)
    return SHOTS / f"{world.size['width']}-{name}.png"


def record_everybody_else(world: World, page: Page) -> None:
    """299 healthy people: three actions after the list is open."""
    page.goto(f"{world.issuer.url}/followups?per_page=50")
    page.get_by_role("button", name="Bỏ lọc").click()
    page.get_by_role("link", name=re.compile("^Cần thăm hôm nay")).click()
    look(world, page, "desk-today")
    page.get_by_role("button", name="Cả 299 người: khỏe, không triệu chứng").click()
    look(world, page, "desk-everybody")
    page.get_by_role("button", name="Đúng, tất cả đều khỏe").click()
    expect(page.get_by_role("main")).to_contain_text("Hôm nay không còn ai cần thăm")
    world.shot(page, "desk-done")


def hand_over(world: World, page: Page) -> None:
    """Somebody moved to Chương Dương: asked, and confirmed by the other district."""
    page.goto(f"{world.issuer.url}/followups")
    page.get_by_label("Họ tên, giấy tờ, điện thoại, biển số, số giấy").fill("001090000001")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name=FIRST).click()
    page.get_by_role("link", name="Chuyển địa bàn").click()
    choose_area(page, "Chuyển đến", "chuong duong", "Phường Chương Dương")
    page.get_by_label("Lý do chuyển").fill("Về ở cùng gia đình")
    look(world, page, "desk-transfer")
    page.get_by_role("button", name="Gửi đề nghị chuyển").click()
    other = world.page("hoan-kiem")
    office.follow(other, "Theo dõi y tế")
    other.get_by_role("link", name=re.compile("chờ trả lời")).click()
    look(world, other, "desk-receipt")
    other.get_by_role("button", name="Tiếp nhận", exact=True).click()
    expect(other.get_by_role("heading", name=FIRST)).to_be_visible()
    world.shot(other, "desk-taken-over")
    page.goto(f"{world.issuer.url}/followups/transfers")
    expect(page.get_by_role("main")).to_contain_text("Đã tiếp nhận")
    look(world, page, "desk-transfers")


def look_as_health_staff(world: World, page: Page) -> None:
    """Everybody, those outside, arrivals, who is concerned; a look needs a reason, and can be reviewed."""
    office.follow(page, "Theo dõi y tế")
    expect(page.locator(".count-line")).to_have_text("301 người")
    page.get_by_role("link", name="Ngoài địa bàn").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    look(world, page, "health-outside")
    page.get_by_role("link", name="Người Thanh Hóa").click()
    page.get_by_label("Điều tra, truy vết").check()
    look(world, page, "health-why")
    page.get_by_role("button", name="Xem thông tin").click()
    expect(page.get_by_role("heading", name="Người Thanh Hóa")).to_be_visible()
    page.goto(f"{world.issuer.url}/followups/arrivals")
    expect(page.locator("svg.pygal-chart .bar")).to_have_count(30)
    look(world, page, "health-arrivals")
    office.follow(page, "Tổ chức, cá nhân liên quan")
    page.get_by_label("Quận/huyện/thị xã").select_option(label="Quận Hoàn Kiếm, Hà Nội")
    page.get_by_role("button", name="Lọc").click()
    look(world, page, "health-concerned")
    office.follow(page, "Lượt xem thông tin")
    expect(page.get_by_role("main")).to_contain_text("Điều tra, truy vết")
    look(world, page, "health-lookups")
