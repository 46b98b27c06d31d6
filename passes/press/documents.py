"""Documents of papers: a few bound at once, or many out of folios that were made one after another."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from passes.press.binding import Title, bind
from passes.press.folios import Folio
from passes.press.lines import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passes.press.pages import SetPage

A4_POINTS = (210 / 25.4 * 72, 297 / 25.4 * 72)
PAGES_A_FOLIO = 40
"""So many pages of about seventy objects each; what is in memory at a time."""
_NAMED = 3


def titled(what: str, which: Sequence[str]) -> str:
    """Return the title of a document: what it is, and the first few papers of which it is one."""
    return f"{what} {', '.join(which[:_NAMED])}{' …' if len(which) > _NAMED else ''}"


def document(pages: Iterable[SetPage], about: Title) -> bytes:
    """Return pages as one PDF/UA document; the same pages give the same bytes."""
    return bind(_folios(iter(pages)), about)


def _folios(pages: Iterator[SetPage]) -> Iterator[bytes]:
    place = 0
    while some := list(islice(pages, PAGES_A_FOLIO)):
        yield folio(place, some)
        place += 1


def folio(place: int, pages: Iterable[SetPage]) -> bytes:
    """Return some pages as the folio at a place of a document, to be bound with the others."""
    made = Folio(place)
    for page in pages:
        made.add(page)
    return made.packed()


def folio_of_four(place: int, pages: Iterable[SetPage]) -> bytes:
    """Return A6 pages, four on a sheet of A4 with lines to cut along, as the folio at a place of a document."""
    made, waiting = Folio(place), iter(pages)
    width, height = A4_POINTS
    middle, half = number(width / 2), number(height / 2)
    cuts = b"0.4 w [2 4] 0 d %b 0 m %b %b l 0 %b m %b %b l S" % (
        middle,
        middle,
        number(height),
        half,
        number(width),
        half,
    )
    corners = [(0.0, height / 2), (width / 2, height / 2), (0.0, 0.0), (width / 2, 0.0)]
    while four := list(islice(waiting, len(corners))):
        placed = [(page, x, y) for page, (x, y) in zip(four, corners, strict=False)]
        made.add_sheet(width, height, placed, cuts)
    return made.packed()
