"""The district's desk: one row for each person, with what is to be done for them today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.followup.access_rules import visible_to
from passes.followup.events import Assignment, Transfer, TransferState, Visit, VisitOutcome
from passes.followup.models import FollowUp, FollowUpStatus
from passes.local_time import local_date
from passes.people.services import people_by_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.people.models import Person

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DeskRow:
    """One person on the list, with every follow-up that the reader may see.

    Args:
        person: who.
        followups: the latest due first.
        last_visit: the newest visit at which they were met.
        is_seen_today: whether that was today.
        missed_days: whole days since then, or since they came onto the list, on which nobody met them.
        assignment: who of the district sees to them.
        transfer: the handing-over that waits for an answer.
    """

    person: Person
    followups: tuple[FollowUp, ...]
    last_visit: Visit | None = None
    is_seen_today: bool = False
    missed_days: int = 0
    assignment: Assignment | None = None
    transfer: Transfer | None = None

    @property
    def id(self) -> int:
        """Row id of the person: what a selection on the page holds."""
        return self.person.id

    @property
    def is_open(self) -> bool:
        """Whether anybody still follows this person up."""
        return any(row.status is FollowUpStatus.FOLLOW_UP for row in self.followups)

    @property
    def leading(self) -> FollowUp:
        """The follow-up that lasts longest; one that is going on comes before one that is not."""
        return max(self.followups, key=lambda row: (row.status is FollowUpStatus.FOLLOW_UP, row.due, row.zone_id))

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the office has not acknowledged this person; None where it has."""
        waiting = [
            row.listed_at
            for row in self.followups
            if row.status is FollowUpStatus.FOLLOW_UP and row.acknowledged_at is None
        ]
        return min(waiting, default=None)

    def asks_for_visit(self, now: datetime) -> bool:
        """Say whether this person is to be visited today, and nobody has been there yet."""
        return not self.is_seen_today and any(_asks(row, now) for row in self.followups)

    def is_overdue(self, now: datetime) -> bool:
        """Say whether a follow-up ended and nobody closed it."""
        return any(row.status is FollowUpStatus.FOLLOW_UP and row.due <= now for row in self.followups)


def _asks(row: FollowUp, now: datetime) -> bool:
    return row.status is FollowUpStatus.FOLLOW_UP and row.due > now


def desk_rows(session: Session, actor: User, person_ids: Collection[int], now: datetime) -> list[DeskRow]:
    """Return one row for each of these persons, in the order given, with all follow-ups that this user may see."""
    found: dict[int, list[FollowUp]] = {person_id: [] for person_id in person_ids}
    people, met, assigned, asked = {}, {}, {}, {}
    for batch in in_batches(found):
        rows = session.scalars(
            sa.select(FollowUp)
            .where(FollowUp.person_id.in_(batch), visible_to(actor))
            .order_by(FollowUp.due.desc(), FollowUp.zone_id)
            .options(sa.orm.lazyload(FollowUp.person))
        )
        for row in rows:
            found[row.person_id].append(row)
        people |= people_by_id(session, batch)
        met |= last_met(session, batch)
        assigned |= _assignments(session, batch)
        asked |= _asked_transfers(session, batch)
    today = local_date(now)
    return [
        DeskRow(
            person=people[person_id],
            followups=tuple(rows),
            last_visit=met.get(person_id),
            is_seen_today=person_id in met and local_date(met[person_id].at) == today,
            missed_days=_missed_days(rows, met.get(person_id), now),
            assignment=assigned.get((person_id, rows[0].district_code)),
            transfer=asked.get(person_id),
        )
        for person_id, rows in found.items()
        if rows
    ]


def last_met(session: Session, person_ids: Collection[int]) -> dict[int, Visit]:
    """Return the newest visit at which each of these persons was met."""
    rank = sa.func.row_number().over(partition_by=Visit.person_id, order_by=(Visit.at.desc(), Visit.id.desc()))
    ranked = (
        sa.select(Visit.id, rank.label("rank"))
        .where(Visit.person_id.in_(person_ids), Visit.outcome != VisitOutcome.NOT_MET, Visit.taken_back_at.is_(None))
        .subquery()
    )
    rows = session.scalars(sa.select(Visit).join(ranked, Visit.id == ranked.c.id).where(ranked.c.rank == 1))
    return {visit.person_id: visit for visit in rows}


def _assignments(session: Session, person_ids: Collection[int]) -> dict[tuple[int, str | None], Assignment]:
    rows = session.scalars(sa.select(Assignment).where(Assignment.person_id.in_(person_ids)))
    return {(row.person_id, row.district_code): row for row in rows}


def _asked_transfers(session: Session, person_ids: Collection[int]) -> dict[int, Transfer]:
    rows = session.scalars(
        sa.select(Transfer)
        .where(Transfer.person_id.in_(person_ids), Transfer.state == TransferState.ASKED)
        .order_by(Transfer.id)
    )
    return {row.person_id: row for row in rows}


def _missed_days(rows: Collection[FollowUp], met: Visit | None, now: datetime) -> int:
    """Return on how many whole days nobody met somebody who was to be visited."""
    asking = [row for row in rows if _asks(row, now)]
    if not asking:
        return 0
    seen_to = local_date(max(row.listed_at for row in rows)) - _ONE_DAY
    if met is not None:
        seen_to = max(seen_to, local_date(met.at))
    return max(0, (local_date(now) - seen_to).days - 1)
