"""The whole story: everybody does their part on the pages, and the printed paper goes before a camera."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page, expect

from checkpoint.home import Home
from passes.db import db
from passes.demo import papers, scenes, seed
from passes.demo.processes import StationProgram
from passes.issuing import services as issuing
from passes.local_time import local_date, now
from passes.trust.keys import FileSigner
from protocol import claims
from protocol.scan_record import Action

from . import office
from .conftest import World, expect_verdict, wait_until

LANE_IS_FREE_MS = 3_300
"""A code that is shown again within three seconds was never gone."""


def prepare_old_papers(world: World) -> dict[str, str]:
    """Passes that were approved days ago, as the pages cannot do today; returns their texts, and a forged one."""
    moment = now()
    today = local_date(moment)
    week = today + timedelta(days=6)
    with world.app.app_context():
        session = db.session()
        cast = seed.cast_of(session)
        yesterday = moment - timedelta(days=1)
        papers.set_test_expiry(session, cast.carriers[2], "Vũ Ngọc Hải", moment - timedelta(hours=2), yesterday)
        expired = papers.Trip(
            1, "30E-246.80", ("Phạm Hồng Sơn",), ("00526", "00355"), today - timedelta(4), today - timedelta(1)
        )
        occupant = papers.Trip(
            2, "15C-333.21", ("Bùi Thế Dũng", "Vũ Ngọc Hải"), ("11311", "00355"), today - timedelta(1), week
        )
        revoked = papers.Trip(0, "29H-567.89", ("Trần Đức Anh",), ("00544", "00355"), today, week)
        issuer_id = world.app.config["ISSUER_ID"]
        made = {
            "expired": papers.apply_for(session, cast, expired, issuer_id, moment - timedelta(days=4)),
            "occupant": papers.apply_for(session, cast, occupant, issuer_id, yesterday),
            "revoked": papers.apply_for(session, cast, revoked, issuer_id, moment),
        }
        session.commit()
        world.app.extensions["drain"]()
        ids = {name: vehicle_pass.id for name, vehicle_pass in made.items()}
        wait_until(lambda: all(papers.signed_pass(session, i) for i in ids.values()), "three signatures")
        texts = {name: papers.signed_pass(session, i).text or "" for name, i in ids.items()}
        honest = papers.signed_pass(session, ids["revoked"])
        forged = claims.issue(issuing.credential_of(honest, moment), FileSigner(Ed25519PrivateKey.generate()))
    middle = len(texts["occupant"]) // 2
    altered = texts["occupant"][:middle] + ("A" if texts["occupant"][middle] != "A" else "B")
    return texts | {"forged": forged, "altered": altered + texts["occupant"][middle + 1 :]}


def test_a_paper_goes_from_application_to_follow_up(world: World, tmp_path: Path) -> None:
    carrier, officer = world.page("song-hong"), world.officer()
    world.shot(carrier, "carrier-home")
    office.register_vehicle(world, carrier)
    office.register_person(world, carrier, office.DRIVER, office.DRIVER_ID, "Lái xe")
    office.register_person(world, carrier, office.ASSISTANT, "001093456789", "Phụ xe")
    reference = office.apply(world, carrier)
    office.approve(world, world.page("reviewer"), reference)
    pdf = office.download(world, carrier, tmp_path).read_bytes()
    texts = prepare_old_papers(world)
    post = world.post
    wait_until(lambda: "status/0" in known_status_lists(world), "the newest trust data at the station")

    # No network from here on: the issuer's process has ended, and every connection of the station is refused.
    world.issuer.stop()
    post.cut_network()
    world.shot(officer, "officer-idle")
    printed = scenes.rasterise(pdf, dpi=150)
    post.show(scenes.roadside_frame(printed, seed=1))
    expect_verdict(officer, "CHO QUA")
    expect(officer.locator(".verdict .plate")).to_have_text(office.PLATE)
    officer.locator("label.person", has_text=office.DRIVER).click()
    expect(officer.get_by_label(re.compile(office.DRIVER))).to_be_checked()
    world.shot(officer, "officer-admit")
    act(officer, Action.ADMITTED)

    officer.wait_for_timeout(LANE_IS_FREE_MS)
    post.show(scenes.roadside_frame(printed, seed=2))
    officer.locator(".verdict").wait_for()
    officer.keyboard.press("5")
    expect(officer.locator(".verdict h1")).to_have_text("KHÔNG CHO QUA")
    expect(officer.locator("[data-reason=PLATE_MISMATCH]")).to_be_visible()
    world.shot(officer, "officer-wrong-plate")
    act(officer, Action.TURNED_BACK)

    refusals = (
        ("altered", texts["altered"], "SIGNATURE_INVALID"),
        ("forged", texts["forged"], "ISSUER_UNKNOWN"),
        ("expired", texts["expired"], "EXPIRED"),
        ("web-code", "https://example.com/thuc-don?ban=7", "NOT_A_PASS"),
    )
    for name, text, reason in refusals:
        post.show_text(text)
        expect_verdict(officer, "KHÔNG CHO QUA", reason)
        world.shot(officer, f"officer-{name}")
        act(officer, Action.TURNED_BACK)
    post.show_text(texts["occupant"])
    expect_verdict(officer, "KIỂM TRA THÊM", "CREW_EXPIRED")
    expect(officer.locator("[data-reason=CREW_EXPIRED]")).to_contain_text("Vũ Ngọc Hải")
    expect(officer.locator("[data-reason=CREW_EXPIRED]")).not_to_contain_text("Bùi Thế Dũng")
    world.shot(officer, "officer-expired-occupant")
    act(officer, Action.SENT_ASIDE)
    post.show_text(texts["revoked"])
    expect_verdict(officer, "CHO QUA")
    act(officer, Action.ADMITTED)
    record_no_paper(world)

    tried = post.restore_network()
    assert tried, "the station did not even try to sync"
    world.issuer.start()
    before = station_status(world)["trust_generation"]
    office.revoke(world, world.page("reviewer"), "29H-567.89")
    wait_until(lambda: station_status(world)["trust_generation"] > before, "the revocation at the station")
    post.show_text(texts["revoked"])
    officer.locator("[data-reason=REVOKED]").wait_for()
    expect(officer.locator(".verdict h1")).to_have_text("KHÔNG CHO QUA")
    world.shot(officer, "officer-revoked")
    act(officer, Action.TURNED_BACK)

    wait_until(lambda: station_status(world)["pending"] == 0, "every record at the issuer")
    assert station_status(world)["refused"] == {}
    office.publish_zone(world, world.page("health"))
    check_lists(world)


def act(officer: Page, action: Action) -> None:
    """Press one of the big buttons and wait for the lane to be free."""
    officer.locator(f".act[data-action={action}]").click()
    expect(officer.locator(".verdict")).to_have_count(0)


def record_no_paper(world: World) -> None:
    """Key 4: a truck without paper, its driver read from the citizen card."""
    officer = world.officer()
    officer.keyboard.press("4")
    officer.get_by_label("Biển số").fill("30F-555.12")
    officer.get_by_label("Quét hoặc dán mã QR trên thẻ căn cước").fill(
        "001088099887|012345678|Ngô Văn Không|02091988|Nam|Số 5, Vân Đình, Ứng Hòa, Hà Nội|10052021"
    )
    officer.get_by_label("Quét hoặc dán mã QR trên thẻ căn cước").press("Enter")
    expect(officer.get_by_label("Họ và tên").first).to_have_value("Ngô Văn Không")
    world.shot(officer, "officer-no-paper")
    officer.locator("#no-paper button[value=turned_back]").click()
    expect(officer.locator("#no-paper")).to_be_hidden()


def station_status(world: World) -> dict[str, Any]:
    """What `checkpoint status` says while the station runs."""
    return StationProgram(world.post.home).run("status", "--json")[0]


def known_status_lists(world: World) -> set[str]:
    """Names of the status lists that the station has."""
    return set(Home(world.post.home).trust_store().load_current().statuses)


def check_lists(world: World) -> None:
    """The driver is on the list of the district where he lives, and on no other."""
    district = world.page("ung-hoa")
    office.follow(district, "Theo dõi y tế")
    wait_until(lambda: bool(district.reload()) and office.DRIVER in district.content(), "the driver on the list")
    expect(district.get_by_role("main")).not_to_contain_text(office.ASSISTANT)
    world.shot(district, "district-list")
    with district.expect_download() as started:
        district.get_by_role("link", name="Excel", exact=True).click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(started.value.path()).read_bytes())).active
    assert office.DRIVER in {cell.value for row in sheet.iter_rows() for cell in row}
    district.get_by_role("link", name=office.DRIVER).click()
    expect(district.get_by_role("main")).to_contain_text("Thanh Xuân")
    world.shot(district, "district-person")
    other = world.page("hoan-kiem")
    office.follow(other, "Theo dõi y tế")
    expect(other.get_by_role("main")).not_to_contain_text(office.DRIVER)
    world.shot(other, "district-empty")
    person = district.url
    assert other.goto(person).status == 404
    carrier = world.page("song-hong")
    assert carrier.goto(f"{world.issuer.url}/followups").status == 403
    world.shot(carrier, "carrier-refused")
