"""COSE_Sign1 in the one form that is accepted."""

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.cose import CoseError, SignatureInvalidError, key_id, parse_sign1, sign1
from tests.protocol.samples import SIGNER, STRANGER

TYP = "application/example+cwt"
MESSAGE = sign1(b"payload", SIGNER)
HEADER = bytes.fromhex("a201270448") + SIGNER.kid


@given(st.binary(max_size=300), st.sampled_from([None, TYP]))
def test_what_is_signed_parses_and_verifies(payload: bytes, typ: str | None) -> None:
    parsed = parse_sign1(sign1(payload, SIGNER, typ), typ)
    assert (parsed.kid, parsed.payload) == (SIGNER.kid, payload)
    parsed.verify(SIGNER.public_raw)
    parsed.verify(Ed25519PublicKey.from_public_bytes(SIGNER.public_raw))


@pytest.mark.parametrize("size", [0, 23, 24, 255, 256, 65_535, 65_536, 100_000])
def test_every_length_of_payload_has_its_shortest_head(size: int) -> None:
    message = sign1(bytes(size), SIGNER)
    assert cbor2.loads(message).value[2] == bytes(size)
    assert parse_sign1(message).payload == bytes(size)


def test_the_layout_is_that_of_rfc_9052() -> None:
    tag = cbor2.loads(MESSAGE)
    protected, unprotected, payload, signature = tag.value
    assert (tag.tag, protected, unprotected, payload) == (18, HEADER, {}, b"payload")
    to_be_signed = cbor2.dumps(["Signature1", protected, b"", payload])
    Ed25519PublicKey.from_public_bytes(SIGNER.public_raw).verify(signature, to_be_signed)


def test_the_typ_header_stands_in_the_protected_header() -> None:
    protected = cbor2.loads(sign1(b"payload", SIGNER, TYP)).value[0]
    assert cbor2.loads(protected) == {1: -8, 4: SIGNER.kid, 16: TYP}


def test_the_key_id_is_the_beginning_of_the_keys_sha256() -> None:
    assert key_id(bytes(32)).hex() == "66687aadf862bd77"


def test_another_key_and_another_payload_do_not_verify() -> None:
    with pytest.raises(SignatureInvalidError):
        parse_sign1(MESSAGE).verify(STRANGER.public_raw)
    with pytest.raises(SignatureInvalidError):
        parse_sign1(MESSAGE.replace(b"payload", b"payloae")).verify(SIGNER.public_raw)
    assert not issubclass(SignatureInvalidError, InvalidSignature)


@pytest.mark.parametrize("typ", [None, "application/other+cwt"])
def test_a_message_of_one_kind_does_not_pass_for_another(typ: str | None) -> None:
    with pytest.raises(CoseError):
        parse_sign1(sign1(b"payload", SIGNER, TYP), typ)
    with pytest.raises(CoseError):
        parse_sign1(MESSAGE, TYP)


def rewritten(**parts: object) -> bytes:
    """The message with parts written in another way by a general encoder."""
    protected, unprotected, payload, signature = cbor2.loads(MESSAGE).value
    fields = {"protected": protected, "unprotected": unprotected, "payload": payload, "signature": signature, **parts}
    return cbor2.dumps(cbor2.CBORTag(18, list(fields.values())))


def test_rewriting_nothing_gives_the_same_bytes() -> None:
    assert rewritten() == MESSAGE


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("nothing", b""),
        ("no tag", MESSAGE[1:]),
        ("another tag", b"\xd1" + MESSAGE[1:]),
        ("the tag of CWT before it", b"\xd8\x3d" + MESSAGE),
        ("an array of three", b"\xd2\x83" + MESSAGE[2:]),
        ("an indefinite array", b"\xd2\x9f" + MESSAGE[2:] + b"\xff"),
        ("an unprotected header", rewritten(unprotected={4: SIGNER.kid})),
        ("an unprotected header of another kind", rewritten(unprotected={1000: "x"})),
        ("another algorithm", rewritten(protected=HEADER.replace(b"\x01\x27", b"\x01\x26"))),
        ("headers in another order", rewritten(protected=cbor2.dumps({4: SIGNER.kid, 1: -8}))),
        ("a header more", rewritten(protected=cbor2.dumps({1: -8, 4: SIGNER.kid, 3: 61}))),
        ("a kid of seven bytes", rewritten(protected=cbor2.dumps({1: -8, 4: SIGNER.kid[:7]}))),
        ("no kid", rewritten(protected=cbor2.dumps({1: -8}))),
        ("a longer head for the protected header", MESSAGE.replace(b"\x4d\xa2", b"\x58\x0d\xa2", 1)),
        ("a longer head for the payload", MESSAGE.replace(b"\x47payload", b"\x58\x07payload")),
        ("a still longer head for the payload", MESSAGE.replace(b"\x47payload", b"\x59\x00\x07payload")),
        ("an indefinite payload", MESSAGE.replace(b"\x47payload", b"\x5f\x47payload\xff")),
        ("a text as payload", MESSAGE.replace(b"\x47payload", b"\x67payload")),
        ("no payload", rewritten(payload=None)),
        ("a signature of 63 bytes", rewritten(signature=bytes(63))),
        ("a signature of 65 bytes", rewritten(signature=bytes(65))),
        ("a byte after the end", MESSAGE + b"\x00"),
        ("only the headers", MESSAGE[:17]),
    ],
)
def test_every_other_form_is_refused(what: str, message: bytes) -> None:
    assert what
    with pytest.raises(CoseError):
        parse_sign1(message)


def test_no_flipped_bit_and_no_truncation_verifies() -> None:
    for bit in range(8 * len(MESSAGE)):
        changed = bytearray(MESSAGE)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CoseError):
            parse_sign1(bytes(changed)).verify(SIGNER.public_raw)
    for end in range(len(MESSAGE)):
        with pytest.raises(CoseError):
            parse_sign1(MESSAGE[:end]).verify(SIGNER.public_raw)
