"""Which credentials were seen where, for the posts: so that a copy at another post shows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.movement.models import Scan
from protocol.sightings import MAX_PER_SLOT, Sighting

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def sightings_between(session: Session, start: datetime, end: datetime) -> list[Sighting]:
    """Return the scans of verified credentials that were not taken back, newest first, as many as posts are told of.

    Args:
        session: an open session.
        start: the first moment, by the stations' clocks.
        end: the moment after the last.
    """
    rows = session.execute(
        sa.select(Scan.iss, Scan.cti, Scan.station_id, Scan.scanned_at)
        .where(Scan.scanned_at >= start, Scan.scanned_at < end, Scan.cti.is_not(None), Scan.iss.is_not(None))
        .where(sa.not_(Scan.is_voided))
        .order_by(Scan.scanned_at.desc(), Scan.id)
        .limit(MAX_PER_SLOT)
    )
    return [
        Sighting(iss, bytes.fromhex(cti), station_id, scanned_at.replace(microsecond=0))
        for iss, cti, station_id, scanned_at in rows
    ]


def has_sightings_since(session: Session, start: datetime) -> bool:
    """Say whether there are scans of verified credentials since a moment, by the stations' clocks."""
    fresh = sa.select(Scan.id).where(Scan.scanned_at >= start, Scan.cti.is_not(None), Scan.iss.is_not(None))
    return session.scalar(fresh.limit(1)) is not None
