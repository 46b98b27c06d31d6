"""The list of a desk: whom it holds, what it can be narrowed to, how it is searched."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.areas.models import Area
from passes.areas.services import district_of, fold
from passes.batches import one_of
from passes.followup.access_rules import sees_everything, visible_to
from passes.followup.events import Assignment, Visit, VisitOutcome
from passes.followup.models import FollowUp, FollowUpStatus
from passes.issuing.register import people_on
from passes.local_time import local_date, start_of_day
from passes.movement.evidence import people_seen_in
from passes.people.models import Person
from passes.people.services import find_person
from protocol.people import IdNumberError, normalise_id_number
from protocol.plates import PlateError, normalise_plate

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

_LEAST_DIGITS = 4
"""Fewer digits of a phone number fit everybody."""
MOST_DAYS_MISSED = 4
"""Four stands for more than three."""


class Work(enum.StrEnum):
    """What is to be done for those on a list."""

    ACKNOWLEDGE = "acknowledge"
    TODAY = "today"
    MISSED = "missed"
    OVERDUE = "overdue"
    MINE = "mine"


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to.

    Args:
        query: a name without diacritics, an ID number, a phone number, a plate or a pass's number.
        status: only follow-ups with this status; all when None.
        zone: only follow-ups for this zone.
        area: only people who stay in this ward, or in this district.
        work: only people for whom this is to be done.
        missed: only people whom nobody met for so many days; four for more than three.
        outside_of: only people who stay in none of these provinces: "Ngoài địa bàn".
    """

    query: str = ""
    status: FollowUpStatus | None = None
    zone: str | None = None
    area: str | None = None
    work: Work | None = None
    missed: int | None = None
    outside_of: tuple[str, ...] = ()


def matching(session: Session, actor: User, filters: Filters, now: datetime) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `FollowUp` of a list of this user."""
    conditions = [visible_to(actor)]
    if filters.status is not None:
        conditions.append(FollowUp.status == filters.status)
    if filters.zone:
        conditions.append(FollowUp.zone_id == filters.zone)
    if filters.area:
        column = FollowUp.district_code if district_of(session, filters.area) == filters.area else FollowUp.stay_code
        conditions.append(column == filters.area)
    if filters.query.strip():
        conditions.append(_called(session, actor, filters.query))
    if filters.work is not None:
        conditions += _to_do(filters.work, actor, now)
    if filters.missed is not None:
        conditions += _missed_exactly(filters.missed, now)
    if filters.outside_of:
        conditions.append(is_outside(filters.outside_of))
    return conditions


def is_asked_for(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a follow-up still asks for visits."""
    return sa.and_(FollowUp.status == FollowUpStatus.FOLLOW_UP, FollowUp.due > now)


def _to_do(work: Work, actor: User, now: datetime) -> list[sa.ColumnElement[bool]]:
    is_open = FollowUp.status == FollowUpStatus.FOLLOW_UP
    if work is Work.ACKNOWLEDGE:
        return [is_open, FollowUp.acknowledged_at.is_(None)]
    if work is Work.TODAY:
        return [is_asked_for(now), sa.not_(_was_met_since(start_of_day(local_date(now))))]
    if work is Work.MISSED:
        return [is_asked_for(now), sa.not_(_is_seen_to_since(1, now))]
    if work is Work.OVERDUE:
        return [is_open, FollowUp.due <= now]
    mine = sa.exists().where(Assignment.person_id == FollowUp.person_id, Assignment.user_id == actor.id)
    return [is_open, mine]


def _was_met_since(moment: datetime) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Visit.person_id == FollowUp.person_id,
        Visit.at >= moment,
        Visit.outcome != VisitOutcome.NOT_MET,
        Visit.taken_back_at.is_(None),
    )


def _is_seen_to_since(days: int, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that fewer than so many whole days passed without a visit.

    Days count from the last visit, or from the day on which the person came onto the list.
    """
    today = start_of_day(local_date(now))
    # A subquery of its own, not one for each row: SQLite would go through the whole district for each person.
    listed = sa.orm.aliased(FollowUp)
    since = start_of_day(local_date(today - timedelta(days=days - 1)))
    is_new = FollowUp.person_id.in_(sa.select(listed.person_id).where(listed.listed_at >= since))
    return sa.or_(_was_met_since(start_of_day(local_date(today - timedelta(days=days)))), is_new)


def _missed_exactly(days: int, now: datetime) -> list[sa.ColumnElement[bool]]:
    conditions = [is_asked_for(now), sa.not_(_is_seen_to_since(days, now))]
    return conditions if days >= MOST_DAYS_MISSED else [*conditions, _is_seen_to_since(days + 1, now)]


def _called(session: Session, actor: User, query: str) -> sa.ColumnElement[bool]:
    """Return the condition that a person fits what was typed."""
    try:
        person = find_person(session, normalise_id_number(query))
    except IdNumberError:
        pass
    else:
        return FollowUp.person_id == (person.id if person is not None else None)
    try:
        return FollowUp.person_id.in_(people_seen_in(normalise_plate(query)))
    except PlateError:
        pass
    if session.scalar(people_on(query).limit(1)) is not None:
        return FollowUp.person_id.in_(people_on(query))
    # Names and phone numbers are encrypted: they are compared here, for the people of this list only.
    rows = session.execute(
        sa.select(Person.id, Person.name, Person.phone)
        .where(Person.id.in_(sa.select(FollowUp.person_id).where(visible_to(actor))))
        .execution_options(yield_per=1000)
    )
    words = fold(query).split()
    digits = "".join(c for c in query if c.isdigit()).lstrip("0")
    return one_of(
        session,
        FollowUp.person_id,
        [
            row.id
            for row in rows
            if (row.name and all(word in fold(row.name) for word in words))
            or (len(digits) >= _LEAST_DIGITS and row.phone and digits in row.phone)
        ],
    )


def choices_for(session: Session, actor: User) -> tuple[set[str], set[str]]:
    """Return the zones, and the areas of stay, that occur on this user's list; who sees all chooses a district."""
    column = FollowUp.district_code if sees_everything(actor) else FollowUp.stay_code
    rows = session.execute(sa.select(FollowUp.zone_id, column).where(visible_to(actor)).distinct()).all()
    return {zone_id for zone_id, _ in rows}, {code for _, code in rows if code}


def people_on_list(session: Session, actor: User, filters: Filters, now: datetime) -> sa.Select[tuple[int]]:
    """Return the query for the persons on a list, those who came last on top; it can be counted and cut into pages."""
    return (
        sa.select(FollowUp.person_id)
        .where(*matching(session, actor, filters, now))
        .group_by(FollowUp.person_id)
        .order_by(sa.func.max(FollowUp.listed_at).desc(), FollowUp.person_id.desc())
    )


def is_outside(issuer_areas: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a follow-up lies where no district of this issuer sees it.

    Args:
        issuer_areas: codes of the provinces that the issuer answers for.
    """
    own = sa.select(Area.code).where(Area.parent_code.in_(issuer_areas))
    return sa.or_(FollowUp.district_code.is_(None), FollowUp.district_code.not_in(own))


def count_people(session: Session, actor: User, filters: Filters, now: datetime) -> int:
    """Return how many people a list holds."""
    statement = sa.select(sa.func.count(FollowUp.person_id.distinct()))
    return session.scalar(statement.where(*matching(session, actor, filters, now))) or 0


def count_followed_up(session: Session, actor: User) -> int:
    """Return how many people of this user's list are being followed up now."""
    statement = sa.select(sa.func.count(FollowUp.person_id.distinct())).where(
        visible_to(actor), FollowUp.status == FollowUpStatus.FOLLOW_UP
    )
    return session.scalar(statement) or 0


def followups_for(session: Session, actor: User, filters: Filters | None = None, *, now: datetime) -> list[FollowUp]:
    """Return every follow-up that this user may see, by due date, then person and zone."""
    return list(
        session.scalars(
            sa.select(FollowUp)
            .where(*matching(session, actor, filters or Filters(), now))
            .order_by(FollowUp.due, FollowUp.person_id, FollowUp.zone_id)
        )
    )


def followups_in(session: Session, district: str) -> list[FollowUp]:
    """Return every follow-up of one district, for the command line, by due date, then person and zone."""
    return list(
        session.scalars(
            sa.select(FollowUp)
            .where(FollowUp.district_code == district)
            .order_by(FollowUp.due, FollowUp.person_id, FollowUp.zone_id)
        )
    )
