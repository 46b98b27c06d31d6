"""The clock as the post chief has set it: a reason beside it, never below the floor, kept over restarts.

The program may not set the machine's own clock. It keeps what the chief said as a point on a clock that only goes
forward, so that a machine whose clock is put right meanwhile, by a network for example, does not move the station's.
After the machine was switched off that clock began anew; then the difference to the machine's clock is all there is,
and the time is in doubt until the chief looks again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from checkpoint.errors import StationError
from checkpoint.post_book import PostBook

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
NOTE = "clock"
DOUBT_NOTE = "clock-doubt"


class ClockError(StationError):
    """The clock cannot be set so: `clock_below_floor`, `clock_unset` (there is nothing to release)."""


@dataclass(frozen=True, slots=True)
class Forward:
    """A clock that only goes forward, from when the machine was switched on; it runs while the machine sleeps.

    Attributes:
        boot: names the time since the machine was switched on; empty where the system does not say.
        seconds: since then.
    """

    boot: str
    seconds: float


def since_boot() -> Forward:
    """Read the machine's forward clock."""
    try:
        boot = BOOT_ID.read_text("ascii").strip()
    except OSError:
        boot = ""
    return Forward(boot, time.clock_gettime(time.CLOCK_BOOTTIME))


class ClockSetting:
    """What the chief has set the clock to.

    Args:
        book: where it is kept.
        forward: reads a clock that only goes forward.
    """

    def __init__(self, book: PostBook, forward: Callable[[], Forward] = since_boot) -> None:
        self._book = book
        self._forward = forward

    @property
    def is_set(self) -> bool:
        """Whether the chief has set the clock and not released it since."""
        return self._book.note(NOTE) is not None

    @property
    def doubted_since(self) -> datetime | None:
        """The latest event that the machine's clock has stood before; None if nobody has to look at the clock."""
        noted = self._book.note(DOUBT_NOTE)
        return datetime.fromisoformat(noted["event"]) if noted else None

    def remember_doubt(self, event: datetime | None) -> None:
        """Keep in mind, over restarts too, that the clock stands before an event; None once it does not."""
        if event != self.doubted_since:
            self._book.put_note(DOUBT_NOTE, {"event": event.isoformat()} if event else None)

    def correct(self, system: datetime) -> tuple[datetime, bool]:
        """Give the station's time for the machine's.

        Returns:
            The time, and whether it is in doubt because the machine was switched off since the clock was set.
        """
        noted = self._book.note(NOTE)
        if noted is None:
            return system, False
        forward, chosen = self._forward(), datetime.fromisoformat(noted["chosen"])
        if forward.boot and forward.boot == noted["boot"]:
            return chosen + timedelta(seconds=forward.seconds - noted["seconds"]), False
        return system + (chosen - datetime.fromisoformat(noted["system"])), True

    def set(self, chosen: datetime, system: datetime, floor: datetime | None) -> None:
        """Set the clock.

        Args:
            chosen: what time it is.
            system: the machine's time now.
            floor: the newest `published_at` ever accepted.

        Raises:
            ClockError: that time is before the floor, when it cannot be any more.
        """
        if floor is not None and chosen < floor:
            raise ClockError("clock_below_floor", field="time", floor=floor)
        forward = self._forward()
        noted = {
            "chosen": chosen.isoformat(),
            "system": system.isoformat(),
            "boot": forward.boot,
            "seconds": forward.seconds,
        }
        self._book.put_note(NOTE, noted)
        self.remember_doubt(None)

    def release(self) -> None:
        """Go by the machine's clock again.

        Raises:
            ClockError: the clock was not set.
        """
        if not self.is_set:
            raise ClockError("clock_unset")
        self._book.put_note(NOTE, None)
