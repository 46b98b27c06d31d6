"""The officer's page in a real browser, before a real running station."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from protocol.scan_record import RecordKind
from tests.checkpoint.conftest import LOCKED_WARD, Hanoi
from tests.checkpoint.pictures import draw_code, put_on_road
from tests.checkpoint.serving import Served

CITIZEN = "001095001234|012345678|Lê Văn Tám|01011995|Nam|Số 5, Hà Nội|01052021"


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained about; a test that uses the page must end without any."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    yield said
    assert said == []


@pytest.mark.usefixtures("complaints")
def test_an_officer_works_with_keys_alone(page: Page, served: Served, fresh: Hanoi) -> None:
    page.goto(served.url)
    expect(page.locator("#live")).to_be_hidden()
    served.drop(put_on_road(draw_code(fresh.sign())))
    expect(page.locator(".verdict h1")).to_have_text("CHO QUA")
    expect(page.locator(".plate")).to_have_text("29C-123.45")
    expect(page.locator("#live")).to_be_attached()
    page.keyboard.press("5")
    expect(page.locator(".verdict h1")).to_have_text("KHÔNG CHO QUA")
    page.keyboard.press("5")
    expect(page.locator(".verdict h1")).to_have_text("CHO QUA")
    page.keyboard.press("3")
    expect(page.locator("[data-undo]")).to_be_visible()
    page.keyboard.press("0")
    expect(page.locator(".void")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator(".done b")).to_have_text("29C-123.45")
    assert [record.action for record in served.records()] == [None, None, None, "turned_back", None, "admitted"]


@pytest.mark.usefixtures("complaints")
def test_arrival_from_a_zone_is_entered_by_search(page: Page, served: Served, fresh: Hanoi) -> None:
    page.goto(served.url)
    served.drop(put_on_road(draw_code(fresh.sign(route=(LOCKED_WARD, "00007")))))
    lodging = page.locator(".crew li:first-child [role=combobox]")
    lodging.press_sequentially("duong xa gia lam")
    expect(page.locator(".area-list li").first).to_contain_text("Xã Dương Xá")
    lodging.press("Enter")
    expect(lodging).to_have_value("Xã Dương Xá, Huyện Gia Lâm, Thành phố Hà Nội")
    page.locator(".crew label").first.click()
    expect(page.locator("[data-crew='0']")).to_be_checked()
    page.keyboard.press("2")
    expect(page.locator(".done")).to_contain_text("Đã mời vào kiểm tra")
    last = served.records()[-1]
    assert (last.crew_present, last.action) == ((0,), "sent_aside")
    assert [person.lodging for person in fresh.open(last).people] == ["00571"]


@pytest.mark.usefixtures("complaints")
def test_a_vehicle_without_paper_is_entered_with_a_citizen_card_before_the_camera(
    page: Page, served: Served, fresh: Hanoi
) -> None:
    page.goto(served.url)
    page.keyboard.press("4")
    page.locator("[name=plate]").fill("29C-12")
    served.drop(put_on_road(draw_code(CITIZEN)))
    expect(page.locator("[data-part=name]")).to_have_value("Lê Văn Tám")
    page.locator("#no-paper .act.back").click()
    expect(page.locator("#no-paper .form-error")).to_contain_text("Biển số chưa đúng")
    page.locator("[name=plate]").fill("29C-555.55")
    page.locator("#no-paper .act.back").dblclick()  # a glove taps twice: one vehicle all the same
    expect(page.locator(".done b")).to_have_text("29C-555.55")
    (record,) = served.records()
    assert record.kind == RecordKind.NO_PAPER
    assert fresh.open(record).people[0].id_number == "001095001234"


@pytest.mark.usefixtures("complaints")
def test_a_scanner_that_types_is_read_and_its_digits_are_no_actions(page: Page, served: Served, fresh: Hanoi) -> None:
    page.goto(served.url)
    expect(page.locator(".idle")).to_be_visible()
    page.keyboard.type(fresh.sign() + "\n")
    expect(page.locator(".plate")).to_have_text("29C-123.45")
    assert [record.action for record in served.records()] == [None]


# What a keyboard makes of the keys that a scanner presses: (key, code, is Shift held) of each character of a code.
PRESS = """([text, mishap]) => {
    const marks = {" ": "Space", "$": "Digit4", "%": "Digit5", "*": "Digit8", "+": "Equal", "-": "Minus", ".": "Period",
                   "/": "Slash", ":": "Semicolon"};
    const digits = "đăâêô\u0309\u0303\u0301\u0323\u0300";
    for (const character of [...text, "Enter"]) {
        const isLetter = /^[A-Z]$/.test(character), isDigit = /^[0-9]$/.test(character);
        const code = isLetter ? "Key" + character : isDigit ? "Digit" + character : marks[character] || character;
        let key = character;
        if (mishap === "caps lock" && isLetter) key = character.toLowerCase();
        if (mishap === "layout" && isDigit) key = digits[Number(character)];
        if (mishap === "input method" && isLetter) key = "Process";
        const shiftKey = isLetter || "$%*+:".includes(character);
        const target = document.activeElement ?? document.body;
        target.dispatchEvent(new KeyboardEvent("keydown", {key, code, shiftKey, bubbles: true, cancelable: true}));
    }
}"""


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize("mishap", ["none", "caps lock", "layout", "input method"])
def test_a_scanner_is_understood_whatever_the_keyboard_is_set_to(
    page: Page, served: Served, fresh: Hanoi, mishap: str
) -> None:
    page.goto(served.url)
    expect(page.locator(".idle")).to_be_visible()
    page.evaluate(PRESS, [fresh.sign(), mishap])
    expect(page.locator(".verdict h1")).to_have_text("CHO QUA")
    expect(page.locator(".plate")).to_have_text("29C-123.45")


@pytest.mark.usefixtures("complaints")
def test_a_scan_presses_no_button_and_leaves_a_field_as_it_was(page: Page, served: Served, fresh: Hanoi) -> None:
    page.goto(served.url)
    served.drop(put_on_road(draw_code(fresh.sign(route=(LOCKED_WARD, "00007")))))
    field = page.locator(".crew li:first-child [role=combobox]")
    field.press_sequentially("duong")
    page.wait_for_timeout(300)  # the officer lets the field go, and takes the scanner
    page.keyboard.type(fresh.sign(cti=b"pass0002", plate="30H12345") + "\n")
    expect(page.locator(".plate")).to_have_text("30H-123.45")
    page.locator(".actions [data-action=turned_back]").focus()
    page.keyboard.type("VP1: " + "A B C D E F " * 8 + "\n")
    expect(page.locator(".verdict h1")).to_have_text("KHÔNG CHO QUA")
    assert [record.action for record in served.records()] == [None, None, None]


@pytest.mark.parametrize(("width", "height"), [(360, 740), (768, 1024), (1024, 768), (1280, 800), (1366, 768)])
def test_nothing_is_cut_off_at_any_width(page: Page, served: Served, fresh: Hanoi, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(served.url)
    served.drop(put_on_road(draw_code(fresh.sign(plate="51LD12345"))))
    expect(page.locator(".plate")).to_have_text("51LD-123.45")
    widths = page.evaluate(
        """() => [...document.querySelectorAll('.plate, .phrase, .actions button, .bar')].map((one) =>
            [one.className, one.scrollWidth - one.clientWidth, one.getBoundingClientRect().right])"""
    )
    assert [(name, over, right) for name, over, right in widths if over > 1 or right > width] == []
    for button in page.locator(".actions button").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44


@pytest.mark.parametrize("shown", ["live", "verdict", "sheet"])
def test_the_page_can_be_used_by_everybody(browser: Browser, served: Served, fresh: Hanoi, shown: str) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(served.url)
    expect(page.locator(".idle")).to_be_visible()
    if shown == "verdict":
        served.drop(put_on_road(draw_code(fresh.sign(route=(LOCKED_WARD, "00007")))))
        expect(page.locator(".reason")).to_be_visible()
    if shown == "sheet":
        page.keyboard.press("4")
        expect(page.locator("[name=plate]")).to_be_visible()
    found = Axe().run(page)
    context.close()
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]] == []
    assert found.response["passes"]


def test_the_page_says_when_the_station_is_gone(page: Page, served: Served) -> None:
    page.goto(served.url)
    expect(page.locator(".idle")).to_be_visible()
    served.kill()
    expect(page.locator(".problem h1")).to_have_text("Mất liên lạc với máy chốt")
