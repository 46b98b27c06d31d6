"""Raw DEFLATE with a preset dictionary."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.deflate import DeflateError, bits_of, bits_of_repetition, compress, inflate, shortest
from protocol.dictionaries import DICTIONARIES

DICTIONARY = DICTIONARIES[1]
DATA = st.binary(max_size=400) | st.text("ab", max_size=700).map(str.encode)
DATA |= st.lists(st.sampled_from([DICTIONARY[at : at + 9] for at in range(0, 2_000, 9)])).map(b"".join)


@given(DATA, st.sampled_from([b"", b"abab", DICTIONARY]))
def test_what_is_compressed_is_read_back_by_us_and_by_zlib(data: bytes, dictionary: bytes) -> None:
    stream = compress(data, dictionary)
    assert inflate(stream, dictionary, len(data)) == data
    assert zlib.decompressobj(-15, zdict=dictionary).decompress(stream) == data


@given(DATA, st.sampled_from([b"", DICTIONARY]))
def test_zlib_never_finds_a_shorter_block_with_the_same_codes(data: bytes, dictionary: bytes) -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FIXED, zdict=dictionary)
    theirs = compressor.compress(data) + compressor.flush()
    assert len(compress(data, dictionary)) <= len(theirs)


@given(DATA)
def test_the_size_is_the_sum_of_what_its_parts_take(data: bytes) -> None:
    bits, at = 3 + 7, 0
    for length, distance in shortest(data, DICTIONARY):
        bits += bits_of_repetition(length, distance) if distance else sum(bits_of(data[at : at + length]))
        at += length
    assert at == len(data)
    assert len(compress(data, DICTIONARY)) == (bits + 7) // 8


@pytest.mark.parametrize("length", [3, 10, 11, 18, 19, 114, 115, 130, 131, 226, 227, 257, 258, 259, 300, 516, 700])
@pytest.mark.parametrize("distance", [1, 4, 5, 8, 9, 1_024, 1_025, 8_193, 24_577, 32_000, 33_500])
def test_every_length_and_distance_is_written_as_rfc_1951_says(length: int, distance: int) -> None:
    repeated = bytes(1 + at % 251 for at in range(min(length, distance)))
    dictionary = repeated + bytes(distance - len(repeated))
    data = (repeated * length)[:length]
    assert inflate(compress(data, dictionary), dictionary, length) == data


def test_the_same_data_always_gives_the_same_stream() -> None:
    assert compress(b"Nguy\xe1\xbb\x85n V\xc4\x83n B", b"").hex() == "f34b2fad7cb8bb354f21ec48739e821300"


def test_nothing_gives_the_shortest_stream_there_is() -> None:
    assert compress(b"", DICTIONARY) == b"\x03\x00"
    assert inflate(b"\x03\x00", DICTIONARY, 0) == b""


@pytest.mark.parametrize("stream", [b"", b"\x07", b"\x03", b"\x03\x00\x00", b"\x01\x01\x00\xfe\xffab"])
def test_what_is_no_stream_or_not_only_one_is_refused(stream: bytes) -> None:
    with pytest.raises(DeflateError):
        inflate(stream, DICTIONARY, 100)


def test_more_than_is_allowed_is_refused() -> None:
    stream = compress(bytes(1_000), b"")
    assert inflate(stream, b"", 1_000) == bytes(1_000)
    with pytest.raises(DeflateError):
        inflate(stream, b"", 999)


@given(st.binary(max_size=200))
def test_random_bytes_raise_only_our_error(stream: bytes) -> None:
    try:
        inflate(stream, DICTIONARY, 4_096)
    except DeflateError:
        return
