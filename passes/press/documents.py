"""Documents of papers: a few bound at once, or many out of folios that were made one after another."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from passes.press.binding import Title, bind
from passes.press.folios import Folio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passes.press.pages import SetPage

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
