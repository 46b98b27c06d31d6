"""The live loop: frames in, texts out, each code in view decided once."""

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from checkpoint import reader
from checkpoint.camera import CameraError, SourceMissingError
from checkpoint.errors import StationError
from checkpoint.live import RETRY_S, Picture, Source, StillSource
from checkpoint.reader import Effort
from checkpoint.running import Running, choose
from checkpoint.station import EventError
from checkpoint.web.board import Board
from protocol.envelope import Prefix
from protocol.people import CitizenCard, CitizenCardError, parse_citizen_card

logger = logging.getLogger(__name__)

HELD_S = 3.0  # a code that comes back within this time was never gone
STILL_OPEN_S = 15.0  # as long as the officer has not acted, a shaken paper may be gone for longer
THOROUGH_EVERY_S = 0.5  # how often a live frame without a code gets the slower second opinion
OURS = tuple(Prefix)


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
        self._last_sight: dict[str, float] = {}
        self._last_of_ours = -STILL_OPEN_S
        self._last_thorough = -THOROUGH_EVERY_S
        self.is_deliberate = False  # each frame was put there by hand, so that nothing in it is there by chance

    def run(self, source: Source, stop: threading.Event) -> None:
        """Watch until `stop` is set. A source that fails is tried again; nothing that a frame holds ends the watch."""
        self.is_deliberate = isinstance(source, StillSource)
        while not stop.is_set():
            try:
                self._watch(source, stop)
                break
            except SourceMissingError as error:
                self._board.report_camera(error)
            except CameraError as error:
                self._board.report_camera(error)
                break
            except Exception:
                logger.exception("a frame could not be dealt with")
            stop.wait(RETRY_S)

    def _watch(self, source: Source, stop: threading.Event) -> None:
        for frame in source.frames(stop):
            self._board.report_camera(None)
            self._picture.put(frame)
            effort = Effort.THOROUGH if self.is_deliberate else self._effort(time.monotonic())
            self.see(reader.read(frame, effort), time.monotonic())

    def see(self, texts: Sequence[str], at_s: float) -> None:
        """Deal with the texts of one frame.

        Args:
            texts: what was read in it.
            at_s: when, on a clock that only goes forward, seconds.
        """
        for text in choose(texts):
            is_ours = text.startswith(OURS)
            if is_ours:
                self._last_of_ours = at_s
            elif not self.is_deliberate and self._would_hide_a_pass(at_s):
                continue
            gone_for_s = at_s - self._last_sight.get(text, -STILL_OPEN_S)
            self._last_sight[text] = at_s
            if gone_for_s <= HELD_S or (gone_for_s < STILL_OPEN_S and self._is_open(text)):
                continue
            if not is_ours and (card := _citizen_card(text)):
                self._board.put_card(card, self._running.clock.read().now)
            else:
                self.decide(text)
        self._forget(at_s)

    def decide(self, text: str) -> None:
        """Decide on a text, and show the verdict once it is recorded."""
        try:
            event = self._running.station.handle_scan(text, self._running.clock.read())
        except StationError as error:
            logger.error("a scan could not be recorded: %s", error)  # noqa: TRY400 - the error says all there is
            self._board.report(error)
            self._last_sight.pop(text, None)
        else:
            self._board.show(event.id)

    def _would_hide_a_pass(self, at_s: float) -> bool:
        """Whether somebody else's code would take the place of a pass that is in view, or that the officer looks at."""
        since_s = at_s - self._last_of_ours
        return since_s <= HELD_S or (since_s < STILL_OPEN_S and self._open_text().startswith(OURS))

    def _is_open(self, text: str) -> bool:
        return self._open_text() == text

    def _open_text(self) -> str:
        event_id = self._board.shown.event_id
        with suppress(EventError):
            event = self._running.station.event(event_id) if event_id else None
            return event.code.text if event and event.is_open and event.code else ""
        return ""

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
