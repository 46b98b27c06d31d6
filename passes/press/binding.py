"""Binds folios into one PDF/UA-1 document (ISO 14289-1 on ISO 32000-1).

The same folios give the same bytes: nothing in the document says when it was made.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from passes.press.faces import FACES, UNITS, face
from passes.press.folios import DOCUMENT_OBJECT, PAGES_OBJECT, RESOURCES_OBJECT, text, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable

_CATALOG, _TREE, _MAPPING, _METADATA, _INFO, _FONTS = 1, 5, 6, 7, 8, 9
_OBJECTS_A_FONT = 5
_PRODUCER = "vehicle-pass"
_SYMBOLIC, _ITALIC = 4, 64
_CHARACTERS_A_BLOCK = 100
"""How many mappings one block of a character map may hold (Adobe technical note 5014)."""


class Title(NamedTuple):
    """What a document says of itself.

    Args:
        title: what it is.
        author: who issues it.
    """

    title: str
    author: str


def bind(folios: Iterable[bytes], about: Title) -> bytes:
    """Return the document.

    Args:
        folios: as `Folio.packed` returned them, each at its place.
        about: what the document says of itself.
    """
    return _Binding(about).bound(folios)


class _Binding:
    def __init__(self, about: Title) -> None:
        self._about = about
        self._parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
        self._length = len(self._parts[0])
        self._entries: dict[int, bytes] = {0: _entry(0, 0, 65535)}
        self._tables: list[tuple[bytes, bytes]] = []
        self._last = 0

    def bound(self, folios: Iterable[bytes]) -> bytes:
        pages: list[tuple[int, int]] = []
        sections: list[int] = []
        glyphs: dict[str, set[int]] = {}
        for folio in unpacked(folios):
            entries = {own: _entry(1, self._length + offset, 0) for own, offset in folio["offsets"]}
            entries |= {own: _entry(2, folio["stream"], index) for index, own in enumerate(folio["members"])}
            self._tables.append(_table(entries))
            self._last = max(entries)
            self._put(folio["body"])
            pages += (tuple(pair) for pair in folio["pages"])
            sections += folio["sections"]
            for name, used in folio["glyphs"].items():
                glyphs.setdefault(name, set()).update(used)
        self._add_document(pages, sections)
        self._add_fonts(glyphs)
        return self._closed()

    def _put(self, data: bytes) -> None:
        self._parts.append(data)
        self._length += len(data)

    def _add(self, own: int, data: bytes) -> None:
        self._entries[own] = _entry(1, self._length, 0)
        self._put(b"%d 0 obj\n%b\nendobj\n" % (own, data))

    def _add_stream(self, own: int, content: bytes, about: bytes = b"", *, is_packed: bool = True) -> None:
        data = zlib.compress(content, 9) if is_packed else content
        how = b"/Filter/FlateDecode" if is_packed else b""
        self._add(own, b"<</Length %d%b%b>>\nstream\n%b\nendstream" % (len(data), how, about, data))

    def _add_document(self, pages: list[tuple[int, int]], sections: list[int]) -> None:
        self._add(
            _CATALOG,
            b"<</Type/Catalog/Pages %d 0 R/Lang(vi)/StructTreeRoot %d 0 R/ViewerPreferences<</DisplayDocTitle true>>"
            b"/MarkInfo<</Marked true>>/Metadata %d 0 R>>" % (PAGES_OBJECT, _TREE, _METADATA),
        )
        kids = _references(page for page, _mapping in pages)
        self._add(PAGES_OBJECT, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids))
        self._add(_TREE, b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R>>" % (DOCUMENT_OBJECT, _MAPPING))
        kids = _references(sections)
        self._add(DOCUMENT_OBJECT, b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (_TREE, kids))
        mapping = b" ".join(b"%d %d 0 R" % pair for pair in pages)
        self._add(_MAPPING, b"<</Nums[%b]>>" % mapping)
        self._add_stream(_METADATA, _metadata(self._about), b"/Type/Metadata/Subtype/XML", is_packed=False)
        words = (text(self._about.title), text(self._about.author), text(_PRODUCER))
        self._add(_INFO, b"<</Title%b/Author%b/Producer%b>>" % words)

    def _add_fonts(self, glyphs: dict[str, set[int]]) -> None:
        fonts = []
        for at, name in enumerate(FACES):
            if used := sorted(glyphs.get(name, ())):
                first = _FONTS + at * _OBJECTS_A_FONT
                self._add_font(name, used, first)
                fonts.append(b"/%b %d 0 R" % (name.encode(), first))
        self._add(RESOURCES_OBJECT, b"<</Font<<%b>>>>" % b"".join(fonts))

    def _add_font(self, name: str, used: list[int], first: int) -> None:
        """Add a font of five objects: itself, its descendant, descriptor, file, and what its glyphs stand for."""
        drawn = face(name)
        file = drawn.subset(used)
        tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(file).digest()[:6])
        base = f"{tag}+BeVietnamPro-{name}".encode()
        self._add(
            first,
            b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (base, first + 1, first + 4),
        )
        widths = b" ".join(b"%d[%d]" % (glyph, drawn.widths[glyph]) for glyph in used)
        self._add(
            first + 1,
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
            b"/Supplement 0>>/CIDToGIDMap/Identity/DW %d/W[%b]/FontDescriptor %d 0 R>>"
            % (base, UNITS, widths, first + 2),
        )
        is_italic = name == "Italic"
        self._add(
            first + 2,
            b"<</Type/FontDescriptor/FontName/%b/Flags %d/FontBBox[%d %d %d %d]/ItalicAngle %d/Ascent %d/Descent %d"
            b"/CapHeight 730/StemV 80/FontFile2 %d 0 R>>"
            % (
                base,
                _SYMBOLIC + _ITALIC * is_italic,
                *drawn.box,
                -10 * is_italic,
                drawn.metric("ascent"),
                drawn.metric("descent"),
                first + 3,
            ),
        )
        self._add_stream(first + 3, file, b"/Length1 %d" % len(file))
        self._add_stream(first + 4, _characters({glyph: drawn.character(glyph) for glyph in used}))

    def _closed(self) -> bytes:
        """Return the whole file, its cross-reference stream at its end (ISO 32000-1 §7.5.8)."""
        own, start = self._last + 1, self._length
        tables = [_table(self._entries), *self._tables, _table({own: _entry(1, start, 0)})]
        spans, entries = (b"".join(parts) for parts in zip(*tables, strict=True))
        table = zlib.compress(entries, 9)
        identifier = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in self._parts)).hexdigest()[:32]
        head = (
            b"<</Type/XRef/W[1 4 2]/Size %d/Index[%b]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]/Length %d"
            b"/Filter/FlateDecode>>" % (own + 1, spans, _CATALOG, _INFO, *[identifier.encode()] * 2, len(table))
        )
        self._put(b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, head, table, start))
        return b"".join(self._parts)


def _entry(kind: int, where: int, index: int) -> bytes:
    return kind.to_bytes(1, "big") + where.to_bytes(4, "big") + index.to_bytes(2, "big")


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _table(entries: dict[int, bytes]) -> tuple[bytes, bytes]:
    """Return a part of the cross-reference table: its spans (the first number of each, and how many), and its rows."""
    numbers = sorted(entries)
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][0] + spans[-1][1] == number:
            spans[-1][1] += 1
        else:
            spans.append([number, 1])
    return b"".join(b"%d %d " % tuple(span) for span in spans), b"".join(entries[number] for number in numbers)


def _characters(characters: dict[int, str]) -> bytes:
    """Return the map from glyphs to what they stand for, so that text can be searched, copied and read aloud."""
    lines = [b"<%04x><%b>" % (glyph, to.encode("utf-16-be").hex().encode()) for glyph, to in characters.items()]
    blocks = [lines[at : at + _CHARACTERS_A_BLOCK] for at in range(0, len(lines), _CHARACTERS_A_BLOCK)]
    return b"\n".join(
        [
            b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap",
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def",
            b"/CMapName/Adobe-Identity-UCS def/CMapType 2 def",
            b"1 begincodespacerange\n<0000><ffff>\nendcodespacerange",
            *(b"%d beginbfchar\n%b\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks),
            b"endcmap CMapName currentdict/CMap defineresource pop end end",
        ]
    )


def _metadata(about: Title) -> bytes:
    """Return the document's metadata, with the mark of PDF/UA (ISO 14289-1 §5)."""
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" \
xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" pdf:Producer="{_PRODUCER}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(about.title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(about.author)}</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
    return packet.encode()
