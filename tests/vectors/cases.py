"""The vectors, one for each way through the checks: what goes in, and what a verifier must say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from protocol import claims, cose, deflate
from protocol.assess import Context
from protocol.claims import Credential, StatusRef, VehiclePass
from protocol.dictionaries import DICTIONARIES
from protocol.journey import Journey
from protocol.reasons import Finding, Outcome, Reason, Severity
from protocol.trust import IssuerKey
from tests.vectors.material import (
    AT,
    CARD,
    DAY,
    EXTENSION,
    HOUR,
    ISSUERS,
    ISSUING,
    PASS,
    PROVINCE_ZONE,
    REVOKED_INDEX,
    SECOND,
    SELF_MADE,
    STATIONS,
    STORED,
    STREAM,
    SUSPENDED_INDEX,
    UNASSIGNED_INDEX,
    WARD_ZONE,
    WITHDRAWN,
    issued,
    plain,
    targets,
    with_claims,
    with_form,
    with_message,
    with_short,
    with_stream,
)

ROAD, FREIGHT = STATIONS
NOTE, REFER, REFUSE = Severity.NOTE, Severity.REFER, Severity.REFUSE
PRIVATE: Final = -65537
_TRUST: Final = targets()


@dataclass(frozen=True)
class Case:
    """One vector.

    Attributes:
        description: What is special about it.
        texts: What the reader saw, of one vehicle.
        outcome: What the verdict must come to.
        findings: The findings that it must have, in their order.
        credential: What must be told of the code.
        journey: What the papers must come to together.
        context: What the station knows beside the code.
        at: The clock that it is judged at.
        trust: The targets of the trust repository.
    """

    description: str
    texts: tuple[str, ...]
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    credential: Credential | None = None
    journey: Journey | None = None
    context: Context = field(default_factory=Context)
    at: datetime = AT
    trust: Mapping[str, bytes] = field(default_factory=lambda: _TRUST)


def refused(description: str, text: str, reason: Reason, trust: Mapping[str, bytes] = _TRUST) -> Case:
    """A text that is no credential of a known issuer: refused, and nothing of it is told."""
    return Case(description, (text,), Outcome.REFUSE, (Finding(reason, REFUSE),), trust=trust)


def judged(
    description: str,
    outcome: Outcome,
    *findings: Finding,
    credential: Credential = PASS,
    context: Context | None = None,
    at: datetime = AT,
    trust: Mapping[str, bytes] | None = None,
) -> Case:
    """A credential that our issuer signed, told whole whatever the verdict is."""
    return Case(
        description,
        (issued(credential),),
        outcome,
        findings,
        credential,
        journey=unchanged(credential) if isinstance(credential, VehiclePass) else None,
        context=context or Context(),
        at=at,
        trust=targets(published_at=at - HOUR) if trust is None else trust,
    )


def unchanged(vehicle_pass: VehiclePass) -> Journey:
    """What a pass comes to by itself."""
    return Journey(tuple(enumerate(vehicle_pass.crew)), vehicle_pass.route, vehicle_pass.cargo)


def _status(index: int, uri: str = "status/0") -> Credential:
    return PASS._replace(status=StatusRef(uri, index))


def _without_own_expiry() -> Credential:
    return PASS._replace(crew=PASS.crew[:1])


UNVERIFIED: Final[dict[str, Case]] = {
    "prefix_not_a_pass": refused("a web address", "https://example.org/giay/29C12345", Reason.NOT_A_PASS),
    "prefix_not_a_pass_empty": refused("nothing", "", Reason.NOT_A_PASS),
    "prefix_not_a_pass_lower_case": refused("a pass in lower case", issued().lower(), Reason.NOT_A_PASS),
    "prefix_not_a_pass_health_certificate": refused("another system's", "HC1:" + issued()[4:], Reason.NOT_A_PASS),
    "size_format_invalid": refused("2,001 characters", "VP1:" + "0" * 1_997, Reason.FORMAT_INVALID),
    "base45_format_invalid_character": refused("a small letter", issued()[:-1] + "a", Reason.FORMAT_INVALID),
    "base45_format_invalid_group": refused("a group above 65,535", "VP1::::", Reason.FORMAT_INVALID),
    "base45_format_invalid_rest": refused(
        "a single character left over", issued() + "0" * ((1 - len(issued()[4:])) % 3), Reason.FORMAT_INVALID
    ),
    "base45_format_invalid_line_end": refused("a line end after it", issued() + "\n", Reason.FORMAT_INVALID),
    "envelope_format_invalid_empty": refused("only the prefix", "VP1:", Reason.FORMAT_INVALID),
    "envelope_format_unsupported_form": refused("a dictionary of tomorrow", with_form(2), Reason.FORMAT_UNSUPPORTED),
    "short_format_invalid_empty": refused(
        "a kid and a signature, and nothing between them", with_short(lambda m: m[:8] + m[-64:]), Reason.FORMAT_INVALID
    ),
    "cose_format_invalid_untagged": refused("no tag 18", with_message(lambda m: m[1:]), Reason.FORMAT_INVALID),
    "cose_format_invalid_cwt_tag": refused(
        "tag 61 before it", with_message(lambda m: b"\xd8\x3d" + m), Reason.FORMAT_INVALID
    ),
    "cose_format_invalid_unprotected": refused(
        "an unprotected header, which no signature covers",
        with_message(lambda m: m[:16] + b"\xa1\x18\x64\x00" + m[17:]),
        Reason.FORMAT_INVALID,
    ),
    "cose_format_invalid_algorithm": refused(
        "ES256 instead of EdDSA", with_message(lambda m: m.replace(b"\x01\x27", b"\x01\x26", 1)), Reason.FORMAT_INVALID
    ),
    "cose_format_invalid_header_more": refused(
        "a third protected header",
        with_message(lambda _: cose.sign1(claims.encode(PASS), ISSUING, "application/cwt")),
        Reason.FORMAT_INVALID,
    ),
    "cose_format_invalid_long_length": refused(
        "the payload's length in two bytes instead of one",
        with_message(lambda m: m[:17] + m[17:].replace(b"\x58", b"\x59\x00", 1)),
        Reason.FORMAT_INVALID,
    ),
    "cose_format_invalid_trailing": refused(
        "a byte after the signature", with_message(lambda m: m + b"\x00"), Reason.FORMAT_INVALID
    ),
    "cose_format_invalid_truncated": refused("a byte cut off", with_message(lambda m: m[:-1]), Reason.FORMAT_INVALID),
    "kid_issuer_unknown": refused("a self-made code", issued(signer=SELF_MADE), Reason.ISSUER_UNKNOWN),
    "kid_signature_invalid": refused(
        "a self-made code that names the issuer's key",
        with_message(lambda _: cose.sign1(claims.encode(PASS), SELF_MADE).replace(SELF_MADE.kid, ISSUING.kid)),
        Reason.SIGNATURE_INVALID,
    ),
    "signature_signature_invalid_payload": refused(
        "the carrier's name altered",
        with_message(lambda m: m.replace(b"TNHH", b"TNHI")),
        Reason.SIGNATURE_INVALID,
    ),
    "signature_signature_invalid_signature": refused(
        "the signature's last bit altered",
        with_message(lambda m: m[:-1] + bytes([m[-1] ^ 1])),
        Reason.SIGNATURE_INVALID,
    ),
    "signature_signature_invalid_padding": refused(
        "a bit set behind the end of the compressed claims",
        with_short(lambda m: m[:-65] + bytes([m[-65] | 0x80]) + m[-64:]),
        Reason.SIGNATURE_INVALID,
    ),
    "signature_signature_invalid_recompressed": refused(
        "the same claims compressed in another way",
        with_short(lambda m: m.replace(STREAM, STORED)),
        Reason.SIGNATURE_INVALID,
    ),
    "signature_signature_invalid_inflated": refused(
        "the same claims not compressed, under the signature of the compressed ones",
        with_message(lambda m: m[:-64] + cose.sign_short(STREAM, ISSUING, 1)[-64:]),
        Reason.SIGNATURE_INVALID,
    ),
    "signature_signature_invalid_form": refused(
        "the whole message around the compressed claims instead of the short one",
        with_message(lambda _: cose.sign1(STREAM, ISSUING)[:-64] + cose.sign_short(STREAM, ISSUING, 1)[-64:]),
        Reason.SIGNATURE_INVALID,
    ),
    "inflate_format_invalid_not_deflate": refused(
        "a signed stream of a block type that there is not", with_stream(b"\x07"), Reason.FORMAT_INVALID
    ),
    "inflate_format_invalid_truncated": refused(
        "a signed stream without its end", with_stream(STREAM[:-2]), Reason.FORMAT_INVALID
    ),
    "inflate_format_invalid_trailing": refused(
        "a byte after the end of a signed stream", with_stream(STREAM + b"\x00"), Reason.FORMAT_INVALID
    ),
    "inflate_format_invalid_too_much": refused(
        "a signed stream of 4,097 zero bytes",
        with_stream(deflate.compress(bytes(4_097), DICTIONARIES[1])),
        Reason.FORMAT_INVALID,
    ),
    "signature_issuer_key_revoked": refused(
        "a genuine pass under a key that was withdrawn", issued(signer=WITHDRAWN), Reason.ISSUER_KEY_REVOKED
    ),
    "claims_issuer_unknown": refused(
        "signed by our key in another issuer's name",
        with_claims(lambda c: c.update({1: "VN-SG"})),
        Reason.ISSUER_UNKNOWN,
    ),
    "claims_format_invalid_not_cbor": refused(
        "a signed payload that is no CBOR", with_message(lambda _: cose.sign1(b"\xff", ISSUING)), Reason.FORMAT_INVALID
    ),
    "claims_format_invalid_prefix": refused(
        "a pass under the prefix of cards", "CC1:" + issued()[4:], Reason.FORMAT_INVALID
    ),
    "claims_format_invalid_two_private": refused(
        "a second private claim", with_claims(lambda c: c.update({-65540: {}})), Reason.FORMAT_INVALID
    ),
    "claims_format_invalid_missing": refused("no `cti`", with_claims(lambda c: c.pop(7)), Reason.FORMAT_INVALID),
    "claims_format_invalid_type": refused(
        "the plate is a number", with_claims(lambda c: c[PRIVATE].update({1: 29})), Reason.FORMAT_INVALID
    ),
    "claims_format_invalid_window": refused(
        "ends when it begins", with_claims(lambda c: c.update({4: c[5]})), Reason.FORMAT_INVALID
    ),
    "claims_format_unsupported_version": refused(
        "format version 2", with_claims(lambda c: c[PRIVATE].update({0: 2})), Reason.FORMAT_UNSUPPORTED
    ),
    "claims_format_unsupported_critical": refused(
        "a field with a negative label, which must be understood",
        with_claims(lambda c: c[PRIVATE].update({-1: "?"})),
        Reason.FORMAT_UNSUPPORTED,
    ),
    "claims_format_unsupported_class": refused(
        "a vehicle class of tomorrow", with_claims(lambda c: c[PRIVATE].update({2: 200})), Reason.FORMAT_UNSUPPORTED
    ),
}

VERIFIED: Final[dict[str, Case]] = {
    "valid_pass": judged("a pass with nothing to say about", Outcome.ADMIT),
    "valid_pass_plain": replace(judged("the same in the plain form", Outcome.ADMIT), texts=(plain(),)),
    "valid_pass_stored": replace(
        judged("a stream that our own encoder would not write, but that our issuer signed", Outcome.ADMIT),
        texts=(with_stream(STORED),),
    ),
    "valid_pass_kid_shared": judged(
        "two keys have its kid",
        Outcome.ADMIT,
        trust=targets(issuers=(IssuerKey("VN-SG", ISSUING.kid, SELF_MADE.public_raw), *ISSUERS)),
    ),
    "valid_pass_optional_field": replace(
        judged("a field with a positive label that this version does not know", Outcome.ADMIT),
        texts=(with_claims(lambda c: c[PRIVATE].update({30: "?"})),),
    ),
    "valid_card_pass_missing": judged(
        "a good card, the vehicle's own pass not scanned",
        Outcome.REFER,
        Finding(Reason.PASS_MISSING, REFER),
        credential=CARD,
    ),
    "window_not_yet_valid": judged(
        "a second more than the tolerance before it begins",
        Outcome.REFUSE,
        Finding(Reason.NOT_YET_VALID, REFUSE),
        at=PASS.not_before - timedelta(minutes=5) - SECOND,
    ),
    "window_admit_tolerance": judged(
        "within the tolerance before it begins", Outcome.ADMIT, at=PASS.not_before - timedelta(minutes=5)
    ),
    "window_admit_last_second": judged(
        "the last second",
        Outcome.ADMIT,
        at=PASS.expires_at - SECOND,
        credential=_without_own_expiry(),
    ),
    "window_expired": judged(
        "the end is exclusive; the crew of an expired pass is not judged",
        Outcome.REFUSE,
        Finding(Reason.EXPIRED, REFUSE),
        at=PASS.expires_at,
    ),
    "window_extended": judged(
        "expired, and extended by a general decision",
        Outcome.ADMIT,
        Finding(Reason.EXTENDED, NOTE),
        credential=_without_own_expiry(),
        at=PASS.expires_at,
        trust=targets(extensions=(EXTENSION,), published_at=PASS.expires_at - HOUR),
    ),
    "status_revoked": judged(
        "revoked", Outcome.REFUSE, Finding(Reason.REVOKED, REFUSE), credential=_status(REVOKED_INDEX)
    ),
    "status_revoked_unassigned": judged(
        "the status value 3", Outcome.REFUSE, Finding(Reason.REVOKED, REFUSE), credential=_status(UNASSIGNED_INDEX)
    ),
    "status_suspended": judged(
        "suspended", Outcome.REFER, Finding(Reason.SUSPENDED, REFER), credential=_status(SUSPENDED_INDEX)
    ),
    "status_trust_stale": judged(
        "a status list that the station does not have yet",
        Outcome.ADMIT,
        Finding(Reason.TRUST_STALE, NOTE),
        credential=_status(5, "status/7"),
    ),
    "plate_plate_mismatch": judged(
        "a photocopy on another vehicle",
        Outcome.REFUSE,
        Finding(Reason.PLATE_MISMATCH, REFUSE),
        context=Context(ROAD, plate_mismatch=True),
    ),
    "crew_crew_mismatch": judged(
        "somebody on board is not on the pass",
        Outcome.REFER,
        Finding(Reason.CREW_MISMATCH, REFER),
        context=Context(ROAD, crew_present=(0,), crew_mismatch=True),
    ),
    "crew_admit_last_minute": judged(
        "a minute before the assistant's own end", Outcome.ADMIT, at=AT + 5 * HOUR - timedelta(minutes=1)
    ),
    "crew_crew_expired": judged(
        "the assistant's own end, exclusive, names only the assistant",
        Outcome.REFER,
        Finding(Reason.CREW_EXPIRED, REFER, crew=(1,)),
        at=AT + 5 * HOUR,
    ),
    "crew_admit_absent": judged(
        "the assistant whose time is over is not on board",
        Outcome.ADMIT,
        at=AT + 5 * HOUR,
        context=Context(ROAD, crew_present=(0,)),
    ),
    "crew_no_valid_driver": judged(
        "only the assistant is on board",
        Outcome.REFUSE,
        Finding(Reason.NO_VALID_DRIVER, REFUSE),
        context=Context(ROAD, crew_present=(1,)),
    ),
    "route_off_route": judged(
        "a freight point in an area that the route does not name",
        Outcome.ADMIT,
        Finding(Reason.OFF_ROUTE, NOTE),
        context=Context(FREIGHT),
    ),
    "zone_arrived_from_zone_origin": judged(
        "the origin lies in a zone",
        Outcome.REFER,
        Finding(Reason.ARRIVED_FROM_ZONE, REFER, zone="pp-79"),
        trust=targets([PROVINCE_ZONE]),
    ),
    "zone_arrived_from_zone_told": judged(
        "the driver says that they come from a ward in a zone",
        Outcome.REFER,
        Finding(Reason.ARRIVED_FROM_ZONE, REFER, zone="pp-79"),
        credential=PASS._replace(route=("01", "281")),
        context=Context(ROAD, coming_from="26734"),
        trust=targets([PROVINCE_ZONE]),
    ),
    "zone_entering_zone": judged(
        "a stop lies in a zone",
        Outcome.REFER,
        Finding(Reason.ENTERING_ZONE, REFER, zone="pp-2021-09"),
        trust=targets([WARD_ZONE]),
    ),
    "zone_admit_lifted": judged(
        "the latest version of the zone ends now",
        Outcome.ADMIT,
        trust=targets([WARD_ZONE, replace(WARD_ZONE, version=2, ends_at=AT)]),
    ),
    "zone_admit_coarser": judged(
        "the route names the district, the zone one ward in it",
        Outcome.ADMIT,
        credential=PASS._replace(route=("79", "009")),
        trust=targets([WARD_ZONE]),
    ),
    "history_already_scanned_road": judged(
        "scanned at this road checkpoint four minutes ago",
        Outcome.REFER,
        Finding(Reason.ALREADY_SCANNED, REFER),
        context=Context(ROAD, last_seen_here=AT - timedelta(minutes=4)),
    ),
    "history_already_scanned_freight": judged(
        "scanned at this freight point four minutes ago",
        Outcome.ADMIT,
        Finding(Reason.ALREADY_SCANNED, NOTE),
        credential=PASS._replace(route=("79", "018")),
        context=Context(FREIGHT, last_seen_here=AT - timedelta(minutes=4)),
    ),
    "history_impossible_travel": judged(
        "scanned too far away too recently",
        Outcome.REFER,
        Finding(Reason.IMPOSSIBLE_TRAVEL, REFER),
        context=Context(ROAD, impossible_travel=True),
    ),
    "freshness_trust_stale": judged(
        "data 24 hours old",
        Outcome.ADMIT,
        Finding(Reason.TRUST_STALE, NOTE),
        trust=targets(published_at=AT - 24 * HOUR),
    ),
    "freshness_trust_expired": judged(
        "data 48 hours old",
        Outcome.REFER,
        Finding(Reason.TRUST_EXPIRED, REFER),
        trust=targets(published_at=AT - 48 * HOUR),
    ),
    "clock_clock_doubt": judged(
        "the clock stands before the data was published",
        Outcome.ADMIT,
        Finding(Reason.CLOCK_DOUBT, NOTE),
        trust=targets(published_at=AT + HOUR),
    ),
    "several_gravest_first": judged(
        "everything at once, the gravest first and then in the order of checks",
        Outcome.REFUSE,
        Finding(Reason.REVOKED, REFUSE),
        Finding(Reason.PLATE_MISMATCH, REFUSE),
        Finding(Reason.CREW_MISMATCH, REFER),
        Finding(Reason.CREW_EXPIRED, REFER, crew=(1,)),
        Finding(Reason.ARRIVED_FROM_ZONE, REFER, zone="pp-79"),
        Finding(Reason.ENTERING_ZONE, REFER, zone="pp-2021-09"),
        Finding(Reason.TRUST_STALE, NOTE),
        Finding(Reason.CLOCK_DOUBT, NOTE),
        credential=_status(REVOKED_INDEX),
        context=Context(ROAD, plate_mismatch=True, crew_mismatch=True, clock_in_doubt=True),
        at=AT + DAY,
        trust=targets([PROVINCE_ZONE, WARD_ZONE]),
    ),
}
