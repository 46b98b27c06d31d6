"""What was done in a shift: one line for each vehicle, counted by hour and by officer.

Everything is counted from the records themselves, so that a report says what the log says.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from checkpoint.moments import LOCAL
from checkpoint.post_book import Deed, PostBook
from checkpoint.scanlog import ScanLog
from checkpoint.signing_in import OnDuty
from protocol.reasons import Outcome, Reason
from protocol.scan_record import Action, RecordError, RecordKind, ScanRecord

NOTE = "shift"
MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of this station.

    Attributes:
        number: counts the station's shifts, from 1.
        starts_at: when it began.
        ends_at: when it was handed over; None while it lasts.
        first_seq: its records come after this number in the log.
        last_seq: they end with this number; None while it lasts.
        first_deed: its chiefs' deeds come after this number.
        last_deed: they end with this number; None while it lasts.
        closed_by: who handed it over.
    """

    number: int
    starts_at: datetime
    first_seq: int
    first_deed: int
    ends_at: datetime | None = None
    last_seq: int | None = None
    last_deed: int | None = None
    closed_by: str | None = None


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
class Tally:
    """Lines of the vehicles in a run of records.

    Attributes:
        lines: of each vehicle, by the id of its first record.
        records: how many records were taken in.
        unread: how many of them could not be read.
    """

    lines: dict[str, Line] = field(default_factory=dict)
    records: int = 0
    unread: int = 0

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
        before = self.lines.get(first_id)
        if before is None and record.of:
            return
        if record.kind is RecordKind.VOID and before:
            self.lines[first_id] = replace(before, action=None, first_action=None, officer=None, is_void=True)
            return
        line = Line(record.scanned_at, record.kind, record.outcome, record.reasons)
        if before and before.first_action:
            line = replace(line, first_action=before.first_action, officer=before.officer, action=record.action)
        else:
            line = replace(line, first_action=record.action, officer=record.officer, action=record.action)
        self.lines[first_id] = line


def report_of(lines: Iterable[Line]) -> Report:
    """Count the vehicles of a shift; those that were taken back and never stated again do not count."""
    counted = [line for line in lines if not line.is_void]
    done = Counter(line.first_action for line in counted)
    aside = Counter(line.action for line in counted if line.first_action is Action.SENT_ASIDE)
    not_admitted = (line for line in counted if line.outcome is not Outcome.ADMIT and line.reasons)
    reasons = Counter(known_reason(line.reasons[0]) for line in not_admitted)
    return Report(
        total=len(counted),
        admitted=done[Action.ADMITTED],
        sent_aside=done[Action.SENT_ASIDE],
        turned_back=done[Action.TURNED_BACK],
        undecided=done[None],
        without_paper=dict(Counter(line.first_action for line in counted if line.kind is RecordKind.NO_PAPER)),
        unreadable=sum(line.kind is RecordKind.TYPED for line in counted),
        aside_admitted=aside[Action.ADMITTED],
        aside_turned_back=aside[Action.TURNED_BACK],
        aside_waiting=aside[Action.SENT_ASIDE] + aside[None],
        overruled=sum(line.action is Action.ADMITTED and line.outcome in {None, Outcome.REFUSE} for line in counted),
        reasons=tuple(reasons.most_common(MOST_REASONS)),
        hours=_by_hour(counted),
        officers=tuple(Counter(line.officer for line in counted if line.first_action).most_common()),
    )


def known_reason(code: str) -> Reason | None:
    """Return the reason of a code; None if this release does not know it."""
    try:
        return Reason(code)
    except ValueError:
        return None


def _by_hour(lines: list[Line]) -> tuple[HourCount, ...]:
    hours: dict[datetime, Counter[Action | None]] = {}
    for line in lines:
        hour = line.scanned_at.astimezone(LOCAL).replace(minute=0, second=0, microsecond=0)
        hours.setdefault(hour, Counter())[line.first_action] += 1
    return tuple(
        HourCount(
            hour, done.total(), done[Action.ADMITTED], done[Action.SENT_ASIDE], done[Action.TURNED_BACK], done[None]
        )
        for hour, done in sorted(hours.items())
    )


class ShiftDesk:
    """The station's shifts.

    Args:
        log: where the records stand.
        book: where the shifts are noted.
    """

    def __init__(self, log: ScanLog, book: PostBook) -> None:
        self._log = log
        self._book = book
        self._lock = threading.Lock()
        self._counted = (-1, 0, Tally())  # shift, newest record in the tally, the tally

    def current(self, now: datetime) -> Shift:
        """Return the shift that lasts; the first begins with the first question."""
        noted = self._book.note(NOTE)
        return _shift(noted) if noted else self._begin(1, now, 0, 0)

    def hand_over(self, now: datetime, by: OnDuty) -> Shift:
        """End the shift that lasts, and begin the next; return the one that ended."""
        with self._lock:
            seq, deed = self._log.last_seq(), self._book.last_deed()
            ended = replace(self.current(now), ends_at=now, last_seq=seq, last_deed=deed, closed_by=by.id)
            self._book.put_note(f"{NOTE}:{ended.number}", _noted(ended))
            self._begin(ended.number + 1, now, seq, deed)
        return ended

    def shift(self, number: int, now: datetime) -> Shift | None:
        """Return one shift; None if there never was one of that number."""
        current = self.current(now)
        noted = self._book.note(f"{NOTE}:{number}")
        return current if number == current.number else _shift(noted) if noted else None

    def report(self, shift: Shift) -> Report:
        """Count what was done in a shift."""
        if shift.last_seq is not None:
            tally = Tally()
            tally.take_in(self._log.bodies_after(shift.first_seq, shift.last_seq))
            return _report(tally, shift.last_seq - shift.first_seq)
        with self._lock:
            number, seen, tally = self._counted
            if number != shift.number:
                seen, tally = shift.first_seq, Tally()
            newest = self._log.last_seq()
            tally.take_in(self._log.bodies_after(seen, newest))
            self._counted = shift.number, newest, tally
            return _report(tally, newest - shift.first_seq)

    def deeds(self, shift: Shift) -> list[Deed]:
        """Return what post chiefs did in a shift."""
        return self._book.deeds(shift.first_deed, shift.last_deed)

    def _begin(self, number: int, now: datetime, seq: int, deed: int) -> Shift:
        begun = Shift(number, now, seq, deed)
        self._book.put_note(NOTE, _noted(begun))
        return begun


def _report(tally: Tally, written: int) -> Report:
    """Count a tally of a shift in which so many records were written."""
    return replace(report_of(tally.lines.values()), unread=tally.unread, purged=written - tally.records)


def _noted(shift: Shift) -> dict[str, object]:
    names = ("number", "first_seq", "first_deed", "last_seq", "last_deed", "closed_by")
    moments = {"starts_at": shift.starts_at.isoformat(), "ends_at": shift.ends_at and shift.ends_at.isoformat()}
    return {name: getattr(shift, name) for name in names} | moments


def _shift(noted: dict[str, object]) -> Shift:
    ends_at = noted["ends_at"]
    moments = {
        "starts_at": datetime.fromisoformat(str(noted["starts_at"])),
        "ends_at": datetime.fromisoformat(str(ends_at)) if ends_at else None,
    }
    return Shift(**noted | moments)
