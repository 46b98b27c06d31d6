"""Signing in, what only the chief may do, and the night, in a real browser before a real running station."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from protocol.scan_record import Action
from tests.checkpoint.conftest import LOCKED_WARD, Hanoi
from tests.checkpoint.officers import OTHER_PIN, PIN
from tests.checkpoint.serving import Served
from tests.checkpoint.test_page_in_browser import complaints

__all__ = ["complaints"]
pytestmark = pytest.mark.usefixtures("complaints")

LIGHT = 190  # of 255: where all three colours are lighter than this, the eye loses its night sight


def an_hour_ago() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def post(page: Page, manned: Served) -> Page:
    """The page of a station with officers, nobody signed in."""
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(manned.url)
    expect(page.locator("#officer")).to_be_visible()
    return page


def sign_in(post: Page) -> None:
    """The inspector chooses the name, and taps the PIN as with gloves."""
    post.locator("#officer [name=officer]").first.select_option(label="Bùi Thị Bình")
    for digit in OTHER_PIN:
        post.locator(f"#officer [data-digit='{digit}']").click()
    post.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(post.locator("#officer")).to_be_hidden()


def test_the_sheet_to_sign_in_makes_way_for_a_vehicle_and_takes_a_pin_by_taps(
    post: Page, manned: Served, fresh: Hanoi
) -> None:
    manned.send("/scans", {"text": fresh.sign()})
    expect(post.locator("#officer")).to_be_hidden()
    expect(post.locator(".verdict h1")).to_have_text("CHO QUA")
    post.keyboard.press("1")
    post.get_by_role("button", name="Chưa đăng nhập").click()
    post.locator("#officer [name=pin]").first.fill("111222")
    post.keyboard.press("Enter")
    expect(post.locator("#officer .form-error").first).to_have_text("Mã PIN chưa đúng; còn 4 lần thử.")
    sign_in(post)
    expect(post.get_by_role("button", name="Bùi Thị Bình")).to_be_visible()
    manned.send("/scans", {"text": fresh.sign(cti=b"second01")})
    assert [record.officer for record in manned.records()] == [None, None, "cb-binh"]


def test_the_chief_decides_with_reason_and_pin_where_the_inspector_may_not(
    post: Page, manned: Served, fresh: Hanoi
) -> None:
    sign_in(post)
    manned.send("/scans", {"text": fresh.sign(route=(LOCKED_WARD, "00007"))})
    expect(post.locator(".verdict h1")).to_have_text("KIỂM TRA THÊM")
    post.keyboard.press("2")
    expect(post.locator(".verdict")).to_have_count(0)
    manned.send("/scans", {"text": fresh.sign(cti=b"expired1", plate="29C99999", expires_at=an_hour_ago())})
    expect(post.locator(".verdict h1")).to_have_text("KHÔNG CHO QUA")

    post.keyboard.press("1")
    chief = post.get_by_role("dialog", name="Chốt trưởng quyết định")
    chief.get_by_label("Mã PIN").fill(PIN)
    chief.get_by_role("button", name="Xác nhận").click()
    expect(chief.locator(".form-error")).to_have_text("Hãy ghi lý do.")
    expect(chief.get_by_label("Mã PIN")).to_have_value(PIN)
    chief.get_by_label("Lý do").fill("Xe cấp cứu")
    post.keyboard.press("Enter")
    expect(chief).to_be_hidden()
    expect(post.locator(".done b")).to_have_text("29C-999.99")

    post.keyboard.press("8")
    waiting = post.get_by_role("dialog", name="Xe chờ kiểm tra")
    expect(waiting).to_contain_text("29C-123.45")
    waiting.get_by_role("button", name="Cho quay lại").click()
    chief.get_by_label("Mã PIN").fill(PIN)
    post.keyboard.press("Enter")
    expect(waiting).to_contain_text("Không có xe nào đang chờ kiểm tra.")
    done = [(record.action, record.officer) for record in manned.records() if record.action]
    assert done == [(Action.SENT_ASIDE, "cb-binh"), (Action.ADMITTED, "cb-an"), (Action.TURNED_BACK, "cb-an")]


def test_a_vehicle_without_paper_that_the_chief_lets_through_keeps_what_was_typed(
    post: Page, manned: Served, fresh: Hanoi
) -> None:
    sign_in(post)
    post.keyboard.press("4")
    sheet = post.locator("#no-paper")
    sheet.get_by_label("Có giấy, mã không đọc được").check()
    sheet.get_by_label("Biển số").fill("29C-555.55")
    sheet.locator("button[value=admitted]").click()
    chief = post.get_by_role("dialog", name="Chốt trưởng quyết định")
    chief.get_by_label("Lý do").fill("Giấy ướt, đã gọi cơ quan cấp")
    chief.get_by_label("Mã PIN").fill(PIN)
    post.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(post.locator(".done b")).to_have_text("29C-555.55")
    (record,) = manned.records()
    assert (record.kind, record.officer) == ("typed", "cb-an")
    assert fresh.open(record).note == "Giấy ướt, đã gọi cơ quan cấp"


def test_a_key_means_the_vehicle_that_was_shown_when_it_was_pressed(post: Page, manned: Served, fresh: Hanoi) -> None:
    sign_in(post)
    manned.send("/scans", {"text": fresh.sign()})
    expect(post.locator(".plate")).to_have_text("29C-123.45")
    post.keyboard.press("2")
    manned.send("/scans", {"text": fresh.sign(cti=b"second01", plate="29C99999")})
    expect(post.locator(".plate")).to_have_text("29C-999.99")
    manned.wait_for(lambda: len(manned.records()) == 3)
    assert [(record.cti, record.action) for record in manned.records() if record.action] == [
        (b"pass0001", Action.SENT_ASIDE)
    ]
    expect(post.locator(".plate")).to_have_text("29C-999.99")


def test_handing_over_leads_to_a_report_that_prints_black_on_white(post: Page, manned: Served, fresh: Hanoi) -> None:
    sign_in(post)
    manned.send("/scans", {"text": fresh.sign()})
    expect(post.locator(".verdict")).to_be_visible()
    post.keyboard.press("1")
    post.get_by_role("button", name="Bùi Thị Bình").click()
    post.get_by_role("button", name="Kết thúc ca").dblclick()  # as a glove taps: it ends one shift
    post.wait_for_url("**/shift/1")
    expect(post.locator("[data-count=admitted]")).to_have_text("1")
    expect(post.locator("footer")).to_contain_text("Bùi Thị Bình (cb-binh)")
    post.emulate_media(media="print")
    paper = np.asarray(Image.open(io.BytesIO(post.screenshot(full_page=True))).convert("L"))
    assert np.median(paper) == 255
    assert paper.min() < 40
    post.emulate_media(media="screen")
    post.get_by_role("link", name="Về trang quét").click()
    expect(post.get_by_role("button", name="Chưa đăng nhập")).to_be_attached()
    assert manned.get("/shift/3") == ""


@pytest.mark.parametrize("mode", ["day", "night"])
def test_every_sheet_can_be_used_by_everybody(browser: Browser, manned: Served, fresh: Hanoi, mode: str) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('night', '{'on' if mode == 'night' else 'off'}')")
    found: dict[str, object] = {}

    def look(name: str) -> None:
        problems = Axe().run(page).response["violations"]
        found.update({f"{name}: {one['id']}": [node["target"] for node in one["nodes"]] for one in problems})

    page.goto(manned.url)
    expect(page.locator("#officer")).to_be_visible()
    page.locator(".chiefs summary").click()
    look("officer")
    page.keyboard.press("Escape")
    expect(page.locator("#officer")).to_be_hidden()
    manned.send("/scans", {"text": fresh.sign(route=(LOCKED_WARD, "00007"))})
    expect(page.locator(".verdict")).to_be_visible()
    look("referral")
    page.keyboard.press("2")
    manned.send("/scans", {"text": fresh.sign(cti=b"expired1", expires_at=an_hour_ago())})
    expect(page.locator(".verdict h1")).to_have_text("KHÔNG CHO QUA")
    look("refusal")
    page.keyboard.press("1")
    expect(page.locator("#chief")).to_be_visible()
    look("chief")
    page.keyboard.press("Escape")
    expect(page.locator("#chief")).to_be_hidden()
    page.keyboard.press("8")
    expect(page.locator("#waiting")).to_be_visible()
    look("waiting")
    page.goto(f"{manned.url}/shift")
    look("report")
    context.close()
    assert found == {}


def test_nothing_is_white_or_blue_at_night(post: Page, manned: Served, fresh: Hanoi) -> None:
    sign_in(post)
    post.keyboard.press("n")
    seen: dict[str, tuple[int, float]] = {}

    def look(name: str) -> None:
        pixels = np.asarray(Image.open(io.BytesIO(post.screenshot())).convert("RGB")).astype(int)
        seen[name] = int(pixels.min(axis=2).max()), float((pixels[..., 2] > pixels[..., 0] + 12).mean())

    for name, key, changes in (
        ("admit", "1", {}),
        ("refer", "2", {"cti": b"zone0001", "route": (LOCKED_WARD, "00007")}),
        ("refuse", "3", {"cti": b"expired1", "expires_at": an_hour_ago()}),
    ):
        manned.send("/scans", {"text": fresh.sign(**changes)})
        expect(post.locator(".verdict")).to_be_visible()
        look(name)
        post.keyboard.press(key)
        expect(post.locator(".verdict")).to_have_count(0)
    for name, key in (("waiting", "8"), ("no-paper", "4"), ("recent", "r")):
        post.keyboard.press(key)
        expect(post.locator(f"#{name}")).to_be_visible()
        look(name)
        post.keyboard.press("Escape")
        expect(post.locator(f"#{name}")).to_be_hidden()
    post.goto(f"{manned.url}/shift")
    look("report")
    assert {name: light for name, (light, _) in seen.items() if light > LIGHT} == {}
    assert {name: blue for name, (_, blue) in seen.items() if blue > 0} == {}
