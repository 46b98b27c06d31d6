"""The live loop: frames in, texts out, each code in view decided once."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from checkpoint.camera import CameraError
from checkpoint.clock import Reading
from checkpoint.combining import OURS, are_of_one_vehicle, choose
from checkpoint.errors import StationError
from checkpoint.events import Event
from checkpoint.live import Feed, Picture, StillSource, Taken
from checkpoint.live_reader import LiveReader
from checkpoint.reader import Effort
from checkpoint.running import Running
from checkpoint.station import EventError
from checkpoint.web.board import Board
from protocol.credentials import VehiclePass
from protocol.envelope import Prefix
from protocol.people import CitizenCard, CitizenCardError, parse_citizen_card
from protocol.reasons import Outcome
from protocol.scan_record import Action

logger = logging.getLogger(__name__)

HELD_S = 3.0  # a code that comes back within this time was never gone
STILL_OPEN_S = 15.0  # as long as the officer has not acted, a shaken paper may be gone for longer
AUTOMATIC = "automatic"  # the note in the book that says whether to let through without a button
AUTOMATIC_SHOWN_S = 4.0  # how long a verdict stays on the page that nobody has to act on
AFTER_A_FAILURE_S = 0.5  # how long to wait before the next frame where one could not be dealt with
THOROUGH_EVERY_S = 0.5  # how often a live frame without a code gets the slower second opinion


class Watch:
    """Watches a source and decides on what it shows.

    Args:
        running: the station.
        board: what the pages show.
        picture: the live picture of the pages.
    """

    def __init__(self, running: Running, board: Board, picture: Picture) -> None:
        self._running = running
        self._board = board
        self._picture = picture
        self._reader = LiveReader()
        self._last_sight: dict[str, float] = {}
        self._last_of_ours = -STILL_OPEN_S
        self._foreign = "", -STILL_OPEN_S
        self._last_thorough = -THOROUGH_EVERY_S
        self.is_deliberate = False  # each frame was put there by hand, so that nothing in it is there by chance

    def run(self, feed: Feed) -> None:
        """Watch until there is nothing more to come. Nothing that a frame holds ends the watch."""
        self.is_deliberate = isinstance(feed.source, StillSource)
        while (taken := feed.take()) is not None:
            if isinstance(taken, CameraError):
                self._board.report_camera(taken)
                continue
            self._board.report_camera(None)
            self._picture.put(taken.frame)
            try:
                self.see(self._read(taken), taken.at_s, taken.taken_ms)
            except Exception:
                logger.exception("a frame could not be dealt with")
                time.sleep(AFTER_A_FAILURE_S)

    def _read(self, taken: Taken) -> tuple[str, ...]:
        effort = Effort.THOROUGH if self.is_deliberate else self._effort(taken.at_s)
        return self._reader.read(taken.frame, taken.at_s, effort)

    def see(self, texts: Sequence[str], at_s: float, frame_ms: float | None = None) -> None:
        """Deal with the texts of one frame.

        Args:
            texts: what was read in it.
            at_s: when, on a clock that only goes forward, seconds.
            frame_ms: when the frame was taken, for the page to measure against.
        """
        for papers in choose(texts, self._running.station.trust):
            is_ours = papers[0].startswith(OURS)
            if is_ours:
                self._last_of_ours = at_s
            elif not self.is_deliberate and self._would_hide_a_pass(at_s):
                continue
            card = None if is_ours else _citizen_card(papers[0])
            if not (is_ours or card or self.is_deliberate):
                if papers[0] == self._foreign[0] or at_s - self._foreign[1] >= HELD_S:
                    self._foreign = papers[0], at_s
                continue
            fresh = [text for text in papers if self._is_fresh(text, at_s)]
            if fresh and card:
                self._board.put_card(card, self._running.clock.read().now)
            elif fresh and self._adds_to_open(fresh, papers):
                self._decide(fresh, self._open_event(), frame_ms)
            elif papers[0] in fresh:  # else it was dealt with, and what is read beside it only now comes too late
                self._decide(papers, None, frame_ms)
        self._show_foreign(at_s)
        self._forget(at_s)

    def _show_foreign(self, at_s: float) -> None:
        """Say on the page that somebody else's code is in view; it comes and goes slowly, and takes nothing's place."""
        text, seen_s = self._foreign
        is_there = at_s - seen_s < HELD_S and not self._would_hide_a_pass(at_s)
        self._board.put_foreign(text if is_there else None)

    def decide(self, text: str) -> None:
        """Decide on a text, and show the verdict once it is recorded.

        A paper that belongs to the vehicle whose verdict is shown, and with which nothing was done yet, is added to it.
        """
        adds = not self._is_open([text]) and self._adds_to_open([text], [text])
        self._decide([text], self._open_event() if adds else None)

    def _decide(self, texts: Sequence[str], event: Event | None, frame_ms: float | None = None) -> None:
        """Add texts to an event, or make a new one of them; show it once that is recorded."""
        station, now = self._running.station, self._running.clock.read()
        try:
            shown = station.add(event.id, texts, now) if event else station.handle_scan(texts, now)
            is_automatic = self._admit_automatically(shown, now)
        except StationError as error:
            logger.error("a scan could not be recorded: %s", error)  # noqa: TRY400 - the error says all there is
            self._board.report(error)
            for text in texts:
                self._last_sight.pop(text, None)
        else:
            self._board.show(shown.id, is_automatic=is_automatic, frame_ms=frame_ms)
            if is_automatic:
                timer = threading.Timer(AUTOMATIC_SHOWN_S, self._board.close_automatic, (shown.id,))
                timer.daemon = True
                timer.start()

    def _admit_automatically(self, event: Event, now: Reading) -> bool:
        """Let a vehicle through without anybody pressing a button, if the chief has said so; tell whether it was.

        Papers that are shown later may take that back, as long as the verdict is on the page.
        """
        station, duty = self._running.station, self._running.duty
        if event.outcome is not Outcome.ADMIT or not self._running.book.note(AUTOMATIC):
            if self._is_automatic(event) and event.statement.action:
                station.restate(event.id, now, action=None)
            return False
        if event.is_open:
            station.act(event.id, Action.ADMITTED, now, duty.on_duty)
            return True
        return self._is_automatic(event)

    def _is_automatic(self, event: Event) -> bool:
        shown = self._board.shown
        return shown.is_automatic and shown.event_id == event.id

    def _is_fresh(self, text: str, at_s: float) -> bool:
        """Note that a text is in view; tell whether it is news, and not one that was only out of sight for a moment."""
        gone_for_s = at_s - self._last_sight.get(text, -STILL_OPEN_S)
        self._last_sight[text] = at_s
        return gone_for_s > HELD_S and not (gone_for_s < STILL_OPEN_S and self._is_open([text]))

    def _adds_to_open(self, fresh: Sequence[str], papers: Sequence[str]) -> bool:
        """Whether texts are further papers of the vehicle whose verdict is shown and waits for the officer.

        Args:
            fresh: the texts.
            papers: with all that is in view of the same vehicle.
        """
        event = self._open_event()
        if event is None or event.code is None:
            return False
        if isinstance(event.credential, VehiclePass) and any(text.startswith(Prefix.VEHICLE_PASS) for text in fresh):
            return False
        return self._is_open(papers) or are_of_one_vehicle(fresh, event.code.texts, self._running.station.trust)

    def _would_hide_a_pass(self, at_s: float) -> bool:
        """Whether somebody else's code would take the place of a pass that is in view, or that the officer looks at."""
        since_s = at_s - self._last_of_ours
        return since_s <= HELD_S or (
            since_s < STILL_OPEN_S and any(text.startswith(OURS) for text in self._open_texts())
        )

    def _is_open(self, texts: Iterable[str]) -> bool:
        """Whether one of some texts is of the vehicle whose verdict is shown and waits for the officer."""
        return not set(self._open_texts()).isdisjoint(texts)

    def _open_texts(self) -> tuple[str, ...]:
        event = self._open_event()
        return event.code.texts if event and event.code else ()

    def _open_event(self) -> Event | None:
        event_id = self._board.shown.event_id
        with suppress(EventError):
            event = self._running.station.event(event_id) if event_id else None
            is_pending = event is not None and (event.is_open or self._is_automatic(event))
            return event if event and is_pending and event.code else None
        return None

    def _effort(self, at_s: float) -> Effort:
        if at_s - self._last_thorough < THOROUGH_EVERY_S:
            return Effort.LIVE
        self._last_thorough = at_s
        return Effort.THOROUGH

    def _forget(self, at_s: float) -> None:
        self._last_sight = {text: seen for text, seen in self._last_sight.items() if at_s - seen < STILL_OPEN_S}


def _citizen_card(text: str) -> CitizenCard | None:
    try:
        return parse_citizen_card(text)
    except CitizenCardError:
        return None
