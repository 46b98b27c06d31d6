"""The station's shifts: where each begins and ends in the log, and what was done in it."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime

from checkpoint.counting import Report, Tally
from checkpoint.post_book import Deed, PostBook
from checkpoint.scanlog import ScanLog
from checkpoint.signing_in import OnDuty

NOTE = "shift"


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
    return replace(tally.report(), purged=written - tally.records)


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
