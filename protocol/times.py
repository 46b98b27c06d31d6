"""Moments as they travel: aware UTC datetimes here, whole seconds since 1970 in CBOR, RFC 3339 in JSON."""

import re
from datetime import UTC, datetime
from typing import Final

MAX_NUMERIC_DATE: Final = 2**33
"""Past the year 2242; a bound that keeps arithmetic and `datetime` safe."""


_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.0+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


class MomentError(ValueError):
    """Not a moment that this protocol can carry."""


def to_numeric_date(moment: datetime) -> int:
    """Give the NumericDate (RFC 8392 §2) of an aware datetime of whole seconds.

    Raises:
        MomentError: If the datetime is naive, has fractions of a second, or lies outside 1970 to 2242.
    """
    if moment.tzinfo is None:
        raise MomentError("a moment needs its time zone")
    if moment.microsecond:
        raise MomentError("a moment here has whole seconds")
    seconds = int(moment.timestamp())
    if not 0 <= seconds < MAX_NUMERIC_DATE:
        raise MomentError("a moment outside 1970 to 2242")
    return seconds


def from_numeric_date(seconds: object) -> datetime:
    """Give the UTC datetime of a NumericDate.

    Raises:
        MomentError: If it is not an integer in range.
    """
    if type(seconds) is not int or not 0 <= seconds < MAX_NUMERIC_DATE:
        raise MomentError("not a whole number of seconds since 1970")
    return datetime.fromtimestamp(seconds, UTC)


def to_rfc3339(moment: datetime) -> str:
    """Give `2021-09-14T02:00:00Z` for an aware datetime of whole seconds.

    Raises:
        MomentError: As `to_numeric_date` does.
    """
    return datetime.fromtimestamp(to_numeric_date(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_rfc3339(text: object) -> datetime:
    """Give the UTC datetime of an RFC 3339 text of whole seconds, with any offset.

    Raises:
        MomentError: If it is not such a text, or lies outside 1970 to 2242.
    """
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        raise MomentError("not an RFC 3339 moment of whole seconds")
    try:
        moment = datetime.fromisoformat(text)
        return datetime.fromtimestamp(to_numeric_date(moment), UTC)
    except ValueError as error:
        raise MomentError(str(error)) from error


def to_microseconds(moment: datetime) -> int:
    """Give the microseconds since 1970 of an aware datetime.

    Raises:
        MomentError: If the datetime is naive or lies outside 1970 to 2242.
    """
    return to_numeric_date(moment.replace(microsecond=0)) * 1_000_000 + moment.microsecond


def from_microseconds(value: object) -> datetime:
    """Give the UTC datetime of microseconds since 1970.

    Raises:
        MomentError: If it is not an integer in range.
    """
    if type(value) is not int or value < 0:
        raise MomentError("not a whole number of microseconds since 1970")
    seconds, microseconds = divmod(value, 1_000_000)
    return from_numeric_date(seconds).replace(microsecond=microseconds)
