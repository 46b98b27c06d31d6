"""The station's clock: never below what trust has proven, and doubted when it went back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from checkpoint.clock_setting import ClockSetting


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock says.

    Attributes:
        now: the time to judge by, aware, UTC; never earlier than the floor.
        is_in_doubt: whether the machine's clock stands before something that has already happened.
    """

    now: datetime
    is_in_doubt: bool


def system_time() -> datetime:
    """Return the machine's time, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """The machine's clock, read with suspicion.

    Attributes:
        floor: gives the newest `published_at` that was ever accepted; None before the first.
        last_recorded_at: gives when the last scan was recorded.
        booted_at: when this run of the station started.
        previous_boot_at: when the run before it started.
        system: gives the machine's time.
        setting: what the post chief has set it to, if at all.
    """

    floor: Callable[[], datetime | None] = lambda: None
    last_recorded_at: Callable[[], datetime | None] = lambda: None
    booted_at: datetime | None = None
    previous_boot_at: datetime | None = None
    system: Callable[[], datetime] = system_time
    setting: ClockSetting | None = None

    def read(self) -> Reading:
        """Read the clock."""
        floor = self.floor()
        if self.setting and self.setting.is_set:
            # What happened before the chief set the clock was dated by the wrong one, and raises no doubt.
            now, is_unsure = self.setting.correct(self.system())
            return Reading(max(now, floor) if floor else now, is_unsure)
        now = self.system()
        # What the clock stands before is remembered: scans dated by a wrong clock must not hide that it is wrong.
        remembered = self.setting.doubted_since if self.setting else None
        events = (floor, self.last_recorded_at(), self.booted_at, self.previous_boot_at, remembered)
        latest = max((event for event in events if event is not None), default=now)
        is_in_doubt = now < latest
        if self.setting:
            self.setting.remember_doubt(latest if is_in_doubt else None)
        return Reading(max(now, floor) if floor else now, is_in_doubt)
