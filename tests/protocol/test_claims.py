"""The claims of both credentials."""

import random
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base45, claims
from protocol.claims import (
    Amendment,
    CargoClass,
    ClaimsError,
    ClaimsUnsupportedError,
    Credential,
    CrewCard,
    CrewEntry,
    Role,
    StatusRef,
    VehicleClass,
    VehiclePass,
)
from protocol.envelope import EnvelopeError, Prefix
from tests.protocol.samples import ASSISTANT, CARD, DRIVER, HOUR, NOW, PASS, SIGNER, SLIP

NAMES = st.text(st.characters(categories=["L", "N"], include_characters=" .-"), min_size=1, max_size=40).filter(
    lambda name: claims.fields.unicodedata.is_normalized("NFC", name) and name.isprintable()
)
DIGITS = st.text("0123456789", min_size=4, max_size=4)
SECONDS = st.integers(10**7, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
AREAS = st.integers(0, 99).map("{:02}".format) | st.integers(0, 999).map("{:03}".format)
WARDS = st.integers(0, 99_999).map("{:05}".format)
STATUSES = st.builds(StatusRef, st.integers(0, 9).map("status/{}".format), st.integers(0, 2**17 - 1))


@st.composite
def passes(draw: st.DrawFn) -> VehiclePass:
    start = draw(SECONDS)
    minute = start.replace(second=0)
    own = st.none() | st.integers(-10_000, 100_000).map(lambda minutes: minute + timedelta(minutes=minutes))
    entries = st.builds(CrewEntry, st.sampled_from(Role), NAMES, DIGITS, own)
    return VehiclePass(
        iss=draw(st.sampled_from(["VN-HN", "VN-SG"])),
        cti=draw(st.binary(min_size=8, max_size=8)),
        issued_at=draw(SECONDS),
        not_before=start,
        expires_at=start + timedelta(seconds=draw(st.integers(1, 10**8))),
        plate="29C12345",
        vehicle_class=draw(st.sampled_from(VehicleClass)),
        payload_tonnes=Decimal(draw(st.integers(0, 9_999))) / 10,
        carrier=draw(NAMES),
        crew=tuple(draw(st.lists(entries, min_size=1, max_size=8))),
        route=tuple(draw(st.lists(AREAS | WARDS, min_size=2, max_size=12))),
        cargo=draw(st.sampled_from(CargoClass)),
        status=draw(STATUSES),
    )


@given(passes())
def test_a_pass_that_is_encoded_decodes_to_itself(vehicle_pass: VehiclePass) -> None:
    assert claims.decode(Prefix.VEHICLE_PASS, claims.encode(vehicle_pass)) == vehicle_pass


@given(NAMES, DIGITS, st.sampled_from(Role), st.sampled_from(["", "C", "FC"]), st.integers(0, 999))
def test_a_card_that_is_encoded_decodes_to_itself(
    name: str, digits: str, role: Role, licence: str, district: int
) -> None:
    card = CARD._replace(name=name, id_last4=digits, role=role, licence_class=licence, district=f"{district:03}")
    assert claims.decode(Prefix.CREW_CARD, claims.encode(card)) == card


def test_origin_stops_and_destination_are_the_routes() -> None:
    vehicle_pass = PASS._replace(route=("79", "00001", "10354", "281"))
    assert (vehicle_pass.origin, vehicle_pass.stops, vehicle_pass.destination) == ("79", ("00001", "10354"), "281")
    assert PASS._replace(route=("79", "281")).stops == ()


def test_the_text_fits_alphanumeric_mode() -> None:
    for credential in (PASS, CARD):
        assert set(claims.issue(credential, SIGNER)) <= set(base45.ALPHABET.decode())


def test_payload_is_read_back_with_one_decimal() -> None:
    decoded = claims.decode(Prefix.VEHICLE_PASS, claims.encode(PASS._replace(payload_tonnes=Decimal(3))))
    assert isinstance(decoded, VehiclePass)
    assert str(decoded.payload_tonnes) == "3.0"


def test_times_in_another_zone_are_the_same_moments() -> None:
    local = timezone(timedelta(hours=7))
    elsewhere = PASS._replace(not_before=PASS.not_before.astimezone(local))
    assert claims.encode(elsewhere) == claims.encode(PASS)


@pytest.mark.parametrize(
    "credential",
    [
        PASS._replace(not_before=NOW.replace(tzinfo=None)),
        PASS._replace(expires_at=NOW.replace(microsecond=1)),
        PASS._replace(issued_at=datetime(1969, 1, 1, tzinfo=UTC)),
        PASS._replace(expires_at=PASS.not_before),
        PASS._replace(cti=b"short"),
        PASS._replace(iss=""),
        PASS._replace(iss="x" * 33),
        PASS._replace(plate=""),
        PASS._replace(plate="29c12345"),
        PASS._replace(plate="29C-123.45"),
        PASS._replace(plate="09C12345"),
        PASS._replace(plate="29C1234567890"),
        PASS._replace(plate="٢٩C12345"),
        PASS._replace(carrier="x" * 61),
        PASS._replace(carrier="Cong ty\n"),
        PASS._replace(carrier="Co\u0302ng ty"),
        PASS._replace(payload_tonnes=Decimal("3.55")),
        PASS._replace(payload_tonnes=Decimal(-1)),
        PASS._replace(payload_tonnes=Decimal(1_000)),
        PASS._replace(crew=()),
        PASS._replace(crew=(DRIVER,) * 9),
        PASS._replace(crew=(DRIVER._replace(id_last4="12"),)),
        PASS._replace(crew=(DRIVER._replace(id_last4="12345"),)),
        PASS._replace(crew=(DRIVER._replace(id_last4="12a4"),)),
        PASS._replace(crew=(DRIVER._replace(expires_at=NOW + timedelta(seconds=30)),)),
        PASS._replace(crew=(DRIVER._replace(expires_at=NOW + timedelta(days=366 * 11)),)),
        PASS._replace(route=("79",)),
        PASS._replace(route=("79",) * 13),
        PASS._replace(route=("79", "1")),
        PASS._replace(route=("79", "\u0660\u0660\u0661")),
        PASS._replace(status=StatusRef("status/0", 2**17)),
        PASS._replace(status=StatusRef("", 0)),
        CARD._replace(district="01"),
        CARD._replace(district="00001"),
        CARD._replace(name=""),
        CARD._replace(licence_class="x" * 9),
        SLIP._replace(pass_cti=b"short"),
        SLIP._replace(joining=(), renewed=(), leaving=(), leg=(), cargo=None),
        SLIP._replace(joining=((64, DRIVER),)),
        SLIP._replace(joining=((2, DRIVER), (2, ASSISTANT))),
        SLIP._replace(renewed=((1, NOW), (1, NOW + HOUR))),
        SLIP._replace(leaving=(1, 1)),
        SLIP._replace(leaving=(2,)),
        SLIP._replace(renewed=((0, NOW + timedelta(seconds=1)),)),
        SLIP._replace(leg=("79",) * 13),
        SLIP._replace(leg=("1",)),
    ],
)
def test_what_a_code_cannot_carry_exactly_is_not_encoded(credential: Credential) -> None:
    with pytest.raises(ClaimsError):
        claims.encode(credential)


def test_a_pass_too_long_for_a_readable_code_is_not_issued() -> None:
    chance = random.Random(1)  # noqa: S311 - repeatable noise that nothing can compress
    names = ["".join(chr(0x4E00 + chance.randrange(20_000)) for _ in range(60)) for _ in range(8)]
    crowd = PASS._replace(crew=tuple(DRIVER._replace(name=name) for name in names))
    with pytest.raises(EnvelopeError):
        claims.issue(crowd, SIGNER)


def changed(
    credential: Credential, private: dict[object, object] | None = None, claims_: dict[object, object] | None = None
) -> bytes:
    """The payload of a credential with some claims changed; a claim that becomes None is left out."""
    label = {VehiclePass: -65537, CrewCard: -65538, Amendment: -65540}[type(credential)]
    content = cbor2.loads(claims.encode(credential))
    content[label] = without_none(content[label] | (private or {}))
    return cbor2.dumps(without_none(content | (claims_ or {})))


def without_none(labelled: dict[object, object]) -> dict[object, object]:
    return {label: value for label, value in labelled.items() if value is not None}


@pytest.mark.parametrize(
    "payload",
    [
        changed(PASS, claims_={1: None}),
        changed(PASS, claims_={1: 5}),
        changed(PASS, claims_={4: None}),
        changed(PASS, claims_={4: "soon"}),
        changed(PASS, claims_={4: -1}),
        changed(PASS, claims_={4: 2**40}),
        changed(PASS, claims_={4: 1.5}),
        changed(PASS, claims_={5: 2**32}),
        changed(PASS, claims_={6: True}),
        changed(PASS, claims_={7: b"123"}),
        changed(PASS, claims_={65535: {"status_list": {"idx": 2**17, "uri": "status/0"}}}),
        changed(PASS, claims_={65535: {"status_list": []}}),
        changed(PASS, claims_={65535: None}),
        changed(PASS, claims_={-65538: {0: 1}}),
        changed(PASS, claims_={-65537: None}),
        changed(PASS, claims_={-65537: [1]}),
        changed(PASS, claims_={-70000: {}}),
        *(changed(PASS, {label: None}) for label in range(1, 8)),
        changed(PASS, {0: None}),
        changed(PASS, {0: "1"}),
        changed(PASS, {1: "29C12345"}),
        changed(PASS, {1: b""}),
        changed(PASS, {1: b"\x00"}),
        changed(PASS, {1: b"\x00" + int("29C12345", 36).to_bytes(5)}),
        changed(PASS, {1: b"\xff" * 8}),
        changed(PASS, {1: bytes(9)}),
        changed(PASS, {4: 35.0}),
        changed(PASS, {6: []}),
        changed(PASS, {6: [["A"]]}),
        changed(PASS, {6: [["A", 1, 2, 3]]}),
        changed(PASS, {6: [["A", -1]]}),
        changed(PASS, {6: [["A", "0001"]]}),
        changed(PASS, {6: [["A", 1, None]]}),
        changed(PASS, {6: [["A\u0007", 1]]}),
        changed(PASS, {7: [79, 101_100]}),
        changed(PASS, {7: [79, -1]}),
        changed(PASS, {7: [79, "00001"]}),
        claims.encode(CARD),
        cbor2.dumps([1]),
        cbor2.dumps("pass"),
        claims.encode(PASS) + b"\x00",
        claims.encode(PASS)[:-1],
        b"",
    ],
)
def test_claims_that_are_missing_wrong_or_out_of_range_are_refused(payload: bytes) -> None:
    with pytest.raises(ClaimsError) as caught:
        claims.decode(Prefix.VEHICLE_PASS, payload)
    assert type(caught.value) is ClaimsError


@pytest.mark.parametrize(
    "payload",
    [
        changed(PASS, {0: 2}),
        changed(PASS, {-1: "something that must be understood"}),
        changed(PASS, {"note": 1}),
        changed(PASS, {2: 999}),
        changed(PASS, {3: 999}),
        changed(PASS, {6: [["A", 20_000]]}),
    ],
)
def test_what_needs_a_newer_version_is_told_apart_from_damage(payload: bytes) -> None:
    with pytest.raises(ClaimsUnsupportedError):
        claims.decode(Prefix.VEHICLE_PASS, payload)


@pytest.mark.parametrize(
    ("credential", "private", "claims_"),
    [
        (PASS, {8: "later"}, {}),
        (PASS, {}, {3: "aud"}),
        (PASS, {}, {-260: {1: [2, b"3"], "four": None}}),
        (PASS, {8: [True, -5], 30: {"a": 1}}, {9: b"x", "text": "y"}),
        (CARD, {5: 1}, {2: "sub"}),
        (SLIP, {7: "x"}, {}),
    ],
)
def test_optional_additions_do_not_disturb_and_are_carried_through(
    credential: Credential, private: dict[object, object], claims_: dict[object, object]
) -> None:
    payload = changed(credential, private, claims_)
    decoded = claims.decode(claims.prefix_of(credential), payload)
    assert decoded._replace(unknown_claims=(), unknown_fields=()) == credential
    assert dict(decoded.unknown_fields) == private
    assert dict(decoded.unknown_claims) == claims_
    assert cbor2.loads(claims.encode(decoded)) == cbor2.loads(payload)


def test_an_addition_never_takes_the_place_of_a_field_that_is_known() -> None:
    for addition in ({"unknown_claims": ((7, b"otherone"),)}, {"unknown_fields": ((2, 3),)}):
        with pytest.raises(ClaimsError):
            claims.encode(PASS._replace(**addition))


def test_only_the_version_that_is_known_is_written() -> None:
    with pytest.raises(ClaimsUnsupportedError):
        claims.encode(PASS._replace(version=2))


@pytest.mark.parametrize("plate", ["29C12345", "29C1234", "51LD12345", "1", "Z" * 12])
def test_any_plate_is_carried(plate: str) -> None:
    decoded = claims.decode(Prefix.VEHICLE_PASS, claims.encode(PASS._replace(plate=plate)))
    assert isinstance(decoded, VehiclePass)
    assert decoded.plate == plate


@pytest.mark.parametrize(
    "private",
    [
        {4: 79},
        {4: 1_100},
        {4: None},
        {1: ""},
        {1: 5},
        {1: None},
        {2: -1},
        {2: "0123"},
        {2: 20_000},
        {3: None},
        {3: "x" * 9},
    ],
)
def test_a_card_with_a_wrong_field_is_refused(private: dict[object, object]) -> None:
    with pytest.raises(ClaimsError):
        claims.decode(Prefix.CREW_CARD, changed(CARD, private))


@pytest.mark.parametrize("prefix", Prefix)
@pytest.mark.parametrize("credential", [PASS, CARD, SLIP])
def test_a_credential_never_decodes_under_another_prefix(prefix: Prefix, credential: Credential) -> None:
    if prefix is claims.prefix_of(credential):
        assert claims.decode(prefix, claims.encode(credential)) == credential
    else:
        with pytest.raises(ClaimsError):
            claims.decode(prefix, claims.encode(credential))


@pytest.mark.parametrize(
    "slip",
    [
        SLIP,
        SLIP._replace(joining=(), leaving=(), leg=(), cargo=None),
        SLIP._replace(joining=(), renewed=(), leg=(), cargo=None),
        SLIP._replace(joining=(), renewed=(), leaving=()),
        SLIP._replace(joining=(), renewed=(), leaving=(), leg=()),
        SLIP._replace(joining=((63, DRIVER._replace(expires_at=None)),)),
    ],
)
def test_a_slip_that_is_encoded_decodes_to_itself(slip: Amendment) -> None:
    assert claims.decode(Prefix.AMENDMENT, claims.encode(slip)) == slip


@pytest.mark.parametrize(
    "private",
    [
        {1: None},
        {1: b"short"},
        {2: []},
        {2: [[64, "A", 1]]},
        {2: [["A", 1]]},
        {2: [[2, "A", 1, 2, 3]]},
        {3: []},
        {3: [[1]]},
        {3: [[1, "soon"]]},
        {3: [[0, 1], [0, 2]]},
        {4: []},
        {4: [64]},
        {4: [-1]},
        {4: ["1"]},
        {5: []},
        {5: [-1]},
        {5: 79},
        {6: "x"},
        {6: None, 2: None, 3: None, 4: None, 5: None},
    ],
)
def test_a_slip_with_a_wrong_field_is_refused(private: dict[object, object]) -> None:
    with pytest.raises(ClaimsError) as caught:
        claims.decode(Prefix.AMENDMENT, changed(SLIP, private))
    assert type(caught.value) is ClaimsError


def test_a_slip_with_a_cargo_of_tomorrow_needs_a_newer_version() -> None:
    with pytest.raises(ClaimsUnsupportedError):
        claims.decode(Prefix.AMENDMENT, changed(SLIP, {6: 999}))


def test_peeking_reads_what_a_text_says_and_refuses_what_is_none() -> None:
    assert claims.peek(claims.issue(PASS, SIGNER)) == PASS
    for text in ("", "VP1:", "VP1:AAAA", "https://example.org"):
        with pytest.raises(ValueError):  # noqa: PT011 - whichever layer it fails in
            claims.peek(text)


def test_own_expiry_counts_minutes_from_the_minute_in_which_the_pass_begins() -> None:
    odd = PASS._replace(not_before=NOW + timedelta(seconds=30), crew=(ASSISTANT._replace(expires_at=NOW + HOUR),))
    payload = claims.encode(odd)
    assert cbor2.loads(payload)[-65537][6][0][2] == 60
    assert claims.decode(Prefix.VEHICLE_PASS, payload) == odd
