"""Nothing but the text that was issued is ever admitted, and no text costs more than its size."""

import random
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base45, claims, cose, deflate, status, trust
from protocol.assess import Context, assess
from protocol.claims import Credential
from protocol.dictionaries import DICTIONARIES
from protocol.envelope import FORM_PLAIN, Prefix, pack
from protocol.reasons import Outcome, Reason
from tests import counts
from tests.protocol.samples import ASSISTANT, CARD, DRIVER, NOW, PASS, SIGNER, SLIP, targets, trust_with

TRUST = trust_with()
ALPHABET = base45.ALPHABET.decode()
UNVERIFIED = {Reason.NOT_A_PASS, Reason.FORMAT_INVALID, Reason.FORMAT_UNSUPPORTED}
UNVERIFIED |= {Reason.ISSUER_UNKNOWN, Reason.SIGNATURE_INVALID}
TAMPERED = counts.count("passes of which every character is changed and every truncation tried", 2, 20)
CHANGES = counts.count("characters tried at each place of such a pass", 3, 45)


def in_plain_form(credential: Credential) -> str:
    """The text of a credential, not compressed."""
    return pack(claims.prefix_of(credential), FORM_PLAIN, cose.sign1(claims.encode(credential), SIGNER))


def with_dictionary(credential: Credential) -> str:
    """The text of a credential as it is issued."""
    return claims.issue(credential, SIGNER)


def various_credentials() -> list[Credential]:
    """Passes whose lengths leave every rest of Base45 and of a byte."""
    crews = [(DRIVER,), (DRIVER, ASSISTANT), (DRIVER, ASSISTANT._replace(name="Lê Thị Hoa"))]
    return [
        PASS._replace(cti=bytes([n]) * 8, crew=crews[n % 3], carrier="Vận tải " + "Bình An " * (n % 5) + str(n))
        for n in range(TAMPERED)
    ]


def assert_refused_unverified(text: str) -> None:
    verdict = assess(text, TRUST, Context(), NOW)
    assert verdict.outcome is Outcome.REFUSE
    assert verdict.credential is None
    assert set(verdict.reasons) <= UNVERIFIED


@pytest.mark.parametrize("write", [in_plain_form, with_dictionary])
@pytest.mark.parametrize("credential", [CARD, SLIP, *various_credentials()], ids=lambda one: one.cti.hex())
def test_no_changed_character_and_no_truncation_is_accepted(
    credential: Credential, write: Callable[[Credential], str]
) -> None:
    text = write(credential)
    assert assess(text, TRUST, Context(), NOW).credential == credential
    chance = random.Random(text)  # noqa: S311 - repeatable choices, no secret
    for at in range(len(text)):
        tried = ALPHABET if at >= len(text) - 4 else chance.sample(ALPHABET, k=CHANGES)
        for character in {*tried, "a", "é"} - {text[at]}:
            assert_refused_unverified(text[:at] + character + text[at + 1 :])
        assert_refused_unverified(text[:at])
    for addition in ALPHABET:
        assert_refused_unverified(text + addition)
        assert_refused_unverified(addition + text)


@pytest.mark.parametrize("write", [in_plain_form, with_dictionary])
@pytest.mark.parametrize("credential", [PASS, CARD, SLIP], ids=lambda one: type(one).__name__)
def test_no_flipped_bit_under_base45_is_accepted(credential: Credential, write: Callable[[Credential], str]) -> None:
    text = write(credential)
    data = base45.decode(text[4:])
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        assert_refused_unverified(text[:4] + base45.encode(bytes(changed)))


def test_no_other_stream_for_the_same_claims_is_accepted() -> None:
    """DEFLATE has many streams for the same data, and dictionaries hold words twice: each would be another text."""
    payload, dictionary = claims.encode(PASS), DICTIONARIES[1]
    short = cose.sign_short(deflate.compress(payload, dictionary), SIGNER, 1)
    others = {deflate.compress(payload, dictionary[cut:]) for cut in range(100, len(dictionary), 500)}
    for stream in others - {short[8:-64]}:
        assert_refused_unverified(pack(Prefix.VEHICLE_PASS, 1, SIGNER.kid + stream + short[-64:]))


def test_what_a_carelessly_read_message_would_let_through_is_refused() -> None:
    message = cose.sign1(claims.encode(PASS), SIGNER)
    for added in (b"\xa1\x04\x48" + SIGNER.kid, b"\xa1\x18\x63\x00"):
        assert_refused_unverified(
            pack(Prefix.VEHICLE_PASS, FORM_PLAIN, message.replace(b"\xa0\x58", added + b"\x58", 1))
        )


@given(st.sampled_from(["", *Prefix]), st.text(max_size=300) | st.text(ALPHABET, max_size=300))
def test_any_text_gets_a_verdict(prefix: str, rest: str) -> None:
    assert_refused_unverified(prefix + rest)


@given(st.sampled_from(Prefix), st.integers(0, 255), st.binary(max_size=400))
def test_any_message_gets_a_verdict(prefix: Prefix, form: int, message: bytes) -> None:
    assert_refused_unverified(pack(prefix, form, message))


@given(st.sampled_from(Prefix), st.integers(0, 2), st.binary(max_size=300))
def test_any_message_that_names_our_key_gets_a_verdict(prefix: Prefix, form: int, rest: bytes) -> None:
    assert_refused_unverified(pack(prefix, form, SIGNER.kid + rest))


TAGGED = [cbor2.CBORTag(28, [1]), cbor2.CBORTag(35, "(a+)+$"), cbor2.CBORTag(2, b"\xff" * 100), cbor2.CBORTag(0, "x")]
HOSTILE = [
    b"\x81" * 500 + b"\x00",
    b"\xa1\x00" * 400 + b"\x00",
    b"\xd8\x1c" * 300 + b"\x80",
    b"\xd8\x1c\x81\xd8\x1d\x00",  # an array that holds itself
    b"\xd8\x23\x78\x1e" + b"(a+)+" * 6,  # a regular expression that takes for ever
    b"\x9b" + b"\xff" * 8,
    b"\xbb" + b"\xff" * 8,
    b"\x5b" + b"\xff" * 8,
    b"\xc2\x58\x64" + b"\xff" * 100,
    *map(cbor2.dumps, TAGGED),
]
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=9) | st.text(max_size=9)
NESTED = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-70_000, 70_000) | st.text(max_size=3), inner, max_size=4)
        | st.builds(cbor2.CBORTag, st.sampled_from([0, 1, 2, 4, 18, 25, 28, 29, 30, 35, 61, 256, 258]), inner)
    ),
    max_leaves=12,
)


def assert_refused_signed(payload: bytes, prefix: Prefix = Prefix.VEHICLE_PASS) -> None:
    """Signed by our own issuer, in both forms: refused all the same, and with an error of ours."""
    compressed = cose.sign_short(deflate.compress(payload, b""), SIGNER, 1)
    for text in (pack(prefix, FORM_PLAIN, cose.sign1(payload, SIGNER)), pack(prefix, 1, compressed)):
        verdict = assess(text, TRUST, Context(), NOW)
        assert verdict.outcome is Outcome.REFUSE
        assert verdict.credential is None
        assert set(verdict.reasons) <= {Reason.FORMAT_INVALID, Reason.FORMAT_UNSUPPORTED, Reason.ISSUER_UNKNOWN}


@given(st.sampled_from(Prefix), st.binary(min_size=1, max_size=200))
def test_any_payload_even_signed_gets_a_verdict(prefix: Prefix, payload: bytes) -> None:
    assert_refused_signed(payload, prefix)


@pytest.mark.parametrize("payload", HOSTILE, ids=lambda payload: payload[:6].hex())
def test_cbor_made_to_hurt_gets_a_verdict_even_signed(payload: bytes) -> None:
    for prefix in Prefix:
        assert_refused_signed(payload, prefix)


@given(st.sampled_from(Prefix), NESTED)
def test_any_cbor_even_signed_gets_a_verdict(prefix: Prefix, value: object) -> None:
    assert_refused_signed(cbor2.dumps(value), prefix)


@given(
    st.sampled_from([(PASS, -65537, range(8)), (CARD, -65538, range(5)), (SLIP, -65540, range(7))]),
    st.sampled_from([1, 4, 5, 6, 7, 65535]),
    st.data(),
)
def test_any_value_of_any_claim_gets_a_verdict(
    kind: tuple[Credential, int, range], label: int, data: st.DataObject
) -> None:
    credential, private, labels = kind
    content = cbor2.loads(claims.encode(credential))
    if data.draw(st.booleans()):
        content[label] = data.draw(NESTED)
    else:
        content[private][data.draw(st.sampled_from(labels))] = data.draw(NESTED)
    text = pack(claims.prefix_of(credential), FORM_PLAIN, cose.sign1(cbor2.dumps(content), SIGNER))
    assert assess(text, TRUST, Context(), NOW).outcome in Outcome


@pytest.mark.parametrize("label", [1, 4, 5, 7, 65535, -65537])
@pytest.mark.parametrize("value", [*TAGGED, None, -1, 1.5, [], {}, {1: 2}, "x", cbor2.undefined])
def test_any_signed_claim_of_another_type_is_refused(label: int, value: object) -> None:
    assert_refused_signed(cbor2.dumps(cbor2.loads(claims.encode(PASS)) | {label: value}))


def peak_bytes(text: str) -> int:
    """Judge a text; give the most memory that it took beside itself."""
    tracemalloc.start()
    try:
        assert assess(text, TRUST, Context(), NOW).outcome is Outcome.REFUSE
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("prefix", ["", *Prefix, "é"])
def test_ten_megabytes_cost_no_memory(prefix: str) -> None:
    assert peak_bytes(prefix + "A" * 10_000_000) < 200_000


@pytest.mark.parametrize("stream", [zlib.compress(bytes(1_000_000), 9, -15), b"\x00" * 1_000], ids=["signed", "noise"])
def test_decompression_bombs_cost_no_memory(stream: bytes) -> None:
    assert peak_bytes(pack(Prefix.VEHICLE_PASS, 1, cose.sign_short(stream, SIGNER, 1))) < 200_000
    assert peak_bytes(pack(Prefix.VEHICLE_PASS, 1, SIGNER.kid + stream + bytes(64))) < 200_000


@pytest.mark.parametrize("payload", HOSTILE, ids=lambda payload: payload[:6].hex())
def test_hostile_cbor_costs_no_memory(payload: bytes) -> None:
    assert peak_bytes(pack(Prefix.VEHICLE_PASS, FORM_PLAIN, cose.sign1(payload, SIGNER))) < 400_000


@pytest.mark.parametrize("item", [b"\x81", b"\xa1\x00", b"\xd8\x1c\x81", b"\xd8\x23\x81", b"\xc2"], ids=bytes.hex)
def test_four_kilobytes_of_nesting_get_a_verdict_and_cost_little_even_signed(item: bytes) -> None:
    payload = item * (4_000 // len(item)) + b"\x00"
    stream = zlib.compress(payload, 9, -15)
    assert peak_bytes(pack(Prefix.VEHICLE_PASS, 1, cose.sign_short(stream, SIGNER, 1))) < 1_000_000


def test_a_status_list_that_inflates_without_end_costs_no_memory() -> None:
    bomb = {2: "status/0", 6: 1, 65533: {"bits": 2, "lst": zlib.compress(bytes(50_000_000), 9)}}
    token = cose.sign1(cbor2.dumps(bomb), SIGNER, status.TOKEN_TYPE)
    tracemalloc.start()
    try:
        with pytest.raises(trust.TrustError):
            trust_with(others={"status/0": token})
        assert tracemalloc.get_traced_memory()[1] < 400_000
    finally:
        tracemalloc.stop()


def test_no_flipped_bit_of_a_status_list_is_trusted() -> None:
    published = targets()
    token = published["status/0"]
    for bit in range(8 * len(token)):
        changed = bytearray(token)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(trust.TrustError):
            trust.load(published | {"status/0": bytes(changed)})


@given(st.sampled_from(["issuers", "policy", "zones", "stations", "live/head", "status/0"]), st.binary(max_size=200))
def test_any_bytes_as_a_target_are_refused_as_no_trust(path: str, content: bytes) -> None:
    with pytest.raises(trust.TrustError):
        trust.load(targets() | {path: content})


def test_the_text_of_a_pass_does_not_change_with_the_clock() -> None:
    text = claims.issue(PASS, SIGNER)
    for hours in range(-100, 100, 7):
        verdict = assess(text, TRUST, Context(), NOW + timedelta(hours=hours))
        assert verdict.credential == PASS
