"""Any list as a file: XLSX, CSV or PDF. What somebody typed never becomes a formula."""

from __future__ import annotations

import csv
import enum
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from passes.errors import RefusedError
from passes.local_time import LOCAL
from passes.printing import render_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell = str | int | date | datetime | None

MOST_PRINTED_ROWS = 600
"""A longer list is a spreadsheet: nobody leafs through more pages, and printing them would hold up the others."""
_SHEET_NAME_CHARS = 31
_MOMENT_FORMAT, _DAY_FORMAT = "dd/mm/yyyy hh:mm", "dd/mm/yyyy"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class FileKind(enum.StrEnum):
    """How a list is given out."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


MIME_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv",
    FileKind.PDF: "application/pdf",
}


class TableError(RefusedError):
    """A list cannot be given out as asked."""


@dataclass(frozen=True)
class Column:
    """One column: its heading, and its width in characters."""

    heading: str
    width: int = 16


@dataclass(frozen=True)
class Table:
    """A list.

    Args:
        title: what it is a list of.
        columns: from left to right.
        rows: their cells; moments are aware, and shown in local time.
        notes: lines that stand above the list on paper: for whom, as of when.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()


def write_table(table: Table, kind: FileKind) -> bytes:
    """Return a list as a file.

    Raises:
        TableError: it is too long for paper.
    """
    return {FileKind.XLSX: _xlsx, FileKind.CSV: _csv, FileKind.PDF: _pdf}[kind](table)


def _xlsx(table: Table) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(c for c in table.title if c not in "[]:*?/\\")[:_SHEET_NAME_CHARS])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    headings = [_text_cell(sheet, column.heading) for column in table.columns]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> WriteOnlyCell:
    if isinstance(value, datetime):
        # Spreadsheets know no time zones: the local time goes in, as the headings say.
        cell = WriteOnlyCell(sheet, value.astimezone(LOCAL).replace(tzinfo=None))
        cell.number_format = _MOMENT_FORMAT
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = _DAY_FORMAT
        return cell
    return WriteOnlyCell(sheet, value) if isinstance(value, int) else _text_cell(sheet, value or "")


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _printable(text))
    cell.data_type = "s"  # openpyxl would take a text that begins with "=" for a formula
    return cell


def _csv(table: Table) -> bytes:
    """Write comma-separated values as spreadsheet programs read them: UTF-8 with its mark, formulas defused."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_defused(column.heading) for column in table.columns])
    writer.writerows([_defused(_said(value)) for value in row] for row in table.rows)
    return file.getvalue().encode("utf-8-sig")


def _defused(text: str) -> str:
    """Put an apostrophe before what a spreadsheet program would calculate, behind spaces and in wide letters too."""
    first = unicodedata.normalize("NFKC", text.lstrip(" ")[:1])
    return f"'{text}" if first.startswith(_FORMULA_STARTS) else text


def _pdf(table: Table) -> bytes:
    if len(table.rows) > MOST_PRINTED_ROWS:
        raise TableError("too_long", f"{len(table.rows)} rows; at most {MOST_PRINTED_ROWS} are printed")
    total = sum(column.width for column in table.columns)
    columns = [{"heading": column.heading, "percent": round(100 * column.width / total, 1)} for column in table.columns]
    rows = [[_said(value) for value in row] for row in table.rows]
    return render_pdf("list.html", title=table.title, columns=columns, rows=rows, notes=table.notes)


def _said(value: Cell) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(LOCAL):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return _printable(str(value)) if value is not None else ""


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
