"""The station as it runs at a post: one real process, frames dropped before its camera, sockets, signals."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checkpoint import sync
from checkpoint.home import Home
from checkpoint.scanlog import ScanLog
from protocol.scan_record import ScanRecord
from tests.checkpoint.conftest import Hanoi, enrol_by_hand
from tests.checkpoint.live_issuer import run_issuer
from tests.checkpoint.pictures import Picture, draw_code, put_on_road, save

STOPS_WITHIN_S = 6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A running `checkpoint serve`, and what lies before its camera."""

    def __init__(self, home: Home, folder: Path, *options: object) -> None:
        self.home = home
        self.camera = folder / "camera"
        self.camera.mkdir(exist_ok=True)
        self.url = f"http://127.0.0.1:{free_port()}"
        bind = self.url.removeprefix("http://")
        arguments = ("--home", home.path, "serve", "--bind", bind, "--source", self.camera, *options)
        command = [sys.executable, "-m", "checkpoint", *map(str, arguments)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.wait_for(lambda: self.get("/healthz"))

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def wait_for(self, what: object, seconds: float = 20) -> object:
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            if found := what():
                return found
            time.sleep(0.05)
        raise AssertionError(self.get("/stage"))

    def drop(self, picture: Picture) -> None:
        save(self.camera / "next.png", picture)
        (self.camera / "next.png").replace(self.camera / "frame.png")

    def show(self, picture: Picture) -> str:
        """Drop a frame; return the id of the event that it becomes."""
        before = self.event()
        self.drop(picture)
        return str(self.wait_for(lambda: (now := self.event()) != before and now))

    def event(self) -> str:
        found = re.search(r'data-event="(\w+)"', self.get("/stage"))
        return found[1] if found else ""

    def send(self, path: str, body: object) -> None:
        token = re.search(r'name="station-token" content="([^"]+)"', self.get("/"))
        assert token
        headers = {"Content-Type": "application/json", "Origin": self.url, "X-Station-Token": token[1]}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        urllib.request.urlopen(request, timeout=10).close()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hanoi:
    """An authority that published just now, for a process that reads the real clock."""
    monkeypatch.setattr("tests.checkpoint.conftest.NOW", datetime.now(UTC).replace(second=0, microsecond=0))
    return Hanoi(tmp_path / "authority", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def served(tmp_path: Path, fresh: Hanoi) -> Iterator[Served]:
    running = Served(enrol_by_hand(tmp_path / "home", fresh), tmp_path, "--sync-every", 1)
    yield running
    running.kill()


def records(home: Home) -> list[ScanRecord]:
    return [ScanRecord.decode(body) for _, body in ScanLog(home.path / "scans.db").pending(1000, 10**9)]


def test_with_the_issuer_off_it_reads_decides_and_records(served: Served, fresh: Hanoi) -> None:
    event = served.show(put_on_road(draw_code(fresh.sign())))
    assert "CHO QUA" in served.get("/stage")
    assert [record.id for record in records(served.home)] == [event]
    served.send(f"/events/{event}/action", {"action": "admitted"})
    assert "Không mạng" in str(served.wait_for(lambda: (bar := served.get("/bar")) and "Không mạng" in bar and bar))
    assert [record.action for record in records(served.home)] == [None, "admitted"]


def test_frames_that_are_replaced_are_each_decided_on(served: Served, fresh: Hanoi) -> None:
    first = served.show(put_on_road(draw_code(fresh.sign())))
    served.drop(put_on_road())
    second = served.show(put_on_road(draw_code(fresh.sign(cti=b"pass0002", plate="30H1234"))))
    third = served.show(put_on_road(draw_code("https://example.org/menu")))
    assert [record.id for record in records(served.home)] == [first, second, third]


def test_a_broken_picture_does_not_end_the_watch(served: Served, fresh: Hanoi) -> None:
    (served.camera / "frame.png").write_bytes(b"no picture")
    time.sleep(0.5)
    assert served.show(put_on_road(draw_code(fresh.sign())))


def test_it_stops_at_once_even_while_pages_are_open(served: Served) -> None:
    streams = [urllib.request.urlopen(served.url + "/events", timeout=10)]
    started = time.monotonic()
    served.process.terminate()
    served.process.wait(timeout=STOPS_WITHIN_S + 5)
    assert time.monotonic() - started < STOPS_WITHIN_S
    assert served.process.returncode == 0
    for stream in streams:
        stream.close()


def test_it_comes_up_without_a_camera_and_says_so(tmp_path: Path, fresh: Hanoi) -> None:
    home = enrol_by_hand(tmp_path / "home", fresh)
    running = Served(home, tmp_path, "--source", 63, "--sync-every", 0)
    try:
        assert running.wait_for(lambda: "Không có camera số 63" in running.get("/stage"))
    finally:
        running.kill()


def test_a_port_that_is_taken_is_said(served: Served) -> None:
    bind = served.url.removeprefix("http://")
    arguments = ("--home", served.home.path, "serve", "--bind", bind, "--source", served.camera)
    command = [sys.executable, "-m", "checkpoint", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert bind in done.stderr


def test_a_station_killed_between_log_and_sync_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with run_issuer(tmp_path / "issuer") as issuer:
        home = Home(tmp_path / "home")
        sync.enrol(home, issuer.enrolment_code(), datetime.now(UTC))
        shown = []
        for turn in range(3):
            running = Served(home, tmp_path, "--sync-every", 0)
            shown += [running.show(put_on_road(draw_code(f"CODE {turn} {number} NOT A PASS"))) for number in range(3)]
            running.kill()
        log = ScanLog(home.path / "scans.db")
        assert log.check_chain() == log.counts().pending == len(shown)
        # The answer of the first sync is lost, so that the second sends everything again.
        issuer.link.faults[:] = ["lose_answer"]
        assert sync.sync(home, log, datetime.now(UTC)).problems
        assert sync.sync(home, log, datetime.now(UTC)).accepted == len(shown)
        assert sorted(issuer.received()) == sorted(shown)


def test_a_running_station_syncs_by_itself_when_it_can(tmp_path: Path) -> None:
    with run_issuer(tmp_path / "issuer") as issuer:
        home = Home(tmp_path / "home")
        sync.enrol(home, issuer.enrolment_code(), datetime.now(UTC))
        running = Served(home, tmp_path, "--sync-every", 1)
        try:
            event = running.show(put_on_road(draw_code("https://example.org/menu")))
            running.wait_for(lambda: issuer.received() == [event])
            assert running.wait_for(lambda: "Có mạng" in running.get("/bar"))
        finally:
            running.kill()
