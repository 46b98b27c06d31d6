"""The programs of the story, run as they are run in earnest: the issuer as a server, stations by their command."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_START_SECONDS = 60
_STOP_SECONDS = 20


class StoryError(Exception):
    """A step of the story did not end as it should; the message says what was seen."""


def free_port() -> int:
    """Return a port on the loopback interface that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class IssuerProcess:
    """`passes serve` on the loopback interface.

    Args:
        instance: its folder.
        port: where it listens.
    """

    def __init__(self, instance: Path, port: int) -> None:
        """Start nothing yet."""
        self._instance = instance
        self._bind = f"127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://{self._bind}"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            StoryError: it ended, or does not answer.
        """
        log = (self._instance / "serve.log").open("ab")
        program = [sys.executable, "-m", "passes", "--instance", str(self._instance), "serve"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*program, "--bind", self._bind, "--workers", "1"], stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if self.is_answering():
                return
            time.sleep(0.1)
        raise StoryError(f"the issuer did not start; its log: {(self._instance / 'serve.log').read_text()[-2000:]}")

    def is_answering(self) -> bool:
        """Whether somebody answers at the address."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == HTTPStatus.OK)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@dataclass(frozen=True)
class StationProgram:
    """The `checkpoint` command with one home folder.

    Args:
        home: the station's data.
    """

    home: Path

    def run(self, *arguments: str, texts: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Run one command; return the JSON objects it printed.

        Args:
            arguments: the command and its options.
            texts: go to its standard input, one a line.

        Raises:
            StoryError: it ended with an error.
        """
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "checkpoint", "--home", str(self.home), "--lang", "en", *arguments],
            input="".join(f"{text}\n" for text in texts),
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONUTF8": "1"},
            timeout=120,
        )
        if done.returncode != 0:
            raise StoryError(f"checkpoint {arguments[0]} ended with {done.returncode}: {done.stderr.strip()[-600:]}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
