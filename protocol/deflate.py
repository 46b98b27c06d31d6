"""Raw DEFLATE (RFC 1951) with a preset dictionary, for messages of a few hundred bytes.

Reading is zlib's, bounded. Writing is done here: of all ways to write the data as one block with the fixed codes, it
takes the shortest, which zlib's own search seldom finds in so little data, and it gives the same bytes whatever zlib
is installed. Codes made for the block would cost more to describe than such a message can save.
"""

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_LEAST_LENGTH: Final = 3
_MOST_LENGTH: Final = 258
_MOST_DISTANCE: Final = 32_768
_END_OF_BLOCK: Final = 256
_FINAL_FIXED_BLOCK: Final = 0b011
"""The first three bits: the last block, with the fixed codes, lowest bit first."""
_RAW: Final = -zlib.MAX_WBITS


class DeflateError(ValueError):
    """Not a stream of this form, or one that holds too much."""


def _length_codes() -> list[tuple[int, int, int]]:
    """Give for each length its symbol, how many extra bits follow, and what they say (RFC 1951 §3.2.5)."""
    codes = [(0, 0, 0)] * _LEAST_LENGTH
    for symbol in range(257, 285):
        extra = max(0, (symbol - 261) // 4)
        codes += [(symbol, extra, value) for value in range(1 << extra)]
    return [*codes[:_MOST_LENGTH], (285, 0, 0)]


def _distance_starts() -> list[int]:
    """Give the least distance of each distance symbol."""
    starts = [1]
    for symbol in range(29):
        starts.append(starts[-1] + (1 << _distance_extra(symbol)))
    return starts


def _distance_extra(symbol: int) -> int:
    return max(0, symbol // 2 - 1)


def _literal_code(symbol: int) -> tuple[int, int]:
    """Give the fixed code of a literal, a length or the end, and its length in bits (RFC 1951 §3.2.6)."""
    for first, end, code, width in ((0, 144, 0x30, 8), (144, 256, 0x190, 9), (256, 280, 0, 7), (280, 288, 0xC0, 8)):
        if symbol < end:
            return code + symbol - first, width
    raise DeflateError("no such symbol")


_LENGTHS: Final = _length_codes()
_DISTANCES: Final = _distance_starts()
_LITERAL_BITS: Final = [_literal_code(byte)[1] for byte in range(256)]
_LENGTH_BITS: Final = [_literal_code(symbol)[1] + extra for symbol, extra, _ in _LENGTHS]


def inflate(data: bytes, dictionary: bytes, at_most: int) -> bytes:
    """Inflate a stream that fills `data` exactly.

    Args:
        data: One raw DEFLATE stream.
        dictionary: What stands before the data.
        at_most: The greatest size to inflate to, bytes.

    Raises:
        DeflateError: If it is no such stream, does not end with the data, or inflates to more.
    """
    inflater = zlib.decompressobj(_RAW, zdict=dictionary)
    try:
        content = inflater.decompress(data, at_most + 1)
    except zlib.error as error:
        raise DeflateError(str(error)) from error
    if not inflater.eof or inflater.unused_data or len(content) > at_most:
        raise DeflateError("the stream does not end where the data does, or holds too much")
    return content


def compress(data: bytes, dictionary: bytes) -> bytes:
    """Write data as the shortest single block with the fixed codes.

    Args:
        data: What to compress; the time grows with its size times the number of repetitions in the dictionary.
        dictionary: What stands before it, at most 32 KiB with the data.
    """
    bits, count = _FINAL_FIXED_BLOCK, 3
    for code, width in _codes(data, shortest(data, dictionary)):
        bits |= code << count
        count += width
    return bits.to_bytes((count + 7) // 8, "little")


def bits_of(literals: bytes) -> Iterator[int]:
    """Give for each byte how many bits it takes as it is."""
    return (_LITERAL_BITS[byte] for byte in literals)


def bits_of_repetition(length: int, distance: int) -> int:
    """Give how many bits a repetition takes."""
    return _LENGTH_BITS[length] + 5 + _distance_extra(_distance_symbol(distance))


def _codes(data: bytes, steps: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give every code of a block with its width, ready to be put above the bits before it."""
    at = 0
    for length, distance in steps:
        if not distance:
            yield _huffman(data[at])
        else:
            symbol, extra, value = _LENGTHS[length]
            yield _huffman(symbol)
            yield value, extra
            symbol = _distance_symbol(distance)
            yield _reversed(symbol, 5), 5
            yield distance - _DISTANCES[symbol], _distance_extra(symbol)
        at += length
    yield _huffman(_END_OF_BLOCK)


def _huffman(symbol: int) -> tuple[int, int]:
    code, width = _literal_code(symbol)
    return _reversed(code, width), width


def _reversed(code: int, width: int) -> int:
    """Turn a Huffman code round: its first bit is the highest, those of the stream fill bytes from the lowest."""
    return int(f"{code:0{width}b}"[::-1], 2)


def _distance_symbol(distance: int) -> int:
    return next(symbol for symbol in range(29, -1, -1) if _DISTANCES[symbol] <= distance)


def shortest(data: bytes, dictionary: bytes) -> list[tuple[int, int]]:
    """Find the cheapest way through the data, as lengths and distances; a distance of 0 is a single byte as it is.

    Whatever reaches a position most cheaply is final once all positions before it are done. Of equal ways the first
    found stands, so that the same data always gives the same stream.
    """
    whole, start, size = dictionary + data, len(dictionary), len(data)
    ways: list[tuple[int, int, int]] = [(0, 0, 0)] + [(1 << 30, 0, 0)] * size
    seen: dict[bytes, list[int]] = {}
    for at in range(size):
        cost = ways[at][0]
        _offer(ways, at + 1, (cost + _LITERAL_BITS[data[at]], 1, 0))
        longest, here = _LEAST_LENGTH - 1, start + at
        key = whole[here : here + _LEAST_LENGTH]
        for place in (*reversed(seen.get(key, ())), *_places(dictionary).get(key, ())):
            distance, found = here - place, longest + 1
            limit = min(size - at, _MOST_LENGTH)
            if found > limit or distance > _MOST_DISTANCE or whole[place : place + found] != whole[here : here + found]:
                continue
            while found < limit and whole[place + found] == whole[here + found]:
                found += 1
            for length in range(longest + 1, found + 1):
                _offer(ways, at + length, (cost + bits_of_repetition(length, distance), length, distance))
            longest = found
        seen.setdefault(key, []).append(here)
    steps: list[tuple[int, int]] = []
    at = size
    while at:
        _, length, distance = ways[at]
        steps.append((length, distance))
        at -= length
    return steps[::-1]


def _offer(ways: list[tuple[int, int, int]], at: int, way: tuple[int, int, int]) -> None:
    if way[0] < ways[at][0]:
        ways[at] = way


@lru_cache(maxsize=4)
def _places(dictionary: bytes) -> dict[bytes, tuple[int, ...]]:
    """Give for each three bytes that occur in a dictionary where, the nearest to its end first."""
    places: dict[bytes, list[int]] = {}
    for at in range(len(dictionary) - _LEAST_LENGTH, -1, -1):
        places.setdefault(dictionary[at : at + _LEAST_LENGTH], []).append(at)
    return {key: tuple(found) for key, found in places.items()}
