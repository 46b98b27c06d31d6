"""How much memory a running station keeps, looked at again and again."""

from __future__ import annotations

import statistics
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

LIMIT_MB = 300
GROWTH_LIMIT = 1.1  # the last tenth of an hour against its second: what only warms up is warm by then


class MemoryWatch:
    """Samples the memory of a process and its children as long as the block lasts.

    Args:
        leader: the process's id.
        every_s: seconds between samples.
    """

    def __init__(self, leader: int, every_s: float = 2.0) -> None:
        self.samples_mb: list[float] = []
        self._leader = leader
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True, name="memory")

    def __enter__(self) -> Self:
        """Take the first sample, and go on beside what the block does."""
        self.samples_mb.append(resident_mb(self._leader))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop sampling."""
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.samples_mb.append(resident_mb(self._leader))
            except OSError:  # it has ended: what was measured stands, and whoever needs it alive finds out
                return

    @property
    def most_mb(self) -> float:
        """The largest sample."""
        return max(self.samples_mb)

    @property
    def early_mb(self) -> float:
        """The median of the second tenth of the samples."""
        tenth = max(1, len(self.samples_mb) // 10)
        return statistics.median(self.samples_mb[tenth : 2 * tenth] or self.samples_mb)

    @property
    def late_mb(self) -> float:
        """The median of the last tenth of the samples."""
        return statistics.median(self.samples_mb[-max(1, len(self.samples_mb) // 10) :])


def resident_mb(leader: int) -> float:
    """Return the memory that a process and its children keep, shared pages counted once, in MB."""
    children = Path(f"/proc/{leader}/task/{leader}/children").read_text("ascii").split()
    total_kb = 0
    for pid in (leader, *children):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                total_kb += int(line.split()[1])
    return total_kb / 1024
