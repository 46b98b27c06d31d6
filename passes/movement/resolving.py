"""What the records of scans come to, together with what the issuer knows of the papers that were scanned."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.areas.services import labels
from passes.batches import in_batches
from passes.movement import derivation, proofs
from passes.movement.clocks import corrections_in_force, with_right_clock
from passes.movement.models import ScanRecord
from passes.movement.plates import kept_plate
from passes.movement.readings import Reading, read_scan
from passes.stations import services as stations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from sqlalchemy.orm import Session

    from passes.issuing.models import VehiclePass
    from protocol.trust import Trust


def told_records(session: Session, scan_ids: Iterable[str]) -> dict[str, list[ScanRecord]]:
    """Return the records of these scans, by scan; those emptied when somebody was erased say nothing any more."""
    found: dict[str, list[ScanRecord]] = defaultdict(list)
    for batch in in_batches(scan_ids):
        is_told = sa.and_(ScanRecord.scan_id.in_(batch), sa.func.length(ScanRecord.body) > 0)
        for row in session.scalars(sa.select(ScanRecord).where(is_told)):
            found[row.scan_id].append(row)
    return dict(found)


def resolve(
    session: Session,
    sealing_keys: Mapping[bytes, X25519PrivateKey],
    trust: Trust | None,
    told: Mapping[str, Iterable[ScanRecord]],
) -> dict[str, derivation.Resolved]:
    """Read the scans that records are about, and find their passes.

    Args:
        session: an open session.
        sealing_keys: private keys by their id.
        trust: what is known today; None where nothing is published.
        told: all records of these scans, by scan.
    """
    clocks = corrections_in_force(session)
    as_read = [with_right_clock(read_scan(records, sealing_keys), clocks) for records in told.values()]
    papers = {reading.scan_id: proofs.proven(session, reading, trust) for reading in as_read}
    readings = [proofs.named_by(reading, papers[reading.scan_id]) for reading in as_read]
    places = stations.stations_by_id(session)
    known = labels(session, {reading.record.coming_from for reading in readings})
    found: dict[str, derivation.Resolved] = {}
    for reading in readings:
        vehicle_pass = derivation.find_pass(session, reading)
        coming_from = reading.record.coming_from
        found[reading.scan_id] = derivation.Resolved(
            reading=reading,
            station=places[reading.record.station],
            vehicle_pass=vehicle_pass,
            plate=_plate_of(reading, vehicle_pass),
            coming_from=coming_from if coming_from in known else None,
            slips=proofs.slips_in(reading, papers[reading.scan_id]),
        )
    return found


def _plate_of(reading: Reading, vehicle_pass: VehiclePass | None) -> str | None:
    """Return the plate of the vehicle that was seen: as the officer wrote it, else the pass's unless disputed."""
    if reading.details.plate:
        return kept_plate(reading.details.plate)
    return None if vehicle_pass is None or reading.record.plate_mismatch else vehicle_pass.plate
