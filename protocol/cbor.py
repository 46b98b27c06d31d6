"""Deterministic CBOR, and only as much of it as this protocol uses.

Every value here has exactly one encoding (RFC 8949 §4.2.1: shortest heads, definite lengths, map keys in the
byte order of their encodings). `loads` accepts nothing else, and only integers, byte and text strings, arrays, maps,
booleans and null: data from strangers must not reach the parts of a general decoder that build dates, regular
expressions or cycles. `loads_signed` is that general decoder, four times as fast, for what an issuer has signed.
"""

from typing import IO, Final, cast

import cbor2

MAX_DEPTH: Final = 16
"""Arrays and maps inside each other, at most."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_SIMPLE_VALUES: Final[dict[int, bool | None]] = {20: False, 21: True, 22: None}
_LAST_SHORT_ARGUMENT: Final = 23
_LONG_ARGUMENTS: Final = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}
"""How many bytes an argument beyond the head has, and the least number that needs so many."""


class CborError(ValueError):
    """The bytes are not an encoding that is accepted here."""


class _Source:
    """Bytes as a file, as far as cbor2 needs one, that tells what was not read."""

    __slots__ = ("rest",)

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def read(self, size: int) -> bytes:
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken


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


def loads_signed(data: bytes) -> object:
    """Decode one value that fills `data` exactly, after the signature over it has been verified.

    The value's parts may be of any type that CBOR knows; whoever takes them must check.

    Raises:
        CborError: If the bytes are malformed.
    """
    source = _Source(data)
    try:
        # All bytes but the last are fetched at once, so that only a value that ends with the data makes it fetch that.
        value = cbor2.CBORDecoder(cast("IO[bytes]", source), read_size=max(1, len(data) - 1)).decode()
    except Exception as error:  # a general decoder fails in many ways; each means: not ours
        raise CborError(str(error)) from error
    if source.rest:
        raise CborError("bytes after the end")
    return cast("object", value)


def _in_key_order(value: object) -> object:
    if isinstance(value, dict):
        return {key: _in_key_order(value[key]) for key in sorted(value, key=cbor2.dumps)}
    if isinstance(value, list | tuple):
        return [_in_key_order(item) for item in value]
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[object, int]:
    """Decode the item that starts at `at`; give it with the position after it."""
    major, argument = data[at] >> 5, data[at] & 31
    at += 1
    if major == _SIMPLE:
        if argument not in _SIMPLE_VALUES:
            raise CborError("a float, or a simple value that this protocol does not use")
        return _SIMPLE_VALUES[argument], at
    if argument > _LAST_SHORT_ARGUMENT:
        argument, at = _long_argument(data, at, argument)
    if major == _UNSIGNED:
        return argument, at
    if major == _NEGATIVE:
        return -1 - argument, at
    if major in (_BYTES, _TEXT):
        content = data[at : at + argument]
        if len(content) != argument:
            raise CborError("a string longer than the data")
        return (content.decode() if major == _TEXT else content), at + argument
    container = _CONTAINERS.get(major)
    if container is None or depth == MAX_DEPTH:
        raise CborError("a tag, which this protocol does not use, or nested too deep")
    return container(data, at, argument, depth + 1)


def _long_argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info not in _LONG_ARGUMENTS:
        raise CborError("a reserved head, or an indefinite length")
    width, least = _LONG_ARGUMENTS[info]
    argument = int.from_bytes(data[at : at + width])
    if argument < least or at + width > len(data):
        raise CborError("a head cut off, or longer than needed")
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
        if encoded <= previous or type(key) not in (int, str):
            raise CborError("map keys out of order, repeated, or neither integer nor text")
        previous = encoded
        entries[key], at = _item(data, at, depth)  # type: ignore[index]  # its type was checked two lines above
    return entries, at


_CONTAINERS: Final = {_ARRAY: _array, _MAP: _map}
