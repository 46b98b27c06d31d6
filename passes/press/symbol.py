"""Draws the signed text as a QR code for print: alphanumeric mode, error correction Q, with its quiet zone.

segno encodes the text; of its time two thirds go into trying the eight masks. Masks differ by patterns that do not
depend on the text, so here they are tried on whole symbols held as integers, by the same rules, in a hundredth of
that time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import segno
from segno.encoder import DataOverflowError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

QUIET_MODULES = 4
"""Width of the quiet zone on each side (ISO/IEC 18004 §9.1)."""
_LEAST_VERSION = 10
"""Smaller symbols would have so large modules that the quiet zone takes the code below its printed size."""
_OPTIONS = {"error": "q", "mode": "alphanumeric", "boost_error": False, "micro": False}
_MASKS = range(8)
_RUN_OF_DARK = re.compile("1+")
_FINDERS = tuple(tuple(map(int, pattern)) for pattern in ("10111010000", "00001011101"))
"""What must not be mistaken for a finder pattern (ISO/IEC 18004 §7.8.3.1, N3)."""


class SymbolError(Exception):
    """A text cannot be drawn as a code."""


@dataclass(frozen=True)
class Symbol:
    """A drawn code.

    Args:
        rows: one string of "0" (light) and "1" (dark) a row, without the quiet zone.
    """

    rows: tuple[str, ...]

    @property
    def modules(self) -> int:
        """Modules of a side, quiet zone included."""
        return len(self.rows) + 2 * QUIET_MODULES

    def code_mm(self, box_mm: float) -> float:
        """Return the printed side of the code alone, when it fills a box with its quiet zone; both in mm."""
        return box_mm * len(self.rows) / self.modules

    @property
    def path(self) -> str:
        """The dark modules as an SVG path, in modules from the upper left."""
        return "".join(f"M{x} {y}h{width}v1h-{width}z" for x, y, width in self._runs())

    def rectangles(self) -> bytes:
        """Return the dark modules as rectangles of a PDF path, in modules from the upper left, y downwards."""
        return b"\n".join(b"%d %d %d 1 re" % run for run in self._runs())

    def _runs(self) -> Iterator[tuple[int, int, int]]:
        """Give the dark modules that touch side by side: where they begin, and how many they are.

        They are for one fill: rectangles that touch in one path leave no hairline between them, on no screen.
        """
        for y, row in enumerate(self.rows, QUIET_MODULES):
            for run in _RUN_OF_DARK.finditer(row):
                start, end = run.span()
                yield start + QUIET_MODULES, y, end - start


def draw_symbol(text: str) -> Symbol:
    """Draw a text as a QR code, under the mask that reads best.

    Args:
        text: characters of QR's alphanumeric mode only (Base45 with its prefix).

    Raises:
        SymbolError: the text has other characters, or is longer than any code holds.
    """
    try:
        made = segno.make(text, mask=0, **_OPTIONS)
        if int(made.version) < _LEAST_VERSION:
            made = segno.make(text, mask=0, version=_LEAST_VERSION, **_OPTIONS)
    except (DataOverflowError, ValueError) as error:
        raise SymbolError(str(error)) from error
    side, (by_rows, by_columns) = len(made.matrix), _packed(made.matrix)
    candidates = [(by_rows ^ rows, by_columns ^ columns) for rows, columns in _changes(int(made.version))]
    best = min(candidates, key=lambda one: penalty(*one, side))[0]
    bits = f"{best:0{side * (side + 1)}b}"
    return Symbol(tuple(bits[start : start + side] for start in range(0, len(bits), side + 1)))


def _packed(matrix: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Return a symbol as one integer by rows and one by columns; a light module ends each line."""
    return _joined(matrix), _joined(list(zip(*matrix, strict=True)))


def _joined(lines: Sequence[Sequence[int]]) -> int:
    return int("0".join("".join(map(str, line)) for line in lines) + "0", 2)


@cache
def _changes(version: int) -> tuple[tuple[int, int], ...]:
    """Return which modules each mask inverts against mask 0, format information included; it is so for every text."""
    made = [_packed(segno.make("A", version=version, mask=mask, **_OPTIONS).matrix) for mask in _MASKS]
    return tuple((rows ^ made[0][0], columns ^ made[0][1]) for rows, columns in made)


@cache
def _all_modules(side: int) -> int:
    return int(("1" * side + "0") * side, 2)


def penalty(by_rows: int, by_columns: int, side: int) -> int:
    """Return what ISO/IEC 18004 §7.8.3.1 charges a symbol; the mask that is charged least reads best.

    Args:
        by_rows: its modules by rows, dark ones 1, a 0 behind each row.
        by_columns: the same by columns.
        side: modules of a side.
    """
    every = _all_modules(side)
    charged = 0
    for dark in (by_rows, by_columns):
        light = dark ^ every
        charged += _runs(dark) + _runs(light) + 40 * sum(_count(dark, light, pattern) for pattern in _FINDERS)
    light, below = by_rows ^ every, side + 1
    charged += 3 * sum((of & of >> 1 & of >> below & of >> below + 1).bit_count() for of in (by_rows, light))
    share = 100 * by_rows.bit_count() / side**2
    return charged + 10 * int(abs(share - 50) / 5)


def _runs(modules: int) -> int:
    """Charge 3 for five modules in a line, and 1 for each more (N1)."""
    fives = modules & modules >> 1 & modules >> 2 & modules >> 3 & modules >> 4
    return fives.bit_count() + 2 * (fives & ~(fives << 1)).bit_count()


def _count(dark: int, light: int, pattern: Sequence[int]) -> int:
    found = -1
    for shift, is_dark in enumerate(pattern):
        found &= (dark if is_dark else light) >> shift
    return found.bit_count()
