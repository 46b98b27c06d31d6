"""Scans judged again whenever more is known: a pass revoked since, a zone published since, a copy seen elsewhere.

What waits is the scan's own row: `assessed_at` is empty, or older than the status of its pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.areas.services import labels
from passes.batches import in_batches
from passes.errors import RefusedError
from passes.issuing.models import VehiclePass
from passes.movement.clocks import corrections_in_force, with_right_clock
from passes.movement.late import find_late
from passes.movement.models import Scan, ScanArea, TravelAlert
from passes.movement.readings import read_scan
from passes.movement.resolving import told_records
from passes.movement.travel import scans_too_soon
from passes.movement.turns import take_turn
from passes.stations import services as stations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.movement.late import LateFinding
    from protocol.trust import Trust
    from protocol.zones import Zone

_BATCH = 200


class FindingUnknownError(RefusedError):
    """There is no such finding."""


def note_finding(row: Scan, late: LateFinding | None, trust: Trust, now: datetime) -> None:
    """Keep what is known of a scan now; a finding that says something new is to be looked at again.

    Args:
        row: the scan.
        late: what would have been said, where that differs.
        trust: with what knowledge.
        now: for `late_found_at`.
    """
    outcome, reasons = (late.outcome, late.reasons) if late else (None, None)
    if (outcome, reasons) != (row.late_outcome, row.late_reasons):
        row.late_outcome, row.late_reasons = outcome, reasons
        row.late_found_at = now if late else None
        row.late_seen_at = row.late_seen_by_id = None
    row.assessed_at, row.assessed_generation = trust.published_at, trust.generation


def keep_scan_areas(session: Session, areas: Mapping[str, Iterable[str]]) -> None:
    """Keep which areas the verdicts on these scans look at, by scan."""
    known = labels(session, {code for codes in areas.values() for code in codes})
    for batch in in_batches(areas):
        session.execute(sa.delete(ScanArea).where(ScanArea.scan_id.in_(batch)))
    rows = [{"scan_id": scan, "area_code": code} for scan, codes in areas.items() for code in set(codes) & known.keys()]
    if rows:
        session.execute(sa.insert(ScanArea), rows)


def assess_again_for(session: Session, zone: Zone) -> None:
    """Let every scan be assessed anew whose verdict a zone may change: by its areas, and by its time."""
    in_force = [Scan.scanned_at >= zone.starts_at]
    if zone.ends_at is not None:
        in_force.append(Scan.scanned_at < zone.ends_at)
    for batch in in_batches(sorted(zone.covers)):
        seen = sa.select(ScanArea.scan_id).where(ScanArea.area_code.in_(batch))
        session.execute(
            sa.update(Scan)
            .where(Scan.id.in_(seen), *in_force)
            .values(assessed_at=None)
            .execution_options(synchronize_session="fetch")
        )


def assess_again(
    session: Session, sealing_keys: Mapping[bytes, X25519PrivateKey], trust: Trust, now: datetime, limit: int = _BATCH
) -> int:
    """Judge scans again of which more is known now; return how many.

    Args:
        session: the worker's transaction.
        sealing_keys: private keys by their id.
        trust: as published last, with nothing waiting to be published that a verdict looks at.
        now: when.
        limit: at most so many scans in this transaction.
    """
    if not _waiting(session, trust, 1):
        return 0
    take_turn(session)
    waiting = _waiting(session, trust, limit)
    infos = {info.id: info for info in stations.published_stations(session)}
    clocks, too_soon = corrections_in_force(session), scans_too_soon(session, waiting)
    for batch in in_batches(waiting):
        records = told_records(session, batch)
        for row in session.scalars(sa.select(Scan).where(Scan.id.in_(batch)).with_for_update()):
            reading = with_right_clock(read_scan(records[row.id], sealing_keys), clocks) if row.id in records else None
            if reading is None or not reading.details.texts:  # nothing to judge, or nothing left: what was found stands
                row.assessed_at, row.assessed_generation = trust.published_at, trust.generation
                continue
            late = find_late(reading, trust, infos.get(row.station_id), is_too_soon=row.id in too_soon)
            note_finding(row, late, trust, now)
    session.flush()
    return len(waiting)


def _waiting(session: Session, trust: Trust, limit: int) -> list[str]:
    """Return scans that nobody assessed yet, or whose pass was revoked, suspended or resumed since."""
    found = list(session.scalars(sa.select(Scan.id).where(Scan.assessed_at.is_(None)).order_by(Scan.id).limit(limit)))
    if len(found) == limit:
        return found
    # Times have whole seconds in trust data: of one second, the generation tells what came first.
    changed = _of_changed_passes().where(Scan.assessed_generation < trust.generation)
    return found + list(session.scalars(changed.order_by(Scan.id).limit(limit - len(found))))


def _of_changed_passes() -> sa.Select[tuple[str]]:
    return (
        sa.select(Scan.id)
        .join(VehiclePass, VehiclePass.id == Scan.pass_id)
        .where(VehiclePass.status_changed_at.is_not(None), VehiclePass.status_changed_at >= Scan.assessed_at)
    )


def has_scans_to_assess(session: Session) -> bool:
    """Say whether scans may wait to be judged again; cheap, and true now and then where none does."""
    unassessed = sa.select(Scan.id).where(Scan.assessed_at.is_(None))
    return any(session.scalar(query.limit(1)) is not None for query in (unassessed, _of_changed_passes()))


def unseen_findings() -> sa.Select[tuple[Scan]]:
    """Return the query for scans of which we would say something else today and nobody has looked at it yet."""
    waiting = sa.select(Scan).where(Scan.late_outcome.is_not(None), Scan.late_seen_at.is_(None))
    return waiting.order_by(Scan.late_found_at.desc(), Scan.id)


def unseen_alerts() -> sa.Select[tuple[TravelAlert]]:
    """Return the query for alerts that nobody has looked at yet, newest first."""
    waiting = sa.select(TravelAlert).where(TravelAlert.seen_at.is_(None))
    return waiting.order_by(TravelAlert.found_at.desc(), TravelAlert.id)


def mark_findings_seen(session: Session, actor: User, scan_ids: Iterable[str], now: datetime) -> int:
    """Say that somebody looked at these findings; return how many were still open."""
    done = 0
    for batch in in_batches(scan_ids):
        for row in session.scalars(unseen_findings().where(Scan.id.in_(batch))):
            row.late_seen_at, row.late_seen_by_id = now, actor.id
            audit.record(session, actor, "scans.see_finding", row, {"reasons": row.late_reasons}, now)
            done += 1
    return done


def mark_alert_seen(session: Session, actor: User, alert_id: int, now: datetime) -> TravelAlert:
    """Say that somebody looked at an alert.

    Raises:
        FindingUnknownError: there is none with this number.
    """
    alert = session.get(TravelAlert, alert_id)
    if alert is None:
        raise FindingUnknownError("unknown", f"no alert has the number {alert_id}")
    if alert.seen_at is None:
        alert.seen_at, alert.seen_by_id = now, actor.id
        audit.record(session, actor, "scans.see_alert", alert, None, now)
    return alert
