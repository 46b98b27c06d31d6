"""Syncing again and again, while the station works: it starts by itself when there is a network, and never gives up."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from checkpoint.errors import StationError
from checkpoint.running import Running
from checkpoint.sync import SyncResult, purge, sync

logger = logging.getLogger(__name__)

FIRST_AFTER_S = 1.0
LOOK_EVERY_S = 2.0
PURGE_EVERY_S = 3600.0
RETRY_AFTER_S, RETRY_AT_MOST_S = 5.0, 300.0
ROUTES = (Path("/proc/net/route"), Path("/proc/net/ipv6_route"))


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait between syncs.

    Attributes:
        every_s: after one that succeeded, seconds.
        retry_after_s: after the first that failed; twice as long after each further one.
        retry_at_most_s: the longest of these.
    """

    every_s: float
    retry_after_s: float = RETRY_AFTER_S
    retry_at_most_s: float = RETRY_AT_MOST_S

    def wait_s(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row: never the same for two posts.

        After an outage the posts of a province would otherwise all come back in the same second.
        """
        usual_s, least, most = self.every_s, 0.8, 1.2
        if failures:
            usual_s, least, most = min(self.retry_after_s * 2 ** (failures - 1), self.retry_at_most_s), 0.5, 1.0
        return usual_s * random.uniform(least, most)  # noqa: S311 - spreads requests, protects nothing


class Syncer:
    """Syncs one running station.

    Args:
        running: the station.
        pace: how often.
        on_done: is told what each sync came to.
        routes: gives something that changes when this machine's network does.
    """

    def __init__(
        self,
        running: Running,
        pace: Pace,
        on_done: Callable[[SyncResult], None],
        routes: Callable[[], object] = lambda: tuple(map(_read, ROUTES)),
    ) -> None:
        self._running = running
        self._pace = pace
        self._on_done = on_done
        self._routes = routes
        self._woken = threading.Event()
        self._purged_at = time.monotonic()

    def wake(self) -> None:
        """Sync now, however long the wait would still be."""
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Sync until told to stop; no failure ends it."""
        failures, wait_s = 0, FIRST_AFTER_S
        while not self._waits(stop, wait_s):
            failures = 0 if self._sync() else failures + 1
            wait_s = self._pace.wait_s(failures)

    def _sync(self) -> bool:
        """Sync once; say whether everything went well."""
        running, reading = self._running, self._running.clock.read()
        try:
            done = sync(running.home, running.station.log, reading.now)
            running.home.reserve.hold()
            if time.monotonic() - self._purged_at >= PURGE_EVERY_S and not reading.is_in_doubt:
                self._purged_at = time.monotonic()
                purge(running.station.log, reading.now)
        except StationError as error:
            logger.warning("sync: %s", error)
            done = SyncResult(0, 0, None, (error,))
        except Exception:
            logger.exception("sync failed")
            return False
        running.trust.newest()
        self._on_done(done)
        return not done.problems

    def _waits(self, stop: threading.Event, seconds: float) -> bool:
        """Wait, less long if the network changes or somebody asks; say whether to stop."""
        routes, ends_at = self._routes(), time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            if stop.wait(min(left, LOOK_EVERY_S)):
                return True
            if self._woken.is_set() or self._routes() != routes:
                break
        self._woken.clear()
        return stop.is_set()


def _read(path: Path) -> bytes:
    """Return a table of routes without its counters, or nothing where the system has no such file."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return b""
    fields = [line.split() for line in lines]
    # Of IPv4 interface, destination and gateway; of IPv6 destination, next hop and interface. The rest counts uses.
    columns = (0, 1, 2) if path.name == "route" else (0, 4, 9)
    return b"\n".join(b" ".join(line[at] for at in columns) for line in fields if len(line) > max(columns))
