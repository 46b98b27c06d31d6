"""The district's desk: who is on the list, and the file of one person with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.areas.services import district_of, fold
from passes.followup.access_rules import sees_everything, visible_to
from passes.followup.models import FollowUp, FollowUpStatus, StayStatement
from passes.followup.stays import Stay, newest_statement, stays_of
from passes.movement.evidence import as_published, latest_versions, movements_of, people_seen_in
from passes.people.models import Person
from passes.people.services import find_person, people_by_id
from protocol.people import IdNumberError, normalise_id_number
from protocol.plates import PlateError, normalise_plate
from protocol.zones import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.movement.models import Movement, ZoneVersion

EVIDENCE_SPAN = timedelta(days=14)
"""How long before the last movement in a zone the places of a person are shown."""


class FollowUpUnknownError(Exception):
    """This user follows up no such person."""

    code = "unknown"


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to.

    Args:
        query: a name without diacritics, an ID number, a phone number or a plate.
        status: only follow-ups with this status; all when None.
        zone: only follow-ups for this zone.
        area: only people who stay in this ward, or in this district.
    """

    query: str = ""
    status: FollowUpStatus | None = None
    zone: str | None = None
    area: str | None = None


@dataclass(frozen=True)
class DeskRow:
    """One person on the list, with every follow-up that the reader may see."""

    person: Person
    followups: tuple[FollowUp, ...]

    @property
    def is_open(self) -> bool:
        """Whether anybody still follows this person up."""
        return any(row.status is FollowUpStatus.FOLLOW_UP for row in self.followups)

    @property
    def leading(self) -> FollowUp:
        """The follow-up that lasts longest; one that is going on comes before one that is not."""
        return max(self.followups, key=lambda row: (row.status is FollowUpStatus.FOLLOW_UP, row.due, row.zone_id))


@dataclass(frozen=True)
class Evidence:
    """Why a person is followed up for one zone: the follow-up, the zone, the movements in it."""

    followup: FollowUp
    zone: ZoneVersion
    movements: tuple[Movement, ...]


@dataclass(frozen=True)
class PersonFile:
    """What a district knows of one person.

    Args:
        person: who.
        stay: where they stay.
        statement: what somebody said about it, if anybody did.
        evidence: one for each follow-up, the latest due first.
        movements: every place of the time that matters, newest first.
    """

    person: Person
    stay: Stay
    statement: StayStatement | None
    evidence: tuple[Evidence, ...]
    movements: tuple[Movement, ...]


def _matching(session: Session, actor: User, filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions = [visible_to(actor)]
    if filters.status is not None:
        conditions.append(FollowUp.status == filters.status)
    if filters.zone:
        conditions.append(FollowUp.zone_id == filters.zone)
    if filters.area:
        column = FollowUp.district_code if district_of(session, filters.area) == filters.area else FollowUp.stay_code
        conditions.append(column == filters.area)
    if filters.query.strip():
        conditions.append(FollowUp.person_id.in_(_people_called(session, actor, filters.query)))
    return conditions


def _people_called(session: Session, actor: User, query: str) -> set[int]:
    """Return the persons on this user's list that fit what was typed."""
    try:
        person = find_person(session, normalise_id_number(query))
    except IdNumberError:
        pass
    else:
        return {person.id} if person is not None else set()
    try:
        return people_seen_in(session, normalise_plate(query))
    except PlateError:
        pass
    # Names and phone numbers are encrypted: they are compared here, for the people of this list only.
    rows = session.execute(
        sa.select(Person.id, Person.name, Person.phone)
        .join(FollowUp, FollowUp.person_id == Person.id)
        .where(visible_to(actor))
        .distinct()
    )
    words = fold(query).split()
    digits = "".join(c for c in query if c.isdigit()).lstrip("0")
    return {
        row.id
        for row in rows
        if (row.name and all(word in fold(row.name) for word in words))
        or (len(digits) > 3 and row.phone and digits in row.phone)  # noqa: PLR2004 - fewer digits fit everybody
    }


def choices_for(session: Session, actor: User) -> tuple[set[str], set[str]]:
    """Return the zones, and the areas of stay, that occur on this user's list; who sees all chooses a district."""
    column = FollowUp.district_code if sees_everything(actor) else FollowUp.stay_code
    rows = session.execute(sa.select(FollowUp.zone_id, column).where(visible_to(actor)).distinct()).all()
    return {zone_id for zone_id, _ in rows}, {code for _, code in rows if code}


def people_on_list(session: Session, actor: User, filters: Filters) -> sa.Select[tuple[int]]:
    """Return the query for the persons on a list, those who came last on top; it can be counted and cut into pages."""
    return (
        sa.select(FollowUp.person_id)
        .where(*_matching(session, actor, filters))
        .group_by(FollowUp.person_id)
        .order_by(sa.func.max(FollowUp.created_at).desc(), FollowUp.person_id.desc())
    )


def count_followed_up(session: Session, actor: User) -> int:
    """Return how many people of this user's list are being followed up now."""
    statement = sa.select(sa.func.count(FollowUp.person_id.distinct())).where(
        visible_to(actor), FollowUp.status == FollowUpStatus.FOLLOW_UP
    )
    return session.scalar(statement) or 0


def desk_rows(session: Session, actor: User, person_ids: Collection[int]) -> list[DeskRow]:
    """Return one row for each of these persons, in the order given, with all follow-ups that this user may see."""
    found: dict[int, list[FollowUp]] = {person_id: [] for person_id in person_ids}
    rows = session.scalars(
        sa.select(FollowUp)
        .where(FollowUp.person_id.in_(person_ids), visible_to(actor))
        .order_by(FollowUp.due.desc(), FollowUp.zone_id)
        .options(sa.orm.lazyload(FollowUp.person))
    )
    for row in rows:
        found[row.person_id].append(row)
    people = people_by_id(session, person_ids)
    return [DeskRow(people[person_id], tuple(rows)) for person_id, rows in found.items() if rows]


def followups_for(session: Session, actor: User, filters: Filters | None = None) -> list[FollowUp]:
    """Return every follow-up that this user may see, by due date, then person and zone."""
    return list(
        session.scalars(
            sa.select(FollowUp)
            .where(*_matching(session, actor, filters or Filters()))
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


def person_file(session: Session, actor: User, person_id: int, now: datetime) -> PersonFile:
    """Return the file of one person; who looked is written down.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
    """
    rows = session.scalars(
        sa.select(FollowUp)
        .where(FollowUp.person_id == person_id, visible_to(actor))
        .order_by(FollowUp.due.desc(), FollowUp.zone_id)
    ).all()
    if not rows:
        raise FollowUpUnknownError
    versions = latest_versions(session, {row.zone_id for row in rows})
    since = min(row.first_at for row in rows)
    movements = movements_of(session, person_id, min(since, max(row.last_at for row in rows) - EVIDENCE_SPAN))
    evidence = tuple(
        Evidence(row, versions[row.zone_id], _inside(session, versions[row.zone_id], movements)) for row in rows
    )
    audit.record(session, actor, "followups.view_person", rows[0].person, None, now)
    return PersonFile(
        person=rows[0].person,
        stay=stays_of(session, [person_id])[person_id],
        statement=newest_statement(session, person_id),
        evidence=evidence,
        movements=tuple(movements),
    )


def _inside(session: Session, version: ZoneVersion, movements: list[Movement]) -> tuple[Movement, ...]:
    """Return which of these movements are in a zone."""
    if version.is_withdrawn:
        return ()
    zone = as_published(session, version)
    return tuple(
        m
        for m in movements
        if is_in_zone(zone, area=m.area_code, site=m.site_id, is_road_checkpoint_scan=m.is_road_scan, at=m.at)
    )
