"""The worker's turn with records that came home: scans, movements, stays, exposures, follow-ups, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.areas.services import labels
from passes.batches import in_batches
from passes.followup import services as followup
from passes.movement import derivation, ledger
from passes.movement.assessing import keep_scan_areas, note_finding
from passes.movement.late import find_late
from passes.movement.matching import ZonesByPlace
from passes.movement.models import Scan, ScanRecord
from passes.movement.readings import write_details
from passes.movement.resolving import resolve, told_records
from passes.movement.travel import SpeedBound, note_travel
from passes.movement.turns import take_turn
from passes.people.services import persons_today
from passes.stations import services as stations
from protocol.policy import default_policy
from protocol.travel import FASTEST_KMH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from sqlalchemy.orm import Session

    from protocol.trust import Trust

_BATCH = 200

PassIdentity = tuple[str, str]


def process_records(
    session: Session,
    sealing_keys: Mapping[bytes, X25519PrivateKey],
    trust: Trust | None,
    now: datetime,
    limit: int = _BATCH,
    fastest_kmh: float = FASTEST_KMH,
) -> int:
    """Derive everything from records that wait; return how many were done.

    The result depends on which records are known, never on the order in which they came.

    Args:
        session: the worker's transaction.
        sealing_keys: private keys by their id; they open what stations sealed.
        trust: what is known today, for late findings; None where nothing is published.
        now: becomes `processed_at`.
        limit: at most about so many records in this transaction.
        fastest_kmh: a pass that was faster between two posts is an alert.
    """
    take_turn(session)
    waiting = session.scalars(
        sa.select(ScanRecord.scan_id)
        .where(ScanRecord.processed_at.is_(None))
        .order_by(ScanRecord.received_at, ScanRecord.id)
        .limit(limit)
    ).all()
    if not waiting:
        return 0
    return _Turn(session, sealing_keys, trust, now, fastest_kmh).process(set(waiting))


@dataclass(frozen=True)
class _Turn:
    """One batch of scans, and what is looked up for all of them once."""

    session: Session
    keys: Mapping[bytes, X25519PrivateKey]
    trust: Trust | None
    now: datetime
    fastest_kmh: float

    def process(self, scan_ids: set[str]) -> int:
        """Derive scans, movements, stays, exposures and follow-ups; return how many records were waiting."""
        rows = told_records(self.session, scan_ids)
        waiting = [row for records in rows.values() for row in records if row.processed_at is None]
        resolved = resolve(self.session, self.keys, self.trust, rows)
        identities, too_soon = self._write_scans(resolved)
        self._assess(resolved, too_soon)
        firsts = self._firsts(identities)
        # The first scan of a pass speaks for its origin. Of the scans known before, the earliest may have lost that
        # place to one of these, or got it from one: it is derived again too.
        others = (self._firsts(identities, besides=scan_ids) | firsts) - scan_ids
        resolved |= resolve(self.session, self.keys, self.trust, told_records(self.session, others))
        people = self._derive(resolved, firsts)
        for row in waiting:
            row.processed_at = self.now
        followup.refresh_people(self.session, people, self.now)
        return len(waiting)

    def _write_scans(self, resolved: Mapping[str, derivation.Resolved]) -> tuple[set[PassIdentity], set[str]]:
        """Bring the rows of these scans up to date.

        Returns:
            Every credential that they name, or named before; the scans of those that came sooner than a road allows.
        """
        known = {
            scan.id: scan
            for batch in in_batches(resolved)
            for scan in self.session.scalars(sa.select(Scan).where(Scan.id.in_(batch)))
        }
        identities: set[PassIdentity] = set()
        for scan_id, scan in resolved.items():
            row = known.get(scan_id) or Scan(id=scan_id)
            if row.iss and row.cti:
                identities.add((row.iss, row.cti))
            _fill(row, scan)
            if row.iss and row.cti:
                identities.add((row.iss, row.cti))
            self.session.add(row)
        self.session.flush()
        keep_scan_areas(self.session, {scan_id: scan.areas for scan_id, scan in resolved.items()})
        tolerance = (self.trust.policy if self.trust else default_policy()).clock_tolerance_minutes
        bound = SpeedBound(timedelta(minutes=tolerance), self.fastest_kmh)
        return identities, note_travel(self.session, identities, bound, self.now)

    def _assess(self, resolved: Mapping[str, derivation.Resolved], too_soon: set[str]) -> None:
        """Judge these scans with what is known today."""
        if self.trust is None:
            return
        infos = {info.id: info for info in stations.published_stations(self.session)}
        for scan_id, scan in resolved.items():
            row = self.session.get_one(Scan, scan_id)
            late = find_late(scan.reading, self.trust, infos.get(scan.station.id), is_too_soon=scan_id in too_soon)
            note_finding(row, late, self.trust, self.now)

    def _firsts(self, identities: set[PassIdentity], besides: Iterable[str] = ()) -> set[str]:
        """Return the first scan under each of these passes: the least `(scanned_at, id)` that is not taken back."""
        found: set[str] = set()
        for iss, cti in identities:
            statement = (
                sa.select(Scan.id)
                .where(Scan.iss == iss, Scan.cti == cti, sa.not_(Scan.is_voided))
                .order_by(Scan.scanned_at, Scan.id)
                .limit(1)
            )
            if besides:
                statement = statement.where(Scan.id.not_in(list(besides)))
            scan_id = self.session.scalar(statement)
            if scan_id is not None:
                found.add(scan_id)
        return found

    def _derive(self, resolved: Mapping[str, derivation.Resolved], firsts: set[str]) -> set[int]:
        """Write movements, stays and exposures of these scans; return the persons for whom something changed."""
        lodgings = {seen.lodging for scan in resolved.values() for seen in scan.reading.details.people}
        declared = {code for scan in resolved.values() for code in (scan.coming_from, scan.origin)}
        known_areas = labels(self.session, lodgings | declared)
        movements: dict[derivation.MovementKey, derivation.Place] = {}
        stays: dict[tuple[str, int], followup.SaidAtScan] = {}
        riding = {scan_id: derivation.people_in(self.session, scan, self.now) for scan_id, scan in resolved.items()}
        today = persons_today(self.session, {person for people in riding.values() for person in people.values()})
        for scan_id, scan in resolved.items():
            people, is_first = riding[scan_id], scan_id in firsts
            movements |= derivation.movements_of_scan(scan, people, today, known_areas, is_first_of_pass=is_first)
            stays |= derivation.stays_of_scan(self.session, scan, people, today, known_areas)
        changed = ledger.keep_movements(self.session, set(resolved), movements)
        moved_in = followup.keep_scan_stays(self.session, set(resolved), stays)
        ZonesByPlace.of(self.session).match(self.session, changed, self.now)
        return {entry.person_id for entry in changed} | moved_in


def _fill(row: Scan, scan: derivation.Resolved) -> None:
    reading, record = scan.reading, scan.reading.record
    row.station_id = scan.station.id
    row.clock_at = scan.reading.clock_at
    row.scanned_at = record.scanned_at
    row.received_at = reading.received_at
    row.kind = record.kind.value
    row.outcome = record.outcome.value if record.outcome else None
    row.reasons = list(record.reasons)
    row.action = record.action.value if record.action else None
    row.iss = record.iss
    row.cti = record.cti.hex() if record.cti else None
    row.pass_id = scan.vehicle_pass.id if scan.vehicle_pass else None
    row.crew_present = list(record.crew_present) if record.crew_present is not None else None
    row.plate = scan.plate
    row.coming_from = scan.coming_from
    row.officer = record.officer
    row.details = write_details(reading.details)
    row.is_voided = reading.is_voided
