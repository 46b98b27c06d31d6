"""The syntax of administrative area codes (General Statistics Office): province 2 digits, district 3, ward 5.

Which codes exist, and what lies in what, is data of the issuer; a verifier needs only the digits. In credentials a
code travels as one integer, its *area number*: the level's first number plus the code's value.
"""

from enum import IntEnum
from functools import lru_cache
from typing import Final


class AreaLevel(IntEnum):
    """The level of an administrative area, by the number of digits in its code."""

    PROVINCE = 2
    DISTRICT = 3
    WARD = 5


class AreaCodeError(ValueError):
    """Not the code of an area."""


_FIRST_DISTRICT: Final = 100
_FIRST_WARD: Final = 1_100
_END: Final = 101_100
_FIRST_NUMBER: Final = {AreaLevel.PROVINCE: 0, AreaLevel.DISTRICT: _FIRST_DISTRICT, AreaLevel.WARD: _FIRST_WARD}


def level(code: str) -> AreaLevel:
    """Tell the level of an area code.

    Args:
        code: Two, three or five digits.

    Raises:
        AreaCodeError: If it is anything else.
    """
    if not (code.isascii() and code.isdigit()):
        raise AreaCodeError(f"an area code has digits only: {code!r}")
    try:
        return AreaLevel(len(code))
    except ValueError:
        raise AreaCodeError(f"an area code has 2, 3 or 5 digits: {code!r}") from None


def to_number(code: str) -> int:
    """Give the area number of a code: provinces from 0, districts from 100, wards from 1,100.

    Raises:
        AreaCodeError: If it is not an area code.
    """
    return _FIRST_NUMBER[level(code)] + int(code)


def from_number(number: object) -> str:
    """Give the code of an area number.

    Raises:
        AreaCodeError: If it is not an integer from 0 to 101,099.
    """
    if type(number) is not int or not 0 <= number < _END:
        raise AreaCodeError(f"not an area number: {number!r}")
    return _code(number)


@lru_cache(maxsize=4_096)
def _code(number: int) -> str:
    if number >= _FIRST_WARD:
        return f"{number - _FIRST_WARD:05}"
    if number >= _FIRST_DISTRICT:
        return f"{number - _FIRST_DISTRICT:03}"
    return f"{number:02}"
