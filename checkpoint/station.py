"""One scan, start to end: judge it, write it down, and only then let anybody see it."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from checkpoint.chiefs_only import needs_chief, overrules
from checkpoint.clock import Reading
from checkpoint.combining import MAX_TOGETHER, carry_over
from checkpoint.errors import StationError
from checkpoint.events import Code, Event, Statement
from checkpoint.history import History
from checkpoint.over_restarts import find_interrupted, find_waiting, note_waiting
from checkpoint.post_book import PostBook
from checkpoint.recording import entry_of
from checkpoint.scanlog import ScanLog
from checkpoint.signing_in import OnDuty, SignInError, require_reason
from protocol.assess import Context, assess
from protocol.details import PersonSeen
from protocol.reasons import Reason
from protocol.scan_record import Action, RecordKind
from protocol.sightings import Sightings
from protocol.trust import StationInfo, Trust

UNDO_WINDOW = timedelta(seconds=10)
REMEMBERED_EVENTS = 500
TICK = timedelta(microseconds=1)


class EventError(StationError):
    """An event cannot be restated or taken back (`event_unknown`, `event_undo_late`, `crew_unknown`)."""


class Station:
    """The running station.

    Every change is a record of its own, complete, and on the disk when the method returns. Events can be restated as
    long as the program runs: their personal details are sealed in the log, and only the issuer can open them. Only
    vehicles that wait aside are kept over a restart, in the book, until the chief has decided.

    Args:
        station_id: the id of this station.
        log: where records go.
        current_trust: gives what the station trusts now.
        book: where vehicles that wait aside are kept.
        on_duty: gives the officer who stands in records, unless another is named.
        sightings: gives where else credentials were seen.
    """

    def __init__(
        self,
        station_id: str,
        log: ScanLog,
        current_trust: Callable[[], Trust],
        book: PostBook | None = None,
        on_duty: Callable[[], str | None] = lambda: None,
        sightings: Callable[[], Sightings] = Sightings,
    ) -> None:
        self.id = station_id
        self.log = log
        self._current_trust = current_trust
        self._book = book
        self._on_duty = on_duty
        self._events: OrderedDict[str, Event] = OrderedDict()
        self._lock = threading.RLock()
        self._history = History(log, sightings, find_interrupted(log))
        if book:
            self._events.update((event.id, event) for event in find_waiting(book, self.trust, self.info))

    @property
    def trust(self) -> Trust:
        """What the station trusts now."""
        return self._current_trust()

    @property
    def info(self) -> StationInfo | None:
        """What the trust repository says about this station; None if it does not know it."""
        return self.trust.stations.get(self.id)

    def handle_scan(self, text: str | Sequence[str], now: Reading, scanned_at: datetime | None = None) -> Event:
        """Judge a text that was read, or several of one vehicle together, and record it.

        Args:
            text: what the reader saw.
            now: the station's clock.
            scanned_at: when it was read, if that was not now: the time of a picture taken earlier.

        Raises:
            ScanLogError: it could not be recorded; then there is no verdict either.
        """
        with self._lock:
            trust, at = self.trust, scanned_at or now.now
            context = Context(station=trust.stations.get(self.id), clock_in_doubt=now.is_in_doubt and not scanned_at)
            texts = (text,) if isinstance(text, str) else tuple(text)
            elsewhere = None
            if identity := assess(texts, trust, context, at).identity:
                context, elsewhere = self._history.add_to(context, identity, trust, at)
            self._history.go_on()
            event = Event(
                id=secrets.token_hex(16),
                kind=RecordKind.CODE,
                scanned_at=at,
                statement=Statement(),
                newest_id="",
                newest_at=now.now - TICK,
                code=Code(texts, trust, context, assess(texts, trust, context, at), elsewhere),
            )
            return self._record(event, now, first=True)

    def add(self, event_id: str, texts: Sequence[str], now: Reading) -> Event:
        """Take in more papers of an event's vehicle: one verdict about all of them, in a record of its own.

        Args:
            event_id: an event with a code.
            texts: what the reader saw; those that the event has already change nothing.
            now: the station's clock.

        Raises:
            EventError: the event is not known.
            ScanLogError: it could not be recorded; then everything is as it was.
        """
        with self._lock:
            event = self.event(event_id)
            code = event.code
            if code is None:
                raise EventError("event_unknown")
            both = tuple(dict.fromkeys((*code.texts, *texts)))[:MAX_TOGETHER]
            if both == code.texts:
                return event
            context, elsewhere = code.context, code.elsewhere
            identity = assess(both, code.trust, context, event.scanned_at).identity
            if identity and identity != code.verdict.identity:
                context, elsewhere = self._history.add_to(context, identity, code.trust, event.scanned_at)
            code = replace(code, texts=both, context=context, elsewhere=elsewhere)
            code = code.judge(event.statement, event.scanned_at)
            statement = carry_over(event.statement, event.code, code)
            event = replace(event, statement=statement, code=code.judge(statement, event.scanned_at))
            return self._record(event, now)

    def record_no_code(
        self,
        kind: RecordKind,
        plate: str | None,
        people: tuple[PersonSeen, ...],
        action: Action | None,
        now: Reading,
        actor: OnDuty,
        reason: str = "",
    ) -> Event:
        """Record a vehicle that has no paper, or one whose code cannot be read.

        Args:
            kind: `NO_PAPER` or `TYPED`.
            plate: the plate, normalised, if it could be read.
            people: who is on board, as far as they said.
            action: what was done with the vehicle.
            now: the station's clock.
            actor: who does it.
            reason: why it is let through, if it is.

        Raises:
            SignInError: only a chief lets a vehicle through without a paper that was judged, and says why.
            ScanLogError: it could not be recorded.
        """
        with self._lock:
            event = Event(
                id=secrets.token_hex(16),
                kind=kind,
                scanned_at=now.now,
                statement=Statement(),
                newest_id="",
                newest_at=now.now - TICK,
                plate=plate,
                people=people,
            )
            if action:
                statement = Statement(action=action, note=_checked(event, action, actor, reason))
                event = replace(event, statement=statement)
            return self._record(event, now, first=True, by=actor.id)

    def act(self, event_id: str, action: Action, now: Reading, actor: OnDuty, reason: str = "") -> Event:
        """Record what is done with an event's vehicle.

        Args:
            event_id: the event.
            action: what is done.
            now: the station's clock.
            actor: who does it.
            reason: why, where that has to be said.

        Raises:
            EventError: the event is not known.
            SignInError: this is the chief's to do (`chief_needed`), or a reason is missing (`reason_needed`).
            ScanLogError: it could not be recorded; then everything is as it was.
        """
        with self._lock:
            note = _checked(self.event(event_id), action, actor, reason)
            return self.restate(event_id, now, by=actor.id, action=action, note=note)

    def restate(self, event_id: str, now: Reading, *, by: str | None = None, **changes: Any) -> Event:
        """Record what the officer says about an event; the verdict follows it.

        Args:
            event_id: the event.
            now: the station's clock.
            by: who says so, if not the officer on duty.
            changes: fields of `Statement` with their new values.

        Raises:
            EventError: the event is not known, or a crew entry is not on the pass.
            ScanLogError: it could not be recorded; then everything is as it was.
        """
        with self._lock:
            event = self.event(event_id)
            statement = replace(event.statement, **changes)
            if statement == event.statement and not event.is_void:
                return event
            _check_crew(event, statement)
            code = event.code.judge(statement, event.scanned_at) if event.code else None
            event = replace(event, statement=statement, code=code, is_void=False)
            return self._record(event, now, by=by)

    def undo(self, event_id: str, now: Reading) -> Event:
        """Take back what was just done with a vehicle: a record that voids the event until it is stated again.

        Raises:
            EventError: the event is not known, or its action is older than ten seconds.
            ScanLogError: it could not be recorded; then everything is as it was.
        """
        with self._lock:
            event = self.event(event_id)
            if event.is_open or now.now - event.newest_at > UNDO_WINDOW:
                raise EventError("event_undo_late", seconds=int(UNDO_WINDOW.total_seconds()))
            statement = replace(event.statement, action=None, note=None)
            return self._record(replace(event, statement=statement, is_void=True), now)

    def event(self, event_id: str) -> Event:
        """Return an event of this run of the program.

        Raises:
            EventError: it is not known.
        """
        try:
            return self._events[event_id]
        except KeyError:
            raise EventError("event_unknown") from None

    def recent(self, limit: int) -> list[Event]:
        """Return the newest events of this run of the program, newest first."""
        with self._lock:
            return [self._events[event_id] for event_id in reversed(self._events)][:limit]

    def waiting(self) -> list[Event]:
        """Return the vehicles that wait aside, the longest first."""
        with self._lock:
            return sorted((e for e in self._events.values() if e.is_waiting), key=lambda e: (e.scanned_at, e.id))

    def _record(self, event: Event, now: Reading, *, first: bool = False, by: str | None = None) -> Event:
        """Write an event's newest record; of two records of one event, the later one has the greater time."""
        event = replace(
            event,
            newest_id=event.id if first else secrets.token_hex(16),
            newest_at=max(now.now, event.newest_at + TICK),
        )
        trust, officer = event.code.trust if event.code else self.trust, by or self._on_duty()

        entry = self.log.append(lambda seq: entry_of(event, self.id, seq, trust, officer))
        if self._book:
            note_waiting(self._book, self._events.get(event.id), event, entry.body)
        self._events[event.id] = event
        for event_id in [e.id for e in self._events.values() if not e.is_waiting][:-REMEMBERED_EVENTS]:
            del self._events[event_id]
        return event


def asks_where_from(event: Event) -> bool:
    """Whether the officer is to ask where the people come from and where they will stay."""
    return Reason.ARRIVED_FROM_ZONE in event.reasons


def _check_crew(event: Event, statement: Statement) -> None:
    named = {*(statement.crew_present or ()), *(index for index, _ in statement.lodging)}
    if named - {index for index, _ in event.crew}:
        raise EventError("crew_unknown")


def _checked(event: Event, action: Action, actor: OnDuty, reason: str) -> str | None:
    """Return the reason to record with an action, once it is clear that the actor may do it."""
    if needs_chief(event, action) and not actor.is_chief:
        raise SignInError("chief_needed", field="officer")
    return require_reason(reason) if overrules(event, action) else " ".join(reason.split()) or None
