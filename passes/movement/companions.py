"""Who shared a cab: persons with a movement from the same scan, or in the same vehicle at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.movement.models import Movement

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Companion:
    """One person who was in the same vehicle.

    Args:
        person_id: who.
        first_at: the first time they were seen together.
        last_at: the last time.
        times: how often.
        plate: of the vehicle, where it is known.
    """

    person_id: int
    first_at: datetime
    last_at: datetime
    times: int
    plate: str | None


def companions_of(session: Session, person_id: int, since: datetime, until: datetime) -> tuple[Companion, ...]:
    """Return who was in a vehicle together with one person, whom they were with last on top.

    Movements that came without a scan (from a file) name a vehicle and a moment: the same ones, the same cab.

    Args:
        session: an open session.
        person_id: whose companions.
        since: from when on.
        until: until before when.
    """
    own, other = sa.orm.aliased(Movement), sa.orm.aliased(Movement)
    # Two selects, so that each finds its rows by its own index: by scan, and by plate.
    together = (
        sa.select(other.person_id, other.plate, other.at)
        .select_from(own)
        .where(own.person_id == person_id, own.at >= since, own.at < until, other.person_id != person_id)
    )
    seen = sa.union(
        together.join(other, other.scan_id == own.scan_id),
        together.join(other, sa.and_(other.plate == own.plate, other.at == own.at)),
    ).subquery()
    times = sa.func.count(sa.distinct(seen.c.at))
    rows = session.execute(
        sa.select(
            seen.c.person_id,
            sa.func.min(seen.c.at).label("first_at"),
            sa.func.max(seen.c.at).label("last_at"),
            times.label("times"),
            sa.func.max(seen.c.plate).label("plate"),
        )
        .group_by(seen.c.person_id)
        .order_by(sa.func.max(seen.c.at).desc(), seen.c.person_id)
    )
    return tuple(Companion(row.person_id, row.first_at, row.last_at, row.times, row.plate) for row in rows)
