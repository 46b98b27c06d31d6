"""Folios: some printed pages, written as they will stand in a document, without knowing the rest of it.

Objects of a folio have the numbers that its place in the document gives it, so that folios are bound together without
being read again: a fleet is printed a few sheets at a time, and what is in memory is one folio.
"""

from __future__ import annotations

import re
import zlib
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import cbor2

from passes.press.lines import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passes.press.pages import SetPage

FIRST_OBJECT = 32
"""Numbers below are those of the document itself."""
OBJECTS_A_FOLIO = 1 << 13
PAGES_OBJECT, RESOURCES_OBJECT, DOCUMENT_OBJECT = 2, 3, 4
_LEVEL = 6
_MCID = re.compile(rb"/MCID (\d+)")

Placed = tuple["SetPage", float, float]
"""A page, and where its lower left corner goes on the sheet of paper, in points."""


class Folio:
    """Some pages.

    Args:
        place: of the folio in the document, from 0.
    """

    def __init__(self, place: int) -> None:
        """Begin without a page."""
        self._first = FIRST_OBJECT + place * OBJECTS_A_FOLIO
        self._next = self._first
        self._body: list[bytes] = []
        self._length = 0
        self._offsets: list[tuple[int, int]] = []
        self._small: list[tuple[int, bytes]] = []
        self._pages: list[tuple[int, int]] = []
        self._sections: list[int] = []
        self._glyphs: dict[str, set[int]] = {}

    def add(self, page: SetPage) -> None:
        """Add a page as it is."""
        self.add_sheet(page.stencil.width, page.stencil.height, [(page, 0.0, 0.0)])

    def add_sheet(self, width: float, height: float, placed: Sequence[Placed], marks: bytes = b"") -> None:
        """Add a sheet of paper with several pages on it.

        Args:
            width: of the sheet, in points.
            height: of the sheet, in points.
            placed: the pages and where they go.
            marks: what else is drawn, such as where to cut; no part of the text.
        """
        content = [b"/Artifact BMC\n%b\nEMC" % marks] if marks else []
        page_object, owners = self._number(), list[int]()
        for page, x, y in placed:
            drawn = _moved(page.content, x, y, len(owners))
            content.append(drawn)
            self._add_structure(page, (x, y), page_object, owners)
            for name, glyphs in (*page.stencil.glyphs.items(), *page.glyphs):
                self._glyphs.setdefault(name, set()).update(glyphs)
        content_object, mapping = self._add_stream(b"\n".join(content)), self._number()
        self._small.append((mapping, b"[%b]" % b" ".join(b"%d 0 R" % owner for owner in owners)))
        self._small.append(
            (
                page_object,
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %b %b]/Contents %d 0 R/Resources %d 0 R/Tabs/S"
                b"/StructParents %d>>"
                % (PAGES_OBJECT, number(width), number(height), content_object, RESOURCES_OBJECT, page_object),
            )
        )
        self._pages.append((page_object, mapping))

    def _add_structure(self, page: SetPage, corner: tuple[float, float], page_object: int, owners: list[int]) -> None:
        nodes, marked = page.stencil.nodes, len(owners)
        start = self._next
        self._next += len(nodes)
        owned: dict[int, int] = {}
        for at, node in enumerate(nodes):
            kids = []
            for kid in node.kids:
                if kid < 0:
                    owned[-1 - kid] = start + at
                    kids.append(b"%d" % (marked - 1 - kid))
                else:
                    kids.append(b"%d 0 R" % (start + kid))
            parent = DOCUMENT_OBJECT if node.parent < 0 else start + node.parent
            if node.parent < 0:
                self._sections.append(start + at)
            about = b"" if not node.box else _layout(node.box, corner)
            if node.drawing is not None:
                about += b"/Alt%b" % text(page.alternatives[node.drawing])
            self._small.append(
                (
                    start + at,
                    b"%b/P %d 0 R/Pg %d 0 R/K[%b]%b>>" % (node.head, parent, page_object, b" ".join(kids), about),
                )
            )
        owners += (owned[mcid] for mcid in range(len(owned)))

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _add_stream(self, content: bytes, about: bytes = b"") -> int:
        """Write a stream; return its number."""
        own, packed = self._number(), zlib.compress(content, _LEVEL)
        self._offsets.append((own, self._length))
        written = b"%d 0 obj\n<</Length %d/Filter/FlateDecode%b>>\nstream\n%b\nendstream\nendobj\n" % (
            own,
            len(packed),
            about,
            packed,
        )
        self._body.append(written)
        self._length += len(written)
        return own

    def packed(self) -> bytes:
        """Return the folio as bytes, to be bound now or kept until the others are done."""
        members = [own for own, _data in self._small]
        data = [data for _own, data in self._small]
        starts = accumulate((len(one) + 1 for one in data[:-1]), initial=0)
        head = b" ".join(b"%d %d" % pair for pair in zip(members, starts, strict=True)) + b"\n"
        about = b"/Type/ObjStm/N %d/First %d" % (len(members), len(head))
        stream = self._add_stream(head + b"\n".join(data), about)
        if self._next > self._first + OBJECTS_A_FOLIO:
            raise ValueError("a folio holds fewer pages")
        kept = {
            "body": b"".join(self._body),
            "offsets": self._offsets,
            "members": members,
            "stream": stream,
            "pages": self._pages,
            "sections": self._sections,
            "glyphs": {name: sorted(glyphs) for name, glyphs in sorted(self._glyphs.items())},
        }
        return cbor2.dumps(kept)


def unpacked(folios: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Give what each packed folio holds."""
    for folio in folios:
        yield cbor2.loads(folio)


def _moved(content: bytes, x: float, y: float, marked: int) -> bytes:
    """Return a page's content at another place, its marked content counted on from what the sheet has."""
    if marked:
        content = _MCID.sub(lambda found: b"/MCID %d" % (int(found[1]) + marked), content)
    return b"q\n1 0 0 1 %b %b cm\n%b\nQ" % (number(x), number(y), content)


def _layout(box: tuple[float, ...], corner: tuple[float, float]) -> bytes:
    x, y = corner
    left, bottom, right, top = box
    sides = (left + x, bottom + y, right + x, top + y)
    return b"/A<</O/Layout/BBox[%b]>>" % b" ".join(number(side) for side in sides)


def text(words: str) -> bytes:
    """Write a text of a PDF's own, not shown on a page (ISO 32000-1 §7.9.2.2)."""
    return b"<feff%b>" % words.encode("utf-16-be").hex().encode()
