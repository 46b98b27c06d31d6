"""Whatever the order, the state is what plain SQL computes from everything at once: files, merges and clocks too."""

import io
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passes.areas.models import Area
from passes.followup import services as followup
from passes.followup.models import FollowUp
from passes.movement import services
from passes.movement.models import Movement
from passes.people.merging import MergeError
from passes.people.models import Person
from passes.people.services import keep_person
from protocol.times import to_rfc3339
from tests import counts
from tests.passes.test_tracing_order import (
    STATIONS,
    Issuer,
    areas,
    corrections,
    issuer,
    moments,
    scans,
    wards,
    zone_steps,
)
from tests.passes.tracing_from_scratch import Said

__all__ = ["issuer"]  # the fixture

ORDERS = counts.count("orders of files, merges and clocks against plain SQL", 25, 1_000)
HERE = Path(__file__).parent
STRANGERS = ("VN-TH:00112233445566aa:0", "VN-TH:00112233445566aa:1")
"""People on a pass of another issuer, of whom only the crew index is known."""


@dataclass(frozen=True)
class Line:
    """One line of a file: of somebody known (0 to 2) or of a stranger (3, 4)."""

    number: int
    person: int
    at: datetime
    area: str
    is_road: bool
    stay: str | None


@dataclass(frozen=True)
class Merge:
    """A stranger is somebody."""

    stranger: int
    into: int


@dataclass(frozen=True)
class Split:
    """A stranger is nobody else after all."""

    stranger: int


@dataclass(frozen=True)
class Clock:
    """A station's clock was wrong."""

    station: str
    from_at: datetime
    hours: int
    offset_hours: int


hours = st.integers(1, 24)
lines = st.builds(
    Line,
    number=st.just(0),
    person=st.integers(0, 4),
    at=moments,
    area=areas,
    is_road=st.booleans(),
    stay=st.none() | wards,
)
merges = st.builds(Merge, stranger=st.sampled_from([3, 4]), into=st.integers(0, 4))
splits = st.builds(Split, stranger=st.sampled_from([3, 4]))
clocks = st.builds(
    Clock,
    station=st.sampled_from(sorted(STATIONS)),
    from_at=moments,
    hours=hours,
    offset_hours=st.sampled_from([-30, -6, 6, 12, 100]),
)


@st.composite
def stories(draw: Callable[..., Any]) -> list[Any]:
    """Everything that can become known, in any order, with the worker looking in between."""
    events: list[Any] = [said for number in range(draw(st.integers(0, 3))) for said in draw(scans(number + 1))]
    found = draw(st.lists(lines, max_size=4))
    events += [Line(n, one.person, one.at, one.area, one.is_road, one.stay) for n, one in enumerate(found)]
    events += draw(st.lists(zone_steps, min_size=1, max_size=4))
    events += draw(st.lists(merges | splits, max_size=4))
    events += draw(st.lists(clocks, max_size=2))
    events += draw(st.lists(corrections, max_size=1))
    order = draw(st.permutations(events))
    looks = draw(st.lists(st.sampled_from(["", "process", "rematch"]), min_size=len(order), max_size=len(order)))
    return [step for pair in zip(order, looks, strict=True) for step in pair if step]


@dataclass
class Tale:
    """One story told to the issuer, and what was really known at its end."""

    issuer: Issuer
    people: list[int]
    merged: dict[int, int]
    clocks: list[Clock]

    def tell(self, event: Any) -> None:
        session, moment = self.issuer.session, self.issuer.moment
        try:
            if isinstance(event, Line):
                self._import(event)
            elif isinstance(event, Merge):
                person, into = self.people[event.stranger], self.people[event.into]
                services.merge_persons(session, None, person, into, moment)
                self.merged[person] = into
            elif isinstance(event, Split):
                services.split_person(session, None, self.people[event.stranger], moment)
                del self.merged[self.people[event.stranger]]
            elif isinstance(event, Clock):
                until = event.from_at + timedelta(hours=event.hours)
                offset = event.offset_hours * 3600
                services.correct_clock(session, None, event.station, event.from_at, until, offset, "GPS", moment)
                self.clocks.append(event)
            else:
                self.issuer.tell(event)
        except (MergeError, services.ClockError):
            session.rollback()
        else:
            session.commit()

    def _import(self, line: Line) -> None:
        said: dict[str, Any] = {
            "id": f"line-{line.number}",
            "at": to_rfc3339(line.at),
            "area": line.area,
            "source": "scan",
            "stay": line.stay,
        }
        if line.is_road:
            said["station"] = "somewhere"
        if line.person < 3:
            person = self.issuer.session.get_one(Person, self.people[line.person])
            said["person"] = person.id_number
        else:
            said["pass_id"] = STRANGERS[line.person - 3]
        file = io.BytesIO(json.dumps({name: value for name, value in said.items() if value is not None}).encode())
        for done in services.import_movements(self.issuer.session, None, file, self.issuer.moment):
            assert done.refused == 0, done
            self.issuer.session.commit()


def us(moment: datetime | None) -> int | None:
    """Microseconds since 1970."""
    return None if moment is None else round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def in_sql(tale: Tale, story: list[Any]) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Follow-ups and movements by `tracing_from_scratch.sql`, from the story alone."""
    issuer, people = tale.issuer, [str(person) for person in tale.people]
    said = [event for event in story if isinstance(event, Said)]
    zones = issuer.zones.items()
    passes = issuer.passes.items()
    raw: dict[str, list[tuple[Any, ...]]] = {
        "raw_areas": [tuple(row) for row in issuer.session.execute(sa.select(Area.code, Area.parent_code))],
        "raw_stations": [(name, place.area, int(place.is_road)) for name, place in STATIONS.items()],
        "raw_records": [
            (s.id, s.scan, us(s.at), us(s.scanned_at), s.station, s.pass_name, s.is_doubtful, s.is_void, s.coming_from)
            for s in said
        ],
        "raw_ticks": [(s.id, index) for s in said for index in s.ticked],
        "raw_lodgings": [(s.id, index, area) for s in said for index, area in s.lodging],
        "raw_clocks": [
            (c.station, us(c.from_at), us(c.from_at + timedelta(hours=c.hours)), c.offset_hours * 3_600_000_000)
            for c in tale.clocks
        ],
        "raw_passes": [(name, found.application_vehicle.application.route[0]) for name, found in passes],
        "raw_crews": [(name, entry.position, str(entry.person_id)) for name, found in passes for entry in found.crew],
        "raw_lines": [
            (f"line-{e.number}", people[e.person], us(e.at), e.area, None, int(e.is_road), e.stay)
            for e in story
            if isinstance(e, Line)
        ],
        "raw_merges": [(str(person), str(into)) for person, into in tale.merged.items()],
        "raw_corrections": [(n, str(c.person), us(c.at), c.area) for n, c in enumerate(issuer.corrections)],
        "raw_residences": [
            (str(row.id), row.residence_code)
            for row in issuer.session.execute(sa.select(Person.id, Person.residence_code))
            if row.residence_code
        ],
        "raw_zones": [
            (zone_id, us(z.starts_at), us(z.ends_at), z.passage, z.days, z.is_withdrawn) for zone_id, z in zones
        ],
        "raw_zone_areas": [(zone_id, area) for zone_id, z in zones for area in z.areas],
    }
    base = sqlite3.connect(":memory:")
    base.executescript((HERE / "tracing_raw.sql").read_text("utf-8"))
    for table, rows in raw.items():
        for row in rows:
            base.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - names above
    base.executescript((HERE / "tracing_from_scratch.sql").read_text("utf-8"))
    columns = "person, zone, first_at, last_at, due, stay, district"
    expected = set(base.execute(f"SELECT {columns} FROM expected"))  # noqa: S608 - names above
    moves = set(base.execute("SELECT person, at, area, is_road FROM moves"))
    base.close()
    return expected, moves


@pytest.mark.usefixtures("app")
def test_files_merges_splits_and_clocks_in_any_order_end_in_what_plain_sql_computes(issuer: Issuer) -> None:
    strangers = [
        keep_person(issuer.session, id_number=None, name=None, provisional_key=key, now=issuer.moment).id
        for key in STRANGERS
    ]
    issuer.session.commit()
    told: Iterator[int] = itertools.count()

    @settings(max_examples=ORDERS, suppress_health_check=list(HealthCheck))
    @given(story=stories())
    def check(story: list[Any]) -> None:
        next(told)
        try:
            issuer.session.execute(sa.update(Person).values(merged_into_id=None))
            issuer.session.commit()
            issuer.session.expire_all()
            issuer.passes = {name: issuer.session.merge(found) for name, found in issuer.passes.items()}
            tale = Tale(issuer, [*issuer.people, *strangers], {}, [])
            for event in story:
                tale.tell(event)
            issuer.settle()
            expected, moves = in_sql(tale, story)
            issuer.session.expire_all()
            found = {
                (
                    *(str(row.person_id), row.zone_id, us(row.first_at), us(row.last_at), us(row.due)),
                    *(row.stay_code, row.district_code),
                )
                for row in issuer.session.scalars(sa.select(FollowUp))
                if row.status_reason != followup.ZONE_CHANGED
            }
            rows = issuer.session.scalars(sa.select(Movement))
            moved = {(str(m.person_id), us(m.at), m.area_code, int(m.is_road_scan)) for m in rows}
        finally:  # whatever went wrong, the next story begins with nothing
            issuer.forget()
        assert moved == moves
        assert found == expected

    check()
    assert next(told) > 0
