"""What a worksheet holds beside its values: cells merged over several rows, and formulas that nobody computed.

The library's mode that reads row by row, which large files need, tells neither; both are read off the sheet's own text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.utils import column_index_from_string

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

UNCOMPUTED = "="
"""Stands for a formula without a result, as programs that are no spreadsheets leave them."""
_BLOCK_BYTES = 1 << 20
_LONGEST_ROW_BYTES = 16 << 20
_CELL = rb"(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})"
_NAME, _ATTRIBUTES, _SPACE = rb"(?:\w{1,40}:)?", rb"[^<>]{0,300}", rb"\s{0,100}"
"""Bounded, every one: over a file made for it an open pattern would take hours."""
_MERGED = re.compile(rb"<" + _NAME + rb"mergeCell\sref=\"" + _CELL + rb":[A-Z]{1,3}(?P<last>\d{1,7})\"")
_NO_RESULT = re.compile(
    rb"<" + _NAME + rb"c\s" + _ATTRIBUTES + rb"?\br=\"" + _CELL + rb"\"" + _ATTRIBUTES + rb">" + _SPACE
    + rb"<" + _NAME + rb"f\b(?:" + _ATTRIBUTES + rb"/>|" + _ATTRIBUTES + rb">[^<]{0,65536}</" + _NAME + rb"f>)"
    + rb"(?:" + _SPACE + rb"<" + _NAME + rb"v(?:\s?/>|></" + _NAME + rb"v>))?" + _SPACE + rb"</" + _NAME + rb"c>"
)  # fmt: skip
_ROW_END = re.compile(rb"</" + _NAME + rb"row>")


@dataclass(frozen=True)
class Merged:
    """A cell that covers those below it: its column from 0, its row, and the last row that it covers."""

    column: int
    row: int
    last: int


@dataclass(frozen=True)
class Marks:
    """What stands beside the values.

    Args:
        merged: by the row in which each begins.
        uncomputed: columns from 0 of formulas without a result, by row.
    """

    merged: dict[int, list[Merged]]
    uncomputed: dict[int, list[int]]


def read_marks(sheet: IO[bytes]) -> Marks:
    """Read them off a worksheet's XML, block by block.

    Raises:
        ValueError: a row, or what stands behind the last one, is longer than any program writes it.
    """
    marks, rest = Marks({}, {}), b""
    while block := sheet.read(_BLOCK_BYTES):
        rest += block
        if len(rest) > _LONGEST_ROW_BYTES:
            raise ValueError("a row that no program writes")
        end = max((found.end() for found in _ROW_END.finditer(rest)), default=0)
        _note_formulas(rest[:end], marks)
        rest = rest[end:]
    _note_formulas(rest, marks)
    for found in _MERGED.finditer(rest):  # they stand behind the last row
        one = Merged(_column(found), int(found["row"]), int(found["last"]))
        if one.last > one.row:
            marks.merged.setdefault(one.row, []).append(one)
    return marks


def _note_formulas(text: bytes, marks: Marks) -> None:
    for found in _NO_RESULT.finditer(text):
        marks.uncomputed.setdefault(int(found["row"]), []).append(_column(found))


def _column(found: re.Match[bytes]) -> int:
    return column_index_from_string(found["column"].decode("ascii")) - 1


def completed(rows: Iterable[tuple[int, tuple[str, ...]]], marks: Marks) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield rows with what merged cells say in each row that they cover, and a sign for formulas without a result.

    A row that says nothing of its own stays empty, however far a merged cell reaches.
    """
    running: dict[int, tuple[Merged, str]] = {}  # by column: of cells that overlap, which no program makes, the last
    for number, row in rows:
        cells = list(row)
        for column in marks.uncomputed.get(number, ()):
            if column < len(cells):
                cells[column] = UNCOMPUTED
        running = {column: found for column, found in running.items() if found[0].last >= number}
        if any(cells):
            for column, (_one, text) in running.items():
                cells[column] = cells[column] or text
        for one in marks.merged.get(number, ()):
            if one.column < len(cells):
                running[one.column] = one, cells[one.column]
        yield number, tuple(cells)
