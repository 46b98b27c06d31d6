"""WeasyPrint, loaded when something is laid out and not before: its libraries take a second to start."""

from __future__ import annotations

from functools import cache

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from passes.press.faces import FACES, FONTS
from passes.press.templates import TEMPLATES

PDF_VARIANT = "pdf/ua-1"
_FONT_FILES = frozenset(f"BeVietnamPro-{name}.ttf" for name in FACES)
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


def lay_out(source: str, style: str) -> Document:
    """Lay HTML out into pages.

    Args:
        source: the HTML.
        style: name of a style sheet in `templates/print/`.
    """
    fonts, sheet = _style(style)
    page = HTML(string=source, url_fetcher=OwnFilesFetcher())
    return page.render(stylesheets=[sheet], font_config=fonts, pdf_variant=PDF_VARIANT)


@cache
def _style(name: str) -> tuple[FontConfiguration, CSS]:
    fonts = FontConfiguration()
    text = (TEMPLATES / name).read_text("utf-8")
    return fonts, CSS(string=text, font_config=fonts, url_fetcher=OwnFilesFetcher())
