"""Visits: one tap for whoever is well, more for whoever is not; samples and what came of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.errors import ValueRefusedError
from passes.followup.access_rules import followups_of, only_visible
from passes.followup.events import Sample, SampleKind, SampleResult, Visit, VisitOutcome
from passes.followup.listing import Filters, Work, people_on_list
from passes.followup.refreshing import refresh_people
from passes.movement.turns import take_turn

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

LEAST_CELSIUS, MOST_CELSIUS = Decimal("34.0"), Decimal("43.0")
MOST_NOTE_CHARS = 1000


class Symptom(enum.StrEnum):
    """What a person may complain of; as the daily forms of 2021 ask."""

    FEVER = "fever"
    COUGH = "cough"
    SORE_THROAT = "sore_throat"
    BREATHLESS = "breathless"
    TIRED = "tired"
    ACHES = "aches"
    NO_TASTE = "no_taste"
    DIARRHOEA = "diarrhoea"
    OTHER = "other"


class VisitError(ValueRefusedError):
    """A visit or a sample cannot be kept as given."""


@dataclass(frozen=True)
class VisitDraft:
    """What somebody found.

    Args:
        at: when they were there, aware.
        outcome: what they found.
        temperature: in degrees Celsius, to one decimal.
        symptoms: what the person complains of.
        note: anything else.
    """

    at: datetime
    outcome: VisitOutcome
    temperature: Decimal | None = None
    symptoms: tuple[Symptom, ...] = field(default=())
    note: str | None = None


def record_visit(session: Session, actor: User, person_id: int, draft: VisitDraft, now: datetime) -> Visit:
    """Keep one visit, and bring the person's follow-ups in line with it.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        VisitError: it lies in the future, or what was found contradicts itself.
    """
    person = followups_of(session, actor, person_id)[0].person
    if draft.at > now:
        raise VisitError("in_future", "clock", "nobody was visited in the future")
    if draft.temperature is not None and not LEAST_CELSIUS <= draft.temperature <= MOST_CELSIUS:
        raise VisitError("temperature", "temperature", f"{draft.temperature} is no body temperature")
    if draft.outcome is VisitOutcome.SYMPTOMS and not draft.symptoms and not draft.note:
        raise VisitError("symptoms_missing", "symptoms", "say which symptoms")
    if draft.outcome is not VisitOutcome.SYMPTOMS and draft.symptoms:
        raise VisitError("symptoms_unfit", "outcome", "somebody with symptoms is not well")
    take_turn(session)
    visit = Visit(
        person_id=person_id,
        at=draft.at,
        outcome=draft.outcome,
        temperature=draft.temperature,
        symptoms=[symptom.value for symptom in draft.symptoms],
        note=(draft.note or "")[:MOST_NOTE_CHARS] or None,
        by_id=actor.id,
        recorded_at=now,
    )
    session.add(visit)
    audit.record(session, actor, "followups.visit", person, {"outcome": draft.outcome.value}, now)
    refresh_people(session, [person_id], now)
    return visit


def record_healthy(session: Session, actor: User, person_ids: Collection[int], now: datetime) -> int:
    """Keep for each of these persons that they are well and without symptoms; return for how many.

    Whoever is not on this user's list, or asks for no visit today any more, is passed over: two who press the same
    button at once write one visit.
    """
    take_turn(session)
    waiting = set(session.scalars(people_on_list(session, actor, Filters(work=Work.TODAY), now)))
    wanted = [person_id for person_id in only_visible(session, actor, person_ids) if person_id in waiting]
    rows = [
        {
            "person_id": person_id,
            "named_person_id": person_id,
            "at": now,
            "outcome": VisitOutcome.HEALTHY,
            "symptoms": [],
            "by_id": actor.id,
            "recorded_at": now,
        }
        for person_id in wanted
    ]
    if rows:
        session.execute(sa.insert(Visit), rows)
        audit.record(session, actor, "followups.visit_healthy", "FollowUps:visits", {"people": len(rows)}, now)
        refresh_people(session, wanted, now)
    return len(rows)


def take_back_visit(session: Session, actor: User, person_id: int, visit_id: int, now: datetime) -> None:
    """Take back a visit that was written down by mistake; the row stays.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        VisitError: there is no such visit.
    """
    person = followups_of(session, actor, person_id)[0].person
    take_turn(session)
    visit = session.get(Visit, visit_id)
    if visit is None or visit.person_id != person_id:
        raise VisitError("visit_unknown", "visit", "no such visit")
    if visit.taken_back_at is None:
        visit.taken_back_at = now
        audit.record(session, actor, "followups.take_back_visit", person, {"visit": visit_id}, now)
        session.flush()
        refresh_people(session, [person_id], now)


def add_sample(
    session: Session,
    actor: User,
    person_id: int,
    kind: SampleKind,
    result: SampleResult,
    taken_at: datetime,
    now: datetime,
) -> Sample:
    """Keep a test of one person.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        VisitError: it was taken in the future.
    """
    person = followups_of(session, actor, person_id)[0].person
    if taken_at > now:
        raise VisitError("in_future", "clock", "no sample was taken in the future")
    sample = Sample(
        person_id=person_id,
        taken_at=taken_at,
        kind=kind,
        result=result,
        by_id=actor.id,
        recorded_at=now,
        result_at=None if result is SampleResult.WAITING else now,
    )
    session.add(sample)
    audit.record(session, actor, "followups.sample", person, {"kind": kind.value, "result": result.value}, now)
    return sample


def set_result(
    session: Session, actor: User, person_id: int, sample_id: int, result: SampleResult, now: datetime
) -> Sample:
    """Keep what came of a sample.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        VisitError: there is no such sample, or its result is known.
    """
    person = followups_of(session, actor, person_id)[0].person
    sample = session.get(Sample, sample_id)
    if sample is None or sample.person_id != person_id or sample.result is not SampleResult.WAITING:
        raise VisitError("sample_unknown", "result", "no such sample waits for its result")
    sample.result, sample.result_at = result, now
    audit.record(session, actor, "followups.result", person, {"sample": sample_id, "result": result.value}, now)
    return sample
