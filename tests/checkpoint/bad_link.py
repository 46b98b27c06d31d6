"""A link to an issuer that drops, delays, duplicates and truncates: a proxy between real sockets."""

from __future__ import annotations

import random
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.answering import answering

FAULTS = ("none", "none", "none", "refuse", "cut_request", "cut_answer", "lose_answer", "delay", "duplicate")


class BadLink(socketserver.ThreadingTCPServer):
    """Passes on one request for each connection, and does to it what chance says.

    Args:
        url: where the issuer is.
        seed: of chance.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, url: str, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = (urlsplit(url).hostname, urlsplit(url).port)
        self.happened: Counter[str] = Counter()
        self._chance = random.Random(seed)  # noqa: S311 - data, not secrets
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def draw(self) -> tuple[str, float]:
        """The next fault, and a number from 0 to 1 for how much of it."""
        with self._lock:
            fault = self._chance.choice(FAULTS)
            self.happened[fault] += 1
            return fault, self._chance.random()


class _Handler(socketserver.BaseRequestHandler):
    server: BadLink

    def handle(self) -> None:
        fault, much = self.server.draw()
        if fault == "refuse":
            return
        if not (request := _read_message(self.request)):
            return
        if fault == "delay":
            time.sleep(0.05 + much * 0.25)
        if fault == "cut_request":
            _exchange(self.server.upstream, request[: int(len(request) * much)], waits=False)
            return
        answer = _exchange(self.server.upstream, request)
        if fault == "duplicate":
            answer = _exchange(self.server.upstream, request)
        if fault == "lose_answer":
            return
        if fault == "cut_answer":
            answer = answer[: int(len(answer) * much)]
        self.request.sendall(answer)


def _exchange(upstream: tuple[str, int], request: bytes, *, waits: bool = True) -> bytes:
    with socket.create_connection(upstream, timeout=60) as out:
        out.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        return b"".join(iter(lambda: out.recv(65536), b"")) if waits else b""


def _read_message(connection: socket.socket) -> bytes:
    """One request, whole; nothing if it does not come."""
    connection.settimeout(60)
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        if not (piece := connection.recv(65536)):
            return b""
        body += piece
    return head + b"\r\n\r\n" + body


@contextmanager
def run_bad_link(url: str, seed: int) -> Iterator[BadLink]:
    """Run a link until the block ends."""
    link = BadLink(url, seed)
    with answering(link):
        yield link
