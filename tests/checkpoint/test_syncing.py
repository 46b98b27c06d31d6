"""Syncing starts and stops by itself: soon after the start, later after failures, at once when a network comes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checkpoint import sync
from checkpoint.clock import Reading
from checkpoint.home import Home
from checkpoint.reporting import pending_light
from checkpoint.running import Running, open_station
from checkpoint.sync import SyncResult
from checkpoint.syncing import ROUTES, Pace, Syncer, _read
from tests.checkpoint.live_issuer import LiveIssuer
from tests.checkpoint.serving import free_port

NOON = datetime(2021, 9, 14, 5, 0, tzinfo=UTC)


class At:
    """A station whose syncs the test can wait for."""

    def __init__(self, running: Running, pace: Pace) -> None:
        self.running = running
        self.done: list[SyncResult] = []
        self.routes = ["no network"]
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self.syncer = Syncer(running, pace, self._note, lambda: tuple(self.routes))
        self._thread = threading.Thread(target=self.syncer.run, args=(self._stop,))
        self._thread.start()

    def _note(self, done: SyncResult) -> None:
        with self._changed:
            self.done.append(done)
            self._changed.notify_all()

    def wait_for(self, count: int, seconds: float = 120) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.done) >= count, seconds), len(self.done)

    def stop(self) -> None:
        """Stop it, however slow the machine is: its next sync is ten minutes away."""
        self._stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive()


@pytest.fixture
def home(tmp_path: Path, issuer: LiveIssuer) -> Home:
    return issuer.enrolled_home(tmp_path / "home")


def scan(running: Running) -> str:
    return running.station.handle_scan("foreign code", Reading(datetime.now(UTC), is_in_doubt=False)).id


def test_records_go_home_soon_after_the_start_and_stopping_does_not_wait(home: Home, issuer: LiveIssuer) -> None:
    running = open_station(home)
    event = scan(running)
    at = At(running, Pace(600))
    at.wait_for(1)
    assert at.done[0].accepted == 1
    assert event in issuer.received()
    at.stop()


def test_without_network_it_goes_on_trying_and_comes_back_at_once_when_the_network_does(
    home: Home, issuer: LiveIssuer
) -> None:
    right = home.enrolment()
    home.save_enrolment(replace(right, url=f"http://127.0.0.1:{free_port()}"))
    running = open_station(home)
    event = scan(running)
    at = At(running, Pace(600, retry_after_s=600, retry_at_most_s=600))
    try:
        at.wait_for(1)
        assert [problem.code for problem in at.done[0].problems] == ["issuer_unreachable"]
        home.save_enrolment(right)
        at.routes.append("a cable was plugged in")
        at.wait_for(2)
        assert at.done[1].accepted == 1
        assert event in issuer.received()
    finally:
        at.stop()


def test_an_issuer_that_is_down_is_asked_again_until_it_answers(home: Home, issuer: LiveIssuer) -> None:
    running = open_station(home)
    scan(running)
    issuer.link.faults[:] = ["error", "error"]
    at = At(running, Pace(600, retry_after_s=0.1, retry_at_most_s=0.2))
    try:
        at.wait_for(3)
        assert [bool(done.problems) for done in at.done[:3]] == [True, True, False]
        assert at.done[2].accepted == 1
    finally:
        at.stop()


def test_it_syncs_when_told_to(home: Home) -> None:
    at = At(open_station(home), Pace(600))
    try:
        at.wait_for(1)
        at.syncer.wake()
        at.wait_for(2)
    finally:
        at.stop()


def test_a_failure_that_nobody_thought_of_does_not_end_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = sync.sync, []

    def fail_once(*arguments: object) -> SyncResult:
        calls.append(arguments)
        if len(calls) == 1:
            raise ZeroDivisionError
        return real(*arguments)

    monkeypatch.setattr("checkpoint.syncing.sync", fail_once)
    at = At(open_station(home), Pace(600, retry_after_s=0.1))
    try:
        at.wait_for(1)
        assert len(calls) == 2
    finally:
        at.stop()


def test_waits_grow_with_failures_up_to_a_limit_and_no_two_posts_wait_alike() -> None:
    pace = Pace(60)
    for failures, longest in ((1, 5), (2, 10), (4, 40), (7, 300), (50, 300)):
        waits = [pace.wait_s(failures) for _ in range(50)]
        assert longest / 2 <= min(waits) < max(waits) <= longest
    regular = [pace.wait_s(0) for _ in range(50)]
    assert 48 <= min(regular) < max(regular) <= 72


def test_the_machines_routes_are_read_without_their_counters(tmp_path: Path) -> None:
    table = tmp_path / "route"
    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\n"
    table.write_text(head + "eth0\t00000000\t010200C0\t0003\t0\t17\n")
    before = _read(table)
    table.write_text(head + "eth0\t00000000\t010200C0\t0003\t0\t99\n")
    assert _read(table) == before
    table.write_text(head)
    assert _read(table) != before
    assert _read(tmp_path / "nothing") == b""
    assert all(isinstance(_read(path), bytes) for path in ROUTES)


def test_what_waits_is_shown_as_a_traffic_light() -> None:
    assert pending_light(None, 0, NOON) == "green"
    assert pending_light(NOON - timedelta(minutes=59), 0, NOON) == "green"
    assert pending_light(NOON - timedelta(minutes=60), 0, NOON) == "amber"
    assert pending_light(NOON - timedelta(hours=24), 0, NOON) == "red"
    assert pending_light(None, 1, NOON) == "red"


@pytest.mark.parametrize("is_in_doubt", [False, True])
def test_a_running_station_purges_by_itself_unless_it_doubts_its_clock(
    home: Home, monkeypatch: pytest.MonkeyPatch, *, is_in_doubt: bool
) -> None:
    running = open_station(home)
    scan(running)
    sync.sync(home, running.station.log, datetime.now(UTC))
    monkeypatch.setattr("checkpoint.syncing.PURGE_EVERY_S", 0)
    reading = Reading(datetime.now(UTC) + timedelta(days=15), is_in_doubt=is_in_doubt)
    at = At(replace(running, clock=Stopped(reading)), Pace(600))
    try:
        at.wait_for(1)
        assert len(running.station.log.kept(0, 9, is_waiting_only=False)) == is_in_doubt
    finally:
        at.stop()


class Stopped:
    """A clock that always says the same."""

    def __init__(self, reading: Reading) -> None:
        self.read = lambda: reading


def test_what_the_issuer_has_is_emptied_after_a_while_and_counted_all_the_same(home: Home) -> None:
    running = open_station(home)
    scan(running)
    log = running.station.log
    assert sync.sync(home, log, datetime.now(UTC)).accepted == 1
    kept = log.kept(0, 9, is_waiting_only=False)
    assert sync.purge(log, datetime.now(UTC) + timedelta(days=13)) == 0
    assert log.kept(0, 9, is_waiting_only=False) == kept
    assert sync.purge(log, datetime.now(UTC) + timedelta(days=15)) == 1
    assert log.kept(0, 9, is_waiting_only=False) == []
    assert (log.counts().accepted, log.check_chain(home.device_key().public_raw)) == (1, 1)
