"""From text to verdict: one failing layer at a time, and several observations at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from protocol import base45, cbor, claims, cose
from protocol.assess import Context, VerifyError, assess, verify
from protocol.claims import CrewEntry, Role, StatusRef
from protocol.envelope import FORM_PLAIN, Prefix, pack, unpack
from protocol.journey import Journey
from protocol.policy import Extension, default_policy
from protocol.reasons import Outcome, Reason, Verdict
from protocol.trust import IssuerKey
from tests.protocol.samples import (
    ASSISTANT,
    CARD,
    DAY,
    DEPOT,
    DRIVER,
    HOUR,
    ISSUER,
    LOCKDOWN,
    NOW,
    PASS,
    REVOKED_INDEX,
    ROAD,
    SIGNER,
    STRANGER,
    SUCCESSOR,
    SUCCESSOR_KEY,
    SUSPENDED_INDEX,
    pass_with_status,
    status_token,
    trust_with,
)

TRUST = trust_with()
TEXT = claims.issue(PASS, SIGNER)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def judge(
    credential: claims.Credential = PASS, context: Context | None = None, at: datetime = NOW, **trust: object
) -> Verdict:
    """The verdict on a credential that our issuer signed, its trust published an hour before."""
    published = {"published_at": at - HOUR} | trust
    return assess(claims.issue(credential, SIGNER), trust_with(**published), context or Context(), at)


def reasons(verdict: Verdict) -> list[Reason]:
    return list(verdict.reasons)


def test_a_good_pass_is_admitted_with_what_was_signed() -> None:
    verdict = assess(TEXT, TRUST, Context(), NOW)
    journey = Journey(tuple(enumerate(PASS.crew)), PASS.route, PASS.cargo)
    assert verdict == Verdict(Outcome.ADMIT, (), PASS, journey)


def test_verify_gives_what_a_known_issuer_signed_whatever_its_window() -> None:
    assert verify(TEXT, TRUST) == PASS
    assert verify(claims.issue(PASS._replace(expires_at=PASS.not_before + HOUR), SIGNER), TRUST).cti == PASS.cti


def test_a_valid_card_alone_is_referred_for_want_of_the_vehicles_pass() -> None:
    verdict = judge(CARD)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.REFER, [Reason.PASS_MISSING])
    assert verdict.credential == CARD


def payload_changed() -> str:
    message = cose.sign1(claims.encode(PASS), SIGNER)
    return pack(Prefix.VEHICLE_PASS, FORM_PLAIN, message.replace(b"TNHH", b"TNHI"))


def with_form(form: int) -> str:
    return "VP1:" + base45.encode(bytes([form]) + unpack(TEXT)[2])


UNVERIFIED = [
    ("https://example.org/pass/1", Reason.NOT_A_PASS),
    ("", Reason.NOT_A_PASS),
    (TEXT.lower(), Reason.NOT_A_PASS),
    (TEXT + "0" * 2_000, Reason.FORMAT_INVALID),
    (TEXT.replace("VP1:", "VP1:a"), Reason.FORMAT_INVALID),
    (TEXT + "\n", Reason.FORMAT_INVALID),
    (with_form(2), Reason.FORMAT_UNSUPPORTED),
    ("VP1:" + base45.encode(b"\x00" + b"no message"), Reason.FORMAT_INVALID),
    (claims.issue(PASS, STRANGER), Reason.ISSUER_UNKNOWN),
    (payload_changed(), Reason.SIGNATURE_INVALID),
    (TEXT.replace("VP1:", "CC1:"), Reason.FORMAT_INVALID),
    (claims.issue(PASS._replace(iss="VN-SG"), SIGNER), Reason.ISSUER_UNKNOWN),
    (pack(Prefix.VEHICLE_PASS, FORM_PLAIN, cose.sign1(cbor.dumps({1: "VN-HN"}), SIGNER)), Reason.FORMAT_INVALID),
    (pack(Prefix.VEHICLE_PASS, FORM_PLAIN, cose.sign1(b"\xff", SIGNER)), Reason.FORMAT_INVALID),
]


@pytest.mark.parametrize(("text", "reason"), UNVERIFIED)
def test_what_is_not_verified_is_refused_and_nothing_of_it_is_told(text: str, reason: Reason) -> None:
    with pytest.raises(VerifyError) as caught:
        verify(text, TRUST)
    assert caught.value.reason is reason
    everything_wrong = Context(ROAD, plate_mismatch=True, crew_mismatch=True, coming_from="001", last_seen_here=NOW)
    verdict = assess(text, TRUST, everything_wrong, NOW + 3 * DAY)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.REFUSE, [reason])
    assert (verdict.credential, verdict.journey) == (None, None)


def test_a_withdrawn_key_is_told_apart_from_an_unknown_one_and_from_forgery() -> None:
    withdrawn = replace(ISSUER, retired_at=NOW - DAY, reason="lost")
    trust = trust_with([withdrawn, SUCCESSOR_KEY], others={"status/0": status_token(signer=SUCCESSOR)})
    assert reasons(assess(payload_changed(), trust, Context(), NOW)) == [Reason.SIGNATURE_INVALID]
    verdict = assess(TEXT, trust, Context(), NOW)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.REFUSE, [Reason.ISSUER_KEY_REVOKED])
    assert verdict.credential is None


def test_every_key_that_has_the_kid_is_tried() -> None:
    namesake = IssuerKey("VN-SG", SIGNER.kid, STRANGER.public_raw)
    assert assess(TEXT, trust_with(issuers=[namesake, ISSUER]), Context(), NOW).outcome is Outcome.ADMIT


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (PASS.not_before - 5 * MINUTE - SECOND, [Reason.NOT_YET_VALID]),
        (PASS.not_before - 5 * MINUTE, []),
        (PASS.not_before, []),
    ],
)
def test_a_beginning_has_the_policys_clock_tolerance(at: datetime, expected: list[Reason]) -> None:
    assert reasons(judge(at=at)) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [(PASS.expires_at - SECOND, []), (PASS.expires_at, [Reason.EXPIRED]), (PASS.expires_at + DAY, [Reason.EXPIRED])],
)
def test_an_end_is_exclusive_and_has_no_tolerance(at: datetime, expected: list[Reason]) -> None:
    whole_crew = PASS._replace(crew=(DRIVER._replace(expires_at=None),))
    assert reasons(judge(whole_crew, at=at)) == expected


def test_an_expired_pass_has_no_crew_left_to_judge() -> None:
    assert reasons(judge(at=PASS.expires_at + HOUR)) == [Reason.EXPIRED]


def test_a_mass_extension_lets_a_pass_hold_on_until_its_own_end() -> None:
    extension = Extension(PASS.issued_at, PASS.issued_at + SECOND, PASS.expires_at + DAY, "17/TB")
    rules = replace(default_policy(), extensions=(extension,))
    whole_crew = PASS._replace(crew=(DRIVER._replace(expires_at=None),))
    verdict = judge(whole_crew, at=PASS.expires_at, rules=rules)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ADMIT, [Reason.EXTENDED])
    assert reasons(judge(whole_crew, at=extension.until, rules=rules)) == [Reason.EXPIRED]
    later = whole_crew._replace(issued_at=extension.issued_before)
    assert reasons(judge(later, at=PASS.expires_at, rules=rules)) == [Reason.EXPIRED]
    assert Reason.CREW_EXPIRED in reasons(judge(at=PASS.expires_at, rules=rules))


@pytest.mark.parametrize(
    ("index", "outcome", "reason"),
    [(REVOKED_INDEX, Outcome.REFUSE, Reason.REVOKED), (SUSPENDED_INDEX, Outcome.REFER, Reason.SUSPENDED)],
)
def test_the_status_list_decides(index: int, outcome: Outcome, reason: Reason) -> None:
    verdict = judge(pass_with_status(index))
    assert (verdict.outcome, reasons(verdict)) == (outcome, [reason])


def test_a_status_list_that_the_station_does_not_have_yet_means_that_its_data_is_behind() -> None:
    verdict = judge(PASS._replace(status=StatusRef("status/9", 7)))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ADMIT, [Reason.TRUST_STALE])


def test_what_the_officer_saw_counts() -> None:
    assert judge(context=Context(plate_mismatch=True)).outcome is Outcome.REFUSE
    verdict = judge(context=Context(plate_mismatch=True, crew_mismatch=True))
    assert reasons(verdict) == [Reason.PLATE_MISMATCH, Reason.CREW_MISMATCH]
    assert judge(context=Context(crew_mismatch=True)).outcome is Outcome.REFER


def test_one_expired_occupant_is_named_and_referred() -> None:
    before, after = ASSISTANT.expires_at - MINUTE, ASSISTANT.expires_at
    assert judge(at=before).outcome is Outcome.ADMIT
    verdict = judge(at=after)
    assert verdict.outcome is Outcome.REFER
    assert [(finding.reason, finding.crew) for finding in verdict.findings] == [(Reason.CREW_EXPIRED, (1,))]


def test_who_is_not_on_board_is_not_judged() -> None:
    assert judge(at=ASSISTANT.expires_at, context=Context(crew_present=(0,))).outcome is Outcome.ADMIT
    assert judge(at=ASSISTANT.expires_at, context=Context(crew_present=())).outcome is Outcome.REFER


@pytest.mark.parametrize(
    ("crew", "present"),
    [
        ((ASSISTANT,), None),
        ((DRIVER, ASSISTANT), (1,)),
        ((DRIVER,), (5,)),
        ((DRIVER._replace(expires_at=NOW), ASSISTANT._replace(expires_at=None)), None),
    ],
)
def test_a_pass_without_a_currently_valid_driver_is_refused(
    crew: tuple[CrewEntry, ...], present: tuple[int, ...] | None
) -> None:
    verdict = judge(PASS._replace(crew=crew), Context(crew_present=present))
    assert verdict.outcome is Outcome.REFUSE
    assert Reason.NO_VALID_DRIVER in verdict.reasons


def test_a_second_driver_is_enough() -> None:
    crew = (DRIVER._replace(expires_at=NOW), CrewEntry(Role.DRIVER, "Lê Văn Cường", "8888"))
    assert reasons(judge(PASS._replace(crew=crew))) == [Reason.CREW_EXPIRED]


@pytest.mark.parametrize(
    ("route", "station", "expected"),
    [
        (("79", "281"), DEPOT, []),
        (("01", "79"), DEPOT, []),
        (("79", "10354"), DEPOT, []),
        (("79", "00001"), DEPOT, [Reason.OFF_ROUTE]),
        (("79", "00001"), ROAD, []),
        (("79", "00001"), replace(DEPOT, within=()), []),
        (("79", "10354"), replace(DEPOT, area="281", within=("01",)), []),
    ],
)
def test_a_freight_point_off_the_route_is_noted(route: tuple[str, ...], station: object, expected: list) -> None:
    verdict = judge(PASS._replace(route=route), Context(station=station))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ADMIT, expected)


def zones_seen(verdict: Verdict) -> list[tuple[Reason, str | None]]:
    return [(finding.reason, finding.zone) for finding in verdict.findings]


def test_an_origin_or_a_coming_from_in_a_zone_is_an_arrival_from_it() -> None:
    from_zone = PASS._replace(route=("00067", "79"))
    assert zones_seen(judge(from_zone, zones=[LOCKDOWN])) == [(Reason.ARRIVED_FROM_ZONE, "z-1")]
    elsewhere = PASS._replace(route=("79", "281"))
    told = Context(coming_from="001")
    assert zones_seen(judge(elsewhere, told, zones=[LOCKDOWN])) == [(Reason.ARRIVED_FROM_ZONE, "z-1")]
    assert zones_seen(judge(elsewhere, Context(coming_from="79"), zones=[LOCKDOWN])) == []


@pytest.mark.parametrize("route", [("79", "001"), ("79", "00001", "281")])
def test_a_stop_or_destination_in_a_zone_is_an_entry_into_it(route: tuple[str, ...]) -> None:
    verdict = judge(PASS._replace(route=route), zones=[LOCKDOWN])
    assert zones_seen(verdict) == [(Reason.ENTERING_ZONE, "z-1")]
    assert verdict.outcome is Outcome.REFER


def test_a_zone_counts_while_it_is_in_force_even_without_passage() -> None:
    route = PASS._replace(route=("79", "001"))
    for zone in (replace(LOCKDOWN, ends_at=NOW), replace(LOCKDOWN, starts_at=NOW + SECOND)):
        assert zones_seen(judge(route, zones=[zone])) == []
    quiet = replace(LOCKDOWN, starts_at=NOW, ends_at=None, passage=False)
    assert zones_seen(judge(route, zones=[quiet])) == [(Reason.ENTERING_ZONE, "z-1")]


def test_several_zones_are_all_named() -> None:
    second = replace(LOCKDOWN, id="z-2")
    verdict = judge(PASS._replace(route=("001", "00067")), zones=[LOCKDOWN, second])
    assert zones_seen(verdict) == [
        (Reason.ARRIVED_FROM_ZONE, "z-1"),
        (Reason.ARRIVED_FROM_ZONE, "z-2"),
        (Reason.ENTERING_ZONE, "z-1"),
        (Reason.ENTERING_ZONE, "z-2"),
    ]


def test_the_same_pass_here_again_within_minutes_is_told() -> None:
    soon = Context(station=ROAD, last_seen_here=NOW - 10 * MINUTE + SECOND)
    verdict = judge(context=soon)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.REFER, [Reason.ALREADY_SCANNED])
    assert judge(context=replace(soon, station=replace(DEPOT, within=()))).outcome is Outcome.ADMIT
    assert reasons(judge(context=replace(soon, last_seen_here=NOW - 10 * MINUTE))) == []


def test_impossible_travel_is_referred() -> None:
    verdict = judge(context=Context(impossible_travel=True))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.REFER, [Reason.IMPOSSIBLE_TRAVEL])


@pytest.mark.parametrize(
    ("age", "outcome", "expected"),
    [
        (24 * HOUR - SECOND, Outcome.ADMIT, []),
        (24 * HOUR, Outcome.ADMIT, [Reason.TRUST_STALE]),
        (48 * HOUR - SECOND, Outcome.ADMIT, [Reason.TRUST_STALE]),
        (48 * HOUR, Outcome.REFER, [Reason.TRUST_EXPIRED]),
        (-5 * MINUTE, Outcome.ADMIT, []),
        (-6 * MINUTE, Outcome.ADMIT, [Reason.CLOCK_DOUBT]),
    ],
)
def test_the_age_of_the_data_is_told_and_never_refuses(
    age: timedelta, outcome: Outcome, expected: list[Reason]
) -> None:
    verdict = judge(published_at=NOW - age)
    assert (verdict.outcome, reasons(verdict)) == (outcome, expected)


def test_a_clock_in_doubt_is_noted() -> None:
    verdict = judge(context=Context(clock_in_doubt=True))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.ADMIT, [Reason.CLOCK_DOUBT])


def test_the_gravest_finding_decides_and_stands_first() -> None:
    worst = Context(ROAD, plate_mismatch=True, crew_mismatch=True, clock_in_doubt=True, last_seen_here=NOW)
    verdict = judge(pass_with_status(REVOKED_INDEX), worst)
    assert verdict.outcome is Outcome.REFUSE
    assert reasons(verdict) == [
        Reason.REVOKED,
        Reason.PLATE_MISMATCH,
        Reason.CREW_MISMATCH,
        Reason.ALREADY_SCANNED,
        Reason.CLOCK_DOUBT,
    ]


def test_a_verdict_is_no_boolean() -> None:
    with pytest.raises(TypeError):
        bool(assess(TEXT, TRUST, Context(), NOW))
