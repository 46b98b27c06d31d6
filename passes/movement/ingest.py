"""Taking in records from stations: written down as they came, nothing opened, nothing derived. The worker does that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.db import insert_if_new
from passes.movement.models import ScanRecord
from protocol import scan_record
from protocol.scan_record import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.stations.models import Device

MALFORMED = "malformed"
WRONG_STATION = "wrong_station"
OTHER_STATIONS_SCAN = "other_stations_scan"
CONFLICT = "conflict"


@dataclass(frozen=True)
class IngestResult:
    """What became of a batch.

    Args:
        accepted: ids of records that are new here.
        known: ids of records that were here already, byte for byte the same.
        refused: for each record that was not taken in, its id, or `#n` for the n-th of the batch where no id could be
            read, and why: `malformed`, `wrong_station` (not of the device's station), `other_stations_scan` (it
            restates a scan of another station) or `conflict` (the id is known with another content).
    """

    accepted: tuple[str, ...]
    known: tuple[str, ...]
    refused: Mapping[str, str]


def ingest_records(session: Session, device: Device, records: Sequence[bytes], now: datetime) -> IngestResult:
    """Keep the records of one batch; sending them again changes nothing.

    Args:
        session: the caller's transaction: all of the batch or nothing.
        device: who signed the batch.
        records: encoded records, in the order of the batch.
        now: becomes `received_at`.
    """
    refused: dict[str, str] = {}
    bodies: dict[str, bytes] = {}
    read: dict[str, scan_record.ScanRecord] = {}
    for position, body in enumerate(records):
        try:
            record = scan_record.ScanRecord.decode(body)
        except RecordError:
            refused[f"#{position}"] = MALFORMED
            continue
        if record.station != device.station_id:
            refused[record.id] = WRONG_STATION
        elif bodies.setdefault(record.id, body) != body:
            refused[record.id] = CONFLICT
        else:
            read[record.id] = record
    foreign = _scans_of_other_stations(session, device.station_id, {record.of or record.id for record in read.values()})
    accepted: list[str] = []
    known: list[str] = []
    for record in read.values():
        if (record.of or record.id) in foreign:
            refused[record.id] = OTHER_STATIONS_SCAN
        elif _insert(session, device, record, bodies[record.id], now):
            accepted.append(record.id)
        elif session.scalar(sa.select(ScanRecord.body).where(ScanRecord.id == record.id)) == bodies[record.id]:
            known.append(record.id)
        else:
            refused[record.id] = CONFLICT
    return IngestResult(tuple(accepted), tuple(known), refused)


def _scans_of_other_stations(session: Session, station_id: str, scan_ids: set[str]) -> set[str]:
    return set(
        session.scalars(
            sa.select(ScanRecord.scan_id).where(ScanRecord.scan_id.in_(scan_ids), ScanRecord.station_id != station_id)
        )
    )


def _insert(session: Session, device: Device, record: scan_record.ScanRecord, body: bytes, now: datetime) -> bool:
    """Write one record unless its id is known; say whether it was written."""
    return insert_if_new(
        session,
        ScanRecord,
        id=record.id,
        scan_id=record.of or record.id,
        station_id=device.station_id,
        device_id=device.id,
        at=record.at,
        received_at=now,
        body=body,
    )


def has_waiting_records(session: Session) -> bool:
    """Say whether records wait for the worker."""
    return session.scalar(sa.select(ScanRecord.id).where(ScanRecord.processed_at.is_(None)).limit(1)) is not None
