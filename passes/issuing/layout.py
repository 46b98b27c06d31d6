"""Fitting papers to their pages: one set of type sizes, the largest at which each box stays on one page."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from fontTools.ttLib import TTFont

from passes.printing import FONTS, fill, lay_out, write

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        source = fill(template, densities=densities, **values)
        document = lay_out(source, style)
        crowded = _crowded(document, anchors)
        if not crowded:
            return write(document, source)
        for anchor in crowded:
            densities[anchor] += 1
            if densities[anchor] == _DENSITIES:
                raise SheetError(f"{anchor} of {len(anchors)} boxes holds more than a page can take")


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
