"""The windscreen sheet, judged from its picture as a station would see it."""

import hashlib
import random
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image, ImageOps
from weasyprint.urls import FatalURLFetchingError

from passes.issuing.pdf import CrewLine, Sheet, render_windscreen
from passes.press import layout
from passes.press.layout import OwnFilesFetcher
from passes.press.pages import SheetError
from passes.press.symbol import SymbolError, draw_symbol
from protocol.texts import OUTCOME_TEXTS
from tests.passes.pdf_objects import Pdf

DPI = 150
MM_PER_PIXEL = 25.4 / DPI
FOLD_MM = 297 / 2
BOX_MM = 137.5
TEXT = "VP1:" + ("NCFOXN%TSMAHN-H:X8%$4Z.0JY1P/QRKW5GUB9DEIL237 +*A6VW" * 7)[:330]

SHEET = Sheet(
    number="HN-000123",
    qr_text=TEXT,
    plate="29C-123.45",
    vehicle_class="Xe tải",
    payload_tonnes=Decimal("8.5"),
    carrier="Vận tải Hoàng Long",
    crew=(
        CrewLine("Lái xe", "Trần Văn Bình", "4821"),
        CrewLine("Phụ xe", "Đỗ Đức Anh", "0937", datetime(2021, 9, 15, 7, 0, tzinfo=UTC)),
    ),
    route=("Xã Chương Dương, Huyện Thường Tín, Hà Nội", "Phường Chương Dương, Quận Hoàn Kiếm, Hà Nội"),
    cargo="Lương thực, thực phẩm",
    valid_from=datetime(2021, 9, 10, 17, 0, tzinfo=UTC),
    expires_at=datetime(2021, 9, 18, 17, 0, tzinfo=UTC),
    agency="SỞ GIAO THÔNG VẬN TẢI HÀ NỘI",
    place="Hà Nội",
    issued_at=datetime(2021, 9, 10, 3, 0, tzinfo=UTC),
    legal_basis="phương án phân luồng vận tải hàng hóa đang có hiệu lực.",
    key_id="9f3a51c07be2d418",
    parent_agency="ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI",
)
OWN_END = datetime(2021, 9, 15, 7, 0, tzinfo=UTC)
LONG = replace(
    SHEET,
    carrier="Công ty TNHH Vận tải Thương mại Đại Phát",
    crew=(
        CrewLine("Lái xe", "Nguyễn Hoàng Thị Phương Thảo", "4821", OWN_END),
        CrewLine("Lái xe", "Công Tằng Tôn Nữ Nguyễn Phương", "1177", OWN_END),
        CrewLine("Phụ xe", "Trương Nguyễn Hoàng Khôi Nguyên", "0937", OWN_END),
    ),
    route=(
        "Phường Chương Dương, Quận Hoàn Kiếm, Hà Nội",
        "Thị trấn Chúc Sơn, Huyện Chương Mỹ, Hà Nội",
        "Phường Trương Quang Trọng, Thành phố Quảng Ngãi, Quảng Ngãi",
        "Phường Kinh Dinh, Thành phố Phan Rang-Tháp Chàm, Ninh Thuận",
        "Phường Nguyễn An Ninh, Thành phố Vũng Tàu, Bà Rịa - Vũng Tàu",
        "Xã Thới Thuận, Huyện Bình Đại, Bến Tre",
        "Phường Tăng Nhơn Phú B, Thành phố Thủ Đức, Hồ Chí Minh",
    ),
    cargo="Vật tư y tế, thuốc, trang thiết bị phòng chống dịch",
)
FULLEST = replace(
    LONG,
    crew=tuple(
        CrewLine("Phụ xe", f"Nguyễn Hoàng Thị Phương Thảo Công Tằng Tôn Nữ Phương Khanh {n}", "0937", OWN_END)
        for n in range(8)
    ),
    route=("Phường Nguyễn An Ninh, Thành phố Vũng Tàu, Bà Rịa - Vũng Tàu",) * 12,
)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_windscreen([SHEET])


@pytest.fixture(scope="module")
def front(pdf: bytes) -> Image.Image:
    return picture(pdf, 0)


def picture(pdf: bytes, page: int) -> Image.Image:
    with pdfium.PdfDocument(pdf) as document:
        return document[page].render(scale=DPI / 72).to_pil().convert("RGB")


def words(pdf: bytes, page: int) -> str:
    """The page's text with line breaks and hyphenation undone."""
    with pdfium.PdfDocument(pdf) as document:
        return " ".join(document[page].get_textpage().get_text_range().replace("￾", "-").split())


def page_count(pdf: bytes) -> int:
    with pdfium.PdfDocument(pdf) as document:
        return len(document)


def corners(image: Image.Image) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the only code in the picture, in mm."""
    (code,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    at = code.position
    xs = [point.x for point in (at.top_left, at.top_right, at.bottom_left, at.bottom_right)]
    ys = [point.y for point in (at.top_left, at.top_right, at.bottom_left, at.bottom_right)]
    return min(xs) * MM_PER_PIXEL, min(ys) * MM_PER_PIXEL, max(xs) * MM_PER_PIXEL, max(ys) * MM_PER_PIXEL


def test_the_printed_code_reads_back_as_the_signed_text(front: Image.Image) -> None:
    (code,) = zxingcpp.read_barcodes(front, formats=zxingcpp.BarcodeFormat.QRCode, text_mode=zxingcpp.TextMode.Plain)
    assert code.text == TEXT
    assert code.ec_level == "Q"


def test_the_code_reads_from_a_cheap_printer_in_black_and_white(front: Image.Image) -> None:
    seed = random.Random(2021)  # noqa: S311 - specks, not secrets
    worn = front.convert("L").resize((front.width // 2, front.height // 2), Image.Resampling.BOX).point(_threshold)
    for _ in range(worn.width * worn.height // 50):
        worn.putpixel((seed.randrange(worn.width), seed.randrange(worn.height)), seed.choice((0, 255)))
    assert sorted(set(worn.tobytes())) == [0, 255]
    (code,) = zxingcpp.read_barcodes(worn, formats=zxingcpp.BarcodeFormat.QRCode, text_mode=zxingcpp.TextMode.Plain)
    assert code.text == TEXT


def _threshold(shade: int) -> int:
    return 255 if shade > 127 else 0


def test_the_printed_code_measures_at_least_120_mm(front: Image.Image) -> None:
    left, top, right, bottom = corners(front)
    assert right - left >= 120 - 2 * MM_PER_PIXEL
    assert bottom - top >= 120 - 2 * MM_PER_PIXEL
    assert draw_symbol(TEXT).code_mm(BOX_MM) >= 120


@pytest.mark.parametrize("length", [60, 200, 300, 430, 700])
def test_a_code_of_any_likely_length_measures_at_least_120_mm(length: int) -> None:
    assert draw_symbol("A" * length).code_mm(BOX_MM) >= 120


def test_the_fold_into_a5_misses_the_code_and_its_quiet_zone(front: Image.Image) -> None:
    assert front.size == pytest.approx((210 / MM_PER_PIXEL, 297 / MM_PER_PIXEL), abs=2)
    symbol = draw_symbol(TEXT)
    quiet = 4 * BOX_MM / symbol.modules
    _, top, _, bottom = corners(front)
    assert top - quiet >= FOLD_MM - MM_PER_PIXEL
    assert bottom + quiet <= 297 - 7


def test_nothing_is_printed_in_the_quiet_zone(front: Image.Image) -> None:
    symbol = draw_symbol(TEXT)
    quiet = 4 * BOX_MM / symbol.modules
    left, top, right, bottom = corners(front)
    slack = 2 * MM_PER_PIXEL
    for box in (
        (left - quiet + slack, top - quiet + slack, right + quiet - slack, top - slack),
        (left - quiet + slack, bottom + slack, right + quiet - slack, bottom + quiet - slack),
        (left - quiet + slack, top, left - slack, bottom),
        (right + slack, top, right + quiet - slack, bottom),
    ):
        strip = front.crop(tuple(round(side / MM_PER_PIXEL) for side in box)).convert("L")
        assert strip.getextrema() == (255, 255)


def test_everything_is_black_on_white(pdf: bytes) -> None:
    for page in range(2):
        red, green, blue = picture(pdf, page).split()
        assert red.tobytes() == green.tobytes() == blue.tobytes()


def test_the_front_is_an_official_paper(pdf: bytes) -> None:
    text = words(pdf, 0)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "SỞ GIAO THÔNG VẬN TẢI HÀ NỘI",
        "Số: HN-000123",
        "Hà Nội, ngày 10 tháng 9 năm 2021",
        "GIẤY NHẬN DIỆN PHƯƠNG TIỆN",
        "29C-123.45",
        "hết ngày 18/09/2021",
        "từ ngày 11/09/2021",
        "Xe tải, tải trọng 8,5 tấn",
        "Lái xe, giấy tờ số ••••4821 Trần Văn Bình Theo hạn của giấy",
        "Phụ xe, giấy tờ số ••••0937 Đỗ Đức Anh Đến 14:00 ngày 15/09/2021",
    ):
        assert part in text


def test_the_back_explains_in_both_languages(pdf: bytes) -> None:
    text = words(pdf, 1)
    for part in ("Cán bộ chốt thấy gì khi quét mã", "Mã chứa những dữ liệu gì", "Which data the code holds"):
        assert part in text


def test_the_back_says_verdicts_in_the_words_of_the_stations_screen(pdf: bytes) -> None:
    text = words(pdf, 1)
    for phrase in OUTCOME_TEXTS.values():
        assert phrase["vi"] in text
        assert f"{phrase['en']}." in text


def test_months_one_and_two_take_a_zero_and_the_date_is_local() -> None:
    late = replace(SHEET, issued_at=datetime(2022, 1, 31, 18, 0, tzinfo=UTC))
    assert "ngày 01 tháng 02 năm 2022" in words(render_windscreen([late]), 0)


def test_a_sheet_is_small_and_tagged_for_assistive_software(pdf: bytes) -> None:
    assert len(pdf) <= 60 * 1024
    with pdfium.PdfDocument(pdf) as document:
        assert pdfium.raw.FPDFCatalog_IsTagged(document)
        assert document.get_metadata_dict()["Title"] == "Giấy nhận diện phương tiện 29C-123.45"
    require_pdf_ua(pdf, [SHEET.plate])


def require_pdf_ua(pdf: bytes, plates: list[str]) -> None:
    """Everything that is shown stands in the structure or is an artifact, in typefaces that are embedded."""
    found = Pdf(pdf)
    root = found[found.catalog]
    for marker in (b"/Lang(vi)", b"/Marked true", b"/DisplayDocTitle true"):
        assert marker in root
    assert b'pdfuaid:part="1"' in found[found.referred(found.catalog, "Metadata")[0]]
    (tree,) = found.referred(found.catalog, "StructTreeRoot")
    mapping = re.findall(rb"(\d+) (\d+) 0 R", found[found.referred(tree, "ParentTree")[0]])
    owners = {int(key): [int(one) for one in re.findall(rb"(\d+) 0 R", found[int(at)])] for key, at in mapping}
    in_tree, figures = set(), []
    waiting = found.referred(tree, "K")
    while waiting:
        number = waiting.pop()
        in_tree.add(number)
        element = found[number]
        for kid in found.referred(number, "K"):
            assert found.referred(kid, "P") == [number]
            waiting.append(kid)
        if b"/S/Figure" in element:
            assert b"/BBox[" in element
            (alternative,) = re.findall(rb"/Alt ?(?:<feff([0-9a-f]+)>|\(.*\))", element)
            figures.append(bytes.fromhex(alternative.decode()).decode("utf-16-be"))
    assert sum("Mã QR đã ký số" in figure for figure in figures) == len(plates)
    for plate in plates:
        assert any(plate in figure for figure in figures)
    for page in found.pages():
        content = found[found.referred(page, "Contents")[0]]
        marked = [int(one) for one in re.findall(rb"/MCID (\d+)", content)]
        key = int(re.search(rb"/StructParents (\d+)", found[page])[1])  # type: ignore[index]  # None fails as well
        assert sorted(marked) == list(range(len(owners[key])))
        for mcid, owner in enumerate(owners[key]):
            assert owner in in_tree
            assert found.referred(owner, "Pg") == [page]
            kids = re.search(rb"/K\[([^\]]*)\]", found[owner])
            assert kids
            assert b"%d" % mcid in re.sub(rb"\d+ 0 R", b"", kids[1]).split()
        assert content.count(b"BDC") + content.count(b"BMC") == content.count(b"EMC")
        assert b"BT" not in re.sub(rb"BDC.*?EMC", b"", content, flags=re.DOTALL).split()
    (resources,) = found.referred(found.pages()[0], "Resources")
    for _name, font in re.findall(rb"/(Regular|Bold|Italic) (\d+) 0 R", found[resources]):
        assert b"beginbfchar" in found[found.referred(int(font), "ToUnicode")[0]]
        (descendant,) = found.referred(int(font), "DescendantFonts")
        (descriptor,) = found.referred(descendant, "FontDescriptor")
        assert b"glyf" in found[found.referred(descriptor, "FontFile2")[0]]


def test_each_sheet_has_two_pages_in_the_order_given() -> None:
    pdf = render_windscreen([SHEET, replace(LONG, plate="15R-001.23"), SHEET])
    assert page_count(pdf) == 6
    assert [("15R-001.23" in words(pdf, page)) for page in range(6)] == [False, False, True, True, False, False]
    assert len(pdf) <= 3 * 60 * 1024
    require_pdf_ua(pdf, [SHEET.plate, "15R-001.23", SHEET.plate])
    alone = render_windscreen([replace(LONG, plate="15R-001.23")])
    assert [picture(alone, page).tobytes() for page in range(2)] == [picture(pdf, page).tobytes() for page in (2, 3)]


def test_sheets_of_one_shape_are_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    render_windscreen([SHEET])
    monkeypatch.setattr(layout, "lay_out", lambda *_: pytest.fail("laid out again"))
    other = replace(SHEET, plate="15R-001.23", number="HN-000124", carrier="Bắc Nam", expires_at=OWN_END)
    assert "15R-001.23" in words(render_windscreen([other]), 0)


@pytest.mark.parametrize("sheet", [LONG, FULLEST], ids=["long names", "all the format can hold"])
def test_long_names_still_fit_the_two_pages_and_nothing_is_lost(sheet: Sheet) -> None:
    pdf = render_windscreen([sheet])
    assert page_count(pdf) == 2
    assert len(pdf) <= 60 * 1024
    text = words(pdf, 0)
    for part in (sheet.carrier, sheet.cargo, *sheet.route, *(person.name for person in sheet.crew)):
        assert part in text
    (code,) = zxingcpp.read_barcodes(picture(pdf, 0), formats=zxingcpp.BarcodeFormat.QRCode)
    assert code.text == TEXT


def test_a_reprint_is_the_same_document_in_another_process_which_loads_weasyprint_only_then(pdf: bytes) -> None:
    program = (
        "import sys, hashlib; sys.path.insert(0, 'tests/passes');"
        "import passes.jobs; assert 'weasyprint' not in sys.modules; import test_print as t;"
        "sys.stdout.write(hashlib.sha256(t.render_windscreen([t.SHEET])).hexdigest())"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == hashlib.sha256(pdf).hexdigest()


@pytest.mark.parametrize("url", ["http://127.0.0.1/x.png", "file:///etc/passwd", "print:../secrets", "data:text/css,"])
def test_nothing_but_our_own_typefaces_is_ever_fetched(url: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        OwnFilesFetcher().fetch(url)


def test_markup_in_a_name_is_printed_as_it_is() -> None:
    carrier = "<img src=file:///etc/passwd>"
    assert carrier in words(render_windscreen([replace(SHEET, carrier=carrier)]), 0)


@pytest.mark.parametrize("plate", ["29C-123.45", "29LD-123.45", "80A-12.34", "29R-0012", "30E-99999"])
def test_a_plate_is_as_large_as_the_width_allows(plate: str) -> None:
    image = picture(render_windscreen([replace(SHEET, plate=plate)]), 0).convert("L")
    band = image.crop(tuple(round(mm / MM_PER_PIXEL) for mm in (10, 47, 200, 78)))
    left, top, right, bottom = ImageOps.invert(band).getbbox() or pytest.fail("no plate")
    high, wide = (bottom - top) * MM_PER_PIXEL, (right - left) * MM_PER_PIXEL
    assert 25 * 0.7 <= high <= 31 * 0.8
    assert wide <= 187
    assert wide >= 180 or high >= 31 * 0.7


@pytest.mark.parametrize("text", ["vp1:abc", "VP1:" + "A" * 3000], ids=["small letters", "too long"])
def test_a_text_that_no_code_can_hold_is_refused(text: str) -> None:
    with pytest.raises(SymbolError):
        draw_symbol(text)


def test_printing_nothing_is_refused() -> None:
    with pytest.raises(SheetError):
        render_windscreen([])
