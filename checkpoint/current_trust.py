"""The trust that a running station decides with: loaded once, and again when another import has replaced it."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from checkpoint.trust import TrustStore
from protocol.trust import Trust

LOOK_EVERY_S = 1.0

T = TypeVar("T")


class CurrentTrust:
    """Gives the trust in force.

    Whoever imports (this program, or `checkpoint trust import` beside it), the next call after a second sees it.

    Args:
        store: where it is kept.

    Raises:
        TrustStoreError: there is none, or none that is sound.
    """

    def __init__(self, store: TrustStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._name = store.current_id()
        self._trust = store.load_current()
        self._floor = store.clock_floor
        self._looked_at = time.monotonic()

    def __call__(self) -> Trust:
        """Return the trust in force."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_EVERY_S:
                self._look()
            return self._trust

    def refresh(self) -> None:
        """Look now whether the trust in force was replaced."""
        with self._lock:
            self._look()

    def floor(self) -> datetime | None:
        """Return what the clock must not be below."""
        return self._floor

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        name = self._store.current_id()
        if name != self._name:
            self._trust = self._store.load_current()
            self._floor = self._store.clock_floor
            self._name = name


class OfCurrentTrust(Generic[T]):
    """Gives what is made from the trust in force; makes it again only when that was replaced.

    Args:
        store: where the trust is kept.
        make: reads it; called at the first use.
    """

    def __init__(self, store: TrustStore, make: Callable[[], T]) -> None:
        self._store, self._make = store, make
        self._lock = threading.Lock()
        self._made: tuple[str | None, T] | None = None

    def __call__(self) -> T:
        """Return it."""
        with self._lock:
            name = self._store.current_id()
            if self._made is None or self._made[0] != name:
                self._made = name, self._make()
            return self._made[1]
