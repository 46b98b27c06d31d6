"""The file of one person: why they are followed up, where they were, who was with them, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from passes import audit
from passes.followup.access_rules import followups_of
from passes.followup.events import (
    Assignment,
    Lookup,
    Sample,
    StatusEvent,
    Transfer,
    Visit,
)
from passes.followup.lookups import look_at
from passes.followup.stays import Stay, newest_statement, stays_of
from passes.movement.companions import Companion, companions_of
from passes.movement.evidence import as_published, latest_versions, movements_of
from protocol.zones import is_in_zone

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.followup.events import LookupReason
    from passes.followup.models import FollowUp, StayStatement
    from passes.movement.models import Movement, ZoneVersion
    from passes.people.models import Person

Row = TypeVar("Row")

EVIDENCE_SPAN = timedelta(days=14)
"""How long before the last movement in a zone the places of a person are shown."""
_MOST_LOOKUPS = 50


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
        companions: who was in the same vehicle in that time.
        visits: newest first, those that were taken back too.
        samples: newest first.
        said: what was said of the follow-ups, newest first.
        transfers: newest first.
        assignment: who of the district sees to the person.
        lookups: who looked at this file, newest first.
    """

    person: Person
    stay: Stay
    statement: StayStatement | None
    evidence: tuple[Evidence, ...]
    movements: tuple[Movement, ...]
    companions: tuple[Companion, ...]
    visits: tuple[Visit, ...]
    samples: tuple[Sample, ...]
    said: tuple[StatusEvent, ...]
    transfers: tuple[Transfer, ...]
    assignment: Assignment | None
    lookups: tuple[Lookup, ...]

    @property
    def followups(self) -> tuple[FollowUp, ...]:
        """The follow-ups, the latest due first."""
        return tuple(item.followup for item in self.evidence)


def person_file(session: Session, actor: User, person_id: int, reason: LookupReason, now: datetime) -> PersonFile:
    """Return the file of one person; who looked, and why, is written down.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
    """
    rows = followups_of(session, actor, person_id)
    versions = latest_versions(session, {row.zone_id for row in rows})
    since = min(*(row.first_at for row in rows), max(row.last_at for row in rows) - EVIDENCE_SPAN)
    movements = movements_of(session, person_id, since)
    evidence = tuple(
        Evidence(row, versions[row.zone_id], _inside(session, versions[row.zone_id], movements)) for row in rows
    )
    look_at(session, actor, person_id, reason, now)
    audit.record(session, actor, "followups.view_person", rows[0].person, {"reason": reason.value}, now)
    return PersonFile(
        person=rows[0].person,
        stay=stays_of(session, [person_id])[person_id],
        statement=newest_statement(session, person_id),
        evidence=evidence,
        movements=tuple(movements),
        companions=companions_of(session, person_id, since, now),
        visits=_newest(session, sa.select(Visit).where(Visit.person_id == person_id).order_by(Visit.at.desc())),
        samples=_newest(
            session, sa.select(Sample).where(Sample.person_id == person_id).order_by(Sample.taken_at.desc())
        ),
        said=_newest(
            session,
            sa.select(StatusEvent)
            .where(StatusEvent.person_id == person_id, StatusEvent.zone_id.in_([row.zone_id for row in rows]))
            .order_by(StatusEvent.at.desc(), StatusEvent.id.desc()),
        ),
        transfers=_newest(
            session, sa.select(Transfer).where(Transfer.person_id == person_id).order_by(Transfer.id.desc())
        ),
        assignment=session.get(Assignment, (person_id, rows[0].district_code)) if rows[0].district_code else None,
        lookups=_newest(
            session, sa.select(Lookup).where(Lookup.person_id == person_id).order_by(Lookup.id.desc()), _MOST_LOOKUPS
        ),
    )


def _newest(session: Session, statement: sa.Select[tuple[Row]], most: int | None = None) -> tuple[Row, ...]:
    return tuple(session.scalars(statement.limit(most)))


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
