"""Two verifiers that share nothing but the document say the same of whatever papers, clocks, contexts and trust."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import base45, claims, cose, policy, trust
from protocol.assess import Context, assess
from protocol.claims import Amendment, Credential, CrewCard, CrewEntry, StatusRef, VehiclePass
from protocol.envelope import FORM_PLAIN, pack
from protocol.policy import Extension
from protocol.reasons import VERIFICATION_REASONS, Reason, Severity, Verdict
from protocol.times import to_rfc3339
from protocol.trust import IssuerKey, StationKind
from protocol.zones import Zone
from tests import counts
from tests.protocol import independent_verifier as other
from tests.protocol.samples import (
    ASSISTANT,
    CARD,
    DAY,
    DRIVER,
    HOUR,
    ISSUER,
    LOCKDOWN,
    NOW,
    PASS,
    REVOKED_INDEX,
    SIGNER,
    SLIP,
    STRANGER,
    SUBSTITUTE,
    SUCCESSOR,
    SUSPENDED_INDEX,
    targets,
)
from tests.protocol.test_independent_verifier import credential_document, journey_document
from tests.vectors import build

EXAMPLES = counts.count("papers, clocks and trust on which two verifiers are compared", 150, 5_000)
STATUSES = [PASS.status, StatusRef("status/0", REVOKED_INDEX), StatusRef("status/0", SUSPENDED_INDEX)]
STATUSES += [StatusRef("status/7", 3)]

WINDOWS = st.tuples(st.integers(-40, 10), st.integers(1, 60), st.sampled_from([0, 1, 59]))
OWN_EXPIRIES = st.none() | st.integers(-30, 30).map(lambda hours: NOW + hours * HOUR)
PEOPLE = st.builds(CrewEntry._replace, st.sampled_from([DRIVER, ASSISTANT, SUBSTITUTE]), expires_at=OWN_EXPIRIES)
AREAS = st.sampled_from(["01", "79", "281", "018", "00001", "10354", "001"])


def windowed(credential: Credential, window: tuple[int, int, int], issued: int, index: int) -> Credential:
    """A credential with another window, signing time and status."""
    begins = NOW + timedelta(hours=window[0], seconds=window[2])
    return credential._replace(
        not_before=begins,
        expires_at=begins + window[1] * HOUR,
        issued_at=NOW - issued * HOUR,
        status=STATUSES[index],
    )


def papers_of(sample: st.SearchStrategy[Credential]) -> st.SearchStrategy[Credential]:
    return st.builds(windowed, sample, WINDOWS, st.integers(0, 50), st.sampled_from([0, 0, 0, 1, 2, 3]))


PASSES: st.SearchStrategy[VehiclePass] = st.builds(
    PASS._replace,
    cti=st.sampled_from([PASS.cti, b"another!"]),
    crew=st.lists(PEOPLE, min_size=1, max_size=3).map(tuple),
    route=st.lists(AREAS, min_size=2, max_size=4).map(tuple),
)
CARDS: st.SearchStrategy[CrewCard] = st.sampled_from(
    [CARD._replace(role=one.role, name=one.name, id_last4=one.id_last4) for one in (DRIVER, ASSISTANT, SUBSTITUTE)]
)
SLIPS: st.SearchStrategy[Amendment] = st.builds(
    lambda cti, joining, leaving, leg: SLIP._replace(
        cti=cti,
        joining=tuple(joining.items()),
        leaving=tuple(sorted(leaving - joining.keys())),
        renewed=tuple((index, NOW + 20 * HOUR) for index in {1, 2} - joining.keys() - leaving),
        leg=tuple(leg),
    ),
    st.sampled_from([b"slip0001", b"slip0002"]),
    st.dictionaries(st.integers(1, 5), PEOPLE, max_size=2),
    st.sets(st.integers(0, 4), max_size=2),
    st.lists(AREAS, max_size=2),
)


def written(credential: Credential, signer: cose.SoftwareSigner, *, is_plain: bool, changed_at: int | None) -> str:
    """The text of a credential in one of its forms, perhaps with another character somewhere."""
    if is_plain:
        text = pack(claims.prefix_of(credential), FORM_PLAIN, cose.sign1(claims.encode(credential), signer))
    else:
        text = claims.issue(credential, signer)
    if changed_at is None:
        return text
    at = changed_at % len(text)
    return text[:at] + base45.ALPHABET.decode()[changed_at % 45] + text[at + 1 :]


TEXTS = st.builds(
    written,
    papers_of(PASSES) | papers_of(CARDS) | papers_of(SLIPS),
    st.sampled_from([SIGNER, SIGNER, SIGNER, SIGNER, SUCCESSOR, STRANGER]),
    is_plain=st.booleans(),
    changed_at=st.none() | st.none() | st.none() | st.integers(0, 10_000),
)
STRAYS = st.text(max_size=20) | st.sampled_from(["VP1:", "AM1:00", "CC1:6BF", "HC1:NCF", "VP1:" + "0" * 1_996])

CONTEXTS = st.builds(
    dict,
    station=st.sampled_from([None, "chot-1", "kho-1"]),
    plate_mismatch=st.booleans(),
    crew_present=st.none() | st.sets(st.integers(0, 4), max_size=3).map(sorted),
    crew_mismatch=st.booleans(),
    coming_from=st.none() | AREAS,
    last_seen_here=st.none() | st.integers(-1_000, 1_000).map(lambda seconds: to_rfc3339(NOW + seconds * HOUR / 3600)),
    impossible_travel=st.booleans(),
    clock_in_doubt=st.booleans(),
)


def changed_policy(severity: Severity, hours: int, minutes: int, extended: int) -> policy.Policy:
    """A policy with other thresholds, one mass extension, and one severity for all that is not about verification."""
    default = policy.default_policy()
    changed = {reason: dict.fromkeys(StationKind, severity) for reason in Reason if reason not in VERIFICATION_REASONS}
    return replace(
        default,
        severities=default.severities | changed,
        trust_stale_hours=hours,
        trust_expired_hours=2 * hours,
        clock_tolerance_minutes=minutes,
        already_scanned_minutes=minutes,
        extensions=(Extension(NOW - 30 * HOUR, NOW - 2 * HOUR, NOW + extended * HOUR, "17/TB-UBND"),),
    )


POLICIES = st.none() | st.builds(
    changed_policy, st.sampled_from(Severity), st.integers(1, 40), st.integers(0, 90), st.integers(-20, 40)
)
ZONES: st.SearchStrategy[Zone] = st.builds(
    lambda number, version, areas, begins, ends: replace(
        LOCKDOWN,
        id=f"z-{number}",
        version=version,
        areas=tuple(areas),
        covers=frozenset(areas),
        starts_at=NOW + begins * HOUR,
        ends_at=None if ends is None else NOW + (begins + ends) * HOUR,
    ),
    st.integers(1, 3),
    st.integers(1, 2),
    st.lists(AREAS, min_size=1, max_size=2, unique=True),
    st.integers(-50, 20),
    st.none() | st.integers(1, 60),
)
KEYS = [
    (ISSUER,),
    (ISSUER, IssuerKey("VN-HN", SUCCESSOR.kid, SUCCESSOR.public_raw, NOW - DAY, "lost")),
    (IssuerKey("VN-SG", SIGNER.kid, STRANGER.public_raw), ISSUER),
    (ISSUER, IssuerKey("VN-SG", SUCCESSOR.kid, SUCCESSOR.public_raw)),
]


def leaving_out(published: dict[str, bytes], reasons: set[Reason]) -> dict[str, bytes]:
    """Targets whose policy does not name some reasons."""
    document = json.loads(published["policy"])
    document["severities"] = {code: kinds for code, kinds in document["severities"].items() if code not in reasons}
    return published | {"policy": json.dumps(document).encode()}


PUBLISHED = st.builds(
    targets,
    issuers=st.sampled_from(KEYS),
    zones=st.lists(ZONES, max_size=3, unique_by=lambda zone: (zone.id, zone.version)),
    rules=POLICIES,
    published_at=st.integers(-60, 2).map(lambda hours: NOW + hours * HOUR),
)
LOADED = st.builds(leaving_out, PUBLISHED, st.sets(st.sampled_from(Reason)))


def described(verdict: Verdict) -> dict[str, Any]:
    """Our verdict, as the vectors write one."""
    document = {
        "outcome": verdict.outcome,
        "findings": [build.finding_document(finding) for finding in verdict.findings],
        "credential": verdict.credential and build.credential_document(verdict.credential),
        "journey": verdict.journey and build.journey_document(verdict.journey),
    }
    return json.loads(json.dumps(document))


def said(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """The other verdict, likewise."""
    return {
        "outcome": verdict["outcome"],
        "findings": verdict["findings"],
        "credential": verdict["credential"] and credential_document(verdict["credential"]),
        "journey": verdict["journey"] and journey_document(verdict["journey"]),
    }


@settings(max_examples=EXAMPLES)
@given(
    st.lists(TEXTS | TEXTS | TEXTS | STRAYS, min_size=1, max_size=4),
    CONTEXTS,
    LOADED,
    st.integers(-20 * 3600, 40 * 3600).map(lambda seconds: NOW + timedelta(seconds=seconds)),
)
def test_both_verifiers_say_the_same(
    texts: list[str], known: dict[str, Any], published: dict[str, bytes], now: datetime
) -> None:
    ours = trust.load(published)
    theirs = other.load_trust({path: base64.b64encode(content).decode() for path, content in published.items()})
    context = Context(
        **known
        | {
            "station": known["station"] and ours.stations[known["station"]],
            "crew_present": known["crew_present"] and tuple(known["crew_present"]),
            "last_seen_here": known["last_seen_here"] and datetime.fromisoformat(known["last_seen_here"]),
        }
    )
    verdict = assess(texts, ours, context, now)
    assert described(verdict) == said(other.judge(texts, theirs, known, int(now.timestamp())))
