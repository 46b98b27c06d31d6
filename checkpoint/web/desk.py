"""What the pages of one station work with, and where a request finds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from checkpoint.errors import StationError
from checkpoint.live import Picture
from checkpoint.log_check import LogCheck
from checkpoint.running import Running
from checkpoint.web.board import Board
from checkpoint.web.watch import Watch

if TYPE_CHECKING:
    from checkpoint.sync import SyncResult

LANGUAGE_COOKIE = "language"


@dataclass
class Desk:
    """Everything that the pages of one station need.

    Attributes:
        running: the station.
        board: what the pages show.
        picture: the live picture.
        watch: decides on texts that do not come from the camera.
        is_stopping: whether the program is about to end, so that streams must.
        log_check: follows the log's chain.
        last_sync: what the last sync came to; None before the first.
    """

    running: Running
    board: Board
    picture: Picture
    watch: Watch
    log_check: LogCheck
    is_stopping: Callable[[], bool] = lambda: False
    last_sync: "SyncResult | None" = None


class EntryError(StationError):
    """What the officer entered cannot be taken; `field` says which entry (`entry_invalid`, `plate_invalid`, ...)."""


def desk() -> Desk:
    """Return the desk of the app that serves this request."""
    return current_app.extensions["desk"]


def make_desk(running: Running) -> Desk:
    """Put together the desk of a station."""
    board, picture = Board(), Picture()
    log_check = LogCheck(running.home, lambda: running.clock.read().now, board.touch)
    return Desk(running, board, picture, Watch(running, board, picture), log_check)
