"""Telling carriers of what befalls many of their passes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes.issuing.models import VehiclePass
from passes.notices.services import MOST_NAMED, tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.notices.models import NoticeKind


def tell_holders(
    session: Session, kind: NoticeKind, details: Mapping[str, Any], now: datetime, *conditions: sa.ColumnElement[bool]
) -> None:
    """Tell every carrier, with one notice each, which of its passes something befalls.

    Args:
        session: the transaction of what is told.
        kind: what befalls them.
        details: what else the words are made from.
        now: when.
        *conditions: which passes.
    """
    counts = sa.select(VehiclePass.carrier_id, sa.func.count()).where(*conditions).group_by(VehiclePass.carrier_id)
    for carrier_id, count in session.execute(counts.order_by(VehiclePass.carrier_id)).all():
        named = session.execute(
            sa.select(VehiclePass.number, VehiclePass.plate)
            .where(VehiclePass.carrier_id == carrier_id, *conditions)
            .order_by(VehiclePass.plate, VehiclePass.id)
            .limit(MOST_NAMED)
        )
        passes = [[row.number, row.plate] for row in named]
        tell(session, carrier_id, kind, {**details, "count": count, "passes": passes}, now)
