"""Vectors with several texts: the papers of one vehicle, which come to one verdict whichever is shown first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from protocol.assess import Context
from protocol.claims import Amendment, CargoClass, Credential, StatusRef
from protocol.journey import Journey
from protocol.reasons import Finding, Outcome, Reason
from tests.vectors.cases import NOTE, REFER, REFUSE, ROAD, Case, unchanged
from tests.vectors.material import (
    ASSISTANTS_CARD,
    AT,
    CARD,
    DAY,
    EXTENSION,
    HOUR,
    PASS,
    PROVINCE_ZONE,
    REVOKED_INDEX,
    SECOND,
    SELF_MADE,
    SLIP,
    SUBSTITUTE,
    SUSPENDED_INDEX,
    WARD_ZONE,
    issued,
    targets,
)

DRIVER, ASSISTANT = PASS.crew
LATE = AT + 6 * HOUR
"""After the assistant's own end, before the substitute's."""

UNUSABLE = Finding(Reason.SUPPLEMENT_UNUSABLE, REFER)
ALONE: Final = unchanged(PASS)
AMENDED: Final = Journey(
    ((1, ASSISTANT._replace(expires_at=SLIP.renewed[0][1])), (2, SUBSTITUTE)),
    (*PASS.route, *SLIP.leg),
    CargoClass.EMPTY,
    (SLIP,),
)
RENEWED_BY_CARD: Final = ALONE._replace(crew=((0, DRIVER), (1, ASSISTANT._replace(expires_at=CARD.expires_at))))
NEXT_SLIP = SLIP._replace(
    cti=bytes.fromhex("3132333435363738"),
    issued_at=SLIP.issued_at + HOUR,
    joining=((3, SUBSTITUTE._replace(name="Đỗ Xuân Hòa", id_last4="0042")),),
    renewed=((0, AT + DAY),),
    leaving=(2,),
    leg=(),
    cargo=None,
)


def together(
    description: str,
    outcome: Outcome,
    *findings: Finding,
    papers: tuple[Credential, ...],
    journey: Journey | None = ALONE,
    context: Context | None = None,
    at: datetime = AT,
    trust: dict[str, bytes] | None = None,
) -> Case:
    """Credentials that our issuer signed, of which the verdict tells the pass, or else the newest slip."""
    told = next((one for one in papers if one == PASS), None) or max(
        papers, key=lambda one: (isinstance(one, Amendment), one.issued_at)
    )
    published = targets(published_at=at - HOUR) if trust is None else trust
    texts = tuple(issued(one) for one in papers)
    return Case(description, texts, outcome, findings, told, journey, context or Context(), at, published)


def _with_status(slip: Amendment, index: int, uri: str = "status/0") -> Amendment:
    return slip._replace(status=StatusRef(uri, index))


TOGETHER: Final[dict[str, Case]] = {
    "together_admit_swap": together(
        "another driver, the assistant renewed, a leg more, another cargo",
        Outcome.ADMIT,
        papers=(PASS, SLIP),
        journey=AMENDED,
        at=LATE,
    ),
    "together_admit_swap_slip_first": together(
        "the same papers the other way round", Outcome.ADMIT, papers=(SLIP, PASS), journey=AMENDED, at=LATE
    ),
    "together_admit_present": together(
        "those on board, by the crew indexes that pass and slip give them",
        Outcome.ADMIT,
        papers=(PASS, SLIP),
        journey=AMENDED,
        context=Context(ROAD, crew_present=(2,)),
        at=LATE,
    ),
    "together_no_valid_driver": together(
        "the driver who left does not count any more",
        Outcome.REFUSE,
        Finding(Reason.NO_VALID_DRIVER, REFUSE),
        papers=(PASS, SLIP._replace(joining=())),
        journey=AMENDED._replace(crew=AMENDED.crew[:1], amendments=(SLIP._replace(joining=()),)),
    ),
    "together_crew_expired": together(
        "the own end of somebody who joined, exclusive",
        Outcome.REFUSE,
        Finding(Reason.NO_VALID_DRIVER, REFUSE),
        Finding(Reason.CREW_EXPIRED, REFER, crew=(2,)),
        papers=(PASS, SLIP),
        journey=AMENDED,
        at=AT + 9 * HOUR,
    ),
    "together_admit_two_slips": together(
        "a later slip changes what an earlier one says, and renews nobody who left",
        Outcome.ADMIT,
        papers=(NEXT_SLIP, PASS, SLIP),
        journey=AMENDED._replace(crew=(AMENDED.crew[0], NEXT_SLIP.joining[0]), amendments=(SLIP, NEXT_SLIP)),
        at=LATE,
    ),
    "together_admit_renewed_by_card": together(
        "a newer card of the assistant, whose test had run out",
        Outcome.ADMIT,
        papers=(PASS, ASSISTANTS_CARD),
        journey=RENEWED_BY_CARD,
        at=LATE,
    ),
    "together_admit_renewal_never_shortens": together(
        "a newer card that ends earlier than the pass says",
        Outcome.ADMIT,
        papers=(ASSISTANTS_CARD._replace(expires_at=AT + HOUR), PASS),
    ),
    "together_crew_expired_older_card": together(
        "a card that was signed before the pass renews nothing",
        Outcome.REFER,
        Finding(Reason.CREW_EXPIRED, REFER, crew=(1,)),
        papers=(PASS, ASSISTANTS_CARD._replace(issued_at=PASS.issued_at)),
        at=LATE,
    ),
    "together_admit_card_and_slip": together(
        "a slip brings a driver, and the driver's newer card renews them",
        Outcome.ADMIT,
        papers=(
            CARD._replace(name=SUBSTITUTE.name, id_last4=SUBSTITUTE.id_last4, issued_at=SLIP.issued_at + SECOND),
            SLIP,
            PASS,
        ),
        journey=AMENDED._replace(crew=(AMENDED.crew[0], (2, SUBSTITUTE._replace(expires_at=CARD.expires_at)))),
        at=AT + 10 * HOUR,
    ),
    "together_entering_zone_leg": together(
        "the leg that the slip adds ends in a zone",
        Outcome.REFER,
        Finding(Reason.ARRIVED_FROM_ZONE, REFER, zone="pp-79"),
        Finding(Reason.ENTERING_ZONE, REFER, zone="pp-79"),
        papers=(PASS, SLIP),
        journey=AMENDED,
        trust=targets([PROVINCE_ZONE]),
    ),
    "together_pass_missing_slip": together(
        "a slip alone, whatever zones its leg touches",
        Outcome.REFER,
        Finding(Reason.PASS_MISSING, REFER),
        papers=(SLIP,),
        journey=None,
        trust=targets([PROVINCE_ZONE, WARD_ZONE]),
    ),
    "together_pass_missing_slip_expired": together(
        "a slip alone, at its end",
        Outcome.REFUSE,
        Finding(Reason.EXPIRED, REFUSE),
        Finding(Reason.PASS_MISSING, REFER),
        papers=(SLIP,),
        journey=None,
        at=SLIP.expires_at,
    ),
    "together_pass_missing_slip_and_card": together(
        "a slip and a card, and no pass",
        Outcome.REFER,
        Finding(Reason.PASS_MISSING, REFER),
        papers=(CARD, SLIP),
        journey=None,
    ),
    "together_supplement_unusable_other_pass": together(
        "a slip to another pass",
        Outcome.REFER,
        UNUSABLE,
        papers=(SLIP._replace(pass_cti=CARD.cti), PASS),
    ),
    "together_supplement_unusable_index": together(
        "a slip that gives a new person the crew index of one on the pass",
        Outcome.REFER,
        UNUSABLE,
        papers=(PASS, SLIP._replace(joining=((1, SUBSTITUTE),), renewed=())),
    ),
    "together_supplement_unusable_expired": together(
        "a slip whose time is over changes nothing",
        Outcome.REFER,
        UNUSABLE,
        papers=(PASS, SLIP._replace(expires_at=AT)),
    ),
    "together_supplement_unusable_early": together(
        "a slip that begins a second later than the tolerance",
        Outcome.REFER,
        UNUSABLE,
        papers=(PASS, SLIP._replace(not_before=AT + timedelta(minutes=5) + SECOND)),
    ),
    "together_supplement_unusable_revoked": together(
        "a slip that was revoked", Outcome.REFER, UNUSABLE, papers=(PASS, _with_status(SLIP, REVOKED_INDEX))
    ),
    "together_supplement_unusable_suspended": together(
        "a card that is suspended",
        Outcome.REFER,
        UNUSABLE,
        papers=(PASS, ASSISTANTS_CARD._replace(status=StatusRef("status/0", SUSPENDED_INDEX))),
    ),
    "together_supplement_unusable_stranger": together(
        "a good card of somebody who is not on the pass", Outcome.REFER, UNUSABLE, papers=(PASS, CARD)
    ),
    "together_supplement_unusable_role": together(
        "the assistant's name and digits on a driver's card",
        Outcome.REFER,
        UNUSABLE,
        papers=(PASS, ASSISTANTS_CARD._replace(role=CARD.role)),
    ),
    "together_supplement_unusable_older_pass": together(
        "an older pass of the same vehicle beside the one in use",
        Outcome.REFER,
        UNUSABLE,
        papers=(PASS._replace(cti=CARD.cti, issued_at=PASS.issued_at - DAY), PASS),
    ),
    "together_expired": together(
        "a slip does not lengthen the pass",
        Outcome.REFUSE,
        Finding(Reason.EXPIRED, REFUSE),
        papers=(PASS, SLIP._replace(expires_at=PASS.expires_at + DAY)),
        journey=AMENDED._replace(amendments=(SLIP._replace(expires_at=PASS.expires_at + DAY),)),
        at=PASS.expires_at,
    ),
    "together_extended": together(
        "a general extension covers the slip like the pass, and no card",
        Outcome.REFER,
        Finding(Reason.SUPPLEMENT_UNUSABLE, REFER),
        Finding(Reason.EXTENDED, NOTE),
        papers=(PASS, SLIP._replace(joining=((2, DRIVER),)), ASSISTANTS_CARD._replace(expires_at=PASS.expires_at)),
        journey=AMENDED._replace(
            crew=((1, ASSISTANT._replace(expires_at=SLIP.renewed[0][1])), (2, DRIVER)),
            amendments=(SLIP._replace(joining=((2, DRIVER),)),),
        ),
        context=Context(ROAD, crew_present=(2,)),
        at=PASS.expires_at + HOUR,
        trust=targets(extensions=(EXTENSION,), published_at=PASS.expires_at),
    ),
    "together_trust_stale": together(
        "the slip's status list is newer than the data",
        Outcome.ADMIT,
        Finding(Reason.TRUST_STALE, NOTE),
        papers=(PASS, _with_status(SLIP, 5, "status/7")),
        journey=AMENDED._replace(amendments=(_with_status(SLIP, 5, "status/7"),)),
    ),
    "together_admit_others_code": replace(
        together("a shop's code beside the pass", Outcome.ADMIT, papers=(PASS,)),
        texts=("https://example.org/thuc-don", issued(PASS)),
    ),
    "together_admit_twice": replace(
        together("the same pass twice", Outcome.ADMIT, papers=(PASS,)), texts=(issued(PASS), issued(PASS))
    ),
    "together_issuer_unknown": replace(
        together(
            "a self-made slip beside a genuine pass",
            Outcome.REFUSE,
            Finding(Reason.ISSUER_UNKNOWN, REFUSE),
            papers=(PASS,),
        ),
        texts=(issued(PASS), issued(SLIP, SELF_MADE)),
    ),
    "together_format_invalid": replace(
        together(
            "two damaged codes beside a genuine pass: one finding",
            Outcome.REFUSE,
            Finding(Reason.FORMAT_INVALID, REFUSE),
            papers=(PASS,),
        ),
        texts=(issued(PASS), issued(SLIP) + "\n", "AM1:"),
    ),
}
