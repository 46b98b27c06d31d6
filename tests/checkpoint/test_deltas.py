"""What a sync costs when little or nothing is new: one small file, or what changed and the signatures over it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pytest

from checkpoint.enrolling import enrol
from checkpoint.home import Home
from checkpoint.sync import sync
from passes.db import db
from passes.movement.models import Scan
from passes.stations import services
from passes.trust.repository import TrustRepository
from protocol.trust import StationKind
from tests.checkpoint.live_issuer import STATION, Link, LiveIssuer, run_issuer


@runtime_checkable
class Closing(Protocol):
    """An answer out of an open file."""

    def close(self) -> None: ...


class Recording(Link):
    """Writes down what was fetched, and how many bytes it had."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.fetched: list[tuple[str, int]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = super().__call__(environ, start_response)
        content = b"".join(answer)
        if isinstance(answer, Closing):
            answer.close()
        if environ["REQUEST_METHOD"] == "GET":
            name = re.sub(r"[0-9a-f]{64}\.|\d+\.(?=\w+\.json)", "", environ["PATH_INFO"].removeprefix("/trust/"))
            self.fetched.append((name, len(content)))
        return [content]

    def take(self) -> dict[str, int]:
        """Everything fetched since the last time, name → bytes."""
        taken, self.fetched = dict(self.fetched), []
        return taken


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIssuer]:
    with run_issuer(tmp_path_factory.mktemp("issuer"), Recording) as running:
        yield running


def enrolled(issuer: LiveIssuer, path: Path, station: str) -> Home:
    with issuer.app.app_context():
        session, now = db.session(), datetime.now(UTC)
        if station not in services.stations_by_id(session):
            services.create_station(
                session, None, station_id=station, name=station, kind=StationKind.ROAD, area_code="00337", now=now
            )
        root = TrustRepository(issuer.app.extensions["instance"].trust_dir).root_sha256()
        code = services.issue_enrolment_code(session, None, station, issuer.url, root, now)
        session.commit()
    enrol(Home(path), code.to_text(), datetime.now(UTC))
    return Home(path)


def fetched(issuer: LiveIssuer, home: Home) -> dict[str, int]:
    link = issuer.link
    assert isinstance(link, Recording)
    link.take()
    assert sync(home, home.scan_log(), datetime.now(UTC)).problems == ()
    return link.take()


SIGNATURES = {"metadata/root.json", "metadata/timestamp.json", "metadata/snapshot.json", "metadata/live.json"}


def test_a_sync_fetches_only_what_changed(issuer: LiveIssuer, tmp_path: Path) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    home = enrolled(issuer, tmp_path / "home", STATION)
    enrolled(issuer, tmp_path / "other", "chot-2")
    fetched(issuer, home)

    nothing_new = fetched(issuer, home)
    assert set(nothing_new) == {"metadata/timestamp.json"}
    assert sum(nothing_new.values()) < 1_000
    before = sorted((path, path.stat().st_mtime_ns) for path in home.path.rglob("trust/**/*"))
    fetched(issuer, home)
    assert sorted((path, path.stat().st_mtime_ns) for path in home.path.rglob("trust/**/*")) == before

    issuer.publish()
    hourly = fetched(issuer, home)
    assert set(hourly) == SIGNATURES | {"targets/live/head"}
    assert sum(hourly.values()) < 8_000

    with issuer.app.app_context():
        db.session.add_all(seen(hour, number) for number in range(500))
        db.session.commit()
    issuer.publish()
    with_scans = {name for name in fetched(issuer, home) if not name.startswith("targets/sightings/")}
    assert with_scans == SIGNATURES | {"targets/live/head"}
    with issuer.app.app_context():
        db.session.add(seen(hour, 500))
        db.session.commit()
    issuer.publish()
    one_more = fetched(issuer, home)
    (sightings,) = (size for name, size in one_more.items() if name.startswith("targets/sightings/"))
    assert sightings < 501 * 10 + 1_000
    assert sum(one_more.values()) < 16_000


def seen(hour: datetime, number: int) -> Scan:
    """A scan of an hour at the other post."""
    at = hour + timedelta(seconds=number)
    return Scan(
        id=f"{number:032x}",
        station_id="chot-2",
        iss="VN-HN",
        cti=f"{number:016x}",
        scanned_at=at,
        received_at=at,
        kind="code",
        reasons=[],
    )
