"""Clocks of stations that were wrong: corrections, audited, from which scans and movements are derived anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.errors import ValueRefusedError
from passes.movement.models import ClockCorrection, Scan, ScanRecord
from passes.movement.turns import take_turn
from passes.names import tidy
from passes.stations import services as stations

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.movement.readings import Reading

MOST_OFFSET = timedelta(days=3660)
_REASON_CHARS = 200


class ClockError(ValueRefusedError):
    """A clock cannot be corrected as asked; `field` is what is wrong."""


def correct_clock(
    session: Session,
    actor: User | None,
    station_id: str,
    from_at: datetime,
    to_at: datetime,
    offset_seconds: int,
    reason: str,
    now: datetime,
) -> ClockCorrection:
    """Say that a station's clock was wrong; what it recorded meanwhile is derived anew.

    Args:
        session: the caller's transaction.
        actor: who found out; None for the command line.
        station_id: whose clock.
        from_at: from which moment on, as that clock showed it.
        to_at: until which moment (exclusive), as that clock showed it.
        offset_seconds: to be added to what it showed: 3600 where it was an hour behind.
        reason: how that is known.
        now: when.

    Raises:
        ClockError: `station_unknown`, `empty`, `offset`, `reason`, or `overlap` (another correction in force covers a
            part of that time).
    """
    reason = tidy(reason)
    if station_id not in stations.stations_by_id(session):
        raise ClockError("station_unknown", "station", f"no station has the id {station_id!r}")
    if from_at >= to_at:
        raise ClockError("empty", "to", "the time ends before it begins")
    if offset_seconds == 0 or abs(timedelta(seconds=offset_seconds)) > MOST_OFFSET:
        raise ClockError("offset", "offset", "no clock is wrong by that much, or it is right")
    if not 0 < len(reason) <= _REASON_CHARS:
        raise ClockError("reason", "reason", f"a reason has 1 to {_REASON_CHARS} characters")
    take_turn(session)
    if any(one.from_at < to_at and from_at < one.to_at for one in corrections_in_force(session, station_id)):
        raise ClockError("overlap", "from", "another correction covers a part of that time; take that one back first")
    correction = ClockCorrection(
        station_id=station_id,
        from_at=from_at,
        to_at=to_at,
        offset_seconds=offset_seconds,
        reason=reason,
        made_at=now,
        made_by_id=actor.id if actor else None,
    )
    session.add(correction)
    counts = {"station": station_id, "offset": offset_seconds, "records": _derive_again(session, correction)}
    audit.record(session, actor, "scans.correct_clock", correction, counts, now)
    return correction


def take_back_correction(session: Session, actor: User | None, correction_id: int, now: datetime) -> ClockCorrection:
    """Say that a clock was right after all.

    Raises:
        ClockError: there is no such correction in force (`correction_unknown`).
    """
    correction = session.get(ClockCorrection, correction_id)
    if correction is None or correction.taken_back_at is not None:
        raise ClockError("correction_unknown", "id", f"no correction in force has the number {correction_id}")
    take_turn(session)
    correction.taken_back_at, correction.taken_back_by_id = now, actor.id if actor else None
    counts = {"station": correction.station_id, "records": _derive_again(session, correction)}
    audit.record(session, actor, "scans.take_back_correction", correction, counts, now)
    return correction


def corrections_in_force(session: Session, station_id: str | None = None) -> Sequence[ClockCorrection]:
    """Return the corrections that count, of one station or of all."""
    statement = sa.select(ClockCorrection).where(ClockCorrection.taken_back_at.is_(None))
    if station_id is not None:
        statement = statement.where(ClockCorrection.station_id == station_id)
    return session.scalars(statement.order_by(ClockCorrection.id)).all()


def all_corrections(session: Session) -> list[ClockCorrection]:
    """Return every correction, the newest first, those that were taken back included."""
    return list(session.scalars(sa.select(ClockCorrection).order_by(ClockCorrection.id.desc())))


def with_right_clock(reading: Reading, corrections: Sequence[ClockCorrection]) -> Reading:
    """Return a reading at the moment at which it really happened, by what is known of its station's clock."""
    record = reading.record
    for one in corrections:
        if one.station_id == record.station and one.from_at <= record.scanned_at < one.to_at:
            right = record.scanned_at + timedelta(seconds=one.offset_seconds)
            return replace(reading, record=replace(record, scanned_at=right), clock_at=record.scanned_at)
    return reading


def _derive_again(session: Session, correction: ClockCorrection) -> int:
    """Let the worker derive anew what the station recorded in that time; return how many records that are."""
    shown = sa.func.coalesce(Scan.clock_at, Scan.scanned_at)
    scans = sa.select(Scan.id).where(
        Scan.station_id == correction.station_id, shown >= correction.from_at, shown < correction.to_at
    )
    done = session.execute(
        sa.update(ScanRecord)
        .where(ScanRecord.scan_id.in_(scans), sa.func.length(ScanRecord.body) > 0)
        .values(processed_at=None)
        .execution_options(synchronize_session="fetch")
    )
    return int(done.rowcount)
