"""Deterministic CBOR: one encoding a value, and nothing but what the protocol uses."""

import random
import tracemalloc

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor

SCALARS = st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=40) | st.booleans() | st.none()
KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=40,
)


@given(VALUES)
def test_what_is_encoded_decodes_and_another_library_agrees(value: object) -> None:
    data = cbor.dumps(value)
    assert cbor.loads(data) == value
    assert cbor.loads_signed(data) == value
    assert cbor2.loads(data) == value


@given(VALUES, st.data())
def test_no_other_bytes_decode_to_the_same_value(value: object, draw: st.DataObject) -> None:
    data = bytearray(cbor.dumps(value))
    at = draw.draw(st.integers(0, len(data) - 1))
    data[at] ^= 1 << draw.draw(st.integers(0, 7))
    try:
        other = cbor.loads(bytes(data))
    except cbor.CborError:
        return
    assert cbor.dumps(other) == bytes(data)


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("nothing", ""),
        ("an integer in a longer head than it needs", "1817"),
        ("a 2-byte head for a small number", "1900ff"),
        ("an 8-byte head for a small number", "1b00000000ffffffff"),
        ("a length in a longer head than it needs", "5801ff"),
        ("an indefinite byte string", "5f4101ff"),
        ("an indefinite array", "9f01ff"),
        ("an indefinite map", "bf0101ff"),
        ("a break", "ff"),
        ("a reserved head", "1c"),
        ("bytes after the end", "0000"),
        ("a string longer than the data", "4501"),
        ("an array longer than the data", "8201"),
        ("a huge array", "9bffffffffffffffff"),
        ("a huge string", "5bffffffffffffffff"),
        ("a head cut off", "19ff"),
        ("text that is not UTF-8", "61ff"),
        ("a repeated key", "a201010102"),
        ("keys out of order", "a202010101"),
        ("a byte string as a key", "a14001"),
        ("null as a key", "a1f601"),
        ("an array as a key", "a18001"),
        ("a boolean as a key", "a1f501"),
        ("a float", "fb3ff0000000000000"),
        ("undefined", "f7"),
        ("a simple value", "f820"),
        ("a date", "c074323031332d30332d32315432303a30343a30305a"),
        ("a shared value", "d81c8140"),
        ("a reference", "d81d00"),
        ("a regular expression", "d8236128"),
    ],
)
def test_what_is_not_deterministic_or_not_used_is_refused(what: str, data: str) -> None:
    assert what
    with pytest.raises(cbor.CborError):
        cbor.loads(bytes.fromhex(data))


def test_deep_nesting_is_refused() -> None:
    assert cbor.loads(b"\x81" * cbor.MAX_DEPTH + b"\x00")
    for opening in (b"\x81", b"\xa1\x00"):
        with pytest.raises(cbor.CborError):
            cbor.loads(opening * (cbor.MAX_DEPTH + 1) + b"\x00")
        with pytest.raises(cbor.CborError):
            cbor.loads(opening * 100_000 + b"\x00")


def test_random_bytes_raise_only_our_error_and_cost_no_memory() -> None:
    chance = random.Random(20210914)  # noqa: S311 - repeatable noise, no secret
    tracemalloc.start()
    try:
        for _ in range(3_000):
            noise = chance.randbytes(chance.randrange(1, 60))
            for load in (cbor.loads, cbor.loads_signed):
                try:
                    load(noise)
                except cbor.CborError:
                    continue
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("data", ["d82301", "c4821b7fffffffffffffff01", "d81c8001", "81ff00", "0001", "00f6", ""])
def test_signed_nonsense_raises_only_our_error(data: str) -> None:
    with pytest.raises(cbor.CborError):
        cbor.loads_signed(bytes.fromhex(data))
