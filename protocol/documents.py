"""JSON documents of the trust repository: written canonically, read strictly."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from protocol import areas, fields, times

MAX_ITEMS: Final = 100_000
"""Entries in one array of a document."""
MAX_ID_CHARS: Final = 64
MAX_TEXT_CHARS: Final = 300

_Item = TypeVar("_Item")


class DocumentError(ValueError):
    """Not a document of the expected form."""


def dump(document: object) -> bytes:
    """Write a document: UTF-8, keys sorted, no spaces; the same value gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def parse(data: bytes, read: Callable[[fields.Map], _Item]) -> _Item:
    """Read a document that is one JSON object.

    Args:
        data: UTF-8 JSON; an object that names a key twice is refused.
        read: Makes a value of the object; may raise the errors of `fields`, `times` and `areas`.

    Raises:
        DocumentError: If it is not JSON, or `read` finds a value missing or wrong.
    """
    try:
        return read(fields.mapping(json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)))
    except (ValueError, RecursionError) as error:
        raise DocumentError(str(error) or type(error).__name__) from error


def items(document: fields.Map, key: str, read: Callable[[fields.Map], _Item]) -> tuple[_Item, ...]:
    """Read an array of objects."""
    return tuple(read(fields.mapping(item)) for item in fields.array(document.get(key), MAX_ITEMS))


def texts(value: object) -> tuple[str, ...]:
    """Read an array of short texts."""
    return tuple(fields.text(item, MAX_ID_CHARS) for item in fields.array(value, MAX_ITEMS))


def area_codes(value: object) -> tuple[str, ...]:
    """Read an array of area codes."""
    codes = texts(value)
    for code in codes:
        areas.level(code)
    return codes


def optional_text(value: object, at_most: int = MAX_ID_CHARS) -> str | None:
    """Read a text that may be null."""
    return None if value is None else fields.text(value, at_most)


def optional_moment(value: object) -> datetime | None:
    """Read an RFC 3339 moment that may be null."""
    return None if value is None else times.from_rfc3339(value)


def write_moment(moment: datetime | None) -> str | None:
    """Write a moment that may be None."""
    return None if moment is None else times.to_rfc3339(moment)


def raw_bytes(value: object, length: int) -> bytes:
    """Read bytes written in lower-case hexadecimal."""
    digits = fields.text(value, 2 * length, at_least=2 * length)
    raw = bytes.fromhex(digits)
    if raw.hex() != digits:
        raise DocumentError("not lower-case hexadecimal")
    return raw


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DocumentError("an object names a key twice")
    return found


def _no_constant(name: str) -> object:
    raise DocumentError(f"{name} is not JSON")
