"""Pages as they are printed: in the largest type at which everything fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passes.press.faces import show
from passes.press.lines import broken, drawn
from passes.press.stencils import Hole, Stencil, stencil

if TYPE_CHECKING:
    from passes.press.lines import Line
    from passes.press.templates import Drawing, Page

DENSITIES = 4
"""How many type sizes a style sheet has for a page; long names and routes take the next smaller one."""


class SheetError(Exception):
    """A paper cannot be printed."""


class SetPage(NamedTuple):
    """A page with its own texts and drawings in their places.

    Args:
        stencil: what it shares with other pages.
        content: its content stream.
        alternatives: what is said of its drawings to those who do not see them.
        glyphs: what its own texts need, by face.
    """

    stencil: Stencil
    content: bytes
    alternatives: tuple[str, ...]
    glyphs: tuple[tuple[str, frozenset[int]], ...]


def set_page(page: Page) -> SetPage:
    """Set a page.

    Raises:
        SheetError: it holds more than a page can take at the smallest size of type.
        passes.press.stencils.StencilError: its template cannot be used.
    """
    for density in range(DENSITIES):
        once = stencil(page.skeleton, page.style, density, (1,) * len(page.slots))
        if once is None:
            continue
        lines = [[slot.line] for slot in page.slots]
        for place in once.places:
            if not page.slots[place.slot].is_fitted:
                lines[place.slot] = broken(page.slots[place.slot].line, place)
        fitting = stencil(page.skeleton, page.style, density, tuple(len(found) for found in lines))
        if fitting is not None:
            shown = sorted({place.slot for place in fitting.places})
            return _filled(page, fitting, [line for slot in shown for line in lines[slot]])
    raise SheetError("a page holds more than it can take")


def _filled(page: Page, laid_out: Stencil, lines: list[Line]) -> SetPage:
    first, *rest = laid_out.pieces
    parts = [first]
    for hole, piece in zip(laid_out.holes, rest, strict=True):
        parts += (_in_hole(page, laid_out, lines, hole), piece)
    glyphs = (
        (run.face or place.face, show(run.face or place.face, run.text).glyphs)
        for line, place in zip(lines, laid_out.places, strict=True)
        for run in line
    )
    alternatives = tuple(drawing.alternative for drawing in page.drawings)
    return SetPage(laid_out, b"".join(parts), alternatives, tuple(glyphs))


def _in_hole(page: Page, laid_out: Stencil, lines: list[Line], hole: Hole) -> bytes:
    if hole.is_drawing:
        return _drawn(page.drawings[hole.number])
    place = laid_out.places[hole.number]
    line = lines[hole.number]
    return drawn(line, place, is_fitted=page.slots[place.slot].is_fitted) if line else b""


def _drawn(drawing: Drawing) -> bytes:
    scale = b"%.9f" % (1 / drawing.units)
    return b"%b 0 0 %b 0 0 cm\n%b\nf" % (scale, scale, drawing.path)
