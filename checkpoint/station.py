"""One scan, start to end: judge it, write it down, and only then let anybody see it."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from checkpoint.clock import Reading
from checkpoint.combining import MAX_TOGETHER, carry_over
from checkpoint.errors import StationError
from checkpoint.events import Code, Event, Statement
from checkpoint.scanlog import Entry, ScanLog
from protocol import sealing
from protocol.assess import Context, assess
from protocol.details import MAX_CODE_CHARS, PersonSeen, SealedDetails
from protocol.envelope import MAX_TEXT_CHARS
from protocol.reasons import Reason
from protocol.scan_record import Action, RecordKind, ScanRecord
from protocol.trust import StationInfo, Trust

UNDO_WINDOW = timedelta(seconds=10)
REMEMBERED_EVENTS = 500
TICK = timedelta(microseconds=1)


class EventError(StationError):
    """An event cannot be restated or taken back (`event_unknown`, `event_undo_late`, `crew_unknown`)."""


class Station:
    """The running station.

    Every change is a record of its own, complete, and on the disk when the method returns. Events can be restated as
    long as the program runs: their personal details are sealed in the log, and only the issuer can open them.

    Args:
        station_id: the id of this station.
        log: where records go.
        current_trust: gives what the station trusts now.
    """

    def __init__(self, station_id: str, log: ScanLog, current_trust: Callable[[], Trust]) -> None:
        self.id = station_id
        self.log = log
        self.officer: str | None = None
        self._current_trust = current_trust
        self._events: OrderedDict[str, Event] = OrderedDict()
        self._lock = threading.RLock()

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
            if identity := assess(texts, trust, context, at).identity:
                context = replace(context, last_seen_here=self.log.last_seen(*identity, void_kind=RecordKind.VOID))
            event = Event(
                id=secrets.token_hex(16),
                kind=RecordKind.CODE,
                scanned_at=at,
                statement=Statement(),
                newest_id="",
                newest_at=now.now - TICK,
                code=Code(texts, trust, context, assess(texts, trust, context, at)),
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
            context = code.context
            identity = assess(both, code.trust, context, event.scanned_at).identity
            if identity and identity != code.verdict.identity:
                context = replace(context, last_seen_here=self.log.last_seen(*identity, void_kind=RecordKind.VOID))
            code = replace(code, texts=both, context=context).judge(event.statement, event.scanned_at)
            statement = carry_over(event.statement, event.code, code)
            event = replace(event, statement=statement, code=code.judge(statement, event.scanned_at))
            return self._record(event, now)

    def record_no_paper(
        self, plate: str | None, people: tuple[PersonSeen, ...], action: Action | None, now: Reading
    ) -> Event:
        """Record a vehicle that has no paper.

        Args:
            plate: the plate, normalised, if it could be read.
            people: who is on board, as far as they said.
            action: what was done with the vehicle.
            now: the station's clock.

        Raises:
            ScanLogError: it could not be recorded.
        """
        with self._lock:
            event = Event(
                id=secrets.token_hex(16),
                kind=RecordKind.NO_PAPER,
                scanned_at=now.now,
                statement=Statement(action=action),
                newest_id="",
                newest_at=now.now - TICK,
                plate=plate,
                people=people,
            )
            return self._record(event, now, first=True)

    def restate(self, event_id: str, now: Reading, **changes: Any) -> Event:
        """Record what the officer says about an event; the verdict follows it.

        Args:
            event_id: the event.
            now: the station's clock.
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
            return self._record(event, now)

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
            statement = replace(event.statement, action=None)
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

    def _record(self, event: Event, now: Reading, *, first: bool = False) -> Event:
        """Write an event's newest record; of two records of one event, the later one has the greater time."""
        event = replace(
            event,
            newest_id=event.id if first else secrets.token_hex(16),
            newest_at=max(now.now, event.newest_at + TICK),
        )
        trust = event.code.trust if event.code else self.trust
        sealed = _seal(event, self.id, trust)

        def make(seq: int) -> Entry:
            record = self._make_record(event, trust, sealed, seq)
            return Entry(
                id=record.id,
                first_id=event.id,
                kind=record.kind,
                at=record.at,
                scanned_at=record.scanned_at,
                iss=record.iss,
                cti=record.cti,
                body=record.encode(),
            )

        self.log.append(make)
        self._events[event.id] = event
        while len(self._events) > REMEMBERED_EVENTS:
            self._events.popitem(last=False)
        return event

    def _make_record(self, event: Event, trust: Trust, sealed: bytes | None, seq: int) -> ScanRecord:
        statement, (iss, cti) = event.statement, (event.code and event.code.verdict.identity) or (None, None)
        return ScanRecord(
            id=event.newest_id,
            station=self.id,
            seq=seq,
            at=event.newest_at,
            scanned_at=event.scanned_at,
            of=None if event.newest_id == event.id else event.id,
            kind=RecordKind.VOID if event.is_void else event.kind,
            outcome=event.outcome,
            reasons=event.reasons,
            action=statement.action,
            iss=iss,
            cti=cti,
            crew_present=statement.crew_present,
            plate_mismatch=statement.plate_mismatch,
            crew_mismatch=statement.crew_mismatch,
            coming_from=statement.coming_from,
            trust_generation=trust.generation,
            officer=self.officer,
            sealed=sealed,
        )


def asks_where_from(event: Event) -> bool:
    """Whether the officer is to ask where the people come from and where they will stay."""
    return Reason.ARRIVED_FROM_ZONE in event.reasons


def _check_crew(event: Event, statement: Statement) -> None:
    named = {*(statement.crew_present or ()), *(index for index, _ in statement.lodging)}
    if named - {index for index, _ in event.crew}:
        raise EventError("crew_unknown")


def _seal(event: Event, station_id: str, trust: Trust) -> bytes | None:
    """Seal what is personal to the issuer. Without its key nothing personal is kept at all."""
    if trust.sealing_key is None:
        return None
    lodgers = (PersonSeen(crew_index=index, lodging=ward) for index, ward in event.statement.lodging)
    details = SealedDetails(
        text=event.code.texts[0][:MAX_CODE_CHARS] if event.code else None,
        beside=tuple(text[:MAX_TEXT_CHARS] for text in event.code.texts[1:]) if event.code else (),
        plate=event.plate,
        people=(*event.people, *lodgers),
    )
    info = sealing.record_info(event.newest_id, station_id)
    return sealing.seal(details.encode(), trust.sealing_key.public_key, info)
