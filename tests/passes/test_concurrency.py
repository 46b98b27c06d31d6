"""Two workers and two web processes on PostgreSQL at once: nothing is doubled, nothing deadlocks, nothing is lost."""

import http.cookiejar
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from passes.db import db
from passes.followup.models import FollowUp
from passes.local_time import start_of_day
from passes.movement.evidence import as_published, latest_versions
from passes.movement.matching import movements_in
from passes.movement.models import Exposure, Movement, Rematch, RematchPerson, Scan, ScanRecord
from protocol.device import make_request_token, sign_batch
from protocol.scan_record import ScanRecord as Record
from tests import counts
from tests.factories import PASSWORD, Factories, today
from tests.passes.post import SCANS, Post, freight_post, road_post

ROUNDS = counts.count("rounds of ingest, publishing and lifting at once", 15, 1_000)
PASSES = 6
PATIENCE_SECONDS = 120
CONFIG = "wtf_csrf_enabled = false\nratelimit_enabled = false\n"


@dataclass
class Answer:
    """What a server said."""

    status_code: int
    body: bytes
    location: str

    def get_data(self) -> bytes:
        return self.body


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Http:
    """A client of one web process, with cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar, _NoRedirect)

    def post(
        self, path: str, data: Any, content_type: str | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        body = data if isinstance(data, bytes) else urllib.parse.urlencode(data, doseq=True).encode()
        kind = content_type or "application/x-www-form-urlencoded"
        return self._open(urllib.request.Request(self.base + path, body, {"Content-Type": kind, **(headers or {})}))

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self.base + path))

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.read(), answer.headers.get("Location", ""))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read(), error.headers.get("Location", ""))


@dataclass
class Processes:
    """The real programs on one instance; their output goes to files."""

    instance: Path
    environment: dict[str, str]
    logs: Path
    running: list[subprocess.Popen[bytes]]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        program = "import sys; from passes.cli import main; sys.argv[0] = 'passes'; main()"
        command = [sys.executable, "-c", program, "--instance", str(self.instance), *arguments]
        with (self.logs / f"{len(self.running)}-{arguments[0]}.log").open("wb") as log:
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def start_web(self) -> Http:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.start("web", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4")
        client = Http(f"http://127.0.0.1:{port}")
        wait_until(lambda: answers(client), "the web process answers")
        return client

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(client: Http) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], what: str, still: Callable[[], int] = int) -> None:
    """Wait as long as anything goes on; `still` counts what is left to do."""
    deadline, left = time.monotonic() + PATIENCE_SECONDS, still()
    while not is_so():
        if (now_left := still()) != left:
            deadline, left = time.monotonic() + PATIENCE_SECONDS, now_left
        assert time.monotonic() < deadline, f"waited in vain until {what}; {left} left"
        time.sleep(0.2)


@pytest.fixture(autouse=True)
def clock() -> None:
    """The programs that are started here go by the machine's clock, and so does this process."""


@pytest.fixture
def processes(app_on_postgresql: Flask, tmp_path: Path) -> Iterator[Processes]:
    """Starts the real programs, and stops them in the end."""
    (app_on_postgresql.extensions["instance"].path / "config.toml").write_text(CONFIG, "utf-8")
    logs = tmp_path / "logs"
    logs.mkdir()
    found = Processes(app_on_postgresql.extensions["instance"].path, dict(os.environ), logs, [])
    yield found
    found.stop()


def send(client: Http, post: Post, records: list[Record]) -> Answer:
    """Send a batch to one of the web processes."""
    body = sign_batch([record.encode() for record in records], post.signer)
    token = make_request_token(
        post.signer, post.station, "POST", SCANS, body, secrets.token_bytes(16), datetime.now(UTC)
    )
    return client.post(SCANS, body, "application/cose", {"Authorization": f"CWT {token}"})


def zone_form(number: int) -> dict[str, Any]:
    day = f"{today() - timedelta(days=1):%d/%m/%Y}"
    return {
        "name": f"Vùng {number}",
        "kind": "outbreak",
        "areas-0": ("00355", "00337", "009", "00067")[number % 4],
        "starts_day": day,
        "starts_clock": "0:00",
        "ends_day": "",
        "ends_clock": "",
        "monitoring_days": "14",
        "decision": f"{number}/QĐ-UBND",
        "step": "preview",
    }


def change_zones(client: Http, number: int) -> None:
    """Publish a zone and, every other time, lift it again."""
    drafted = client.post("/zones/new", zone_form(number))
    assert drafted.status_code == 302, drafted.body
    published = client.post(drafted.location, {"step": "publish", "passage": ("yes", "no")[number % 2]})
    assert published.status_code == 302, published.body
    if number % 2:
        zone = urllib.parse.urlsplit(published.location).path
        lifted = client.post(f"{zone}/lift", {"ends_day": f"{today():%d/%m/%Y}", "ends_clock": "12:00"})
        assert lifted.status_code == 302, lifted.body


def waiting() -> int:
    """How many rows wait for a worker."""
    db.session.rollback()
    rows = (
        sa.select(sa.func.count()).where(ScanRecord.processed_at.is_(None)),
        sa.select(sa.func.count()).where(Rematch.done_at.is_(None)),
        sa.select(sa.func.count()).select_from(RematchPerson),
    )
    return sum(db.session.scalar(query) or 0 for query in rows)


def test_two_workers_and_two_web_processes_double_nothing_and_lose_nothing(
    app_on_postgresql: Flask, processes: Processes
) -> None:
    session = db.session()
    factories = Factories(session)
    passes = [factories.vehicle_pass(factories.user()) for _ in range(PASSES)]
    health = factories.user("health")
    local = app_on_postgresql.test_client()
    posts = [
        road_post(session, local, "road-1", "00337"),
        freight_post(session, local, "gate", "00355"),
        road_post(session, local, "road-2", "00067"),
    ]
    session.commit()
    morning = start_of_day(today()) + timedelta(hours=8)
    rounds = []
    for number in range(ROUNDS):
        post = posts[number % len(posts)]
        at = morning + timedelta(minutes=number % 600, seconds=number // 600)
        scan = post.scan(passes[number % PASSES], at, lodging=("10354", "00355")[number % 2])
        rounds.append((post, [scan, *([post.void(scan, at + timedelta(seconds=9))] if number % 7 == 3 else [])]))
    session.rollback()
    workers = [processes.start("worker") for _ in range(2)]
    webs = [processes.start_web() for _ in range(2)]
    for web in webs:
        assert web.post("/login", {"email": health.email, "password": PASSWORD}).status_code == 302
    with ThreadPoolExecutor(4) as pool:
        for number, (post, records) in enumerate(rounds):
            jobs: list[Any] = [pool.submit(send, web, post, records) for web in webs]  # both get the same batch
            if number % 3 == 0:
                jobs.append(pool.submit(change_zones, webs[number % 2], number))
            for job in jobs:
                answer = job.result(120)
                assert answer is None or answer.status_code == 200, answer.body
            if number == ROUNDS // 2:
                workers[0].send_signal(signal.SIGKILL)
                workers[0].wait()
                workers[0] = processes.start("worker")
    wait_until(lambda: waiting() == 0, "the workers are done", waiting)

    session = db.session()
    sent = {record.id for _, records in rounds for record in records}
    assert set(session.scalars(sa.select(ScanRecord.id))) == sent
    voided = sum(len(records) > 1 for _, records in rounds)
    scans = session.execute(sa.select(Scan.is_voided, sa.func.count()).group_by(Scan.is_voided)).all()
    assert dict(scans) == {False: ROUNDS - voided, True: voided}
    seen = sa.select(sa.func.count()).select_from(Movement).where(Movement.source == "scan")
    assert session.scalar(seen) == (ROUNDS - voided) * 2
    expected = {
        (row.person_id, zone_id): (row.first_at, row.last_at)
        for zone_id, version in latest_versions(session).items()
        for inside in [movements_in(as_published(session, version))]
        for row in session.execute(
            sa.select(
                inside.c.person_id,
                sa.func.min(inside.c.at).label("first_at"),
                sa.func.max(inside.c.at).label("last_at"),
            ).group_by(inside.c.person_id)
        )
    }
    assert expected
    exposed = {(e.person_id, e.zone_id): (e.first_at, e.last_at) for e in session.scalars(sa.select(Exposure))}
    assert exposed == expected
    followed = [
        ((row.person_id, row.zone_id), (row.first_at, row.last_at))
        for row in session.scalars(sa.select(FollowUp))
        if row.status_reason != "zone_changed"
    ]
    assert len(followed) == len(dict(followed))
    assert dict(followed) == expected
    deadlocks = session.scalar(sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
    assert deadlocks == 0
    for log in sorted(processes.logs.iterdir()):
        text = log.read_text("utf-8", "replace")
        assert "failed; the next sweep" not in text, f"{log.name}: {text[-3000:]}"
        assert "Traceback" not in text, f"{log.name}: {text[-3000:]}"
