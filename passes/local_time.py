"""Days and hours as people here count them: Asia/Ho_Chi_Minh. Everything inside the system is aware UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_FIRST_YEAR, _LAST_YEAR = 1970, 2242
_MAX_CHARS = 64


class NoMomentError(ValueError):
    """A text names no moment that can be kept."""


def now() -> datetime:
    """Return the present moment; only views, commands and the worker ask for it."""
    return datetime.now(UTC)


def read_moment(text: str) -> datetime:
    """Return the aware UTC datetime that files and commands mean by an RFC 3339 text.

    Small `t` and `z` are as good as capitals (RFC 3339 §5.6); what is finer than a microsecond is cut off.

    Raises:
        NoMomentError: it is no such text, or lies outside 1970 to 2242, which is as far as a pass can say it.
    """
    if len(text) <= _MAX_CHARS and _RFC3339.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
        if moment is not None:
            if _FIRST_YEAR <= moment.year < _LAST_YEAR:
                return moment
            raise NoMomentError(f"{text!r} lies outside {_FIRST_YEAR} to {_LAST_YEAR - 1}")
    raise NoMomentError(f"{text!r} is no RFC 3339 time with its offset: 2021-09-11T00:00:00+07:00")


def read_second(text: str) -> datetime:
    """Return the moment of a text as `read_moment` does, where only whole seconds have a meaning.

    Raises:
        NoMomentError: it is none, or between two seconds.
    """
    moment = read_moment(text)
    if moment.microsecond:
        raise NoMomentError(f"{text!r} lies between two seconds; only whole ones have a meaning here")
    return moment


def start_of_day(day: date) -> datetime:
    """Return the local midnight with which `day` begins."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the local midnight that ends `day` ("đến hết ngày"); exclusive."""
    return start_of_day(day + timedelta(days=1))


def local_date(moment: datetime) -> date:
    """Return the local day of a moment."""
    return moment.astimezone(LOCAL).date()


def last_day_before(end: datetime) -> date:
    """Return the last local day that an exclusive end still covers: "đến hết ngày" of it."""
    return local_date(end - timedelta(microseconds=1))
