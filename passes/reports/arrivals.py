"""How many people came onto a list on each day."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.followup.models import FollowUp
from passes.followup.services import visible_to
from passes.local_time import local_date, start_of_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

ARRIVAL_DAYS = 30


def arrivals_per_day(session: Session, actor: User, now: datetime, days: int = ARRIVAL_DAYS) -> dict[date, int]:
    """Return how many people came onto this user's list on each of the last local days, the oldest first.

    Somebody who comes for several zones on one day is counted once.

    Args:
        session: an open session.
        actor: whose list.
        now: today is the last day.
        days: how many days.
    """
    today = local_date(now)
    first = today - timedelta(days=days - 1)
    rows = session.execute(
        sa.select(FollowUp.person_id, FollowUp.listed_at)
        .where(visible_to(actor), FollowUp.listed_at >= start_of_day(first))
        .distinct()
    )
    seen = Counter(day for _person, day in {(row.person_id, local_date(row.listed_at)) for row in rows})
    return {day: seen[day] for day in (first + timedelta(days=n) for n in range(days))}
