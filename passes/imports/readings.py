"""From the cells of one row to what the fleet keeps, with every cell that cannot be read named."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from openpyxl.utils.datetime import from_excel

from passes.areas.services import fold
from passes.fleet.drafts import CrewDraft, VehicleDraft
from passes.fleet.models import LabResult
from passes.imports.columns import CHOICES, COLUMNS
from passes.imports.models import ImportKind
from passes.imports.sheets import UNCOMPUTED
from passes.local_time import LOCAL, local_date
from passes.names import tidy
from passes.typed import UnreadableError, read_clock, read_count, read_day, read_phone, read_tonnes
from protocol.claims import Role, VehicleClass
from protocol.people import IdNumberError, normalise_id_number
from protocol.plates import PlateError, normalise_plate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passes.imports.places import Places

_FURTHEST_DAYS = 15 * 365
_FURTHEST_TEST_DAYS = 60
_SERIAL_DAYS = range(20_000, 80_000)
"""Days since 1900 as spreadsheets count them: from 1954 to 2119."""
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?", re.ASCII)
_MIDNIGHT = re.compile(r"[T ]0{1,2}:00(?::00)?$")
_NO_RESULTS = frozenset({UNCOMPUTED, "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
"""What stands where a formula has nothing to say."""


class Severity(enum.StrEnum):
    """What a problem means: the row stays out, it comes in although, or something was put right by itself."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell.

    Args:
        column: the key of its column.
        code: stable word for it.
        severity: what follows.
        detail: what its sentence needs: another row's number, how many places fit.
    """

    column: str
    code: str
    severity: Severity = Severity.ERROR
    detail: str = ""


@dataclass(frozen=True)
class Reading:
    """What one row says.

    Args:
        draft: what it comes to; None with an error.
        key: the normalised plate or ID number, if it could be read.
        problems: what is wrong with its cells.
    """

    draft: VehicleDraft | CrewDraft | None
    key: str | None
    problems: tuple[Problem, ...]


class _Row:
    """The cells of one row while they are read; problems gather."""

    def __init__(self, cells: Mapping[str, str], places: Places, today: date) -> None:
        self.cells = cells
        self.places = places
        self.today = today
        self.problems: list[Problem] = []

    def note(self, column: str, code: str, severity: Severity = Severity.ERROR, detail: str = "") -> None:
        """Write a problem down."""
        self.problems.append(Problem(column, code, severity, detail))

    def read(self, column: str, reader: Callable[[str], Any], *, is_required: bool) -> Any:
        """Return a cell's value; None for an empty or unreadable one, which is written down."""
        text = self.cells.get(column, "")
        if not text:
            if is_required:
                self.note(column, "missing")
            return None
        if text in _NO_RESULTS:
            self.note(column, "formula")
            return None
        try:
            return reader(text)
        except UnreadableError as error:
            self.note(column, error.code)
        except PlateError:
            self.note(column, "plate")
        except IdNumberError:
            self.note(column, "id_number")
        return None

    def id_number(self, text: str) -> str:
        """Read an ID number; zeros that a spreadsheet took for nothing come back."""
        digits = "".join(text.split())
        short = {8: 9, 10: 12, 11: 12}.get(len(digits)) if digits.isdecimal() else None
        if short:
            digits = digits.zfill(short)
            self.note("id_number", "zeros", Severity.NOTE)
        return normalise_id_number(digits)

    def day(self, column: str, expired: str) -> Callable[[str], date]:
        """Return a reader of days that warns of one that is over and refuses one that nobody means."""

        def read(text: str) -> date:
            day = _day(text)
            if abs((day - self.today).days) > _FURTHEST_DAYS:
                raise UnreadableError("day_far")
            if day < self.today:
                self.note(column, expired, Severity.WARNING)
            return day

        return read

    def place(self, text: str) -> str | None:
        """Return the code of a ward; several or none are written down."""
        codes = self.places.find(text)
        if len(codes) == 1:
            return codes[0]
        self.note("residence_code", "place_many" if codes else "place", detail=str(len(codes)))
        return None

    def test_end(self, text: str) -> datetime:
        """Read until when a test holds; a day without an hour lasts to its end."""
        end = _moment(text)
        if abs((local_date(end) - self.today).days) > _FURTHEST_TEST_DAYS:
            raise UnreadableError("day_far")
        if local_date(end) < self.today:
            self.note("test_expires_at", "test_expired", Severity.WARNING)
        return end


def read_row(kind: ImportKind, cells: Mapping[str, str], places: Places, today: date) -> Reading:
    """Read one row.

    Args:
        kind: what the rows are.
        cells: text by column key.
        places: finds wards.
        today: the local day.
    """
    row = _Row(cells, places, today)
    required = {column.key: column.is_required for column in COLUMNS[kind]}

    def value(column: str, reader: Callable[[str], Any]) -> Any:
        return row.read(column, reader, is_required=required[column])

    values = _vehicle(row, value) if kind is ImportKind.VEHICLES else _crew(row, value)
    key = values.get("plate") or values.get("id_number")
    is_broken = any(problem.severity is Severity.ERROR for problem in row.problems)
    draft_class = VehicleDraft if kind is ImportKind.VEHICLES else CrewDraft
    return Reading(None if is_broken else draft_class(**values), key, tuple(row.problems))


def _vehicle(row: _Row, value: Callable[[str, Callable[[str], Any]], Any]) -> dict[str, Any]:
    return {
        "plate": value("plate", normalise_plate),
        "vehicle_class": value("vehicle_class", lambda text: VehicleClass(int(_choice("vehicle_class", text)))),
        "payload_tonnes": value("payload_tonnes", read_tonnes),
        "inspection_expires_on": value("inspection_expires_on", row.day("inspection_expires_on", "inspection_expired")),
    }


def _crew(row: _Row, value: Callable[[str, Callable[[str], Any]], Any]) -> dict[str, Any]:
    return {
        "id_number": value("id_number", row.id_number),
        "name": value("name", tidy),
        "phone": value("phone", _phone),
        "residence_code": value("residence_code", row.place),
        "role": value("role", lambda text: Role(_choice("role", text))),
        "licence_class": value("licence_class", lambda text: _choice("licence_class", text)),
        "licence_expires_on": value("licence_expires_on", row.day("licence_expires_on", "licence_expired")),
        "usual_plate": value("usual_plate", normalise_plate),
        "vaccine_doses": value("vaccine_doses", read_count),
        "test_result": value("test_result", lambda text: LabResult(_choice("test_result", text))),
        "test_expires_at": value("test_expires_at", row.test_end),
    }


def _choice(column: str, text: str) -> str:
    found = CHOICES[column].get(fold(text))
    if found is None:
        raise UnreadableError("choice")
    return found


def _phone(text: str) -> str:
    """Read a phone number; the zero that a spreadsheet took for nothing comes back."""
    digits = "".join(text.split())
    return read_phone(f"0{digits}" if digits.isdecimal() and not digits.startswith("0") else text)


def _serial(text: str) -> datetime | None:
    """Return the local moment that a number means by a spreadsheet's count of days, or None."""
    found = _SERIAL.fullmatch(text)
    if found is None or int(found[1]) not in _SERIAL_DAYS:
        return None
    counted: datetime = from_excel(float(text.replace(",", ".")))
    return counted.replace(tzinfo=LOCAL)


def _day(text: str) -> date:
    if counted := _serial(text):
        return counted.date()
    if text.isdecimal():
        text = text.zfill(8)  # 8092021, written as a number
    return read_day(_MIDNIGHT.sub("", text))


def _moment(text: str) -> datetime:
    counted = _serial(text)
    if counted and (counted.hour, counted.minute) != (0, 0):
        return counted.replace(second=0, microsecond=0).astimezone(UTC)
    day, _space, clock = text.replace("T", " ").partition(" ")
    hour = read_clock(clock.strip().removesuffix(":00") if clock.count(":") > 1 else clock.strip()) if clock else None
    local = datetime.combine(_day(day), hour or time(), LOCAL)
    return (local if hour is not None else local + timedelta(days=1)).astimezone(UTC)
