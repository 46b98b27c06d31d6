"""The claims of both credentials."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base45, claims
from protocol.claims import (
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
from tests.protocol.samples import ASSISTANT, CARD, DRIVER, HOUR, NOW, PASS, SIGNER

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
    card = replace(CARD, name=name, id_last4=digits, role=role, licence_class=licence, district=f"{district:03}")
    assert claims.decode(Prefix.CREW_CARD, claims.encode(card)) == card


def test_origin_stops_and_destination_are_the_routes() -> None:
    vehicle_pass = replace(PASS, route=("79", "00001", "10354", "281"))
    assert (vehicle_pass.origin, vehicle_pass.stops, vehicle_pass.destination) == ("79", ("00001", "10354"), "281")
    assert replace(PASS, route=("79", "281")).stops == ()


def test_the_text_fits_alphanumeric_mode() -> None:
    for credential in (PASS, CARD):
        assert set(claims.issue(credential, SIGNER)) <= set(base45.ALPHABET.decode())


def test_payload_is_read_back_with_one_decimal() -> None:
    decoded = claims.decode(Prefix.VEHICLE_PASS, claims.encode(replace(PASS, payload_tonnes=Decimal(3))))
    assert isinstance(decoded, VehiclePass)
    assert str(decoded.payload_tonnes) == "3.0"


def test_times_in_another_zone_are_the_same_moments() -> None:
    local = timezone(timedelta(hours=7))
    elsewhere = replace(PASS, not_before=PASS.not_before.astimezone(local))
    assert claims.encode(elsewhere) == claims.encode(PASS)


@pytest.mark.parametrize(
    "credential",
    [
        replace(PASS, not_before=NOW.replace(tzinfo=None)),
        replace(PASS, expires_at=NOW.replace(microsecond=1)),
        replace(PASS, issued_at=datetime(1969, 1, 1, tzinfo=UTC)),
        replace(PASS, expires_at=PASS.not_before),
        replace(PASS, cti=b"short"),
        replace(PASS, iss=""),
        replace(PASS, iss="x" * 33),
        replace(PASS, plate=""),
        replace(PASS, carrier="x" * 61),
        replace(PASS, carrier="Cong ty\n"),
        replace(PASS, carrier="Co\u0302ng ty"),
        replace(PASS, payload_tonnes=Decimal("3.55")),
        replace(PASS, payload_tonnes=Decimal(-1)),
        replace(PASS, payload_tonnes=Decimal(1_000)),
        replace(PASS, crew=()),
        replace(PASS, crew=(DRIVER,) * 9),
        replace(PASS, crew=(replace(DRIVER, id_last4="12"),)),
        replace(PASS, crew=(replace(DRIVER, id_last4="12345"),)),
        replace(PASS, crew=(replace(DRIVER, id_last4="12a4"),)),
        replace(PASS, crew=(replace(DRIVER, expires_at=NOW + timedelta(seconds=30)),)),
        replace(PASS, crew=(replace(DRIVER, expires_at=NOW + timedelta(days=366 * 11)),)),
        replace(PASS, route=("79",)),
        replace(PASS, route=("79",) * 13),
        replace(PASS, route=("79", "1")),
        replace(PASS, route=("79", "\u0660\u0660\u0661")),
        replace(PASS, status=StatusRef("status/0", 2**17)),
        replace(PASS, status=StatusRef("", 0)),
        replace(CARD, district="01"),
        replace(CARD, district="00001"),
        replace(CARD, name=""),
        replace(CARD, licence_class="x" * 9),
    ],
)
def test_what_a_code_cannot_carry_exactly_is_not_encoded(credential: Credential) -> None:
    with pytest.raises(ClaimsError):
        claims.encode(credential)


def test_a_pass_too_long_for_a_readable_code_is_not_issued() -> None:
    crowd = replace(PASS, crew=(replace(DRIVER, name="Ậ" * 60),) * 8)
    with pytest.raises(EnvelopeError):
        claims.issue(crowd, SIGNER)


def changed(
    credential: Credential, private: dict[object, object] | None = None, claims_: dict[int, object] | None = None
) -> bytes:
    """The payload of a credential with some claims changed; a claim that becomes None is left out."""
    label = -65537 if isinstance(credential, VehiclePass) else -65538
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
        changed(PASS, {3: 35.0}),
        changed(PASS, {5: [[0, "A"]]}),
        changed(PASS, {5: [[0, "A", 1, 2, 3]]}),
        changed(PASS, {5: [[2, "A", 1]]}),
        changed(PASS, {5: [[0, "A", 10_000]]}),
        changed(PASS, {5: [[0, "A", 1, None]]}),
        changed(PASS, {5: [[0, "A\u0007", 1]]}),
        changed(PASS, {6: [79, 101_100]}),
        changed(PASS, {6: [79, -1]}),
        changed(PASS, {6: [79, "00001"]}),
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
        changed(PASS, {7: 999}),
    ],
)
def test_what_needs_a_newer_version_is_told_apart_from_damage(payload: bytes) -> None:
    with pytest.raises(ClaimsUnsupportedError):
        claims.decode(Prefix.VEHICLE_PASS, payload)


@pytest.mark.parametrize(
    "payload",
    [changed(PASS, {8: "later"}), changed(PASS, claims_={3: "aud"}), changed(PASS, claims_={-260: {}})],
)
def test_optional_additions_do_not_disturb(payload: bytes) -> None:
    assert claims.decode(Prefix.VEHICLE_PASS, payload) == PASS


@pytest.mark.parametrize(
    "private",
    [{5: 79}, {5: 1_100}, {5: None}, {1: 2}, {1: None}, {2: ""}, {3: -1}, {3: "0123"}, {4: None}, {4: "x" * 9}],
)
def test_a_card_with_a_wrong_field_is_refused(private: dict[object, object]) -> None:
    with pytest.raises(ClaimsError):
        claims.decode(Prefix.CREW_CARD, changed(CARD, private))


def test_a_credential_never_decodes_under_the_other_prefix() -> None:
    with pytest.raises(ClaimsError):
        claims.decode(Prefix.CREW_CARD, claims.encode(PASS))
    assert isinstance(claims.decode(Prefix.CREW_CARD, claims.encode(CARD)), CrewCard)


def test_own_expiry_counts_minutes_from_the_minute_in_which_the_pass_begins() -> None:
    odd = replace(PASS, not_before=NOW + timedelta(seconds=30), crew=(replace(ASSISTANT, expires_at=NOW + HOUR),))
    payload = claims.encode(odd)
    assert cbor2.loads(payload)[-65537][5][0][3] == 60
    assert claims.decode(Prefix.VEHICLE_PASS, payload) == odd
