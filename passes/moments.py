"""How pages say times: as people say them, in Vietnamese time, with the full time for whoever asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import format_date, format_datetime, format_decimal, get_locale, to_user_timezone
from flask_babel import gettext as _

from passes import local_time

if TYPE_CHECKING:
    from flask import Flask

_NEAR_DAYS = 6


def _local(moment: datetime) -> datetime:
    """Return an aware datetime on the reader's clock.

    Raises:
        ValueError: the datetime has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone cannot be shown")
    return to_user_timezone(moment)


def _is_vietnamese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "vi"


def short_date(day: date) -> str:
    """Say a date: 18/09/2021, in English 18 Sep 2021."""
    if isinstance(day, datetime):
        day = _local(day).date()
    return format_date(day, "dd/MM/yyyy" if _is_vietnamese() else "d MMM yyyy")


def spoken_time(moment: datetime, now: datetime | None = None) -> str:
    """Say an aware datetime as people do: "hôm nay lúc 14:05", "thứ Bảy 18/09 lúc 14:05", "18/09/2021 lúc 14:05".

    Args:
        moment: the aware datetime.
        now: what counts as today; the clock when not given.
    """
    local = _local(moment)
    hour = local.strftime("%H:%M")
    days = (local.date() - _local(now or local_time.now()).date()).days
    if days == 0:
        return _("hôm nay lúc %(hour)s", hour=hour)
    if days == -1:
        return _("hôm qua lúc %(hour)s", hour=hour)
    if days == 1:
        return _("ngày mai lúc %(hour)s", hour=hour)
    if abs(days) <= _NEAR_DAYS:
        day = format_date(local.date(), "EEEE dd/MM" if _is_vietnamese() else "EEEE d MMM")
    else:
        day = short_date(local.date())
    return _("%(day)s lúc %(hour)s", day=day, hour=hour)


def spoken_end(moment: datetime) -> str:
    """Say an exclusive end: "hết ngày 18/09/2021" for the local midnight that ends that day, else its hour and day."""
    local = _local(moment)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return _("hết ngày %(day)s", day=short_date(local.date() - timedelta(days=1)))
    return _("%(hour)s ngày %(day)s", hour=local.strftime("%H:%M"), day=short_date(local.date()))


def full_time(moment: datetime) -> str:
    """Say everything: weekday, date, time to the second, and whose time it is."""
    day = format_datetime(moment, "EEEE, dd/MM/yyyy HH:mm:ss" if _is_vietnamese() else "EEEE, d MMMM yyyy HH:mm:ss")
    return _("%(day)s, giờ Việt Nam", day=day)


def paper_time(moment: datetime) -> str:
    """Say date and hour for a printed page, where "hôm qua" would soon be wrong."""
    local = _local(moment)
    return f"{short_date(local.date())} {local:%H:%M}"


def iso_time(moment: datetime) -> str:
    """Return the machine's form for `<time datetime>`, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def grouped(number: int) -> str:
    """Write a count with the reader's separators: 40.000, in English 40,000."""
    return format_decimal(number)


def init_app(app: Flask) -> None:
    """Give the templates these functions as filters of the same name."""
    for function in (short_date, spoken_time, spoken_end, full_time, paper_time, iso_time, grouped):
        app.jinja_env.filters[function.__name__] = function
