"""A person's days as a picture: bars for zones, marks for scans and visits. Geometry only; the template draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from passes.local_time import end_of_day, local_date, start_of_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from passes.followup.events import Visit
    from passes.followup.person import PersonFile
    from passes.movement.models import Movement

WIDTH, LEFT, LANE = 960, 190, 34
_RIGHT_MARGIN, _TOP, _BOTTOM = 14, 12, 30
_MOST_DAY_LABELS = 12
_LEAST_BAR = 4.0
_MOST_DAYS = 60


@dataclass(frozen=True)
class Bar:
    """One zone: how long the person was in it, and how long they are followed up for it."""

    label: str
    y: int
    stay_x: float
    stay_width: float
    watch_x: float
    watch_width: float
    zone_id: str


@dataclass(frozen=True)
class Mark:
    """One scan, movement or visit."""

    x: float
    y: int
    kind: str
    movement: Movement | None = None
    visit: Visit | None = None


@dataclass(frozen=True)
class Day:
    """The beginning of one day; those without a label have only a line."""

    x: float
    day: date
    has_label: bool


@dataclass(frozen=True)
class Timeline:
    """The picture: everything in units of its view box."""

    height: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    days: tuple[Day, ...]
    now_x: float | None
    places_y: int
    visits_y: int
    width: int = WIDTH
    left: int = LEFT


def draw(file: PersonFile, now: datetime) -> Timeline:
    """Lay out the days of one person, from their first movement or zone to the last due date or today."""
    moments = [move.at for move in file.movements] + [row.first_at for row in file.followups]
    moments += [visit.at for visit in file.visits]
    ends = [row.due for row in file.followups] + moments
    is_going_on = any(row.due > now - timedelta(days=_MOST_DAYS) for row in file.followups)
    begin = start_of_day(local_date(min(moments)))
    end = end_of_day(local_date(max([*ends, now] if is_going_on else ends)))
    begin = max(begin, end - timedelta(days=_MOST_DAYS))
    scale = (WIDTH - LEFT - _RIGHT_MARGIN) / (end - begin).total_seconds()

    def at(moment: datetime) -> float:
        return round(LEFT + (min(max(moment, begin), end) - begin).total_seconds() * scale, 1)

    bars = []
    for number, item in enumerate(file.evidence):
        row, y = item.followup, _TOP + number * LANE
        first, last, due = at(row.first_at), at(row.last_at), at(row.due)
        width = max(last - first, _LEAST_BAR)
        bars.append(Bar(item.zone.name, y, first, width, first + width, max(due - first - width, 0), row.zone_id))
    places_y = _TOP + len(bars) * LANE + LANE // 2
    visits_y = places_y + LANE
    marks = [Mark(at(m.at), places_y, m.source.value, movement=m) for m in file.movements if m.at >= begin]
    marks += [
        Mark(at(visit.at), visits_y, visit.outcome.value, visit=visit)
        for visit in file.visits
        if visit.taken_back_at is None and visit.at >= begin
    ]
    days = (end - begin).days
    every = max(1, -(-days // _MOST_DAY_LABELS))
    lines = [begin + timedelta(days=n) for n in range(days)]
    return Timeline(
        height=visits_y + LANE // 2 + _BOTTOM,
        bars=tuple(bars),
        marks=tuple(marks),
        days=tuple(Day(at(line), local_date(line), n % every == 0) for n, line in enumerate(lines)),
        now_x=at(now) if begin <= now < end else None,
        places_y=places_y,
        visits_y=visits_y,
    )
