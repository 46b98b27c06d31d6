"""Following the log's chain while the station works: a long log must not keep a post waiting, and must be looked at."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from checkpoint.errors import StationError
from checkpoint.home import Home, HomeError
from checkpoint.scanlog import ScanLogError

logger = logging.getLogger(__name__)

EVERY_S = 12 * 3600.0
BREATH_S = 0.02  # after so many records as take about as long


@dataclass(frozen=True, slots=True)
class Checked:
    """What following the chain came to.

    Attributes:
        at: when it was done.
        records: how many records were followed.
        problem: why the log is not what was written; None if it is.
    """

    at: datetime
    records: int
    problem: StationError | None = None


class LogCheck:
    """Follows the chain again and again.

    Args:
        home: the station's folder.
        now: the station's clock.
        on_done: is told when a check is done.
    """

    def __init__(self, home: Home, now: Callable[[], datetime], on_done: Callable[[], None]) -> None:
        self._home = home
        self._now = now
        self._on_done = on_done
        self.last: Checked | None = None

    def run(self, stop: threading.Event, first_after_s: float) -> None:
        """Check after a while, and from then on twice a day, until told to stop."""
        wait_s = first_after_s
        while not stop.wait(wait_s):
            wait_s = EVERY_S
            try:
                self.check()
            except Exception:
                logger.exception("the log could not be followed")

    def check(self) -> Checked:
        """Follow the whole chain once, beside whoever writes into the log."""
        key = None
        while True:
            try:
                before, key = key, self._home.device_key().public_raw
                self.last = Checked(self._now(), self._follow(key))
            except (ScanLogError, HomeError) as error:
                if error.code == "log_chain_broken" and before != key:
                    continue  # the device's key may have been rolled meanwhile: what the next says counts
                self.last = Checked(self._now(), 0, error)
            if self.last.problem:
                logger.error("the log was followed: %s", self.last.problem)
            self._on_done()
            return self.last

    def _follow(self, device_key: bytes) -> int:
        log = self._home.scan_log()  # with a connection of its own: nobody waits for this one
        try:
            return log.check_chain(device_key, lambda: time.sleep(BREATH_S))
        finally:
            log.close()
