"""The structure of a laid-out page for assistive software (PDF/UA-1), as it is written again for every paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from passes.press.templates import ALTERNATIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

_WITHOUT_MEANING = {"/NonStruct", "/Span", "/Div"}
_KEPT_EMPTY = {"/TD", "/TH"}
POINTS_PER_PIXEL = 0.75
_ALTERNATIVE = re.compile(rf"\({ALTERNATIVE}(\d+)\)")


class Node(NamedTuple):
    """One element of the structure.

    Args:
        head: the beginning of its dictionary.
        parent: which node it stands in, by number; -1 for the outermost.
        kids: its content in order: numbers of nodes, and numbers of marked content less than zero (`-1 - MCID`).
        drawing: which drawing it is, or None.
        box: where that is: left, bottom, right, top in points; empty for what is no drawing.
    """

    head: bytes
    parent: int
    kids: tuple[int, ...]
    drawing: int | None = None
    box: tuple[float, ...] = ()


class _Element(NamedTuple):
    source: Any
    kids: list[_Element | int]


def structure_of(pdf: Any, height: float) -> tuple[Node, ...]:
    """Return the structure of a PDF of one page.

    What has no meaning is left out: frames, line breaks, and a level of its own for each line of text. Header cells say
    which cells they head by their scope, as identifiers would not be unique once papers are bound together.

    Args:
        pdf: as WeasyPrint has made it, before it is written.
        height: of the page, in points.
    """
    root = referred(pdf, pdf.catalog["StructTreeRoot"])
    (document,) = (referred(pdf, reference) for reference in root["K"])
    nodes: list[Node | None] = []
    for kid in _kids(pdf, document):
        if isinstance(kid, int):
            raise TypeError("text stands outside every section")
        _flatten(kid, -1, nodes, height)
    return tuple(node for node in nodes if node is not None)


def referred(pdf: Any, reference: Any) -> Any:
    """Return the object that a reference of a PDF means, before it is written."""
    return pdf.objects[int(reference.split()[0])]


def _kids(pdf: Any, element: Any) -> Iterator[_Element | int]:
    for kid in element["K"]:
        if isinstance(kid, int):
            yield kid
            continue
        found = referred(pdf, kid)
        kids = list(_kids(pdf, found))
        if not kids and found["S"] not in _KEPT_EMPTY:
            continue
        if found["S"] in _WITHOUT_MEANING:
            yield from kids
        else:
            yield _Element(found, kids)


def _flatten(element: _Element, parent: int, nodes: list[Node | None], height: float, scope: bytes = b"Row") -> int:
    own, kind = len(nodes), element.source["S"].encode()
    nodes.append(None)
    scope = b"Column" if kind == b"/THead" else scope
    kids = tuple(-1 - kid if isinstance(kid, int) else _flatten(kid, own, nodes, height, scope) for kid in element.kids)
    head = b"<</Type/StructElem/S%b" % kind
    if kind == b"/TH":
        head += b"/A<</O/Table/Scope/%b>>" % scope
    drawing, box = None, ()
    if kind == b"/Figure":
        drawing, box = _drawing(element.source, height)
        if drawing is None:
            head += b"/Alt%b" % element.source["Alt"].data
    nodes[own] = Node(head, parent, kids, drawing, box)
    return own


def _drawing(figure: Any, height: float) -> tuple[int | None, tuple[float, ...]]:
    """Return which drawing a figure is, if it is none of the template's own, and its box."""
    left, top, right, bottom = (value * POINTS_PER_PIXEL for value in figure["A"]["BBox"])
    found = _ALTERNATIVE.fullmatch(figure["Alt"].data.decode("latin-1"))
    return (int(found[1]) if found else None), (left, height - bottom, right, height - top)
