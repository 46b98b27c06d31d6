"""What every printed document shares: our own typefaces, no other file, and a PDF that says what it is."""

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
    from datetime import date, datetime

TEMPLATES = Path(__file__).parents[1] / "templates" / "print"
FONTS = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
PDF_VARIANT = "pdf/ua-1"
_FONT_FILES = frozenset({"BeVietnamPro-Regular.ttf", "BeVietnamPro-Italic.ttf", "BeVietnamPro-Bold.ttf"})
_OWN_SCHEME = "print:"


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
    source = _environment().get_template(template).render(**values)
    fonts, style = _style()
    document = HTML(string=source, url_fetcher=OwnFilesFetcher()).render(
        stylesheets=[style], font_config=fonts, pdf_variant=PDF_VARIANT
    )
    identifier = hashlib.sha256(source.encode()).hexdigest()[:32].encode()
    return document.write_pdf(pdf_identifier=identifier, pdf_variant=PDF_VARIANT)


@cache
def _style() -> tuple[FontConfiguration, CSS]:
    fonts = FontConfiguration()
    text = (TEMPLATES / "documents.css").read_text("utf-8")
    return fonts, CSS(string=text, font_config=fonts, url_fetcher=OwnFilesFetcher())


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "day": _day,
        "moment": _moment,
        "short_moment": _short_moment,
        "last_day": _last_day,
        "long_day": _long_day,
    }
    return environment


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%H:%M %d/%m/%Y}"


def _short_moment(moment: datetime) -> str:
    """Say day and hour where the year goes without saying."""
    return f"{moment.astimezone(LOCAL):%d/%m %H:%M}"


def _last_day(end: datetime) -> str:
    """Say the last day that an exclusive end covers."""
    return f"{last_day_before(end):%d/%m/%Y}"


def _long_day(moment: datetime) -> str:
    """Write a date as the head of an official paper does; January and February take a zero."""
    day = local_date(moment)
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)  # noqa: PLR2004 - the rule for official papers
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
