"""The status of a follow-up, replayed from what people said and did, each at its own time.

Pure: the same statements give the same status, in whatever order they were entered.

- The last statement by `(at, id)` counts. Nobody said anything: FOLLOW_UP.
- A completion counts only from the follow-up's last day on. Where `due` has moved beyond it since, the follow-up is
  open again.
- Who is met healthy on the last day, or later, is through: the visit closes every follow-up that is due by then, and
  no other. Who was lost and is met is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.followup.events import VisitOutcome
from passes.followup.models import FollowUpStatus
from passes.local_time import last_day_before, start_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

TRANSITIONS: Mapping[FollowUpStatus, frozenset[FollowUpStatus]] = {
    FollowUpStatus.FOLLOW_UP: frozenset(
        {FollowUpStatus.COMPLETED, FollowUpStatus.CANCELED, FollowUpStatus.LOST, FollowUpStatus.NO_FOLLOW_UP}
    ),
    FollowUpStatus.LOST: frozenset({FollowUpStatus.FOLLOW_UP, FollowUpStatus.CANCELED}),
    FollowUpStatus.NO_FOLLOW_UP: frozenset({FollowUpStatus.FOLLOW_UP, FollowUpStatus.CANCELED}),
    FollowUpStatus.COMPLETED: frozenset({FollowUpStatus.FOLLOW_UP}),
    FollowUpStatus.CANCELED: frozenset({FollowUpStatus.FOLLOW_UP}),
}
"""What may be said of a follow-up in each status."""


@dataclass(frozen=True, order=True)
class Statement:
    """Somebody said how a follow-up goes on."""

    at: datetime
    id: int
    status: FollowUpStatus
    reason: str | None = None


@dataclass(frozen=True, order=True)
class Seen:
    """Somebody went to see the person."""

    at: datetime
    id: int
    outcome: VisitOutcome


def last_day_of(due: datetime) -> datetime:
    """Return the local midnight with which the last day of a follow-up begins."""
    return start_of_day(last_day_before(due))


def replay(due: datetime, statements: Iterable[Statement], visits: Iterable[Seen]) -> tuple[FollowUpStatus, str | None]:
    """Return the status, and the reason that somebody gave for it.

    Args:
        due: exclusive end of the follow-up.
        statements: what was said of it, in any order.
        visits: to the person, in any order.
    """
    status, reason = FollowUpStatus.FOLLOW_UP, None
    last_day = last_day_of(due)
    # At one moment a visit comes before what somebody concludes from it.
    events = [(said.at, 1, said.id, said) for said in statements]
    events += [(seen.at, 0, seen.id, seen) for seen in visits]
    for _at, _rank, _id, event in sorted(events, key=lambda entry: entry[:3]):
        if isinstance(event, Statement):
            status, reason = event.status, event.reason
            if status is FollowUpStatus.COMPLETED and event.at < last_day:
                status, reason = FollowUpStatus.FOLLOW_UP, None
        elif event.outcome is not VisitOutcome.NOT_MET:
            status, reason = _after_visit(status, reason, event, last_day)
    return status, reason


def _after_visit(
    status: FollowUpStatus, reason: str | None, seen: Seen, last_day: datetime
) -> tuple[FollowUpStatus, str | None]:
    if status is FollowUpStatus.LOST:
        status, reason = FollowUpStatus.FOLLOW_UP, None
    if status is FollowUpStatus.FOLLOW_UP and seen.outcome is VisitOutcome.HEALTHY and seen.at >= last_day:
        return FollowUpStatus.COMPLETED, None
    return status, reason
