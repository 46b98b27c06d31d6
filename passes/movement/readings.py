"""From the records of a scan to what happened: the newest record counts, its sealed part is opened."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from protocol import claims, scan_record, sealing
from protocol.scan_record import DetailsError, RecordKind, SealedDetails

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from passes.movement.models import ScanRecord
    from protocol.claims import Credential

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What the records of one scan come to.

    Args:
        scan_id: the id of the scan's first record.
        record: the record that counts: the newest that says anything.
        is_voided: a record newer than that takes the scan back.
        received_at: when the first of the records came home.
        details: what was sealed; empty where nothing was, or where it does not open.
        clock_at: what the station's clock showed, where that was wrong; the record's time is then the right one.
    """

    scan_id: str
    record: scan_record.ScanRecord
    is_voided: bool
    received_at: datetime
    details: SealedDetails
    clock_at: datetime | None = None


def read_scan(rows: Iterable[ScanRecord], keys: Mapping[bytes, X25519PrivateKey]) -> Reading:
    """Return what the records of one scan come to, whatever the order in which they came home.

    Args:
        rows: all records of the scan, at least one.
        keys: sealing keys by their id.
    """
    rows = list(rows)
    by_age = sorted((scan_record.ScanRecord.decode(row.body) for row in rows), key=lambda said: (said.at, said.id))
    telling = [record for record in by_age if record.kind is not RecordKind.VOID] or by_age
    record = telling[-1]
    return Reading(
        scan_id=rows[0].scan_id,
        record=record,
        is_voided=by_age[-1].kind is RecordKind.VOID,
        received_at=min(row.received_at for row in rows),
        details=_open(record, keys),
    )


def _open(record: scan_record.ScanRecord, keys: Mapping[bytes, X25519PrivateKey]) -> SealedDetails:
    """Open the sealed part. One that does not open costs its details, never the scan."""
    if record.sealed is None:
        return SealedDetails()
    key = keys.get(sealing.sealing_kid(record.sealed))
    if key is None:
        log.warning("record %s is sealed to a key that is not here; its details stay closed", record.id)
        return SealedDetails()
    try:
        info = sealing.record_info(record.id, record.station)
        return SealedDetails.decode(sealing.open_(record.sealed, key, info))
    except (sealing.SealingError, DetailsError) as error:
        log.warning("the sealed part of record %s does not open: %s", record.id, error)
        return SealedDetails()


def write_details(details: SealedDetails) -> str:
    """Return details as JSON, for the encrypted column."""
    return json.dumps(asdict(details), ensure_ascii=False)


def credential_in(text: str | None) -> Credential | None:
    """Return the claims in a text without judging it; only for a text whose signature was verified before."""
    if text is None:
        return None
    try:
        return claims.peek(text)
    except ValueError:
        return None
