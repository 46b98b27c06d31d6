"""The post chief sets the clock: never below the floor, kept over restarts, not moved by the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checkpoint.clock import Clock
from checkpoint.clock_setting import ClockError, ClockSetting, Forward, since_boot
from checkpoint.post_book import PostBook

NOW = datetime(2021, 9, 14, 2, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Machine:
    """A machine with a wrong clock, which the test moves, and a forward clock."""

    def __init__(self, path: Path) -> None:
        self.system, self.boot, self.seconds = NOW - 5 * HOUR, "first", 100.0
        self.path = path
        self.recorded_at = NOW - HOUR
        self.restart()

    def restart(self) -> None:
        self.setting = ClockSetting(PostBook(self.path), lambda: Forward(self.boot, self.seconds))
        self.clock = Clock(
            lambda: NOW - 3 * HOUR, lambda: self.recorded_at, system=lambda: self.system, setting=self.setting
        )

    def wait(self, length: timedelta) -> None:
        self.system += length
        self.seconds += length.total_seconds()

    def set(self, chosen: datetime) -> None:
        self.setting.set(chosen, self.system, NOW - 3 * HOUR)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "post.db")


def test_the_clock_goes_on_from_what_was_set_and_is_doubted_no_more(machine: Machine) -> None:
    assert machine.clock.read().is_in_doubt
    machine.set(NOW)
    machine.wait(10 * MINUTE)
    assert (machine.clock.read().now, machine.clock.read().is_in_doubt) == (NOW + 10 * MINUTE, False)


def test_it_is_never_set_below_the_floor(machine: Machine) -> None:
    with pytest.raises(ClockError, match="clock_below_floor"):
        machine.set(NOW - 3 * HOUR - MINUTE)
    assert not machine.setting.is_set
    machine.set(NOW - 3 * HOUR)


def test_a_machine_whose_clock_is_put_right_meanwhile_does_not_move_it(machine: Machine) -> None:
    machine.set(NOW)
    machine.wait(MINUTE)
    machine.system = NOW + MINUTE
    assert machine.clock.read().now == NOW + MINUTE
    machine.system = datetime(1970, 1, 1, tzinfo=UTC)
    assert machine.clock.read().now == NOW + MINUTE


def test_a_restart_of_the_program_keeps_it(machine: Machine) -> None:
    machine.set(NOW)
    machine.wait(MINUTE)
    machine.restart()
    assert (machine.clock.read().now, machine.clock.read().is_in_doubt) == (NOW + MINUTE, False)


def test_after_the_machine_was_switched_off_the_difference_is_kept_and_doubted(machine: Machine) -> None:
    machine.set(NOW)
    machine.boot, machine.seconds = "second", 3.0
    machine.system += HOUR
    machine.restart()
    assert (machine.clock.read().now, machine.clock.read().is_in_doubt) == (NOW + HOUR, True)
    machine.set(NOW + 2 * HOUR)
    assert (machine.clock.read().now, machine.clock.read().is_in_doubt) == (NOW + 2 * HOUR, False)


def test_the_floor_holds_after_the_machine_was_switched_off_too(machine: Machine) -> None:
    machine.set(NOW)
    machine.boot, machine.system = "second", datetime(1970, 1, 1, tzinfo=UTC)
    machine.restart()
    assert machine.clock.read().now == NOW - 3 * HOUR


def test_released_it_goes_by_the_machine_again(machine: Machine) -> None:
    machine.set(NOW)
    machine.setting.release()
    machine.system = NOW + 7 * MINUTE
    assert (machine.clock.read().now, machine.clock.read().is_in_doubt) == (NOW + 7 * MINUTE, False)
    with pytest.raises(ClockError, match="clock_unset"):
        machine.setting.release()


def test_a_clock_that_went_back_stays_in_doubt_though_scans_are_dated_by_it(machine: Machine) -> None:
    assert machine.clock.read().is_in_doubt
    machine.recorded_at = machine.system
    assert machine.clock.read().is_in_doubt
    machine.restart()
    assert machine.clock.read().is_in_doubt
    machine.system = NOW
    assert not machine.clock.read().is_in_doubt
    machine.system = NOW - MINUTE
    assert not machine.clock.read().is_in_doubt


def test_the_chief_ends_the_doubt_by_confirming_the_clock(machine: Machine) -> None:
    machine.system = NOW - 2 * HOUR
    assert machine.clock.read().is_in_doubt
    machine.set(machine.system)
    assert not machine.clock.read().is_in_doubt


def test_the_machines_own_forward_clock_goes_forward() -> None:
    first, second = since_boot(), since_boot()
    assert first.boot == second.boot
    assert 0 < first.seconds <= second.seconds
