"""Base45 (RFC 9285), strict, on whole strings at a time.

Three characters `c d e` stand for the number `c + 45 d + 2025 e`, which is two bytes. Decoding does not loop over the
triples: the values of all characters, looked up in a table, are read as one very long integer, in which each triple
is a lane of 24 bits; a few shifts, multiplications and additions of that integer do the sum of every lane at once.
"""

from functools import lru_cache
from typing import Final

ALPHABET: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_VALUES: Final = bytes(ALPHABET.find(bytes([code])) % 256 for code in range(256))
"""What each character stands for; 255 for those outside the alphabet."""
_PAIRS: Final = [bytes(ALPHABET[part] for part in (n % 45, n // 45)) for n in range(45 * 45)]
_LANE: Final = 3
_LOWEST_OF_LANE: Final = b"\0\0\xff"


class Base45Error(ValueError):
    """The text is not Base45."""


def encode(data: bytes) -> str:
    """Encode bytes; two of them become three characters, a last single one two."""
    even = len(data) & ~1
    text = bytearray()
    for at in range(0, even, 2):
        high, low = divmod(data[at] << 8 | data[at + 1], 2025)
        text += _PAIRS[low]
        text.append(ALPHABET[high])
    if even != len(data):
        text += _PAIRS[data[-1]]
    return text.decode("ascii")


def decode(text: str) -> bytes:
    """Decode Base45; every byte string has exactly one text that this accepts.

    Args:
        text: Characters of the alphabet of QR's alphanumeric mode.

    Raises:
        Base45Error: If a character is outside the alphabet, the length is impossible or a group is too large.
    """
    try:
        values = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError as error:
        raise Base45Error("characters outside the alphabet") from error
    if not values.isascii():  # 255 is not
        raise Base45Error("characters outside the alphabet")
    triples, rest = divmod(len(values), 3)
    if rest == 1:
        raise Base45Error("a single character is left over")
    whole = _decode_triples(values[: 3 * triples], triples)
    if not rest:
        return whole
    last = values[-2] + 45 * values[-1]
    if last > 0xFF:  # noqa: PLR2004 - the last pair stands for one byte
        raise Base45Error("the last pair is larger than a byte")
    return whole + bytes([last])


@lru_cache(maxsize=64)
def _lowest_of_lanes(count: int) -> int:
    """Give the number whose lanes hold one byte of ones each; texts of one length come often."""
    return int.from_bytes(_LOWEST_OF_LANE * count)


def _decode_triples(values: bytes, count: int) -> bytes:
    """Decode `count` whole triples of character values (0 to 44) into two bytes each."""
    lanes, lowest = int.from_bytes(values), _lowest_of_lanes(count)
    sums = (lanes >> 16 & lowest) + 45 * (lanes >> 8 & lowest) + 2025 * (lanes & lowest)
    summed = bytearray(sums.to_bytes(_LANE * count))
    if summed[0::_LANE].count(0) < count:  # the greatest possible sum, 91,124, reaches into a lane's first byte
        raise Base45Error("a group is larger than two bytes")
    del summed[0::_LANE]
    return bytes(summed)
