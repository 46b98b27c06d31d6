"""The text around a message."""

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base45
from protocol.envelope import (
    FORM_PLAIN,
    MAX_TEXT_CHARS,
    EnvelopeError,
    NotAPassError,
    Prefix,
    pack,
    unpack,
)

ALPHANUMERIC = set(base45.ALPHABET.decode())


@given(st.sampled_from(Prefix), st.integers(0, 255), st.binary(max_size=600))
def test_what_is_packed_unpacks_and_fits_alphanumeric_mode(prefix: Prefix, form: int, message: bytes) -> None:
    text = pack(prefix, form, message)
    assert unpack(text) == (prefix, form, message)
    assert set(text) <= ALPHANUMERIC


@pytest.mark.parametrize(
    "text", ["", "V", "VP1", "vp1:ABC", " VP1:BB8", "VP2:BB8", "HC1:BB8", "https://example.org/", "AAAA", "\ud800P1:"]
)
def test_what_does_not_begin_like_a_pass_is_not_one(text: str) -> None:
    with pytest.raises(NotAPassError):
        unpack(text)


@pytest.mark.parametrize("text", ["VP1:", "VP1:A", "VP1:BB8\n", "CC1:bb8", "VP1:" + "0" * MAX_TEXT_CHARS])
def test_what_begins_like_a_pass_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        unpack(text)
    assert type(caught.value) is EnvelopeError


def test_a_message_too_large_for_a_readable_code_is_not_packed() -> None:
    with pytest.raises(EnvelopeError):
        pack(Prefix.VEHICLE_PASS, FORM_PLAIN, bytes(MAX_TEXT_CHARS))


@pytest.mark.parametrize("prefix", ["", "VP1:", "CC1:"])
def test_ten_megabytes_of_text_are_refused_unread(prefix: str) -> None:
    text = prefix + "A" * 10_000_000
    tracemalloc.start()
    try:
        with pytest.raises(EnvelopeError):
            unpack(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def test_random_texts_raise_only_our_error() -> None:
    chance = random.Random(1)  # noqa: S311 - repeatable noise, no secret
    for _ in range(2_000):
        text = "VP1:" + "".join(chance.choices("".join(sorted(ALPHANUMERIC)), k=chance.randrange(60)))
        try:
            unpack(text)
        except EnvelopeError:
            continue
