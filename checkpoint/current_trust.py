"""The trust that a running station decides with: read once, and again when another import has replaced it."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from checkpoint.trust import InForce, TrustStore, TrustStoreError
from protocol.trust import Trust

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0

T = TypeVar("T")


class CurrentTrust:
    """Gives the trust in force.

    Whoever imports (this program, or `checkpoint trust import` beside it), the next call after a second sees it. Once
    there was sound trust, there is: if the disk spoils what is on it, the program goes on with what it has read.

    Args:
        store: where it is kept.

    Raises:
        TrustStoreError: there is none, or none that is sound.
    """

    def __init__(self, store: TrustStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._name = store.current_id()
        self._held = store.in_force()
        self._floor = store.clock_floor
        self._looked_at = time.monotonic()

    def __call__(self) -> Trust:
        """Return the trust in force."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_EVERY_S:
                self._look()
            return self._held.trust

    def newest(self) -> InForce:
        """Look now whether what is in force was replaced, and return it."""
        with self._lock:
            self._look()
            return self._held

    def floor(self) -> datetime | None:
        """Return what the clock must not be below."""
        return self._floor

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        name = self._store.current_id()
        if name == self._name:
            return
        try:
            self._held = self._store.in_force()
        except TrustStoreError as error:
            logger.warning("trust data on the disk cannot be read any more: %s", error)
        else:
            self._floor = self._store.clock_floor
        self._name = name


class OfCurrentTrust(Generic[T]):
    """Gives what is made from the trust in force; makes it again only when that was replaced.

    Args:
        current: the trust in force.
        make: makes it; called at the first use.
    """

    def __init__(self, current: CurrentTrust, make: Callable[[InForce], T]) -> None:
        self._current, self._make = current, make
        self._lock = threading.Lock()
        self._made: tuple[InForce, T] | None = None

    def __call__(self) -> T:
        """Return it."""
        with self._lock:
            held = self._current.newest()
            if self._made is None or self._made[0] is not held:
                self._made = held, self._make(held)
            return self._made[1]
