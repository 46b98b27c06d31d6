"""A real issuer behind a real socket, and a link to it that can fail."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from checkpoint.enrolling import enrol
from checkpoint.home import Home
from passes.db import db
from passes.movement.models import ScanRecord
from passes.stations import services
from passes.trust.repository import TrustRepository
from protocol.trust import StationKind
from tests.answering import answering
from tests.issuers import copy_issuer, open_issuer

STATION = "chot-1"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Link:
    """The way to the issuer's scans; the test says what it does to the next requests.

    Attributes:
        faults: taken from the front: `lose_request`, `lose_answer`, `error`, `twice`; none left means none.
    """

    def __init__(self, app: Wsgi) -> None:
        self._app = app
        self.faults: list[str] = []
        self.requests = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/api/"):
            return self._app(environ, start_response)
        self.requests += 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "error":
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"down for a moment"]
        if fault == "lose_request":
            _hang_up(environ)
        if fault == "twice":  # both copies arrive; the answer of the second is the one that comes back
            return self._answer_to_the_second(environ, start_response)
        answer = self._app(environ, start_response)
        if fault == "lose_answer":
            list(answer)
            _hang_up(environ)
        return answer

    def _answer_to_the_second(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        list(self._app(environ | {"wsgi.input": io.BytesIO(body)}, lambda *_: None))
        return self._app(environ | {"wsgi.input": io.BytesIO(body)}, start_response)


def _hang_up(environ: dict[str, Any]) -> None:
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


class LiveIssuer:
    """The issuer, its address, and what it has received."""

    def __init__(self, app: Flask, link: Link, url: str) -> None:
        self.app = app
        self.link = link
        self.url = url

    def enrolment_code(self, url: str | None = None) -> str:
        with self.app.app_context():
            root = TrustRepository(self.app.extensions["instance"].trust_dir).root_sha256()
            code = services.issue_enrolment_code(db.session(), None, STATION, url or self.url, root, datetime.now(UTC))
            db.session.commit()
        return code.to_text()

    def publish(self) -> None:
        """Publish trust again, whether anything changed or not."""
        with self.app.app_context():
            self.app.extensions["worker"].publish_now()

    def received(self) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(sa.select(ScanRecord.id).order_by(ScanRecord.received_at, ScanRecord.at)))

    def enrolled_home(self, path: Path) -> Home:
        """Make a station and enrol it, over a link without faults."""
        self.link.faults.clear()
        home = Home(path)
        enrol(home, self.enrolment_code(), datetime.now(UTC))
        return home


@contextmanager
def run_issuer(base: Path, faults: Callable[[Wsgi], Link] = Link, **changes: Any) -> Iterator[LiveIssuer]:
    """Run an issuer with one road post until the block ends; `changes` are settings that differ."""
    app = open_issuer(copy_issuer(base), **({"WTF_CSRF_ENABLED": True} | changes))
    with app.app_context():
        services.create_station(
            db.session(),
            None,
            station_id=STATION,
            name="Chốt Pháp Vân",
            kind=StationKind.ROAD,
            area_code="00001",
            now=datetime.now(UTC),
        )
        db.session.commit()
        app.extensions["worker"].drain()
    link = faults(app)
    try:
        with answering(make_server("127.0.0.1", 0, link, threaded=True)) as url:
            yield LiveIssuer(app, link, url)
    finally:
        with app.app_context():
            db.engine.dispose()
