"""Reading what people type or paste, and what addresses and forms bear: days, hours, tonnes, counts, phones, rows."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING

import phonenumbers

if TYPE_CHECKING:
    from collections.abc import Iterable

_DAY = re.compile(r"(?P<day>\d{1,2})[/.\- ](?P<month>\d{1,2})[/.\- ](?P<year>\d{4})")
_DAY_CLOSE = re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4})")
_DAY_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:\s*(?:[:.hg]|giờ)\s*(?P<minute>\d{2})?)?", re.IGNORECASE)
_TONNES = re.compile(r"(?P<value>-?\d{1,6}(?:[.,]\d{1,6})?)\s*(?:tấn|tan|t)?", re.IGNORECASE)
_AROUND_MARKS = re.compile(r"\s*([/.\-])\s*")
_COUNT = re.compile(r"-?\d{1,9}")
ROW_DIGITS = 9
"""No table has more rows than a number of so many digits counts, and every database takes it."""
REGION = "VN"


class UnreadableError(ValueError):
    """A text is not what was asked for.

    Attributes:
        code: stable word that forms and lists of errors turn into a sentence.
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def read_day(text: str) -> date:
    """Read a day: "18/09/2021", "18-9-2021", "18092021", an ISO date.

    Raises:
        UnreadableError: it is none (`day`), or the calendar has no such day (`day_missing`).
    """
    text = _AROUND_MARKS.sub(r"\1", text)
    for pattern in (_DAY, _DAY_CLOSE, _DAY_ISO):
        if found := pattern.fullmatch(text):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                raise UnreadableError("day_missing") from None
    raise UnreadableError("day")


def read_clock(text: str) -> time:
    """Read an hour of the day: "14:00", "14h", "7h30"; without time zone.

    Raises:
        UnreadableError: it is none (`clock`).
    """
    if found := _CLOCK.fullmatch(text):
        try:
            return time(int(found["hour"]), int(found["minute"] or 0))
        except ValueError:
            pass
    raise UnreadableError("clock")


def read_tonnes(text: str) -> Decimal:
    """Read a mass in tonnes to one decimal, with comma or point.

    Raises:
        UnreadableError: it is no number (`tonnes`), or has more decimals (`tonnes_exact`).
    """
    found = _TONNES.fullmatch(text)
    if found is None:
        raise UnreadableError("tonnes")
    value = Decimal(found["value"].replace(",", "."))
    if value != value.quantize(Decimal("0.1")):
        raise UnreadableError("tonnes_exact")
    return value


def read_count(text: str) -> int:
    """Read a number in digits.

    Raises:
        UnreadableError: it is none (`count`).
    """
    if not _COUNT.fullmatch(text):
        raise UnreadableError("count")
    return int(text)


def read_phone(text: str) -> str:
    """Read a phone number; return it in E.164.

    Raises:
        UnreadableError: nobody can have this number (`phone`).
    """
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise UnreadableError("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_row(text: str) -> int | None:
    """Return the row number that a text is; None when it is none. What a form or an address bears may be anything."""
    return int(text) if text.isdecimal() and len(text) <= ROW_DIGITS else None


def read_rows(texts: Iterable[str]) -> list[int]:
    """Return the row numbers among some texts, in their order."""
    return [number for number in map(read_row, texts) if number is not None]
