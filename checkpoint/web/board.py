"""What the officer's pages show now, and the news that it changed."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime

from checkpoint.errors import StationError
from protocol.people import CitizenCard


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on the pages.

    Attributes:
        version: counts the changes.
        event_id: the event whose verdict fills the page; None shows the live picture.
        is_automatic: whether that event's vehicle was let through without anybody pressing a button.
        frame_ms: when the frame was taken in which that event's code was read, milliseconds since 1970; the page
            measures against it how long it took to the screen. None if no camera read it.
        done_id: the event that was just closed, for a word about it and a way back.
        problem: what keeps the station from working, over everything else.
        camera_problem: why there is no live picture.
        card: a citizen card that was read, until it is used.
        card_at: when that was.
        foreign: a code in view that is nobody's paper of ours; only the officer can say whether it is meant as one.
    """

    version: int = 0
    event_id: str | None = None
    is_automatic: bool = False
    frame_ms: float | None = None
    done_id: str | None = None
    problem: StationError | None = None
    camera_problem: StationError | None = None
    card: CitizenCard | None = None
    card_at: datetime | None = None
    foreign: str | None = None


class Board:
    """The one thing that all pages of this station show."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._shown = Shown()

    @property
    def shown(self) -> Shown:
        """What is on the pages now."""
        return self._shown

    def show(self, event_id: str, *, is_automatic: bool = False, frame_ms: float | None = None) -> None:
        """Fill the pages with an event's verdict.

        Args:
            event_id: the event.
            is_automatic: whether its vehicle was let through without anybody pressing a button.
            frame_ms: when the frame was taken in which it was read; see `Shown`.
        """
        self._put(event_id=event_id, is_automatic=is_automatic, frame_ms=frame_ms, done_id=None, problem=None)

    def close_automatic(self, event_id: str) -> None:
        """Go back to the live picture, if it still shows an event whose vehicle was let through automatically."""
        with self._changed:
            if self._shown.event_id == event_id and self._shown.is_automatic:
                self.close(event_id)

    def close(self, done_id: str | None = None) -> None:
        """Go back to the live picture.

        Args:
            done_id: the event that was just acted upon.
        """
        self._put(event_id=None, is_automatic=False, done_id=done_id, problem=None)

    def report(self, problem: StationError) -> None:
        """Show what keeps the station from working; no verdict stands beside it."""
        self._put(event_id=None, is_automatic=False, done_id=None, problem=problem)

    def report_camera(self, problem: StationError | None) -> None:
        """Say why there is no live picture; None if there is one."""
        if problem is not self._shown.camera_problem:
            self._put(camera_problem=problem)

    def put_card(self, card: CitizenCard, at: datetime) -> None:
        """Offer a citizen card that was read to the form for vehicles without paper."""
        if card != self._shown.card:
            self._put(card=card, card_at=at)

    def put_foreign(self, text: str | None) -> None:
        """Say that a code of somebody else is in view; None if none is any more."""
        if text != self._shown.foreign:
            self._put(foreign=text)

    def take_card(self) -> CitizenCard | None:
        """Return the citizen card that was read last, and forget it."""
        card = self._shown.card
        if card:
            self._put(card=None, card_at=None)
        return card

    def touch(self) -> None:
        """Let the pages fetch what they show again."""
        self._put()

    def wait(self, after: int, timeout_s: float) -> int:
        """Wait until there is something newer.

        Args:
            after: the version that the page has.
            timeout_s: how long to wait at most.

        Returns:
            The version there is now.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._shown.version > after, timeout_s)
            return self._shown.version

    def _put(self, **changes: object) -> None:
        with self._changed:
            self._shown = replace(self._shown, version=self._shown.version + 1, **changes)
            self._changed.notify_all()
