"""Laying out printed papers: templates of plain values, our own typefaces, one set of type sizes, PDF/UA.

The same values give the same bytes: a reprint is the same document. The papers' own words stand in the templates, not
in the message catalogues: they are Vietnamese documents whatever language the person at the printer reads.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from passes.local_time import LOCAL, last_day_before, local_date
from passes.printing import FONTS, PDF_VARIANT, TEMPLATES, OwnFilesFetcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from weasyprint.document import Document

_DENSITIES = 4
"""How many type sizes a style sheet has for a page; long names and routes take the next smaller one."""


class SheetError(Exception):
    """A paper cannot be printed."""


def print_pages(template: str, style: str, anchors: Sequence[str], **values: Any) -> bytes:
    """Print a template into one PDF/UA document.

    Args:
        template: name of the template; it gets `densities`, the size of type by anchor.
        style: name of the style sheet.
        anchors: ids of the boxes that must fit one page each.
        **values: what the template shows.

    Raises:
        SheetError: a box holds more than a page can take at the smallest size of type.
    """
    densities = dict.fromkeys(anchors, 0)
    while True:
        source = _environment().get_template(template).render(densities=densities, **values)
        document = _layout(source, style)
        crowded = _crowded(document, anchors)
        if not crowded:
            identifier = hashlib.sha256(source.encode()).hexdigest()[:32].encode()
            return document.write_pdf(pdf_identifier=identifier, pdf_variant=PDF_VARIANT)
        for anchor in crowded:
            densities[anchor] += 1
            if densities[anchor] == _DENSITIES:
                raise SheetError(f"{anchor} of {len(anchors)} boxes holds more than a page can take")


def _layout(source: str, style: str) -> Document:
    fonts, sheet = _style(style)
    page = HTML(string=source, url_fetcher=OwnFilesFetcher())
    return page.render(stylesheets=[sheet], font_config=fonts, pdf_variant=PDF_VARIANT)


def _crowded(document: Document, anchors: Sequence[str]) -> list[str]:
    """Return the boxes that run over their page: one that is broken in two leaves its anchor on both pages."""
    landed = Counter(name for page in document.pages for name in page.anchors)
    return [anchor for anchor in anchors if landed[anchor] > 1]


def plate_size_mm(plate: str, width_mm: float, at_most_mm: float = 31.0) -> float:
    """Return the largest type size, in mm, at which a plate fits a width in mm."""
    advances = _advances()
    width_em = sum(advances.get(ord(character), 1.0) for character in plate)
    return round(min(at_most_mm, width_mm / width_em), 2)


@cache
def _advances() -> dict[int, float]:
    """Return how wide each character of the plate's typeface is, in em."""
    with TTFont(FONTS / "BeVietnamPro-Bold.ttf") as font:
        units = font["head"].unitsPerEm
        return {code: font["hmtx"][glyph][0] / units for code, glyph in font.getBestCmap().items()}


@cache
def _style(name: str) -> tuple[FontConfiguration, CSS]:
    fonts = FontConfiguration()
    text = (TEMPLATES / name).read_text("utf-8")
    return fonts, CSS(string=text, font_config=fonts, url_fetcher=OwnFilesFetcher())


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    filters: dict[str, Any] = {"day": _day, "long_day": _long_day, "end": say_end, "moment": _moment, "tonnes": _tonnes}
    environment.filters.update(filters)
    return environment


def _day(moment: datetime) -> str:
    return local_date(moment).strftime("%d/%m/%Y")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%H:%M} ngày {_day(moment)}"


def _long_day(moment: datetime) -> str:
    """Write a date as the head of an official paper does; January and February take a zero, as forgeries add them."""
    day = local_date(moment)
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)  # noqa: PLR2004 - the rule for official papers
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def say_end(moment: datetime) -> str:
    """Say an exclusive end: "hết ngày 18/09/2021" for a local midnight, else "14:00 ngày 15/09/2021"."""
    local = moment.astimezone(LOCAL)
    if (local.hour, local.minute) == (0, 0):
        return f"hết ngày {last_day_before(moment):%d/%m/%Y}"
    return _moment(moment)


def _tonnes(payload: Decimal) -> str:
    return f"{payload.normalize():f} tấn".replace(".", ",")
