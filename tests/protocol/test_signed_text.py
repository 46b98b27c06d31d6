"""Claims as a text, plain or compressed with a preset dictionary."""

import hashlib
import tracemalloc
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol import base45, claims, cose, deflate, dictionary_1, signed_text
from protocol.cose import CoseError, SignatureInvalidError
from protocol.dictionaries import DICTIONARIES
from protocol.envelope import FORM_PLAIN, EnvelopeError, FormUnsupportedError, Prefix, pack
from protocol.signed_text import MAX_CLAIMS_BYTES
from tests.protocol.samples import CARD, DRIVER, PASS, SIGNER, SLIP

PAYLOAD = claims.encode(PASS)
STREAM = deflate.compress(PAYLOAD, DICTIONARIES[1])


def test_a_dictionary_is_the_one_that_is_in_use_and_small() -> None:
    assert set(DICTIONARIES) == {1}
    assert hashlib.sha256(DICTIONARIES[1]).hexdigest() == dictionary_1.SHA256
    assert dictionary_1.SHA256 == "b7705af25cfdbdbb6e8bcc02be1f1fb4d9504b0c669c3fcc7826c49d373a3773"
    assert len(DICTIONARIES[1]) < 8 * 1024


@pytest.mark.parametrize("credential", [PASS, CARD, SLIP])
def test_a_credential_is_written_with_the_dictionary_and_read_back(credential: claims.Credential) -> None:
    text = claims.issue(credential, SIGNER)
    prefix, form, message = signed_text.read(text)
    message.verify(SIGNER.public_raw)
    assert (form, signed_text.inflate(form, message.payload)) == (1, claims.encode(credential))
    plain = pack(prefix, FORM_PLAIN, cose.sign1(claims.encode(credential), SIGNER))
    assert len(text) < 0.75 * len(plain)


def test_claims_that_no_dictionary_helps_are_written_plain() -> None:
    payload = hashlib.shake_256(b"noise").digest(200)
    _, form, message = signed_text.read(signed_text.write(Prefix.VEHICLE_PASS, payload, SIGNER))
    message.verify(SIGNER.public_raw)
    assert (form, signed_text.inflate(form, message.payload)) == (FORM_PLAIN, payload)


def test_the_short_form_holds_kid_compressed_claims_and_signature() -> None:
    data = base45.decode(claims.issue(PASS, SIGNER)[4:])
    assert (data[0], data[1:9], data[9:-64]) == (1, SIGNER.kid, STREAM)
    to_be_signed = b"\x84\x6aSignature1\x4d\xa2\x01\x27\x04\x48" + SIGNER.kid + b"\x41\x01\x58"
    to_be_signed += bytes([len(STREAM)]) + STREAM
    Ed25519PublicKey.from_public_bytes(SIGNER.public_raw).verify(data[-64:], to_be_signed)


@pytest.mark.parametrize("size", [1, 23, 24, 255, 256, 1_000])
def test_the_short_form_signs_payloads_of_any_length(size: int) -> None:
    parsed = cose.parse_short(cose.sign_short(bytes(size), SIGNER, 7), 7)
    assert (parsed.kid, parsed.payload) == (SIGNER.kid, bytes(size))
    parsed.verify(SIGNER.public_raw)
    with pytest.raises(SignatureInvalidError):
        cose.parse_short(cose.sign_short(bytes(size), SIGNER, 7), 8).verify(SIGNER.public_raw)


@pytest.mark.parametrize("size", [0, 1, 8, 71, 72])
def test_a_short_message_without_a_payload_is_refused(size: int) -> None:
    with pytest.raises(CoseError):
        cose.parse_short(bytes(size), 1)


@pytest.mark.parametrize("form", [2, 3, 0x78, 0xD2, 255])
def test_an_unknown_dictionary_is_told_apart_from_damage(form: int) -> None:
    with pytest.raises(FormUnsupportedError):
        signed_text.read(pack(Prefix.VEHICLE_PASS, form, cose.sign_short(STREAM, SIGNER, form)))


def test_no_byte_of_a_form_can_be_exchanged_for_another() -> None:
    """What was signed in one form verifies in none other, though the bytes between kid and signature are the same."""
    short = cose.sign_short(STREAM, SIGNER, 1)
    whole = cose.sign1(STREAM, SIGNER)
    for message, other in ((short, whole), (whole, short)):
        forged = message[:-64] + other[-64:]
        parsed = cose.parse_short(forged, 1) if message is short else cose.parse_sign1(forged)
        with pytest.raises(SignatureInvalidError):
            parsed.verify(SIGNER.public_raw)


@pytest.mark.parametrize(
    "stream",
    [
        b"\x07",
        STREAM[:-1],
        STREAM + b"\x00",
        deflate.compress(bytes(MAX_CLAIMS_BYTES + 1), DICTIONARIES[1]),
        zlib.compress(bytes(10_000_000), 9, -15),
    ],
    ids=["no such block", "cut off", "a byte more", "a byte too much", "a bomb"],
)
def test_a_stream_that_is_not_exactly_the_claims_is_refused_and_costs_no_memory(stream: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(EnvelopeError):
            signed_text.inflate(1, stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def test_the_largest_pass_that_can_be_issued_inflates() -> None:
    crowd = PASS._replace(crew=(DRIVER._replace(name="Ậ" * 60),) * 8, route=("10354",) * 12, carrier="Ữ" * 60)
    assert claims.peek(claims.issue(crowd, SIGNER)) == crowd
    assert len(claims.encode(crowd)) < MAX_CLAIMS_BYTES
