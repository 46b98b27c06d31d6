"""The printed windscreen sheet: an A4 page with its back, black only, foldable into A5 without folding the code.

A sheet is made of plain values. The same values give the same bytes: a reprint is the same document. The paper's own
words stand in the templates, not in the message catalogues: it is a Vietnamese document whatever language the person
at the printer reads, and its back is in both languages for whoever holds it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from passes.issuing.symbol import Symbol, draw_symbol
from passes.local_time import LOCAL, last_day_before, local_date
from passes.printing import FONTS, PDF_VARIANT, TEMPLATES, OwnFilesFetcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from weasyprint.document import Document

_DENSITIES = 4
"""How many type sizes `print.css` has for a page; long names and routes take the next smaller one."""
_PLATE_WIDTH_MM = 186.0
_PLATE_MAX_MM = 31.0
_SIDE_PLATE_WIDTH_MM = 46.0
_QR_BOX_MM = 137.5
"""The symbol with its quiet zone; what the half page inside the frame leaves."""


class SheetError(Exception):
    """A sheet cannot be printed."""


@dataclass(frozen=True)
class CrewLine:
    """One person of the crew, as printed.

    Args:
        role: "Lái xe" or "Phụ xe".
        name: full name.
        id_last4: last four digits of the ID number.
        expires_at: when this person's own papers end, aware; None: with the pass.
    """

    role: str
    name: str
    id_last4: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """Everything one windscreen sheet says.

    Args:
        number: the paper's number, printed and spoken.
        qr_text: the signed text that the code holds.
        plate: formatted, "29C-123.45".
        vehicle_class: its words, "Xe tải".
        payload_tonnes: payload in tonnes.
        carrier: short name of the transport company.
        crew: who may be in the vehicle, drivers first.
        route: words of origin, stops and destination, in order.
        cargo: words of the cargo class.
        valid_from: beginning of the window, aware.
        expires_at: exclusive end of the window, aware; a local midnight for "đến hết ngày".
        agency: who issues, as in the paper's head.
        place: where it is issued, "Hà Nội".
        issued_at: when it was signed, aware.
        legal_basis: the decision or official letter that the paper rests on, a full sentence without "Căn cứ".
        key_id: id of the issuing key, hexadecimal.
        parent_agency: the agency above the issuing one, or empty.
    """

    number: str
    qr_text: str
    plate: str
    vehicle_class: str
    payload_tonnes: Decimal
    carrier: str
    crew: tuple[CrewLine, ...]
    route: tuple[str, ...]
    cargo: str
    valid_from: datetime
    expires_at: datetime
    agency: str
    place: str
    issued_at: datetime
    legal_basis: str
    key_id: str
    parent_agency: str = ""


def render_windscreen(sheets: Sequence[Sheet]) -> bytes:
    """Print windscreen sheets into one PDF/UA document, two pages each: front and back.

    Args:
        sheets: what to print, in order; at least one.

    Raises:
        SheetError: there is nothing to print, or a sheet holds more than two pages can take.
        passes.issuing.symbol.SymbolError: a text does not fit into a code.
    """
    if not sheets:
        raise SheetError("no sheet to print")
    symbols = [draw_symbol(sheet.qr_text, _QR_BOX_MM) for sheet in sheets]
    densities = {anchor: 0 for index in range(len(sheets)) for anchor in (f"front-{index}", f"back-{index}")}
    while True:
        source = _html(sheets, symbols, densities)
        document = _layout(source)
        crowded = _crowded(document, list(densities))
        if not crowded:
            identifier = hashlib.sha256(source.encode()).hexdigest()[:32].encode()
            return document.write_pdf(pdf_identifier=identifier, pdf_variant=PDF_VARIANT)
        for anchor in crowded:
            densities[anchor] += 1
            if densities[anchor] == _DENSITIES:
                raise SheetError(f"{anchor} of {len(sheets)} sheets holds more than a page can take")


def _layout(source: str) -> Document:
    fonts, style = _style()
    page = HTML(string=source, url_fetcher=OwnFilesFetcher())
    return page.render(stylesheets=[style], font_config=fonts, pdf_variant=PDF_VARIANT)


def _crowded(document: Document, anchors: Sequence[str]) -> list[str]:
    """Return the fronts and backs that run over their page: a box broken in two leaves its anchor on both pages."""
    landed = Counter(name for page in document.pages for name in page.anchors)
    return [anchor for anchor in anchors if landed[anchor] > 1]


def _html(sheets: Sequence[Sheet], symbols: Sequence[Symbol], densities: Mapping[str, int]) -> str:
    items = [
        {
            "sheet": sheet,
            "symbol": symbol,
            "plate_mm": plate_size_mm(sheet.plate, _PLATE_WIDTH_MM),
            "side_plate_mm": plate_size_mm(sheet.plate, _SIDE_PLATE_WIDTH_MM),
        }
        for sheet, symbol in zip(sheets, symbols, strict=True)
    ]
    return _environment().get_template("windscreen.html").render(items=items, densities=densities)


def plate_size_mm(plate: str, width_mm: float) -> float:
    """Return the largest type size, in mm, at which a plate fits a width in mm."""
    advances = _advances()
    width_em = sum(advances.get(ord(character), 1.0) for character in plate)
    return round(min(_PLATE_MAX_MM, width_mm / width_em), 2)


@cache
def _advances() -> dict[int, float]:
    """Return how wide each character of the plate's typeface is, in em."""
    with TTFont(FONTS / "BeVietnamPro-Bold.ttf") as font:
        units = font["head"].unitsPerEm
        return {code: font["hmtx"][glyph][0] / units for code, glyph in font.getBestCmap().items()}


@cache
def _style() -> tuple[FontConfiguration, CSS]:
    fonts = FontConfiguration()
    text = (TEMPLATES / "print.css").read_text("utf-8")
    return fonts, CSS(string=text, font_config=fonts, url_fetcher=OwnFilesFetcher())


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    filters: dict[str, Any] = {"day": _day, "long_day": _long_day, "end": _end, "tonnes": _tonnes}
    environment.filters.update(filters)
    return environment


def _day(moment: datetime) -> str:
    return local_date(moment).strftime("%d/%m/%Y")


def _long_day(moment: datetime) -> str:
    """Write a date as the head of an official paper does; January and February take a zero, as forgeries add them."""
    day = local_date(moment)
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)  # noqa: PLR2004 - the rule for official papers
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _end(moment: datetime) -> str:
    """Say an exclusive end: "hết ngày 18/09/2021" for a local midnight, else "14:00 ngày 15/09/2021"."""
    local = moment.astimezone(LOCAL)
    if (local.hour, local.minute) == (0, 0):
        return f"hết ngày {last_day_before(moment):%d/%m/%Y}"
    return f"{local:%H:%M} ngày {local:%d/%m/%Y}"


def _tonnes(payload: Decimal) -> str:
    return f"{payload.normalize():f} tấn".replace(".", ",")
