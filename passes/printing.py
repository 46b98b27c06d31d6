"""What every printed document shares: templates of plain values, our own typefaces, no other file, PDF/UA.

The same values give the same bytes: a reprint is the same document. The papers' own words stand in the templates, not
in the message catalogues: they are Vietnamese documents whatever language the person at the printer reads.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fontpkg_be_vietnam_pro
import jinja2
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from passes.local_time import LOCAL, last_day_before, local_date

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from weasyprint.document import Document

TEMPLATES = Path(__file__).parents[1] / "templates" / "print"
FONTS = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
PDF_VARIANT = "pdf/ua-1"
_FONT_FILES = frozenset({"BeVietnamPro-Regular.ttf", "BeVietnamPro-Italic.ttf", "BeVietnamPro-Bold.ttf"})
_OWN_SCHEME = "print:"
_LAST_PADDED_MONTH = 2


class OwnFilesFetcher(URLFetcher):
    """Hands WeasyPrint our own typefaces and nothing else, whatever a value smuggled into the page asks for."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return a typeface.

        Raises:
            FatalURLFetchingError: anything else was asked for.
        """
        del headers
        name = url.removeprefix(_OWN_SCHEME)
        if not url.startswith(_OWN_SCHEME) or name not in _FONT_FILES:
            raise FatalURLFetchingError(f"a printed sheet may not load {url}")
        return URLFetcherResponse(url, (FONTS / name).read_bytes(), {"Content-Type": "font/ttf"})


def render_pdf(template: str, **values: Any) -> bytes:
    """Print one document into PDF/UA; the same values give the same bytes.

    Args:
        template: its name in `templates/print/`; `documents.css` is its style.
        **values: plain values for it.
    """
    source = fill(template, **values)
    return write(lay_out(source, "documents.css"), source)


def fill(template: str, **values: Any) -> str:
    """Return the HTML of a template in `templates/print/`."""
    return _environment().get_template(template).render(**values)


def lay_out(source: str, style: str) -> Document:
    """Lay HTML out into pages.

    Args:
        source: the HTML.
        style: name of a style sheet in `templates/print/`.
    """
    fonts, sheet = _style(style)
    page = HTML(string=source, url_fetcher=OwnFilesFetcher())
    return page.render(stylesheets=[sheet], font_config=fonts, pdf_variant=PDF_VARIANT)


def write(document: Document, source: str) -> bytes:
    """Return the PDF/UA of a document, its identifier made from the HTML that it was laid out from."""
    identifier = hashlib.sha256(source.encode()).hexdigest()[:32].encode()
    return document.write_pdf(pdf_identifier=identifier, pdf_variant=PDF_VARIANT)


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
    environment.filters |= {
        "day": _day,
        "end": _end,
        "last_day": _last_day,
        "long_day": _long_day,
        "moment": _moment,
        "short_moment": _short_moment,
        "stamp": _stamp,
        "tonnes": _tonnes,
    }
    return environment


def _day(moment: datetime) -> str:
    return f"{local_date(moment):%d/%m/%Y}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%H:%M} ngày {_day(moment)}"


def _stamp(moment: datetime) -> str:
    """Say day and hour where many stand in a table."""
    return f"{moment.astimezone(LOCAL):%H:%M %d/%m/%Y}"


def _short_moment(moment: datetime) -> str:
    """Say day and hour where the year goes without saying."""
    return f"{moment.astimezone(LOCAL):%d/%m %H:%M}"


def _last_day(end: datetime) -> str:
    """Say the last day that an exclusive end covers."""
    return f"{last_day_before(end):%d/%m/%Y}"


def _end(moment: datetime) -> str:
    """Say an exclusive end: "hết ngày 18/09/2021" for a local midnight, else "14:00 ngày 15/09/2021"."""
    local = moment.astimezone(LOCAL)
    return f"hết ngày {_last_day(moment)}" if (local.hour, local.minute) == (0, 0) else _moment(moment)


def _long_day(moment: datetime) -> str:
    """Write a date as the head of an official paper does; January and February take a zero, as forgeries add them."""
    day = local_date(moment)
    month = f"{day.month:02d}" if day.month <= _LAST_PADDED_MONTH else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _tonnes(payload: Decimal) -> str:
    return f"{payload.normalize():f} tấn".replace(".", ",")
