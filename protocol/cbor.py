"""Deterministic CBOR, and only as much of it as this protocol uses.

Every value here has exactly one encoding (RFC 8949 §4.2.1: shortest heads, definite lengths, map keys in the
byte order of their encodings), and the decoder accepts nothing else. It knows integers, byte and text strings,
arrays, maps, booleans and null. Tags, floats and the rest of CBOR are refused, so that data from strangers cannot
reach the parts of a general decoder that build dates, regular expressions or cycles.
"""

from typing import Final

import cbor2

MAX_DEPTH: Final = 16
"""Arrays and maps inside each other, at most."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_SIMPLE_VALUES: Final[dict[int, bool | None]] = {20: False, 21: True, 22: None}


class CborError(ValueError):
    """The bytes are not the one deterministic encoding of a value of this protocol."""


def dumps(value: object) -> bytes:
    """Encode a value deterministically.

    Args:
        value: Integers, bytes, text, booleans, None, and lists, tuples and dicts of them.
    """
    return cbor2.dumps(_in_key_order(value))


def loads(data: bytes) -> object:
    """Decode one value that fills `data` exactly.

    Args:
        data: The encoding; anything but the deterministic one is refused.

    Raises:
        CborError: If the bytes are malformed, not deterministic, nested too deep, or of a type left out here.
    """
    try:
        value, end = _item(data, 0, 0)
    except (IndexError, UnicodeDecodeError) as error:
        raise CborError("truncated, or text that is not UTF-8") from error
    if end != len(data):
        raise CborError("bytes after the end")
    return value


def _in_key_order(value: object) -> object:
    if isinstance(value, dict):
        return {key: _in_key_order(value[key]) for key in sorted(value, key=cbor2.dumps)}
    if isinstance(value, list | tuple):
        return [_in_key_order(item) for item in value]
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[object, int]:
    """Decode the item that starts at `at`; give it with the position after it."""
    head = data[at]
    at += 1
    major, argument = head >> 5, head & 31
    if argument > 23:  # noqa: PLR2004 - the head's own limit: 24 to 27 announce 1, 2, 4 or 8 more bytes
        argument, at = _long_argument(data, at, major, argument)
    if major == _UNSIGNED:
        return argument, at
    if major == _TEXT or major == _BYTES:  # noqa: PLR1714 - the faster form, on the path of every scan
        end = at + argument
        if end > len(data):
            raise CborError("string longer than the data")
        return (data[at:end].decode() if major == _TEXT else data[at:end]), end
    if major == _NEGATIVE:
        return -1 - argument, at
    if major == _SIMPLE and argument in _SIMPLE_VALUES:
        return _SIMPLE_VALUES[argument], at
    if depth == MAX_DEPTH:
        raise CborError("nested too deep")
    if major == _ARRAY:
        return _array(data, at, argument, depth + 1)
    if major == _MAP:
        return _map(data, at, argument, depth + 1)
    raise CborError("a type that this protocol does not use")


def _long_argument(data: bytes, at: int, major: int, info: int) -> tuple[int, int]:
    if info > 27 or major == _SIMPLE:  # noqa: PLR2004 - 28 to 30 are reserved, 31 is an indefinite length
        raise CborError("reserved head, indefinite length or float")
    width = 1 << (info - 24)
    argument = int.from_bytes(data[at : at + width])
    shortest = 24 if width == 1 else 1 << (4 * width)
    if at + width > len(data) or argument < shortest:
        raise CborError("head cut off, or longer than needed")
    return argument, at + width


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[list[object], int]:
    items = []
    for _ in range(count):  # a false count costs nothing: the data ends first
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[int | str, object], int]:
    entries: dict[int | str, object] = {}
    previous = b""
    for _ in range(count):
        start = at
        key, at = _item(data, at, depth)
        encoded = data[start:at]
        if encoded <= previous or not isinstance(key, int | str):
            raise CborError("map keys out of order, repeated, or neither integer nor text")
        previous = encoded
        entries[key], at = _item(data, at, depth)
    return entries, at
