"""Spreadsheets as carriers hand them in."""

import io
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook

from passes.imports.columns import COLUMNS
from passes.imports.models import ImportKind
from tests.factories import CHUONG_DUONG, today

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Vũ", "Đỗ")
GIVEN = ("Văn Bình", "Đức Anh", "Thị Hoa", "Quốc Khánh", "Minh Tuấn", "Thu Hà", "Ngọc Hải")


def day(days: int) -> str:
    """A day from today, as people write it."""
    return f"{today() + timedelta(days=days):%d/%m/%Y}"


def vehicle_row(number: int, **values: Any) -> list[Any]:
    """A truck of 5 tonnes."""
    row = {
        "plate": f"29C-{number // 100:03d}.{number % 100:02d}",
        "vehicle_class": "Xe tải",
        "payload_tonnes": "5",
        "inspection_expires_on": day(200),
    }
    return list((row | values).values())


def crew_row(number: int, plate: str = "", *, is_driver: bool = True, **values: Any) -> list[Any]:
    """A driver with licence C, or an assistant; tested until the day after tomorrow."""
    row = {
        "id_number": f"001085{number:06d}",
        "name": f"{FAMILY[number % len(FAMILY)]} {GIVEN[number % len(GIVEN)]}",
        "phone": f"0912 {number // 1000:03d} {number % 1000:03d}",
        "residence_code": CHUONG_DUONG,
        "role": "Lái xe" if is_driver else "Phụ xe",
        "licence_class": "C" if is_driver else "",
        "licence_expires_on": day(900) if is_driver else "",
        "usual_plate": plate,
        "vaccine_doses": "2",
        "test_result": "Âm tính",
        "test_expires_at": f"{day(9)} 14:00",
    }
    return list((row | values).values())


def titles(kind: ImportKind) -> list[str]:
    """The headings of the template."""
    return [column.title for column in COLUMNS[kind]]


def workbook(kind: ImportKind, rows: list[list[Any]]) -> bytes:
    """The rows as an XLSX file."""
    book = Workbook()
    sheet: Any = book.active
    for row in (titles(kind), *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(desk: FlaskClient, kind: ImportKind, data: bytes, name: str = "danh-sach.xlsx") -> Any:
    """Hand a file in; return the answer, which leads to the import's page."""
    return desk.post("/fleet/imports", data={"kind": kind.value, "file": (io.BytesIO(data), name)})
