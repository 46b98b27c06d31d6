"""Draws the signed text as a QR code for print: alphanumeric mode, error correction Q, with its quiet zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno
from segno.encoder import DataOverflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

QUIET_MODULES = 4
"""Width of the quiet zone on each side (ISO/IEC 18004 §9.1)."""
_LEAST_VERSION = 10
"""Smaller symbols would have so large modules that the quiet zone takes the code below its printed size."""

Corner = tuple[int, int]


class SymbolError(Exception):
    """A text cannot be drawn as a code."""


@dataclass(frozen=True)
class Symbol:
    """A drawn code.

    Args:
        modules: modules of a side, quiet zone included; the view box of `path`.
        path: outline of the dark modules, an SVG path in modules, filled even-odd.
        box_mm: printed side with the quiet zone, in mm.
        code_mm: printed side of the code alone, in mm.
    """

    modules: int
    path: str
    box_mm: float
    code_mm: float


def draw_symbol(text: str, box_mm: float) -> Symbol:
    """Draw a text as a QR code.

    Args:
        text: characters of QR's alphanumeric mode only (Base45 with its prefix).
        box_mm: side of the square that the code and its quiet zone fill, in mm.

    Raises:
        SymbolError: the text has other characters, or is longer than any code holds.
    """
    options = {"error": "q", "mode": "alphanumeric", "boost_error": False, "micro": False}
    try:
        made = segno.make(text, **options)
        if int(made.version) < _LEAST_VERSION:
            made = segno.make(text, version=_LEAST_VERSION, **options)
    except (DataOverflowError, ValueError) as error:
        raise SymbolError(str(error)) from error
    side = len(made.matrix)
    modules = side + 2 * QUIET_MODULES
    return Symbol(modules, _outline(made.matrix), box_mm, box_mm * side / modules)


def _outline(matrix: Sequence[Sequence[int]]) -> str:
    """Return the outline of all dark modules as one path.

    One outline, not one square for each module: squares that touch show hairlines on screens and cheap printers.
    """
    following = _edges(matrix)
    loops = []
    while following:
        start = here = next(iter(following))
        corners: list[Corner] = []
        heading = None
        while True:
            ends = following[here]
            after = ends.pop()
            if not ends:
                del following[here]
            turn = (after[0] - here[0], after[1] - here[1])
            if turn != heading:
                corners.append(here)
                heading = turn
            here = after
            if here == start:
                break
        loops.append(_loop(corners))
    return "".join(loops)


def _edges(matrix: Sequence[Sequence[int]]) -> dict[Corner, list[Corner]]:
    """Return every side of a dark module that borders a light one, clockwise, by the corner where it starts."""
    side = len(matrix)

    def is_dark(x: int, y: int) -> bool:
        return 0 <= x < side and 0 <= y < side and bool(matrix[y][x])

    following: dict[Corner, list[Corner]] = {}
    for row in range(side):
        for column in range(side):
            if not matrix[row][column]:
                continue
            x, y = column + QUIET_MODULES, row + QUIET_MODULES
            for is_inside, start, end in (
                (is_dark(column, row - 1), (x, y), (x + 1, y)),
                (is_dark(column + 1, row), (x + 1, y), (x + 1, y + 1)),
                (is_dark(column, row + 1), (x + 1, y + 1), (x, y + 1)),
                (is_dark(column - 1, row), (x, y + 1), (x, y)),
            ):
                if not is_inside:
                    following.setdefault(start, []).append(end)
    return following


def _loop(corners: Sequence[Corner]) -> str:
    """Write one closed outline; its sides alternate between horizontal and vertical."""
    x, y = corners[0]
    steps = [f"M{x} {y}"]
    for next_x, next_y in corners[1:]:
        steps.append(f"h{next_x - x}" if next_y == y else f"v{next_y - y}")
        x, y = next_x, next_y
    return "".join(steps) + "z"
