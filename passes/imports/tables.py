"""Spreadsheet files as rows of text: XLSX and CSV, with what spreadsheet programs do to numbers, dates and files."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from passes.errors import RefusedError
from passes.imports.columns import COLUMNS, key_of_heading, title_of
from passes.imports.sheets import completed, read_marks
from passes.names import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passes.imports.models import ImportKind

MAX_ROWS = 5000
MAX_FILE_BYTES = 8 * 1024 * 1024
_MAX_UNPACKED_BYTES = 128 * 1024 * 1024
_MAX_COLUMNS = 40
_MAX_CELL_CHARS = 300
_HEADING_ROWS = 15
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DELIMITERS = ";,\t"


class FileRefusedError(RefusedError):
    """A file is no spreadsheet of ours.

    Attributes:
        columns: titles of the columns that it lacks (`headings`) or has more than once (`headings_twice`).
    """

    def __init__(self, code: str, message: str, columns: tuple[str, ...] = ()) -> None:
        """Keep the columns beside the code."""
        super().__init__(code, message)
        self.columns = columns


@dataclass(frozen=True)
class Table:
    """What a file holds.

    Args:
        columns: the key of each column, from the left; empty for one that is not ours.
        rows: row number as the spreadsheet program shows it, and the text of each cell.
        unknown: headings that are not ours; their columns are not read.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    unknown: tuple[str, ...]


def read_table(data: bytes, kind: ImportKind) -> Table:
    """Read an XLSX or CSV file.

    Args:
        data: the file; what it is is told by its bytes, not by its name.
        kind: whose columns are looked for.

    Raises:
        FileRefusedError: it is too large (`too_large`), an old Excel file or locked by a password (`old_excel`), no
            spreadsheet (`unreadable`), not in UTF-8 (`encoding`), lacks columns (`headings`), has one more than once
            (`headings_twice`), is empty (`empty`), or too long (`too_long`).
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileRefusedError("too_large", "the file is too large")
    if data.startswith(_OLD_EXCEL):
        raise FileRefusedError("old_excel", "a file of Excel 97 to 2003")
    rows = _xlsx_rows(data) if data.startswith(_ZIP) else _csv_rows(data)
    return _table(rows, kind)


def _table(rows: Iterable[tuple[int, tuple[str, ...]]], kind: ImportKind) -> Table:
    remaining = iter(rows)
    head = [row for _n, row in zip(range(_HEADING_ROWS), remaining, strict=False)]
    headings, columns = _headings(head, kind)
    missing = tuple(c.title for c in COLUMNS[kind] if c.is_required and c.key not in columns)
    if missing:
        raise FileRefusedError("headings", "columns are missing", missing)
    if twice := tuple(title_of(key) for key in dict.fromkeys(columns) if key and columns.count(key) > 1):
        raise FileRefusedError("headings_twice", "a column stands there more than once", twice)
    names = head[headings - 1][1][: len(columns)]
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in (*head[headings:], *remaining):
        ours = cells[: len(columns)]
        if not any(cell for cell, key in zip(ours, columns, strict=False) if key):
            continue  # nothing but a running number or a remark
        if ours == names:
            continue  # the headings once more, as on each page of a list
        found.append((number, ours))
        if len(found) > MAX_ROWS:
            raise FileRefusedError("too_long", f"more than {MAX_ROWS} rows")
    if not found:
        raise FileRefusedError("empty", "no row")
    unknown = tuple(cell for cell, key in zip(names, columns, strict=False) if cell and not key)
    return Table(columns, tuple(found), unknown)


def _headings(head: Sequence[tuple[int, tuple[str, ...]]], kind: ImportKind) -> tuple[int, tuple[str, ...]]:
    """Return how many rows go before the first one of data, and the columns: of the row that names most of them."""
    best: tuple[str, ...] = ()
    at = 0
    for index, (_number, cells) in enumerate(head, 1):  # a letterhead may stand above
        keys = _keys(cells, kind)
        if sum(map(bool, keys)) > sum(map(bool, best)):
            at, best = index, keys
    width = max((index for index, cell in enumerate(head[at - 1][1], 1) if cell), default=0) if best else 0
    return at, best[:width]


def _keys(cells: Iterable[str], kind: ImportKind) -> tuple[str, ...]:
    return tuple(key_of_heading(kind, cell) or "" for cell in cells)


def _xlsx_rows(data: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED_BYTES:
                raise FileRefusedError("too_large", "the file is too large when unpacked")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise FileRefusedError("unreadable", "not a spreadsheet") from error
    sheet = book.worksheets[0] if book.worksheets else None
    if sheet is None:
        raise FileRefusedError("unreadable", "a workbook without sheets")
    sheet.reset_dimensions()  # some programs write them wrong
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_path_of(sheet)) as text:
            marks = read_marks(text)
        values = enumerate(sheet.iter_rows(max_col=_MAX_COLUMNS, values_only=True), 1)
        yield from completed(((number, tuple(map(_text, cells))) for number, cells in values), marks)
    except (KeyError, ValueError, SyntaxError) as error:  # xml.etree's parse error is a SyntaxError
        raise FileRefusedError("unreadable", "a broken sheet") from error
    finally:
        book.close()


def _path_of(sheet: Any) -> str:
    path: str = sheet._worksheet_path  # noqa: SLF001 - the library tells nowhere else where in the archive a sheet is
    return path


def _text(value: Any) -> str:
    """Return a cell as somebody would have typed it: numbers without ".0", dates as dates."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        has_clock = (value.hour, value.minute) != (0, 0)
        return value.strftime("%d/%m/%Y %H:%M" if has_clock else "%d/%m/%Y")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    return tidy(str(value)).removeprefix("'")[:_MAX_CELL_CHARS]


def _csv_rows(data: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    text = _decoded(data)
    if "\0" in text:
        raise FileRefusedError("unreadable", "not a spreadsheet")
    if text.lower().startswith("sep="):  # tells spreadsheet programs the delimiter; they do not count it as a row
        text = text.partition("\n")[2]
    head = "\n".join(text.splitlines()[:_HEADING_ROWS])
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            yield number, tuple(_text(cell) for cell in cells[:_MAX_COLUMNS])
    except csv.Error as error:
        raise FileRefusedError("unreadable", "not a table of text") from error


def _decoded(data: bytes) -> str:
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # Excel's "Unicode text"
    try:
        return data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefusedError("encoding", "text in another encoding than UTF-8") from error
