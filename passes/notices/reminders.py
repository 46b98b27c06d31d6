"""Reminders of passes, tests and inspections that end within 7, 3 and 1 days: one round through the carriers a day.

What somebody was reminded of is written down with the notice, so that nothing is sent twice, whatever stops the worker.
After days without a round a paper is told of once, at the horizon that it is in by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes.accounts.models import Organisation
from passes.applications.renewal import HORIZONS_DAYS, passes_to_renew
from passes.db import insert_if_new
from passes.fleet.models import CrewMember, Vehicle
from passes.fleet.services import crew_of, vehicles_of
from passes.issuing.models import PassStatus, VehiclePass
from passes.local_time import LOCAL, end_of_day, last_day_before, local_date
from passes.notices.models import NoticeKind, Reminder, ReminderRound
from passes.notices.services import MOST_NAMED, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

FROM_HOUR = 6
"""A day's round begins at this local hour: early enough to plan the day by, and nobody's phone rings at night."""
_CARRIERS_A_TURN = 20


@dataclass(frozen=True)
class _End:
    """A paper that ends: what, whose row it is, when (exclusive), and what a notice names it by."""

    kind: NoticeKind
    subject_id: int
    ends_at: datetime
    name: Any


def remind(session: Session, now: datetime) -> bool:
    """Do a part of the day's round; say whether some of it is left.

    Args:
        session: the worker's transaction; it commits after each part.
        now: from `FROM_HOUR` on there is a round, once a local day.
    """
    today = local_date(now)
    if now.astimezone(LOCAL).hour < FROM_HOUR:
        return False
    insert_if_new(session, ReminderRound, day=today, last_carrier_id=0)
    done = session.get_one(ReminderRound, today, with_for_update=True, populate_existing=True)
    if done.finished_at is not None:
        return False
    carriers = _carriers_after(session, done.last_carrier_id, now)
    for carrier in carriers:
        _remind_carrier(session, carrier, now)
        done.last_carrier_id = carrier.id
    if len(carriers) < _CARRIERS_A_TURN:
        done.finished_at = now
    return done.finished_at is None


def _last_end(now: datetime) -> datetime:
    return end_of_day(local_date(now) + timedelta(days=HORIZONS_DAYS[-1]))


def _carriers_after(session: Session, carrier_id: int, now: datetime) -> list[Organisation]:
    """Return the next carriers of whom any paper ends soon."""
    end, today = _last_end(now), local_date(now)
    soon = sa.union(
        sa.select(VehiclePass.carrier_id).where(
            VehiclePass.status == PassStatus.VALID, VehiclePass.expires_at > now, VehiclePass.expires_at <= end
        ),
        sa.select(CrewMember.carrier_id).where(
            CrewMember.retired_at.is_(None), CrewMember.test_expires_at > now, CrewMember.test_expires_at <= end
        ),
        sa.select(Vehicle.carrier_id).where(
            Vehicle.retired_at.is_(None),
            Vehicle.inspection_expires_on >= today,
            Vehicle.inspection_expires_on <= last_day_before(end),
        ),
    ).subquery()
    statement = sa.select(Organisation).where(
        Organisation.id > carrier_id, Organisation.closed_at.is_(None), Organisation.id.in_(sa.select(soon.c[0]))
    )
    return list(session.scalars(statement.order_by(Organisation.id).limit(_CARRIERS_A_TURN)))


def _ends_of(session: Session, carrier: Organisation, now: datetime) -> Iterator[_End]:
    for one in passes_to_renew(session, carrier, _last_end(now), now):
        yield _End(NoticeKind.PASSES_END, one.id, one.expires_at, one.plate)
    for member in crew_of(session, carrier):
        if member.test_expires_at is not None:
            yield _End(NoticeKind.TESTS_END, member.id, member.test_expires_at, member.id)
    for vehicle in vehicles_of(session, carrier):
        yield _End(NoticeKind.INSPECTIONS_END, vehicle.id, end_of_day(vehicle.inspection_expires_on), vehicle.plate)


def _remind_carrier(session: Session, carrier: Organisation, now: datetime) -> None:
    """Tell one carrier what it was not told yet: of each kind and horizon one notice."""
    due: dict[tuple[NoticeKind, int], list[_End]] = {}
    ends = [end for end in _ends_of(session, carrier, now) if now < end.ends_at <= _last_end(now)]
    known = sa.select(Reminder).where(Reminder.subject_id.in_({end.subject_id for end in ends}), Reminder.ends_at > now)
    reminded = {(one.kind, one.subject_id, one.ends_at): one for one in session.scalars(known)}
    for end in ends:
        days = (last_day_before(end.ends_at) - local_date(now)).days
        horizon = next(h for h in HORIZONS_DAYS if days <= h)
        told = reminded.get((end.kind, end.subject_id, end.ends_at))
        if told is None:
            session.add(Reminder(kind=end.kind, subject_id=end.subject_id, ends_at=end.ends_at, days=horizon))
        elif told.days <= horizon:
            continue
        else:
            told.days = horizon
        due.setdefault((end.kind, horizon), []).append(end)
    for (kind, horizon), ends in sorted(due.items()):
        ends.sort(key=lambda end: (end.ends_at, end.subject_id))
        named = [[end.name, end.ends_at.isoformat()] for end in ends[:MOST_NAMED]]
        tell(session, carrier.id, kind, {"days": horizon, "count": len(ends), "ends": named}, now)
