"""Counting what was done with vehicles: by outcome, by hour, by officer.

Everything is counted from the records themselves, so that a report says what the log says. However long a shift lasts,
only its newest vehicles are kept one by one; the others can change no more, and only their sums are.
"""

import copy
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from checkpoint.moments import LOCAL
from checkpoint.station import REMEMBERED_EVENTS
from protocol.reasons import Outcome, Reason
from protocol.scan_record import Action, RecordError, RecordKind, ScanRecord

MOST_REASONS = 5
KEPT_LINES = 2 * REMEMBERED_EVENTS  # nothing changes a vehicle after so many others changed, unless it waits aside


@dataclass(frozen=True, slots=True)
class Line:
    """One vehicle of a shift, as its records say.

    Attributes:
        scanned_at: when it came.
        kind: code, no paper, or a paper that could not be read.
        outcome: what the verdict came to; None without a code.
        reasons: why.
        first_action: what was done with it at the barrier; None if nothing yet.
        action: what was done in the end.
        officer: who did that at the barrier.
        is_void: whether it was taken back.
    """

    scanned_at: datetime
    kind: RecordKind
    outcome: Outcome | None
    reasons: tuple[str, ...]
    first_action: Action | None = None
    action: Action | None = None
    officer: str | None = None
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class HourCount:
    """How many vehicles of one hour were let through, sent aside, turned back, or are open."""

    starts_at: datetime
    total: int
    admitted: int
    sent_aside: int
    turned_back: int
    open: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a shift comes to. A vehicle counts once, by what was done with it at the barrier.

    Attributes:
        total: vehicles.
        admitted: let through.
        sent_aside: sent aside.
        turned_back: turned back.
        undecided: with which nothing was done.
        without_paper: vehicles without paper, by what was done with them.
        unreadable: vehicles whose code could not be read.
        aside_admitted: of those sent aside, let through by the chief.
        aside_turned_back: of those sent aside, turned back by the chief.
        aside_waiting: of those sent aside, still there.
        overruled: let through although the verdict was a refusal, or there was no paper.
        reasons: the commonest reasons of verdicts that did not admit, with how often; None stands for those that this
            release does not know.
        hours: by hour, local time.
        officers: vehicles by who decided at the barrier.
        unread: records that cannot be read here, because another release wrote them; what they say is not counted.
        purged: records that were removed from this machine once the issuer had them; likewise.
    """

    total: int
    admitted: int
    sent_aside: int
    turned_back: int
    undecided: int
    without_paper: dict[Action | None, int]
    unreadable: int
    aside_admitted: int
    aside_turned_back: int
    aside_waiting: int
    overruled: int
    reasons: tuple[tuple[Reason | None, int], ...]
    hours: tuple[HourCount, ...]
    officers: tuple[tuple[str | None, int], ...]
    unread: int = 0
    purged: int = 0


@dataclass
class Sums:
    """How many vehicles there were, by all that a report tells."""

    done: Counter[Action | None] = field(default_factory=Counter)
    aside: Counter[Action | None] = field(default_factory=Counter)
    without_paper: Counter[Action | None] = field(default_factory=Counter)
    reasons: Counter[Reason | None] = field(default_factory=Counter)
    officers: Counter[str | None] = field(default_factory=Counter)
    hours: dict[datetime, Counter[Action | None]] = field(default_factory=dict)
    unreadable: int = 0
    overruled: int = 0

    def add(self, line: Line) -> None:
        """Count a vehicle; one that was taken back and never stated again does not count."""
        if line.is_void:
            return
        done = line.first_action
        self.done[done] += 1
        hour = line.scanned_at.astimezone(LOCAL).replace(minute=0, second=0, microsecond=0)
        self.hours.setdefault(hour, Counter())[done] += 1
        if done:
            self.officers[line.officer] += 1
        if done is Action.SENT_ASIDE:
            self.aside[line.action] += 1
        if line.kind is RecordKind.NO_PAPER:
            self.without_paper[done] += 1
        if line.outcome is not Outcome.ADMIT and line.reasons:
            self.reasons[known_reason(line.reasons[0])] += 1
        self.unreadable += line.kind is RecordKind.TYPED
        self.overruled += line.action is Action.ADMITTED and line.outcome in {None, Outcome.REFUSE}

    def report(self) -> Report:
        """Say what it comes to."""
        return Report(
            total=self.done.total(),
            admitted=self.done[Action.ADMITTED],
            sent_aside=self.done[Action.SENT_ASIDE],
            turned_back=self.done[Action.TURNED_BACK],
            undecided=self.done[None],
            without_paper=dict(self.without_paper),
            unreadable=self.unreadable,
            aside_admitted=self.aside[Action.ADMITTED],
            aside_turned_back=self.aside[Action.TURNED_BACK],
            aside_waiting=self.aside[Action.SENT_ASIDE] + self.aside[None],
            overruled=self.overruled,
            reasons=tuple(self.reasons.most_common(MOST_REASONS)),
            hours=tuple(_hour_count(hour, done) for hour, done in sorted(self.hours.items())),
            officers=tuple(self.officers.most_common()),
        )


def _hour_count(hour: datetime, done: Counter[Action | None]) -> HourCount:
    by_action = (done[Action.ADMITTED], done[Action.SENT_ASIDE], done[Action.TURNED_BACK])
    return HourCount(hour, done.total(), *by_action, done[None])


def known_reason(code: str) -> Reason | None:
    """Return the reason of a code; None if this release does not know it."""
    try:
        return Reason(code)
    except ValueError:
        return None


class Tally:
    """Counts the vehicles in a run of records.

    Attributes:
        records: how many records were taken in.
        unread: how many of them could not be read.
    """

    def __init__(self) -> None:
        self.records = 0
        self.unread = 0
        self._lines: dict[str, Line] = {}  # by the id of the vehicle's first record, the longest unchanged first
        self._settled = Sums()
        self._settle_at = 2 * KEPT_LINES

    @property
    def kept(self) -> int:
        """How many vehicles are kept one by one."""
        return len(self._lines)

    def take_in(self, bodies: Iterable[bytes]) -> None:
        """Take in records as they stand in the log. One that cannot be read is counted as such, and stops nothing."""
        for body in bodies:
            self.records += 1
            try:
                record = ScanRecord.decode(body)
            except RecordError:
                self.unread += 1
            else:
                self.add(record)

    def add(self, record: ScanRecord) -> None:
        """Take in the next record; one that restates a vehicle of an earlier shift adds no vehicle."""
        first_id = record.of or record.id
        before = self._lines.pop(first_id, None)  # and put back as the last: who was just restated may be so again
        if before is None and record.of:
            return
        if record.kind is RecordKind.VOID and before:
            self._lines[first_id] = replace(before, action=None, first_action=None, officer=None, is_void=True)
            return
        line = Line(record.scanned_at, record.kind, record.outcome, record.reasons)
        if before and before.first_action:
            line = replace(line, first_action=before.first_action, officer=before.officer, action=record.action)
        else:
            line = replace(line, first_action=record.action, officer=record.officer, action=record.action)
        self._lines[first_id] = line
        if len(self._lines) >= self._settle_at:
            self._settle()

    def report(self) -> Report:
        """Count what was taken in so far."""
        sums = copy.deepcopy(self._settled)
        for line in self._lines.values():
            sums.add(line)
        return replace(sums.report(), unread=self.unread)

    def _settle(self) -> None:
        for first_id in list(self._lines)[:-KEPT_LINES]:
            if self._lines[first_id].action is not Action.SENT_ASIDE:
                self._settled.add(self._lines.pop(first_id))
        self._settle_at = len(self._lines) + KEPT_LINES
