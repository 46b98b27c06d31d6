"""The clock is doubted when it stands before something that has happened, and never below the floor."""

from datetime import UTC, datetime, timedelta

from checkpoint.clock import Clock

NOON = datetime(2021, 9, 14, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def clock(**events: datetime) -> Clock:
    return Clock(
        floor=lambda: events.get("floor"),
        last_recorded_at=lambda: events.get("scan"),
        booted_at=events.get("boot"),
        previous_boot_at=events.get("previous_boot"),
        system=lambda: NOON,
    )


def test_a_clock_that_goes_forward_is_believed() -> None:
    reading = clock(floor=NOON - HOUR, scan=NOON - HOUR, boot=NOON, previous_boot=NOON - HOUR).read()
    assert (reading.now, reading.is_in_doubt) == (NOON, False)


def test_a_clock_below_the_floor_is_raised_to_it_and_doubted() -> None:
    reading = clock(floor=NOON + HOUR).read()
    assert (reading.now, reading.is_in_doubt) == (NOON + HOUR, True)


def test_a_clock_before_the_last_scan_or_boot_is_doubted_and_left_as_it_is() -> None:
    for event in ("scan", "boot", "previous_boot"):
        reading = clock(**{event: NOON + HOUR}).read()
        assert (reading.now, reading.is_in_doubt) == (NOON, True)


def test_a_new_station_has_nothing_to_doubt_its_clock_by() -> None:
    assert not Clock().read().is_in_doubt
