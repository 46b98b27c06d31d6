"""The papers of one vehicle come to one verdict, in whatever order they are shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import claims
from protocol.assess import Context, assess
from protocol.claims import Amendment, Credential, CrewCard, CrewEntry, StatusRef, VehiclePass
from protocol.journey import Journey, is_of, journey_of
from protocol.papers import belong_together
from protocol.policy import Extension, default_policy
from protocol.reasons import Outcome, Reason, Verdict
from tests.protocol.samples import (
    ASSISTANT,
    CARD,
    DAY,
    DRIVER,
    HOUR,
    LOCKDOWN,
    NOW,
    PASS,
    REVOKED_INDEX,
    SIGNER,
    SLIP,
    STRANGER,
    SUBSTITUTE,
    SUSPENDED_INDEX,
    trust_with,
)

TRUST = trust_with()
LATER_SLIP = SLIP._replace(cti=b"slip0002", issued_at=SLIP.issued_at + HOUR, joining=(), leaving=(2,), leg=("01",))
OTHER_SLIP = SLIP._replace(cti=b"slip0003", pass_cti=b"another!")
OLD_PASS = PASS._replace(cti=b"pass0000", issued_at=PASS.issued_at - DAY)
ASSISTANTS_CARD = CARD._replace(
    cti=b"card0002", role=ASSISTANT.role, name=ASSISTANT.name, id_last4=ASSISTANT.id_last4, issued_at=NOW
)
PAPERS = {
    claims.issue(paper, SIGNER): paper
    for paper in (PASS, SLIP, LATER_SLIP, OTHER_SLIP, OLD_PASS, CARD, ASSISTANTS_CARD)
}
OTHERS = ["https://example.org/menu", "", claims.issue(SLIP, STRANGER), "AM1:", claims.issue(PASS, SIGNER)[:-1]]


def judge(
    *papers: Credential, context: Context | None = None, after: timedelta = timedelta(0), **trust: object
) -> Verdict:
    """The verdict on papers that our issuer signed."""
    published = trust_with(published_at=NOW + after, **trust)
    return assess([claims.issue(paper, SIGNER) for paper in papers], published, context or Context(), NOW + after)


@given(st.lists(st.sampled_from([*PAPERS, *OTHERS]), max_size=7), st.randoms(), st.integers(-2, 30))
def test_no_order_and_no_repetition_changes_the_verdict(texts: list[str], chance: object, hours: int) -> None:
    now = NOW + hours * HOUR
    verdict = assess(texts, TRUST, Context(), now)
    shuffled = [*texts, *texts[:2]]
    chance.shuffle(shuffled)
    assert assess(shuffled, TRUST, Context(), now) == verdict


@given(st.sets(st.sampled_from([*PAPERS])), st.integers(-2, 30))
def test_the_pass_is_told_if_there_is_one_and_never_admitted_without(texts: set[str], hours: int) -> None:
    verdict = assess(sorted(texts), TRUST, Context(), NOW + hours * HOUR)
    if {PAPERS[text] for text in texts} & {PASS, OLD_PASS}:
        assert isinstance(verdict.credential, VehiclePass)
        assert verdict.journey is not None
    else:
        assert verdict.journey is None
        assert verdict.outcome is not Outcome.ADMIT


def test_no_text_at_all_is_no_pass() -> None:
    assert assess([], TRUST, Context(), NOW).reasons == (Reason.NOT_A_PASS,)
    assert assess(["", "menu"], TRUST, Context(), NOW).reasons == (Reason.NOT_A_PASS,)


def test_a_swapped_driver_counts_and_the_one_who_left_does_not() -> None:
    verdict = judge(PASS, SLIP)
    assert verdict.outcome is Outcome.ADMIT
    assert verdict.credential == PASS
    assert verdict.journey == Journey(
        ((1, ASSISTANT._replace(expires_at=SLIP.renewed[0][1])), (2, SUBSTITUTE)),
        (*PASS.route, *SLIP.leg),
        SLIP.cargo,
        (SLIP,),
    )
    assert judge(PASS, SLIP, context=Context(crew_present=(2,))).outcome is Outcome.ADMIT
    gone = judge(PASS, SLIP, context=Context(crew_present=(0,)))
    assert gone.reasons == (Reason.NO_VALID_DRIVER,)


def test_people_joined_by_a_slip_expire_by_its_own_clock() -> None:
    verdict = judge(PASS, SLIP, after=9 * HOUR)
    assert [(finding.reason, finding.crew) for finding in verdict.findings] == [
        (Reason.NO_VALID_DRIVER, ()),
        (Reason.CREW_EXPIRED, (2,)),
    ]


@pytest.mark.parametrize(
    "slip",
    [
        SLIP._replace(expires_at=NOW),
        SLIP._replace(not_before=NOW + timedelta(minutes=6)),
        SLIP._replace(status=StatusRef("status/0", REVOKED_INDEX)),
        SLIP._replace(status=StatusRef("status/0", SUSPENDED_INDEX)),
        OTHER_SLIP,
        SLIP._replace(joining=((0, SUBSTITUTE),), leaving=()),
        SLIP._replace(joining=((1, SUBSTITUTE),), renewed=()),
    ],
    ids=["expired", "early", "revoked", "suspended", "another pass's", "driver's index", "assistant's index"],
)
def test_a_slip_that_does_not_count_changes_nothing_and_is_told(slip: Amendment) -> None:
    verdict = judge(PASS, slip)
    assert (verdict.outcome, verdict.reasons) == (Outcome.REFER, (Reason.SUPPLEMENT_UNUSABLE,))
    assert verdict.journey == journey_of(PASS)


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        ASSISTANTS_CARD._replace(id_last4="4568"),
        ASSISTANTS_CARD._replace(name="Trần Đức An"),
        ASSISTANTS_CARD._replace(role=CARD.role),
        ASSISTANTS_CARD._replace(expires_at=NOW + 5 * HOUR),
        ASSISTANTS_CARD._replace(status=StatusRef("status/0", REVOKED_INDEX)),
    ],
    ids=["driver's", "other digits", "other name", "other role", "expired", "revoked"],
)
def test_only_a_good_card_of_the_same_person_renews(card: CrewCard) -> None:
    verdict = judge(PASS, card, after=5 * HOUR)
    assert verdict.reasons[0] is Reason.CREW_EXPIRED
    assert judge(PASS, ASSISTANTS_CARD, after=5 * HOUR).reasons == ()


def test_a_card_renews_only_if_it_is_newer_than_the_paper_that_the_person_is_on() -> None:
    old = ASSISTANTS_CARD._replace(issued_at=PASS.issued_at)
    assert judge(PASS, old, after=5 * HOUR).reasons == (Reason.CREW_EXPIRED,)
    between = ASSISTANTS_CARD._replace(issued_at=SLIP.issued_at)
    renewed = SLIP._replace(joining=(), leaving=(), leg=(), cargo=None)
    assert judge(PASS, renewed, between, after=11 * HOUR).reasons == (Reason.CREW_EXPIRED,)
    assert judge(PASS, renewed, ASSISTANTS_CARD, after=11 * HOUR).reasons == ()


def test_no_renewal_shortens_and_whoever_has_no_own_expiry_lasts_as_long_as_the_pass() -> None:
    unlimited = PASS._replace(crew=(DRIVER._replace(expires_at=None),))
    slip = SLIP._replace(joining=(), leaving=(), renewed=((0, NOW + HOUR),), leg=(), cargo=None)
    assert judge(unlimited, slip, after=2 * HOUR).reasons == ()
    shorter = slip._replace(renewed=((0, NOW),))
    assert judge(PASS, shorter).reasons == ()


def test_a_leg_into_a_zone_is_told() -> None:
    verdict = judge(PASS._replace(route=("79", "281")), SLIP._replace(leg=("00067",)), zones=[LOCKDOWN])
    assert verdict.reasons == (Reason.ENTERING_ZONE,)


def test_an_extension_covers_the_slip_like_the_pass() -> None:
    extension = Extension(PASS.issued_at, NOW, NOW + 5 * DAY, "17/TB-UBND")
    rules = replace(default_policy(), extensions=(extension,))
    slip = SLIP._replace(joining=((2, SUBSTITUTE._replace(expires_at=None)),), renewed=())
    verdict = judge(PASS, slip, after=DAY, rules=rules, context=Context(crew_present=(2,)))
    assert verdict.reasons == (Reason.EXTENDED,)
    assert judge(PASS, slip, after=DAY).reasons == (Reason.EXPIRED, Reason.SUPPLEMENT_UNUSABLE)


def test_records_name_the_pass_whichever_of_its_papers_was_shown() -> None:
    for papers in ((PASS,), (SLIP,), (PASS, SLIP), (CARD, SLIP), (LATER_SLIP, SLIP)):
        assert judge(*papers).identity == (PASS.iss, PASS.cti)
    assert judge(CARD).identity == (CARD.iss, CARD.cti)
    assert assess("menu", TRUST, Context(), NOW).identity is None


def test_a_forged_slip_refuses_and_the_genuine_pass_is_still_told() -> None:
    verdict = assess([claims.issue(PASS, SIGNER), claims.issue(SLIP, STRANGER)], TRUST, Context(), NOW)
    assert (verdict.outcome, verdict.reasons, verdict.credential) == (Outcome.REFUSE, (Reason.ISSUER_UNKNOWN,), PASS)
    assert verdict.journey == journey_of(PASS)


PEOPLE = st.builds(
    CrewEntry,
    st.sampled_from([DRIVER.role, ASSISTANT.role]),
    st.sampled_from(["An", "Bình", "Chi"]),
    st.sampled_from(["0001", "0002"]),
    st.none() | st.integers(0, 40).map(lambda hours: NOW + hours * HOUR),
)
SLIPS = st.builds(
    lambda number, hours, joining, renewed, leaving, leg: SLIP._replace(
        cti=bytes([number]) * 8,
        issued_at=PASS.issued_at + hours * HOUR,
        joining=tuple(joining.items()),
        renewed=tuple((index, NOW + 30 * HOUR) for index in renewed - set(joining) - leaving),
        leaving=tuple(leaving - set(joining)),
        leg=tuple(leg),
    ),
    st.integers(0, 255),
    st.integers(0, 20),
    st.dictionaries(st.integers(8, 12), PEOPLE, max_size=2),
    st.sets(st.integers(0, 12), max_size=3),
    st.sets(st.integers(0, 12), max_size=3),
    st.lists(st.sampled_from(["01", "79"]), max_size=2),
)


@given(
    st.lists(PEOPLE, min_size=1, max_size=8), st.lists(SLIPS, max_size=4, unique_by=lambda slip: slip.cti), st.randoms()
)
def test_slips_apply_in_the_order_of_signing_and_name_nobody_twice(
    crew: list[CrewEntry], slips: list[Amendment], chance: object
) -> None:
    vehicle_pass: VehiclePass = PASS._replace(crew=tuple(crew))
    journey = journey_of(vehicle_pass, slips)
    shuffled = list(slips)
    chance.shuffle(shuffled)
    assert journey_of(vehicle_pass, shuffled) == journey
    indexes = [index for index, _ in journey.crew]
    assert indexes == sorted(set(indexes))
    assert set(indexes) <= {*range(len(crew)), *(index for slip in slips for index, _ in slip.joining)}
    assert len(journey.route) == len(PASS.route) + sum(len(slip.leg) for slip in slips)
    for index, entry in journey.crew:
        if index < len(crew):
            assert entry._replace(expires_at=None) == crew[index]._replace(expires_at=None)


def test_a_card_is_of_the_person_whose_name_digits_and_role_it_has() -> None:
    assert is_of(CARD, DRIVER)
    assert not is_of(CARD, ASSISTANT)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (PASS, SLIP, True),
        (PASS, OTHER_SLIP, False),
        (PASS, SLIP._replace(iss="VN-SG"), False),
        (PASS, CARD, True),
        (PASS, CARD._replace(iss="VN-SG"), False),
        (PASS, CARD._replace(name="Lê Văn Lạ"), False),
        (PASS, OLD_PASS, False),
        (SLIP, LATER_SLIP, True),
        (SLIP, OTHER_SLIP, False),
        (SLIP, CARD._replace(name=SUBSTITUTE.name, id_last4=SUBSTITUTE.id_last4), True),
        (SLIP, CARD, False),
        (CARD, ASSISTANTS_CARD, False),
    ],
)
def test_papers_belong_together_if_one_names_the_other_or_its_people(
    one: Credential, other: Credential, *, expected: bool
) -> None:
    assert belong_together(one, other) is belong_together(other, one) is expected
