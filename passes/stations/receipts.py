"""Receipts for batches that came on sticks, until their stations must have heard of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.stations.models import BatchReceipt
from passes.trust import services as trust
from protocol.receipts import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.stations.models import Device

RECEIPT_LIFETIME = timedelta(days=60)
"""So long a receipt is published. A post that hears nothing for longer hands its records over again, without harm."""


def keep_receipt(session: Session, device: Device, batch: bytes, refused: Mapping[str, str], now: datetime) -> None:
    """Keep the answer for a batch that came on a stick; its station hears of it with the next trust data.

    Args:
        session: the caller's transaction.
        device: who signed the batch.
        batch: its digest.
        refused: what of it was not taken in.
        now: when it was; of a batch that came before, the answer of today counts.
    """
    row = session.get(BatchReceipt, batch.hex()) or BatchReceipt(batch=batch.hex())
    row.station_id, row.device_id = device.station_id, device.id
    row.received_at, row.refused = now, dict(refused)
    session.add(row)
    trust.note_change(session, "receipts.added", now)


def receipts_by_station(session: Session, now: datetime) -> dict[str, list[Receipt]]:
    """Return the receipts that are published, by station."""
    found: dict[str, list[Receipt]] = {}
    rows = sa.select(BatchReceipt).where(BatchReceipt.received_at > now - RECEIPT_LIFETIME)
    for row in session.scalars(rows.order_by(BatchReceipt.received_at, BatchReceipt.batch)):
        receipt = Receipt(bytes.fromhex(row.batch), row.received_at, row.refused)
        found.setdefault(row.station_id, []).append(receipt)
    return found
