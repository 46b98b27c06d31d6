"""Sealing to the issuer."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.cose import key_id
from protocol.sealing import SealingError, open_, record_info, seal, sealing_kid

PRIVATE = X25519PrivateKey.from_private_bytes(b"where personal details are read.")
PUBLIC = PRIVATE.public_key().public_bytes_raw()
OTHER = X25519PrivateKey.from_private_bytes(b"another key, of another issuer..")
INFO = record_info("00" * 16, "chot-1")
SEALED = seal(b"details", PUBLIC, INFO)


@given(st.binary(max_size=500))
def test_what_is_sealed_opens_with_the_private_key(plaintext: bytes) -> None:
    sealed = seal(plaintext, PUBLIC, INFO)
    assert open_(sealed, PRIVATE, INFO) == plaintext
    assert plaintext not in sealed or len(plaintext) < 8


def test_sealing_twice_never_gives_the_same_bytes() -> None:
    assert seal(b"details", PUBLIC, INFO) != SEALED


def test_the_key_is_named_so_that_its_successor_can_be_told_apart() -> None:
    assert sealing_kid(SEALED) == key_id(PUBLIC)
    with pytest.raises(SealingError):
        open_(SEALED, OTHER, INFO)
    with pytest.raises(SealingError):
        open_(key_id(OTHER.public_key().public_bytes_raw()) + SEALED[8:], OTHER, INFO)


@pytest.mark.parametrize(
    "info",
    [b"", record_info("01" * 16, "chot-1"), record_info("00" * 16, "chot-2"), record_info("00" * 16 + "\0chot", "-1")],
)
def test_details_cannot_be_moved_to_another_record_or_station(info: bytes) -> None:
    with pytest.raises(SealingError):
        open_(SEALED, PRIVATE, info)


def test_no_changed_byte_and_no_truncation_opens() -> None:
    for at in range(len(SEALED)):
        with pytest.raises(SealingError):
            open_(SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :], PRIVATE, INFO)
        with pytest.raises(SealingError):
            open_(SEALED[:at], PRIVATE, INFO)
    with pytest.raises(SealingError):
        open_(key_id(PUBLIC) + bytes(80), PRIVATE, INFO)
