"""Taking in what a station exported to a stick: its batches as if they had come by network, and receipts for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes import audit
from passes.movement import services as movement
from passes.stations.devices import device_for
from passes.stations.errors import StationError
from passes.stations.receipts import keep_receipt
from protocol.device import DeviceError, open_batch
from protocol.export import ExportError, parse_export
from protocol.receipts import batch_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.stations.models import Device
    from protocol.export import Export


@dataclass(frozen=True)
class ImportedExport:
    """What became of a file.

    Args:
        station: whose records they are.
        made_at: the station's clock when it made the file.
        batches: how many batches were taken in.
        missing: how many batches the file was made with that are not in it, or not whole: the stick has to come again.
        accepted: how many records are new here.
        known: how many were here already.
        refused: id of each record that was not taken in, and why.
    """

    station: str
    made_at: datetime
    batches: int
    missing: int
    accepted: int
    known: int
    refused: Mapping[str, str]


def import_export(session: Session, actor: User | None, data: bytes, now: datetime) -> ImportedExport:
    """Take in a file that a station exported; taking it in again changes nothing.

    Args:
        session: the caller's transaction.
        actor: who brought it; None for the command line.
        data: the file, whole or as much of it as there is.
        now: becomes `received_at` of its records.

    Raises:
        StationError: `export_malformed`, `device_unknown`, `device_revoked` or `device_replaced`; nothing was taken in.
    """
    try:
        export = parse_export(data)
        device = _device(session, export)
        manifest = export.verify(device.public_key)
    except ExportError as error:
        raise StationError("export_malformed", f"this is no file that a station exported: {error}") from error
    accepted, known, taken = 0, 0, 0
    refused: dict[str, str] = {}
    for batch in export.batches:
        digest = batch_digest(batch)
        try:
            records = open_batch(batch, device.public_key)
        except DeviceError:
            continue
        if digest not in manifest.batches:
            continue
        result = movement.ingest_records(session, device, records, now)
        keep_receipt(session, device, digest, result.refused, now)
        taken += 1
        accepted, known = accepted + len(result.accepted), known + len(result.known)
        refused |= result.refused
    device.last_seen_at = now
    details = {"station": device.station_id, "accepted": accepted, "known": known, "refused": len(refused)}
    audit.record(session, actor, "stations.import", device, details, now)
    return ImportedExport(
        station=device.station_id,
        made_at=manifest.made_at,
        batches=taken,
        missing=len(manifest.batches) - taken,
        accepted=accepted,
        known=known,
        refused=refused,
    )


def _device(session: Session, export: Export) -> Device:
    device = device_for(session, export.kid.hex())
    if device is None:
        raise StationError("device_unknown", "no device with this key was ever enrolled here")
    if device.revoked_at is None:
        return device
    again = "enrol the machine again (`checkpoint enroll --again CODE`) and export once more; it still has its records"
    if device.replaced_by is not None:
        raise StationError("device_replaced", f"the device has other keys by now; export once more, or {again}")
    raise StationError("device_revoked", f"the device was revoked; {again}")
