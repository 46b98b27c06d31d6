"""Days and hours as people here count them: Asia/Ho_Chi_Minh. Everything inside the system is aware UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the present moment; only views, commands and the worker ask for it."""
    return datetime.now(UTC)


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
