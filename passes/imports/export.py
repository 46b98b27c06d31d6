"""The fleet as a spreadsheet of the shape that comes in, and the empty template of it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from passes import audit
from passes.areas.services import labels
from passes.fleet.services import crew_of, vehicles_of
from passes.form_fields import national_phone
from passes.imports.columns import COLUMNS, TEST_RESULT_WORDS
from passes.imports.models import ImportKind
from passes.imports.tables import MAX_ROWS
from passes.local_time import LOCAL
from protocol.claims import VehicleClass
from protocol.plates import format_plate
from protocol.texts import ROLE_TEXTS, VEHICLE_CLASS_TEXTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from openpyxl.worksheet.worksheet import Worksheet
    from sqlalchemy.orm import Session

    from passes.accounts.models import User

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
_SHEETS = {ImportKind.VEHICLES: "Phương tiện", ImportKind.CREW: "Lái xe, phụ xe"}
_GUIDE = "Hướng dẫn"
_TEXT_FORMAT = "@"
_SUSPECT = ("=", "+", "-", "@", "\t", "\r")


def fleet_rows(session: Session, actor: User, kind: ImportKind, now: datetime) -> list[list[str]]:
    """Return the actor's fleet, cell by cell as the template asks for it; who took it is written down."""
    carrier = actor.organisation
    if kind is ImportKind.VEHICLES:
        rows = [
            [
                format_plate(vehicle.plate),
                VEHICLE_CLASS_TEXTS[VehicleClass(vehicle.vehicle_class)]["vi"],
                f"{vehicle.payload_tonnes.normalize():f}".replace(".", ","),
                _day(vehicle.inspection_expires_on),
            ]
            for vehicle in vehicles_of(session, carrier)
        ]
    else:
        crew = crew_of(session, carrier)
        places = labels(session, [member.person.residence_code for member in crew])
        rows = [
            [
                member.person.id_number or "",
                member.person.name or "",
                national_phone(member.person.phone or ""),
                places.get(member.person.residence_code or "", ""),
                ROLE_TEXTS[member.role]["vi"],
                member.licence_class or "",
                _day(member.licence_expires_on),
                format_plate(member.usual_vehicle.plate) if member.usual_vehicle else "",
                "" if member.vaccine_doses is None else str(member.vaccine_doses),
                TEST_RESULT_WORDS[member.test_result.value] if member.test_result else "",
                _moment(member.test_expires_at),
            ]
            for member in crew
        ]
    audit.record(session, actor, "fleet.export", carrier, {"kind": kind.value, "rows": len(rows)}, now)
    return rows


def as_csv(kind: ImportKind, rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as CSV for spreadsheet programs: UTF-8 with its mark, semicolons, no text that they would compute."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([column.title for column in COLUMNS[kind]])
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_SUSPECT) else cell


def as_xlsx(kind: ImportKind, rows: Sequence[Sequence[str]] = ()) -> bytes:
    """Return rows under the template's headings, with its lists of choices and a sheet of instructions."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = _SHEETS[kind]
    for at, column in enumerate(COLUMNS[kind], 1):
        heading = sheet.cell(1, at, f"{column.title} *" if column.is_required else column.title)
        heading.font, heading.fill = Font(bold=True), PatternFill("solid", fgColor="E7EDF3")
        heading.alignment = Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = column.width
        # Text, also where nothing stands yet: otherwise zeros at the front are lost as soon as somebody types.
        sheet.column_dimensions[letter].number_format = _TEXT_FORMAT
        if column.choices:
            words = ",".join(choice for choice in column.choices if "," not in choice)
            offer = DataValidation("list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=False)
            sheet.add_data_validation(offer)
            offer.add(f"{letter}2:{letter}{MAX_ROWS + 1}")
    for number, row in enumerate(rows, 2):
        for at, text in enumerate(row, 1):
            cell = sheet.cell(number, at)
            cell.value, cell.data_type, cell.number_format = text, "s", _TEXT_FORMAT
    sheet.freeze_panes = "A2"
    _write_guide(book, kind)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_guide(book: Workbook, kind: ImportKind) -> None:
    guide: Any = book.create_sheet(_GUIDE)
    guide.append(["Cột", "Bắt buộc", "Cách ghi", "Các giá trị"])
    for column in COLUMNS[kind]:
        guide.append([column.title, "Có" if column.is_required else "Không", column.hint, "; ".join(column.choices)])
    guide.append([f"Nhiều nhất {MAX_ROWS} dòng. Không đổi tên cột; thứ tự cột tùy ý."])
    for letter, width in zip("ABCD", (26, 10, 70, 80), strict=True):
        guide.column_dimensions[letter].width = width
    for cell in guide[1]:
        cell.font = Font(bold=True)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(LOCAL):%d/%m/%Y %H:%M}" if moment else ""
