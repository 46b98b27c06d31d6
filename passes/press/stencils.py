"""Pages that WeasyPrint laid out once, with places for what differs from paper to paper.

A place is laid out as a mark, a character that no paper has. The box tree says how wide its line is and how the line is
aligned; the page's content stream says where the mark was drawn, and there it is cut out. From WeasyPrint come the
page (`Page._page_box`, its box tree) and, through the finisher of `write_pdf`, the PDF before it is written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from passes.press.faces import BOLD, FACES, ITALIC, REGULAR, show
from passes.press.lines import Place
from passes.press.structure import POINTS_PER_PIXEL, Node, referred, structure_of
from passes.press.templates import DENSITY_MARK, TEXT_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weasyprint.document import Document

_MARK = "¤"
_KEPT = 256
"""Stencils that are kept, of about 30 KB each; a fleet's sheets need a dozen."""
_BOLD_FROM = 600
_TEXT = rb"BT\n1 0 0 -1 (\S+) (\S+) Tm\n/\w+ \S+ Tf\n\[<%04x>0?\] TJ\nET"
_DRAWING = rb"0 0 m\n0 0 m\n(\d+) 0 l\n\d+ 1 l\nh\nf"
_OPAQUE = re.compile(rb"/a1(?:\.0)? gs\n|/A1(?:\.0)? gs\n")
_FONT = re.compile(rb"/(\w+)(?= \S+ Tf)")
_SHOWN = re.compile(rb"/(\w+) \S+ Tf|<((?:[0-9a-f]{4})+)>(?=[^\n]*TJ)")


class Hole(NamedTuple):
    """What is missing behind a piece of a stencil: the line at a place, or a drawing, by its number."""

    is_drawing: bool
    number: int


class Stencil(NamedTuple):
    """A page without what is its own.

    Args:
        width: of the page, in points.
        height: of the page, in points.
        pieces: its content stream, cut at the holes.
        holes: what goes between the pieces, one fewer.
        places: where lines go, in the order of the page's texts; a style may hide some texts.
        glyphs: what its own words need, by face.
        nodes: its structure, from the outermost inwards.
    """

    width: float
    height: float
    pieces: tuple[bytes, ...]
    holes: tuple[Hole, ...]
    places: tuple[Place, ...]
    glyphs: Mapping[str, frozenset[int]]
    nodes: tuple[Node, ...]


class StencilError(Exception):
    """A template or its style cannot be used as a stencil."""


@lru_cache(maxsize=_KEPT)
def stencil(skeleton: str, style: str, density: int, counts: tuple[int, ...]) -> Stencil | None:
    """Lay out a page for texts of some numbers of lines.

    Args:
        skeleton: the page's HTML with marks.
        style: name of the style sheet in `templates/print/`.
        density: which size of type.
        counts: how many lines each text takes.

    Returns:
        The stencil, or None if it does not fit one page.

    Raises:
        StencilError: the template uses what stencils do not know, such as a letter that the typeface lacks.
    """
    from passes.press.layout import PDF_VARIANT, lay_out

    first, *rest = skeleton.replace(DENSITY_MARK, str(density)).split(TEXT_MARK)
    marks = (_marks(slot, count) + part for slot, (count, part) in enumerate(zip(counts, rest, strict=True)))
    document = lay_out(first + "".join(marks), style)
    if len(document.pages) > 1:
        return None
    made: list[Stencil] = []
    document.write_pdf(finisher=lambda laid_out, pdf: made.append(_cut(laid_out, pdf)), pdf_variant=PDF_VARIANT)
    return made[0]


def _marks(slot: int, count: int) -> str:
    return f'<span data-slot="{slot}">{"<br>".join([_MARK] * count)}</span>'


def _cut(document: Document, pdf: Any) -> Stencil:
    page = document.pages[0]
    height = page.height * POINTS_PER_PIXEL
    content = _content(pdf)
    places = tuple(_place(*found) for found in _marked(page._page_box, page._page_box))  # noqa: SLF001 - WeasyPrint tells geometry nowhere else
    pieces, holes = _pieces(content, places)
    found = [hole for hole in holes if not hole.is_drawing]
    if len(found) != len(places):
        raise StencilError(f"{len(places)} lines were laid out, and {len(found)} drawn")
    return Stencil(
        page.width * POINTS_PER_PIXEL,
        height,
        tuple(pieces),
        tuple(holes),
        places,
        _glyphs(b"".join(pieces)),
        structure_of(pdf, height),
    )


def _content(pdf: Any) -> bytes:
    """Return the page's content stream; fonts are called as our faces, and what changes nothing is left out."""
    (page,) = (item for item in pdf.objects[1:] if isinstance(item, dict) and item.get("Type") == "/Page")
    stream = referred(pdf, page["Contents"]).stream
    resources = referred(pdf, page["Resources"])
    fonts = referred(pdf, resources["Font"])
    names = {name.encode(): _face_of(referred(pdf, reference)) for name, reference in fonts.items()}
    if resources["XObject"] or resources["Pattern"] or resources["Shading"]:
        raise StencilError("a stencil is made of type, lines and areas only")
    content = b"\n".join(_written(part) for part in stream)
    content = _FONT.sub(lambda found: b"/" + names[found[1]].encode(), content)
    return _OPAQUE.sub(b"", content)


def _written(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    return part.data if hasattr(part, "data") else str(part).encode("ascii")


def _face_of(font: Any) -> str:
    """Return which of our faces a font of the PDF is.

    Raises:
        StencilError: it is another: WeasyPrint looked for a letter elsewhere.
    """
    name = bytes(font["BaseFont"]).decode().partition("+")[2]
    faces = {"Sheet": REGULAR, "Sheet-Bold": BOLD, "Sheet-Italic": ITALIC}
    if name not in faces:
        raise StencilError(f"the typeface lacks a letter of the template; {name} has it")
    return faces[name]


def _marked(box: Any, block: Any) -> Iterator[tuple[Any, Any]]:
    """Give each text box that is a mark, with the block that its line fills; in the order of the template.

    Raises:
        StencilError: something else stands on a mark's line, so that nobody knows where its own text would begin.
    """
    if type(box).__name__ == "LineBox":
        texts = [one for one in box.descendants() if getattr(one, "text", "").strip()]
        marks = [one for one in texts if one.text == _MARK]
        if marks and len(texts) > 1:
            raise StencilError(f"a text of its own shares its line with {[one.text for one in texts]}")
        yield from ((mark, block) for mark in marks)
        return
    for child in getattr(box, "children", ()):
        yield from _marked(child, box)


def _place(box: Any, block: Any) -> Place:
    style = box.style
    face = ITALIC if style["font_style"] == "italic" else BOLD if style["font_weight"] >= _BOLD_FROM else REGULAR
    align = style["text_align_all"]
    return Place(
        slot=int(box.element.get("data-slot")),
        left=block.content_box_x(),
        width=block.width,
        baseline=box.position_y + box.baseline,
        align=align if align in {"center", "right"} else "left",
        size=style["font_size"],
        face=face,
    )


def _pieces(content: bytes, places: tuple[Place, ...]) -> tuple[list[bytes], list[Hole]]:
    """Cut a content stream where marks and drawings are; it has floating boxes in another order than the template."""
    glyphs = {glyph for name in FACES for glyph in show(name, _MARK).glyphs}
    texts = b"|".join(_TEXT % glyph for glyph in sorted(glyphs))
    by_baseline = {round(place.baseline, 2): [] for place in places}
    for number, place in enumerate(places):
        by_baseline[round(place.baseline, 2)].append((place, number))
    pieces, holes, end = [], [], 0
    for found in re.finditer(texts + b"|" + _DRAWING, content):
        pieces.append(content[end : found.start()])
        end = found.end()
        *corner, drawing = found.groups()
        if drawing is not None:
            holes.append(Hole(is_drawing=True, number=int(drawing) - 1))
            continue
        x, y = (float(value) for value in corner if value is not None)
        (number,) = [n for place, n in by_baseline[round(y, 2)] if 0 <= x - place.left + 1 <= place.width + 2]
        holes.append(Hole(is_drawing=False, number=number))
    return [*pieces, content[end:]], holes


def _glyphs(content: bytes) -> dict[str, frozenset[int]]:
    """Return which glyphs of each face a content stream shows."""
    used: dict[str, set[int]] = {}
    name = ""
    for font, shown in _SHOWN.findall(content):
        if font:
            name = font.decode()
            used.setdefault(name, set())
        else:
            used[name] |= {int(shown[at : at + 4], 16) for at in range(0, len(shown), 4)}
    return {name: frozenset(glyphs) for name, glyphs in used.items()}
