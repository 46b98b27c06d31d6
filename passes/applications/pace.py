"""Where an application stands in the queue, and when its turn may come at the pace of the last days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.applications.models import Application
from passes.applications.queue import count_ahead

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

_SPANS = (timedelta(days=1), timedelta(days=3))
"""The pace is that of the last day; where nothing was decided in it, as after a holiday, that of the last three."""


@dataclass(frozen=True)
class Place:
    """Where an application stands.

    Args:
        application: one that waits.
        ahead: how many wait in front of it.
        decided: how many reviewers decided in the time that the pace is taken from.
        hours: how long that time is.
        expected_at: when its turn comes if they go on like that; None if they decided nothing.
        due: the promised moment.
    """

    application: Application
    ahead: int
    decided: int
    hours: int
    expected_at: datetime | None
    due: datetime

    @property
    def is_late(self) -> bool:
        """Whether the promise will not be kept at this pace, or is broken already."""
        return self.expected_at is not None and self.expected_at > self.due


def places_of(
    session: Session, applications: Collection[Application], promised: timedelta, now: datetime
) -> list[Place]:
    """Return where applications that wait stand; what policy approved by itself is no pace of reviewers.

    Args:
        session: an open session.
        applications: in the state `submitted`.
        promised: how long the authority promised to take.
        now: the pace is that of the time before.
    """
    if not applications:
        return []
    decided, span = _pace(session, now)
    places = []
    for application in applications:
        ahead = count_ahead(session, application)
        expected = now + span * (ahead + 1) / decided if decided else None
        due = (application.submitted_at or now) + promised
        places.append(Place(application, ahead, decided, span // timedelta(hours=1), expected, due))
    return places


def _pace(session: Session, now: datetime) -> tuple[int, timedelta]:
    """Return how many applications reviewers decided, and in which time."""
    decided, span = 0, _SPANS[0]
    for span in _SPANS:
        statement = sa.select(sa.func.count()).select_from(Application)
        is_within = (Application.decided_at > now - span, Application.decided_at <= now)
        decided = session.scalar(statement.where(*is_within, Application.decided_by_id.is_not(None))) or 0
        if decided:
            break
    return decided, span
