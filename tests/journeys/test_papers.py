"""05:40 on a weekday: another driver, a renewed test, and a post without network that reads what was handed out."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from passes.db import db
from passes.demo import papers, scenes, seed
from passes.demo.processes import StationProgram
from passes.issuing.pdf import render_windscreen
from passes.issuing.sheets import letterhead, sheet_of
from passes.local_time import local_date, now, start_of_day
from passes.supplements.services import find_supplement
from passes.trust import publishing
from passes.trust.repository import TrustRepository
from protocol.assess import Context, assess

from . import office
from .conftest import World, wait_until

LANE_IS_FREE_MS = 3_300
PLATE = "29C-123.45"
BINH, ANH, HUY = "Nguyễn Văn Bình", "Trần Đức Anh", "Lê Quang Huy"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def size() -> dict[str, int]:
    """Everybody holds a phone."""
    return {"width": 390, "height": 844}


def test_a_driver_is_swapped_and_a_test_renewed_without_printing_the_sheet_again(world: World, tmp_path: Path) -> None:
    ends = start_of_day(local_date(now()) + timedelta(days=1)) + timedelta(hours=14)
    sheet_text, sheet = issued_sheet(world, ends)
    carrier, reviewer = world.page("song-hong"), world.page("reviewer")
    slip_number = swap_driver(world, carrier)
    card_number = renew_test(world, carrier, ends + timedelta(days=1))
    approve(world, reviewer, slip_number)
    approve(world, reviewer, card_number)
    slip = picture(world, carrier, slip_number, tmp_path)
    picture(world, carrier, card_number, tmp_path)
    slip_text, card_text = text_of(world, slip_number), text_of(world, card_number)
    read_notices(world, carrier, slip_number)

    # No network from here on.
    world.issuer.stop()
    world.post.cut_network()
    officer = world.officer()
    world.post.show(scenes.roadside_frame(beside(sheet, slip), seed=5))
    expect(officer.locator(".verdict h1")).to_have_text("CHO QUA")
    expect(officer.locator(".verdict .crew")).to_contain_text(ANH)
    expect(officer.locator(".verdict .crew")).not_to_contain_text(BINH)
    world.shot(officer, "officer-slip")
    officer.locator(".act[data-action=admitted]").click()
    expect(officer.locator(".verdict")).to_have_count(0)
    officer.wait_for_timeout(LANE_IS_FREE_MS)
    world.post.show(scenes.roadside_frame(sheet, seed=6))
    expect(officer.locator(".verdict .crew")).to_contain_text(BINH)
    officer.keyboard.press("6")
    expect(officer.locator("[data-reason=CREW_MISMATCH]")).to_be_visible()
    expect(officer.locator(".verdict h1")).to_have_text("KIỂM TRA THÊM")
    world.shot(officer, "officer-crew-mismatch")

    station = StationProgram(world.post.home)
    before, after = (ends - MINUTE).isoformat(), (ends + MINUTE).isoformat()
    assert judged(station, before, sheet_text, slip_text) == ("ADMIT", [])
    assert judged(station, after, sheet_text, slip_text) == ("REFER", ["CREW_EXPIRED"])
    trust = publishing.current_trust(TrustRepository(world.app.extensions["instance"].trust_dir))
    verdict = assess([sheet_text, slip_text], trust, Context(), ends + MINUTE)
    assert verdict.journey is not None
    named = [dict(verdict.journey.crew)[index].name for finding in verdict.findings for index in finding.crew]
    assert named == [HUY]
    assert judged(station, after, sheet_text, slip_text, card_text) == ("ADMIT", [])
    assert judged(station, after, sheet_text, card_text) == ("ADMIT", [])


def issued_sheet(world: World, ends: datetime) -> tuple[str, Image.Image]:
    """A pass with Bình and Huy, whose test ends at a moment; its text, and its printed sheet."""
    today = local_date(now())
    with world.app.app_context():
        session = db.session()
        cast = seed.cast_of(session)
        papers.set_test_expiry(session, cast.carriers[0], HUY, ends, now())
        trip = papers.Trip(0, PLATE, (BINH, HUY), ("11410", "00355"), today, today + timedelta(days=6))
        papers.set_test_expiry(session, cast.carriers[0], BINH, now() + timedelta(days=9), now())
        papers.set_test_expiry(session, cast.carriers[0], ANH, now() + timedelta(days=9), now())
        made = papers.apply_for(session, cast, trip, world.app.config["ISSUER_ID"], now())
        session.commit()
        pass_id = made.id
        world.app.extensions["drain"]()
        wait_until(lambda: papers.signed_pass(session, pass_id) is not None, "the signature")
        found = papers.signed_pass(session, pass_id)
        pdf = render_windscreen([sheet_of(session, found, letterhead(world.app.config))])
        return found.text or "", scenes.rasterise(pdf)


def swap_driver(world: World, page: Page) -> str:
    """The carrier's three steps; returns the slip's number."""
    office.follow(page, "Giấy đã cấp")
    page.get_by_role("link", name=f"Đổi người, bổ sung {PLATE}").click()
    who = page.get_by_label("Ai đi từ nay").first
    who.select_option(who.get_by_role("option", name=f"Thay bằng {ANH}").text_content())
    world.shot(page, "carrier-amend")
    page.get_by_role("button", name="Lập phiếu bổ sung").click()
    expect(page.get_by_role("main")).to_contain_text("Chờ duyệt")
    return page.url.rsplit("/", 1)[1]


def renew_test(world: World, page: Page, ends: datetime) -> str:
    """The assistant's new test, as a card; returns its number."""
    office.follow(page, "Phiếu bổ sung, thẻ")
    page.get_by_role("link", name="Cấp thẻ lái xe, phụ xe").click()
    world.shot(page, "carrier-cards")
    page.get_by_role("link", name=f"Nhập xét nghiệm mới {HUY}").click()
    page.get_by_label("Xét nghiệm mới có giá trị đến ngày").fill(office.spoken(local_date(ends)))
    page.get_by_label("Đến giờ").fill("14:00")
    world.shot(page, "carrier-card")
    page.get_by_role("button", name="Lập thẻ").click()
    expect(page.get_by_role("main")).to_contain_text("Chờ duyệt")
    return page.url.rsplit("/", 1)[1]


def approve(world: World, page: Page, number: str) -> None:
    """One button of the reviewer."""
    office.follow(page, "Phiếu, thẻ chờ duyệt")
    page.get_by_role("link", name=number).click()
    world.shot(page, "reviewer-supplement")
    page.get_by_role("button", name="Duyệt và ký").click()
    expect(page.get_by_role("main")).not_to_contain_text(number)


def picture(world: World, page: Page, number: str, folder: Path) -> Image.Image:
    """The picture that goes to the driver's phone."""
    page.goto(f"{world.issuer.url}/supplements/{number}")
    button = page.get_by_role("link", name="Tải ảnh để gửi lái xe")
    wait_until(lambda: bool(button.count()) or not page.reload(), "the signed paper")
    world.shot(page, "carrier-supplement")
    with page.expect_download() as started:
        button.click()
    path = folder / f"{number}.png"
    started.value.save_as(path)
    return Image.open(path).convert("L")


def read_notices(world: World, page: Page, slip_number: str) -> None:
    """The bell counts what the authority decided; following one notice leads to its paper, and it is read."""
    unread = page.locator(".bell-count")
    expect(unread).to_have_text(re.compile("^3"))
    page.locator(".bell").click()
    world.shot(page, "carrier-notices")
    page.get_by_role("link", name=f"{slip_number} đã được duyệt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(slip_number)
    expect(unread).to_have_text(re.compile("^2"))


def text_of(world: World, number: str) -> str:
    with world.app.app_context():
        found = find_supplement(db.session(), number)
        assert found is not None
        return found.text or ""


def beside(sheet: Image.Image, slip: Image.Image) -> Image.Image:
    """The sheet behind the windscreen and the driver's phone beside it, in one picture."""
    phone = slip.resize((round(slip.width * sheet.height / slip.height), sheet.height))
    both = Image.new("L", (sheet.width + phone.width + 60, sheet.height), 90)
    both.paste(sheet, (0, 0))
    both.paste(phone, (sheet.width + 60, 0))
    return both


def judged(station: StationProgram, at: str, *texts: str) -> tuple[str, list[str]]:
    """What the station says of papers of one vehicle at a moment; how old its data is, is another matter."""
    found = station.run("verify", "--together", "--at", at, "--json", texts=texts)[0]
    return found["outcome"], [reason for reason in found["reasons"] if not reason.startswith("TRUST_")]
