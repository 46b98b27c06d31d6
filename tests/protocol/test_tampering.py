"""Nothing but the text that was issued is ever admitted, and no text costs more than its size."""

import random
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base45, claims, cose
from protocol.assess import Context, assess
from protocol.claims import Credential
from protocol.envelope import Prefix, pack, unpack
from protocol.reasons import Outcome, Reason
from tests import counts
from tests.protocol.samples import ASSISTANT, CARD, DRIVER, NOW, PASS, SIGNER, trust_with

TRUST = trust_with()
ALPHABET = base45.ALPHABET.decode()
UNVERIFIED = {Reason.NOT_A_PASS, Reason.FORMAT_INVALID, Reason.FORMAT_UNSUPPORTED}
UNVERIFIED |= {Reason.ISSUER_UNKNOWN, Reason.SIGNATURE_INVALID}
TAMPERED = counts.count("passes of which every character is changed and every truncation tried", 2, 20)


def various_credentials() -> list[Credential]:
    """Passes whose lengths leave every rest of Base45, and a card."""
    crews = [(DRIVER,), (DRIVER, ASSISTANT), (DRIVER, replace(ASSISTANT, name="Lê Thị Hoa"))]
    passes = [
        replace(PASS, cti=bytes([n]) * 8, crew=crews[n % 3], carrier="Vận tải " + "Bình An " * (n % 5) + str(n))
        for n in range(TAMPERED - 1)
    ]
    return [CARD, *passes]


def assert_refused_unverified(text: str) -> None:
    verdict = assess(text, TRUST, Context(), NOW)
    assert verdict.outcome is Outcome.REFUSE
    assert verdict.credential is None
    assert set(verdict.reasons) <= UNVERIFIED


@pytest.mark.parametrize("credential", various_credentials(), ids=lambda credential: credential.cti.hex())
def test_no_changed_character_and_no_truncation_is_accepted(credential: Credential) -> None:
    text = claims.issue(credential, SIGNER)
    assert assess(text, TRUST, Context(), NOW).credential == credential
    chance = random.Random(text)  # noqa: S311 - repeatable choices, no secret
    for at in range(len(text)):
        tried = ALPHABET if at >= len(text) - 4 else chance.choices(ALPHABET, k=3)
        for character in {*tried, "a", "é"} - {text[at]}:
            assert_refused_unverified(text[:at] + character + text[at + 1 :])
        assert_refused_unverified(text[:at])
    for addition in ALPHABET:
        assert_refused_unverified(text + addition)
        assert_refused_unverified(addition + text)


def test_no_flipped_bit_of_a_message_is_accepted() -> None:
    prefix, message = unpack(claims.issue(PASS, SIGNER))
    for bit in range(8 * len(message)):
        changed = bytearray(message)
        changed[bit // 8] ^= 1 << bit % 8
        assert_refused_unverified(pack(prefix, bytes(changed)))


@given(st.text(max_size=300) | st.text(ALPHABET, max_size=300).map("VP1:".__add__))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert_refused_unverified(text)


NESTED = [b"\x81" * 500 + b"\x00", b"\xa1\x00" * 400 + b"\x00", b"\xd8\x1c" * 300 + b"\x80"]
TAGGED = [cbor2.CBORTag(28, [1]), cbor2.CBORTag(35, "(a+)+$"), cbor2.CBORTag(2, b"\xff" * 100), cbor2.CBORTag(0, "x")]


@given(st.binary(max_size=200) | st.sampled_from([*NESTED, *map(cbor2.dumps, TAGGED)]))
def test_any_payload_even_signed_gets_a_verdict(payload: bytes) -> None:
    verdict = assess(pack(Prefix.VEHICLE_PASS, cose.sign1(payload, SIGNER)), TRUST, Context(), NOW)
    assert verdict.outcome is Outcome.REFUSE
    assert set(verdict.reasons) <= {Reason.FORMAT_INVALID, Reason.FORMAT_UNSUPPORTED}


@pytest.mark.parametrize("label", [1, 4, 5, 7, 65535, -65537])
@pytest.mark.parametrize("value", [*TAGGED, None, -1, 1.5, [], {}, {1: 2}, "x", cbor2.undefined])
def test_any_signed_claim_gets_a_verdict(label: int, value: object) -> None:
    payload = cbor2.dumps(cbor2.loads(claims.encode(PASS)) | {label: value})
    verdict = assess(pack(Prefix.VEHICLE_PASS, cose.sign1(payload, SIGNER)), TRUST, Context(), NOW)
    assert verdict.outcome is Outcome.REFUSE
    assert verdict.credential is None


@pytest.mark.parametrize("prefix", ["", "VP1:", "CC1:", "é"])
def test_ten_megabytes_cost_no_memory(prefix: str) -> None:
    text = prefix + "A" * 10_000_000
    tracemalloc.start()
    try:
        assert_refused_unverified(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000


def test_the_text_of_a_pass_does_not_change_with_the_clock() -> None:
    text = claims.issue(PASS, SIGNER)
    for hours in range(-100, 100, 7):
        verdict = assess(text, TRUST, Context(), NOW + timedelta(hours=hours))
        assert verdict.credential == PASS
