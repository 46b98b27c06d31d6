"""A running `checkpoint serve`, with frames dropped before its camera."""

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
from pathlib import Path

from checkpoint.home import Home
from checkpoint.scanlog import ScanLog
from protocol.scan_record import ScanRecord
from tests.checkpoint.pictures import Picture, save


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A running `checkpoint serve`, and what lies before its camera."""

    def __init__(self, home: Home, folder: Path, *options: object, source: object = None) -> None:
        self.home = home
        self.camera = folder / "camera"
        self.camera.mkdir(exist_ok=True)
        self.url = f"http://127.0.0.1:{free_port()}"
        bind = self.url.removeprefix("http://")
        arguments = ("--home", home.path, "serve", "--bind", bind, "--source", source or self.camera, *options)
        command = [sys.executable, "-m", "checkpoint", *map(str, arguments)]
        self._command = command
        self._errors = folder / "served.err"  # a file: nobody reads a pipe for an hour
        self.start()

    def start(self) -> None:
        """Start the program, again if it was killed."""
        with self._errors.open("ab") as errors:
            self.process = subprocess.Popen(self._command, stderr=errors, start_new_session=True)
        self.wait_for(lambda: self.get("/healthz"))

    @property
    def said(self) -> str:
        """What it has written on its standard error."""
        return self._errors.read_text("utf-8", "replace")

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def wait_for(self, what: object, seconds: float = 120) -> object:
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            assert self.process.poll() is None, self.said
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

    def records(self) -> list[ScanRecord]:
        """Every record that waits for the issuer."""
        return [ScanRecord.decode(body) for _, body in ScanLog(self.home.path / "scans.db").pending(100_000, 10**9)]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
