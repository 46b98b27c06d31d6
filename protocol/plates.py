"""Vietnamese number plates of civilian vehicles.

A plate is the province's two digits, a series of one letter (two for some owners and kinds: `LD`, `RM`, `MK` ...)
and four or five digits. Trailers have a series of their own (`R`, `RM`). White, blue and yellow plates have the same
texts; the colour is no part of them. Normalised plates have neither hyphen nor dot, and `D` for `Đ`.
"""

import re
import unicodedata
from typing import Final

_SERIES_LETTERS: Final = "ABCDEFGHKLMNPRSTUVXYZ"
_PAIRED_SERIES: Final = ("CD", "CV", "DA", "HC", "KT", "LB", "LD", "MD", "MK", "NG", "NN", "QT", "RM", "SA", "TD")
_NO_PROVINCE: Final = frozenset({"10", "13", "42", "44", "45", "46", "87", "91", "96"})
_SEPARATORS: Final = str.maketrans("", "", " .-_\u2010\u2011\u2012\u2013\u2014")
_PLATE: Final = re.compile(rf"([1-9][0-9])({'|'.join(_PAIRED_SERIES)}|[{_SERIES_LETTERS}])([0-9]{{4,5}})")
_TRAILER_SERIES: Final = frozenset({"R", "RM"})
_LONG_NUMBER: Final = 5


class PlateError(ValueError):
    """Not a Vietnamese number plate."""


def normalise_plate(text: str) -> str:
    """Give a plate as the protocol carries it.

    Args:
        text: As people write it: `29C-123.45`, `29c 12345`, `51LD-1234`.

    Raises:
        PlateError: If it is no such plate.
    """
    plate = unicodedata.normalize("NFKC", text).strip().upper().replace("Đ", "D").translate(_SEPARATORS)
    match = _PLATE.fullmatch(plate)
    if match is None or match[1] in _NO_PROVINCE:
        raise PlateError(f"not a number plate: {text!r}")
    return plate


def is_trailer_plate(plate: str) -> bool:
    """Say whether a normalised plate is of the trailers' series (`29R-012.34`), which no vehicle with a motor bears."""
    match = _PLATE.fullmatch(plate)
    return match is not None and match[2] in _TRAILER_SERIES


def format_plate(plate: str) -> str:
    """Write a normalised plate as on the vehicle: `29C-123.45`, `29C-1234`; any other text as it is."""
    match = _PLATE.fullmatch(plate)
    if match is None:
        return plate
    province, series, number = match.groups()
    shown = f"{number[:3]}.{number[3:]}" if len(number) == _LONG_NUMBER else number
    return f"{province}{series}-{shown}"
