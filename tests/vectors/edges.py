"""Vectors at the edges of what a field may say, and of what a policy may change."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import cbor2

from protocol import claims, cose, policy
from protocol.assess import Context
from protocol.claims import CrewEntry, Role
from protocol.envelope import Prefix
from protocol.places import StationKind
from protocol.reasons import Finding, Outcome, Reason
from tests.vectors.cases import NOTE, PRIVATE, REFER, REFUSE, ROAD, Case, judged, refused
from tests.vectors.material import AT, CARD, HOUR, ISSUING, PASS, SLIP, targets, with_claims, with_message

CARD_CLAIM, SLIP_CLAIM = -65538, -65540
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519 (RFC 8032 §5.1): a signature's second half, a number below it, has no other way to be written."""


def with_field(
    label: int, value: object, private: int = PRIVATE, prefix: Prefix = Prefix.VEHICLE_PASS, *others: int
) -> str:
    """The text of a credential, in the plain form, with another value in one field and without some others."""
    credential = {PRIVATE: PASS, CARD_CLAIM: CARD, SLIP_CLAIM: SLIP}[private]
    content = cbor2.loads(claims.encode(credential))

    def change(found: dict[int, object]) -> None:
        found.clear()
        found.update(content)
        content[private][label] = value
        for other in others:
            del content[private][other]

    return with_claims(change, prefix)


def _second_half_plus_the_order(message: bytes) -> bytes:
    return message[:-32] + (int.from_bytes(message[-32:], "little") + GROUP_ORDER).to_bytes(32, "little")


def _invalid(description: str, text: str) -> Case:
    return refused(description, text, Reason.FORMAT_INVALID)


REFUSED: Final[dict[str, Case]] = {
    "signature_signature_invalid_malleable": refused(
        "the signature's second half written as another number that means the same",
        with_message(_second_half_plus_the_order),
        Reason.SIGNATURE_INVALID,
    ),
    "signature_signature_invalid_status_list": refused(
        "the signature of a pass over a status list's header",
        with_message(lambda m: m[:-64] + cose.sign1(claims.encode(PASS), ISSUING, "application/statuslist+cwt")[-64:]),
        Reason.SIGNATURE_INVALID,
    ),
    "claims_format_invalid_not_nfc": _invalid("a text that is not NFC", with_field(5, "Vâ\u0323n ta\u0309i")),
    "claims_format_invalid_control": _invalid("a line end in a text", with_field(5, "Vận\ntải")),
    "claims_format_invalid_invisible": _invalid("a space of no width in a text", with_field(5, "Vận\u200btải")),
    "claims_format_invalid_long_text": _invalid("61 characters of carrier", with_field(5, "ậ" * 61)),
    "claims_format_invalid_plate": _invalid(
        "a zero byte before the plate", with_field(1, bytes.fromhex("002938cedd45"))
    ),
    "claims_format_invalid_payload": _invalid("1,000 tonnes", with_field(4, 10_000)),
    "claims_format_invalid_boolean": _invalid("a boolean where a number stands", with_field(4, value=True)),
    "claims_format_invalid_nobody": _invalid("a pass without a crew", with_field(6, [])),
    "claims_format_invalid_crowd": _invalid("a crew of nine", with_field(6, [["A", 1]] * 9)),
    "claims_format_invalid_person": _invalid("a person of four parts", with_field(6, [["A", 1, 0, 0]])),
    "claims_format_invalid_own_expiry": _invalid(
        "an own expiry ten years before the pass begins", with_field(6, [["A", 1, -5_270_400]])
    ),
    "claims_format_invalid_route": _invalid("a route of one place", with_field(7, [79])),
    "claims_format_invalid_area": _invalid("a number above those of areas", with_field(7, [79, 101_100])),
    "claims_format_invalid_status_index": _invalid(
        "a place behind the end of a status list",
        with_claims(lambda c: c.update({65535: {"status_list": {"idx": 131_072, "uri": "status/0"}}})),
    ),
    "claims_format_invalid_moment": _invalid("an end in 2242", with_claims(lambda c: c.update({4: 2**33}))),
    "claims_format_invalid_card_residence": _invalid(
        "a residence that is a province", with_field(4, 1, CARD_CLAIM, Prefix.CREW_CARD)
    ),
    "claims_format_invalid_slip_empty": _invalid(
        "a slip that changes nothing", with_field(1, PASS.cti, SLIP_CLAIM, Prefix.AMENDMENT, 2, 3, 4, 5, 6)
    ),
    "claims_format_invalid_slip_twice": _invalid(
        "a slip that both renews a person and takes them out", with_field(4, [1], SLIP_CLAIM, Prefix.AMENDMENT)
    ),
    "claims_format_invalid_slip_index": _invalid(
        "a crew index above 63", with_field(4, [64], SLIP_CLAIM, Prefix.AMENDMENT)
    ),
    "claims_format_unsupported_role": refused(
        "a role of tomorrow", with_field(6, [["A", 20_000]]), Reason.FORMAT_UNSUPPORTED
    ),
    "claims_format_unsupported_cargo": refused(
        "a slip with a cargo class of tomorrow",
        with_field(6, 99, SLIP_CLAIM, Prefix.AMENDMENT),
        Reason.FORMAT_UNSUPPORTED,
    ),
    "claims_format_unsupported_text_label": refused(
        "a field whose label is a text, which must be understood",
        with_claims(lambda c: c[PRIVATE].update({"x": 1})),
        Reason.FORMAT_UNSUPPORTED,
    ),
}

_BEGINS_MID_MINUTE = PASS._replace(not_before=PASS.not_before + timedelta(seconds=30))
_LENIENT = replace(
    policy.default_policy(),
    severities=policy.default_policy().severities | {Reason.CREW_EXPIRED: dict.fromkeys(StationKind, NOTE)},
    trust_stale_hours=1,
    trust_expired_hours=2,
    clock_tolerance_minutes=0,
    already_scanned_minutes=3,
)

JUDGED: Final[dict[str, Case]] = {
    "valid_pass_optional_claim": replace(
        judged("claims that this version does not know", Outcome.ADMIT),
        texts=(with_claims(lambda c: c.update({8: {1: b"?"}, "x": None})),),
    ),
    "valid_pass_largest": judged(
        "eight persons and twelve places with the longest names",
        Outcome.ADMIT,
        credential=PASS._replace(
            plate="Z" * 12,
            carrier="Ữ" * 60,
            crew=tuple(CrewEntry(Role.DRIVER, "Ậ" * 59 + "ABCDEFGH"[n], f"{n}999") for n in range(8)),
            route=("99898", *("10354",) * 11),
        ),
    ),
    "crew_crew_expired_mid_minute": judged(
        "own expiry counts from the minute in which the pass begins",
        Outcome.REFER,
        Finding(Reason.CREW_EXPIRED, REFER, crew=(1,)),
        credential=_BEGINS_MID_MINUTE,
        at=AT + 5 * HOUR,
    ),
    "crew_no_valid_driver_unknown_index": judged(
        "only an index ticked that nobody on the pass has",
        Outcome.REFUSE,
        Finding(Reason.NO_VALID_DRIVER, REFUSE),
        context=Context(ROAD, crew_present=(7,)),
    ),
    "policy_crew_expired_noted": judged(
        "a policy that only notes a person whose own time has ended",
        Outcome.ADMIT,
        Finding(Reason.CREW_EXPIRED, NOTE, crew=(1,)),
        at=AT + 5 * HOUR,
        trust=targets(published_at=AT + 5 * HOUR, rules=_LENIENT),
    ),
    "policy_trust_expired_hours": judged(
        "a policy with hours of its own",
        Outcome.REFER,
        Finding(Reason.TRUST_EXPIRED, REFER),
        trust=targets(published_at=AT - 2 * HOUR, rules=_LENIENT),
    ),
    "policy_admit_scanned_minutes": judged(
        "a policy with minutes of its own",
        Outcome.ADMIT,
        context=Context(ROAD, last_seen_here=AT - timedelta(minutes=3)),
        trust=targets(published_at=AT, rules=_LENIENT),
    ),
    "policy_not_yet_valid_tolerance": judged(
        "a policy without any tolerance for clocks",
        Outcome.REFUSE,
        Finding(Reason.NOT_YET_VALID, REFUSE),
        at=PASS.not_before - timedelta(seconds=1),
        trust=targets(published_at=PASS.not_before - HOUR + timedelta(seconds=1), rules=_LENIENT),
    ),
}
