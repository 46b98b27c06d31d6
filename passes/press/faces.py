"""The typefaces of printed papers: how wide a text is, how it is shown in a PDF, and what of a face is embedded."""

from __future__ import annotations

import io
import struct
import unicodedata
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import fontpkg_be_vietnam_pro
from fontTools.ttLib import TTFont
from fontTools.ttLib.sfnt import SFNTWriter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FONTS = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
REGULAR, BOLD, ITALIC = "Regular", "Bold", "Italic"
FACES = (REGULAR, BOLD, ITALIC)
UNITS = 1000
"""Units of an em, as a PDF counts widths; the typeface is drawn in the same."""
_REPLACEMENT = "?"
_EMBEDDED = ("head", "hhea", "maxp", "hmtx")
_LONG_OFFSETS_AT = 50
"""Where `head` says that `loca` holds offsets of four bytes (OpenType, head.indexToLocFormat)."""


class Shown(NamedTuple):
    """A text as glyphs.

    Args:
        array: the operand of the PDF operator TJ.
        width: how wide it is, in thousandths of an em.
        glyphs: which glyphs it needs.
    """

    array: bytes
    width: int
    glyphs: frozenset[int]


class Face:
    """One typeface.

    Args:
        name: one of `FACES`.
    """

    def __init__(self, name: str) -> None:
        """Read only what every text needs; outlines are read when they are embedded."""
        self._font = TTFont(FONTS / f"BeVietnamPro-{name}.ttf", lazy=True)
        if self._font["head"].unitsPerEm != UNITS:
            raise ValueError(f"{name} is drawn in other units")
        order = self._font.getReverseGlyphMap()
        self._glyphs = {chr(code): order[glyph] for code, glyph in self._font.getBestCmap().items()}
        self._characters = {glyph: character for character, glyph in self._glyphs.items()}
        self.widths = [self._font["hmtx"][glyph][0] for glyph in self._font.getGlyphOrder()]
        self._pairs, self._classes = _kerning(self._font)
        self._outlines: dict[int, bytes] = {}

    def character(self, glyph: int) -> str:
        """Return what a glyph stands for."""
        return self._characters[glyph]

    def metric(self, name: str) -> int:
        """Return a measure of the face by its name in the table `hhea`, in thousandths of an em."""
        return int(getattr(self._font["hhea"], name))

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """The box that holds every glyph: left, bottom, right, top, in thousandths of an em."""
        head = self._font["head"]
        return head.xMin, head.yMin, head.xMax, head.yMax

    def show(self, text: str) -> Shown:
        """Return a text as glyphs, kerned.

        A letter that the face lacks is shown as the letter it is made from, or as a question mark: the signed code
        holds every name as it is, and the paper names people by their ID number's last digits too.
        """
        glyphs = list(self._found(unicodedata.normalize("NFC", text)))
        array, width = [b"<"], 0
        for at, glyph in enumerate(glyphs):
            array.append(b"%04x" % glyph)
            kern = self._kern(glyph, glyphs[at + 1]) if at + 1 < len(glyphs) else 0
            if kern:
                array.append(b">%d<" % -kern)
            width += self.widths[glyph] + kern
        array.append(b">")
        return Shown(b"".join(array), width, frozenset(glyphs))

    def _found(self, text: str) -> Iterator[int]:
        for character in text:
            if character in self._glyphs:
                yield self._glyphs[character]
            else:
                simpler = (c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
                yield from (self._glyphs.get(c, self._glyphs[_REPLACEMENT]) for c in simpler)

    def _kern(self, first: int, second: int) -> int:
        if (first, second) in self._pairs:
            return self._pairs[first, second]
        firsts, seconds, matrix = self._classes
        return matrix[firsts[first]][seconds.get(second, 0)] if first in firsts else 0

    def subset(self, glyphs: Collection[int]) -> bytes:
        """Return the face as a TrueType file that draws these glyphs only, under the same numbers, unhinted."""
        wanted = self._with_components({0, *glyphs})
        offsets, outlines = [0], io.BytesIO()
        for glyph in range(len(self.widths)):
            if glyph in wanted:
                data = self._outline(glyph)
                outlines.write(data + bytes(-len(data) % 4))
            offsets.append(outlines.tell())
        tables = {tag: self._font.reader[tag] for tag in _EMBEDDED}
        head = tables["head"]
        tables["head"] = head[:_LONG_OFFSETS_AT] + b"\0\1" + head[_LONG_OFFSETS_AT + 2 :]
        tables["loca"] = struct.pack(f">{len(offsets)}I", *offsets)
        tables["glyf"] = outlines.getvalue()
        file = io.BytesIO()
        writer = SFNTWriter(file, len(tables), "\0\1\0\0")
        for tag, content in sorted(tables.items()):
            writer[tag] = content
        writer.close()
        return file.getvalue()

    def _with_components(self, glyphs: set[int]) -> set[int]:
        outlines, order = self._font["glyf"], self._font.getGlyphOrder()
        found: set[int] = set()
        waiting = set(glyphs)
        while waiting:
            glyph = waiting.pop()
            found.add(glyph)
            outline = outlines[order[glyph]]
            if outline.isComposite():
                parts = {self._font.getGlyphID(name) for name in outline.getComponentNames(outlines)}
                waiting |= parts - found
        return found

    def _outline(self, glyph: int) -> bytes:
        if glyph not in self._outlines:
            outlines = self._font["glyf"]
            outline = outlines[self._font.getGlyphOrder()[glyph]]
            outline.removeHinting()
            self._outlines[glyph] = outline.compile(outlines)
        return self._outlines[glyph]


_Classes = tuple[dict[int, int], dict[int, int], list[list[int]]]


def _kerning(font: TTFont) -> tuple[dict[tuple[int, int], int], _Classes]:
    """Return the kerning of single pairs, and of classes: of first glyphs, of second glyphs, and by both.

    Raises:
        ValueError: the face is kerned in another way than Be Vietnam Pro is.
    """
    table, number = font["GPOS"].table, font.getGlyphID
    features = {record.FeatureTag: record.Feature.LookupListIndex for record in table.FeatureList.FeatureRecord}
    lookups = [table.LookupList.Lookup[index] for index in features["kern"]]
    parts = [part for lookup in lookups for part in lookup.SubTable]
    if [getattr(part, "Format", None) for part in parts] != [1, 2]:
        raise ValueError("kerning of another kind")
    single, classes = parts
    pairs = {
        (number(first), number(record.SecondGlyph)): record.Value1.XAdvance
        for first, found in zip(single.Coverage.glyphs, single.PairSet, strict=True)
        for record in found.PairValueRecord
    }
    firsts = {number(name): classes.ClassDef1.classDefs.get(name, 0) for name in classes.Coverage.glyphs}
    seconds = {number(name): kind for name, kind in classes.ClassDef2.classDefs.items()}
    matrix = [
        [getattr(record.Value1, "XAdvance", 0) or 0 for record in row.Class2Record] for row in classes.Class1Record
    ]
    return pairs, (firsts, seconds, matrix)


@cache
def face(name: str) -> Face:
    """Return a typeface by its name in `FACES`."""
    return Face(name)


@lru_cache(maxsize=50_000)
def show(name: str, text: str) -> Shown:
    """Return a text as glyphs of a face; names, places and dates come again and again."""
    return face(name).show(text)
