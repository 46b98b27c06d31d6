"""Deriving follow-ups from exposures, stays and what people said: district, period, due date, status."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes.batches import in_batches, one_of
from passes.followup.events import StatusEvent, Visit
from passes.followup.models import FollowUp, FollowUpStatus
from passes.followup.replay import Seen, Statement, replay
from passes.followup.stays import Stay, stays_of
from passes.local_time import end_of_day, local_date
from passes.movement.evidence import Period, exposures_of, latest_versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.movement.models import ZoneVersion

ZONE_CHANGED = "zone_changed"
"""Why a follow-up was canceled: the person is no longer exposed."""


def due_of(last_at: datetime, monitoring_days: int) -> datetime:
    """Return when a follow-up ends: the local midnight after the day of `last_at` plus so many days."""
    return end_of_day(local_date(last_at) + timedelta(days=monitoring_days))


def refresh(session: Session, pairs: Iterable[tuple[int, str]], now: datetime) -> int:
    """Bring the follow-ups of these persons and zones in line with exposures and stays.

    Args:
        session: the caller's transaction, which has taken its turn at deriving.
        pairs: person and zone.
        now: for `created_at` and `updated_at`.

    Returns:
        How many follow-ups are new or changed.
    """
    changed = 0
    for batch in in_batches(sorted(set(pairs))):
        changed += _refresh_batch(session, batch, now)
    session.flush()
    return changed


def refresh_people(session: Session, person_ids: Collection[int], now: datetime) -> int:
    """Bring every follow-up of these persons in line, after a stay or a residence changed; return how many changed."""
    of_them = sa.select(FollowUp.person_id, FollowUp.zone_id).where(one_of(session, FollowUp.person_id, person_ids))
    return refresh(session, ((row.person_id, row.zone_id) for row in session.execute(of_them)), now)


@dataclass(frozen=True)
class _Said:
    """What people said of the follow-ups of a batch, and whom they visited."""

    statements: Mapping[tuple[int, str], list[Statement]]
    visits: Mapping[int, list[Seen]]

    def status_of(self, pair: tuple[int, str], due: datetime) -> tuple[FollowUpStatus, str | None]:
        return replay(due, self.statements.get(pair, ()), self.visits.get(pair[0], ()))


def _said_of(session: Session, people: Collection[int]) -> _Said:
    statements: dict[tuple[int, str], list[Statement]] = defaultdict(list)
    for row in session.execute(
        sa.select(
            StatusEvent.person_id,
            StatusEvent.zone_id,
            StatusEvent.at,
            StatusEvent.id,
            StatusEvent.status,
            StatusEvent.reason,
        ).where(StatusEvent.person_id.in_(people))
    ):
        statements[row.person_id, row.zone_id].append(Statement(row.at, row.id, row.status, row.reason))
    visits: dict[int, list[Seen]] = defaultdict(list)
    columns = sa.select(Visit.person_id, Visit.at, Visit.id, Visit.outcome)
    for row in session.execute(columns.where(Visit.person_id.in_(people), Visit.taken_back_at.is_(None))):
        visits[row.person_id].append(Seen(row.at, row.id, row.outcome))
    return _Said(statements, visits)


def _refresh_batch(session: Session, pairs: tuple[tuple[int, str], ...], now: datetime) -> int:
    people = {person_id for person_id, _ in pairs}
    exposures = exposures_of(session, people)
    versions = latest_versions(session, {zone for _, zone in pairs})
    stays = stays_of(session, people)
    said = _said_of(session, people)
    known = {
        (row.person_id, row.zone_id): row
        for row in session.scalars(
            sa.select(FollowUp)
            .where(FollowUp.person_id.in_(people), FollowUp.zone_id.in_(versions))
            .options(sa.orm.lazyload(FollowUp.person))
        )
    }
    changed = 0
    for pair in pairs:
        person_id, zone_id = pair
        row = known.get(pair)
        period = _period(row, exposures.get(pair), versions[zone_id])
        if period is None:
            changed += row is not None and _cancel(row, stays[person_id], now)
            continue
        if row is None:
            row = FollowUp(person_id=person_id, zone_id=zone_id, created_at=now)
            session.add(row)
        due = due_of(period.last_at, versions[zone_id].monitoring_days)
        changed += _derive(row, period, due, stays[person_id], said.status_of(pair, due), now)
    return changed


def _period(row: FollowUp | None, exposed: Period | None, version: ZoneVersion) -> Period | None:
    """Return from when to when somebody was in a zone; what was known before its movements were purged still counts."""
    if row is None or row.sealed_at is None or version.is_withdrawn:
        return exposed
    if exposed is None:
        return Period(row.first_at, row.last_at)
    return Period(min(row.first_at, exposed.first_at), max(row.last_at, exposed.last_at))


def _cancel(row: FollowUp, stay: Stay, now: datetime) -> bool:
    """Cancel what has no reason any more. Its period stays readable; its district goes on following the person."""
    changes: dict[str, Any] = {"status": FollowUpStatus.CANCELED, "status_reason": ZONE_CHANGED}
    if stay.district is not None:
        changes |= {"district_code": stay.district, "stay_code": stay.code}
    return _write(row, changes, now)


def _derive(
    row: FollowUp,
    period: Period,
    due: datetime,
    stay: Stay,
    status: tuple[FollowUpStatus, str | None],
    now: datetime,
) -> bool:
    """Set everything that is derived; say whether anything changed."""
    derived: dict[str, Any] = {
        "first_at": period.first_at,
        "last_at": period.last_at,
        "due": due,
        "district_code": stay.district,
        "stay_code": stay.code,
        "status": status[0],
        "status_reason": status[1],
    }
    if row.sealed_at is not None and stay.district is None:  # the movement that told it was purged
        del derived["district_code"], derived["stay_code"]
    return _write(row, derived, now)


def _write(row: FollowUp, values: dict[str, Any], now: datetime) -> bool:
    """Write what differs. A row that comes to a district, comes back to it or is open again is news there."""
    is_new_there = row.listed_at is None or values.get("district_code", row.district_code) != row.district_code
    has_come_back = row.status_reason == ZONE_CHANGED and values["status_reason"] != ZONE_CHANGED
    is_prolonged = row.status is FollowUpStatus.COMPLETED and values.get("due", row.due) != row.due
    if is_new_there or has_come_back or (is_prolonged and values["status"] is FollowUpStatus.FOLLOW_UP):
        values |= {"listed_at": now, "acknowledged_at": None, "acknowledged_by_id": None}
    return _set(row, values, now)


def _set(row: FollowUp, values: dict[str, Any], now: datetime) -> bool:
    """Write what differs; say whether anything did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    if differing:
        row.updated_at = now
    return bool(differing)
