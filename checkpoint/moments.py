"""Times as people here write and read them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from checkpoint.errors import StationError
from checkpoint.i18n import current_language
from checkpoint.i18n import gettext as _

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
ENGLISH_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class MomentError(StationError):
    """A text is no time (`time_invalid`)."""


def parse_moment(text: str) -> datetime:
    """Read a time: RFC 3339, or without offset, which then is the local time of Vietnam.

    Raises:
        MomentError: it is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MomentError("time_invalid", text=text) from error


def show_day(day: date) -> str:
    """Write a date: 14/09/2021, in English 14 Sep 2021."""
    return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day:%Y}" if current_language() == "en" else f"{day:%d/%m/%Y}"


def show_moment(moment: datetime) -> str:
    """Write a time with its date, local: 14/09/2021 09:00."""
    return f"{show_day(moment.astimezone(LOCAL).date())} {show_time(moment)}"


def show_time(moment: datetime) -> str:
    """Write a time of day, local: 09:00."""
    return f"{moment.astimezone(LOCAL):%H:%M}"


def show_end(moment: datetime) -> str:
    """Write an exclusive end: "hết ngày 16/09/2021" for a local midnight, else the minute."""
    local = moment.astimezone(LOCAL)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return _("hết ngày %(day)s", day=show_day(local.date() - timedelta(days=1)))
    return _("%(time)s ngày %(day)s", time=f"{local:%H:%M}", day=show_day(local.date()))


def show_age(age: timedelta) -> str:
    """Write how old something is, in the largest unit that fits."""
    if age < timedelta(hours=1):
        return _("%(count)s phút", count=max(0, age // timedelta(minutes=1)))
    if age < timedelta(days=2):
        return _("%(count)s giờ", count=age // timedelta(hours=1))
    return _("%(count)s ngày", count=age // timedelta(days=1))
