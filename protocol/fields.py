"""Reading typed, bounded values out of decoded CBOR and JSON. What is not exactly as expected is refused."""

import unicodedata
from collections.abc import Sequence
from typing import Final

Map = dict[int | str, object]

_BIT_64: Final = 2**63


class FieldError(ValueError):
    """A value is missing, of another type, or out of range."""


def text(value: object, at_most: int, at_least: int = 1) -> str:
    """Take a text: NFC, printable, of `at_least` to `at_most` characters.

    Raises:
        FieldError: If it is anything else.
    """
    if type(value) is not str or not at_least <= len(value) <= at_most:
        raise FieldError(f"not a text of {at_least} to {at_most} characters")
    if not value.isprintable() or not (value.isascii() or unicodedata.is_normalized("NFC", value)):
        raise FieldError("a text with control characters, or not in Unicode's form NFC")
    return value


def raw_text(value: object, at_most: int) -> str:
    """Take a text of at most `at_most` characters, whatever they are: what a reader saw, or a person typed.

    Raises:
        FieldError: If it is anything else.
    """
    if type(value) is not str or len(value) > at_most:
        raise FieldError(f"not a text of at most {at_most} characters")
    return value


def integer(value: object, end: int = _BIT_64, start: int = 0) -> int:
    """Take an integer from `start` up to, not including, `end`.

    Raises:
        FieldError: If it is anything else; a boolean is no integer.
    """
    if type(value) is not int or not start <= value < end:
        raise FieldError(f"not an integer from {start} to below {end}")
    return value


def boolean(value: object) -> bool:
    """Take a boolean.

    Raises:
        FieldError: If it is anything else.
    """
    if type(value) is not bool:
        raise FieldError("not a boolean")
    return value


def byte_string(value: object, at_most: int, at_least: int | None = None) -> bytes:
    """Take a byte string of `at_least` to `at_most` bytes, of exactly `at_most` if no least length is given.

    Raises:
        FieldError: If it is anything else.
    """
    least = at_most if at_least is None else at_least
    if type(value) is not bytes or not least <= len(value) <= at_most:
        raise FieldError(f"not a string of {least} to {at_most} bytes")
    return value


def array(value: object, at_most: int, at_least: int = 0) -> Sequence[object]:
    """Take an array of `at_least` to `at_most` items.

    Raises:
        FieldError: If it is anything else.
    """
    if type(value) is not list or not at_least <= len(value) <= at_most:
        raise FieldError(f"not an array of {at_least} to {at_most} items")
    return value


def mapping(value: object) -> Map:
    """Take a map.

    Raises:
        FieldError: If it is anything else.
    """
    if type(value) is not dict:
        raise FieldError("not a map")
    return value
