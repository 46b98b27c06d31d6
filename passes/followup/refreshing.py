"""Deriving follow-ups from exposures and stays: district, period, due date, and whether there is still a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes.batches import in_batches
from passes.followup.models import FollowUp, FollowUpStatus
from passes.followup.stays import Stay, stays_of
from passes.local_time import end_of_day, local_date
from passes.movement.evidence import Period, exposures_of, latest_versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

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
    pairs: set[tuple[int, str]] = set()
    for batch in in_batches(person_ids):
        rows = session.execute(sa.select(FollowUp.person_id, FollowUp.zone_id).where(FollowUp.person_id.in_(batch)))
        pairs |= {(row.person_id, row.zone_id) for row in rows}
    return refresh(session, pairs, now)


def _refresh_batch(session: Session, pairs: tuple[tuple[int, str], ...], now: datetime) -> int:
    people = {person_id for person_id, _ in pairs}
    exposures = exposures_of(session, people)
    days = {zone_id: v.monitoring_days for zone_id, v in latest_versions(session, {zone for _, zone in pairs}).items()}
    stays = stays_of(session, people)
    known = {
        (row.person_id, row.zone_id): row
        for row in session.scalars(
            sa.select(FollowUp)
            .where(FollowUp.person_id.in_(people), FollowUp.zone_id.in_(days))
            .options(sa.orm.lazyload(FollowUp.person))
        )
    }
    changed = 0
    for pair in pairs:
        person_id, zone_id = pair
        period, row = exposures.get(pair), known.get(pair)
        if period is None:
            changed += row is not None and _cancel(row, stays[person_id], now)
            continue
        if row is None:
            row = FollowUp(person_id=person_id, zone_id=zone_id, status=FollowUpStatus.FOLLOW_UP, created_at=now)
            session.add(row)
        changed += _derive(row, period, stays[person_id], days[zone_id], now)
    return changed


def _cancel(row: FollowUp, stay: Stay, now: datetime) -> bool:
    """Cancel what has no reason any more. Its period stays readable; its district goes on following the person."""
    changes: dict[str, Any] = {"status": FollowUpStatus.CANCELED, "status_reason": row.status_reason}
    if row.status is not FollowUpStatus.CANCELED:
        changes["status_reason"] = ZONE_CHANGED
    if stay.district is not None:
        changes |= {"district_code": stay.district, "stay_code": stay.code}
    return _set(row, changes, now)


def _derive(row: FollowUp, period: Period, stay: Stay, monitoring_days: int, now: datetime) -> bool:
    """Set everything that is derived; reopen what was canceled only because the zone had changed."""
    derived: dict[str, Any] = {
        "first_at": period.first_at,
        "last_at": period.last_at,
        "due": due_of(period.last_at, monitoring_days),
        "district_code": stay.district,
        "stay_code": stay.code,
    }
    if row.status is FollowUpStatus.CANCELED and row.status_reason == ZONE_CHANGED:
        derived |= {"status": FollowUpStatus.FOLLOW_UP, "status_reason": None}
    return _set(row, derived, now)


def _set(row: FollowUp, values: dict[str, Any], now: datetime) -> bool:
    """Write what differs; say whether anything did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    if differing:
        row.updated_at = now
    return bool(differing)
