"""Whatever the order in which things become known, the state is the one that a plain computation from scratch gives."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from passes.areas.models import Area
from passes.followup import services as followup
from passes.followup.events import StatusEvent, Visit
from passes.followup.models import FollowUp, FollowUpStatus, StaySource, StayStatement
from passes.movement import services
from passes.movement.models import (
    ClockCorrection,
    Exposure,
    Movement,
    Rematch,
    RematchPerson,
    Scan,
    ScanArea,
    ScanRecord,
    TravelAlert,
    Zone,
    ZoneVersion,
)
from passes.people.models import Person
from passes.stations.models import Device
from passes.trust.instance_keys import InstanceKeys
from protocol.scan_record import PersonSeen, RecordKind, SealedDetails
from protocol.zones import ZoneKind
from tests import counts
from tests.factories import CHUONG_DUONG, UNG_HOA, Factories
from tests.passes.post import Post, freight_post, road_post
from tests.passes.tracing_from_scratch import Correction, Judged, Paper, Place, Said, Visited, World, ZoneNow

ORDERS = counts.count("orders in which tracing learns of things", 40, 1_000)
MIDNIGHT = datetime(2021, 9, 10, 17, 0, tzinfo=UTC)
AREAS = ("00355", "009", "01", CHUONG_DUONG, "10354", "16654", "38")
STATIONS = {
    "road-1": Place("00355", is_road=True),
    "road-2": Place("00337", is_road=True),
    "gate": Place("00355", is_road=False),
}
ZONES = ("a", "b")

moments = st.integers(0, 12).map(lambda quarter: MIDNIGHT + timedelta(hours=6 * quarter))
areas = st.sampled_from(AREAS)
wards = st.sampled_from([code for code in AREAS if len(code) == 5])


@st.composite
def scans(draw: Callable[..., Any], number: int) -> list[Said]:
    """The records of one scan: a first, perhaps restated, perhaps taken back."""
    scan_id = f"{number:032x}"
    scanned_at = draw(moments)
    station, pass_name = draw(st.sampled_from(sorted(STATIONS))), draw(st.sampled_from(["p", "p", "q"]))
    found = []
    for version in range(draw(st.integers(1, 3))):
        is_void = version > 0 and draw(st.booleans())
        found.append(
            Said(
                id=f"{number + 1000 * version:032x}",
                scan=scan_id,
                at=scanned_at + timedelta(seconds=draw(st.integers(0, 2))),
                scanned_at=scanned_at,
                station=station,
                pass_name=pass_name,
                ticked=draw(st.sampled_from([(), (0,), (1,), (0, 1)])),
                is_doubtful=draw(st.booleans()),
                is_void=is_void,
                coming_from=draw(st.none() | areas),
                lodging=tuple(draw(st.dictionaries(st.sampled_from([0, 1]), wards, max_size=2)).items()),
            )
        )
    return found


zone_states = st.builds(
    ZoneNow,
    areas=st.lists(areas, min_size=1, max_size=2).map(tuple),
    starts_at=moments,
    ends_at=st.none(),
    passage=st.booleans(),
    days=st.sampled_from([7, 14]),
    is_withdrawn=st.just(value=False),
)
zone_steps = st.tuples(st.sampled_from(ZONES), zone_states | moments | st.just("withdraw"))
corrections = st.builds(
    Correction, person=st.sampled_from([0, 1, 2]), at=moments, area=st.sampled_from(["10354", UNG_HOA])
)

later = st.integers(0, 72).map(lambda quarter: MIDNIGHT + timedelta(hours=8 * quarter))
visits = st.builds(
    Visited, person=st.sampled_from([0, 1, 2]), at=later, outcome=st.sampled_from(["healthy", "symptoms", "not_met"])
)
judgements = st.builds(
    Judged,
    person=st.sampled_from([0, 1, 2]),
    zone=st.sampled_from(ZONES),
    at=later,
    status=st.sampled_from([status.value for status in FollowUpStatus]),
    reason=st.sampled_from(["one", "two"]),
)


@st.composite
def stories(draw: Callable[..., Any]) -> list[Any]:
    """Records, zone steps and corrections in any order, with the worker looking in between."""
    records = [said for number in range(draw(st.integers(1, 4))) for said in draw(scans(number + 1))]
    events: list[Any] = [*records, *draw(st.lists(zone_steps, min_size=1, max_size=5))]
    events += draw(st.lists(corrections, max_size=2))
    events += draw(st.lists(visits, max_size=4)) + draw(st.lists(judgements, max_size=4))
    order = draw(st.permutations(events))
    looks = draw(st.lists(st.sampled_from(["", "process", "rematch"]), min_size=len(order), max_size=len(order)))
    return [step for pair in zip(order, looks, strict=True) for step in pair if step]


@dataclass
class Issuer:
    """The real issuer, told one thing after the other."""

    session: Session
    posts: dict[str, Post]
    passes: dict[str, Any]
    people: list[int]
    keys: dict[bytes, X25519PrivateKey]
    moment: datetime = datetime(2021, 9, 20, tzinfo=UTC)
    zones: dict[str, ZoneNow] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    deeds: list[Visited | Judged] = field(default_factory=list)

    def tell(self, event: Any) -> None:
        if isinstance(event, Said):
            self._ingest(event)
        elif isinstance(event, Correction):
            self._correct(event)
        elif isinstance(event, Visited):
            self._visit(event)
        elif isinstance(event, Judged):
            self._judge(event)
        elif event == "process":
            services.process_records(self.session, self.keys, None, self.moment, limit=2)
        elif event == "rematch":
            services.rematch_zones(self.session, self.moment)
        else:
            self._change_zone(*event)
        self.session.commit()

    def settle(self) -> None:
        while services.process_records(self.session, self.keys, None, self.moment):
            self.session.commit()
        while services.rematch_zones(self.session, self.moment):
            self.session.commit()
        self.session.commit()

    def _ingest(self, said: Said) -> None:
        post, vehicle_pass = self.posts[said.station], self.passes[said.pass_name]
        people = tuple(PersonSeen(crew_index=index, lodging=area) for index, area in said.lodging)
        record = post.record(
            said.scanned_at,
            id=said.id,
            at=said.at,
            of=None if said.id == said.scan else said.scan,
            kind=RecordKind.VOID if said.is_void else RecordKind.CODE,
            iss=vehicle_pass.iss,
            cti=bytes.fromhex(vehicle_pass.cti),
            crew_present=said.ticked or None,
            reasons=("CREW_MISMATCH",) if said.is_doubtful else (),
            crew_mismatch=said.is_doubtful,
            coming_from=said.coming_from,
            details=SealedDetails(text=vehicle_pass.text, people=people),
        )
        device = self.session.scalars(sa.select(Device).where(Device.station_id == said.station)).one()
        result = services.ingest_records(self.session, device, [record.encode()], self.moment)
        assert result.refused == {}

    def _correct(self, said: Correction) -> None:
        person = self.people[said.person]
        self.corrections.append(Correction(person, said.at, said.area))
        source = StaySource.TRANSFER if len(self.corrections) % 2 else StaySource.STAFF
        self.session.add(StayStatement(person_id=person, at=said.at, source=source, area_code=said.area))
        self.session.flush()
        followup.refresh_people(self.session, [person], self.moment)

    def _visit(self, deed: Visited) -> None:
        """The row that the pages write, whatever the person's status: somebody may enter it weeks late."""
        person = self.people[deed.person]
        self.deeds.append(replace(deed, person=person))
        self.session.add(
            Visit(person_id=person, at=deed.at, outcome=deed.outcome, symptoms=[], recorded_at=self.moment)
        )
        self.session.flush()
        followup.refresh_people(self.session, [person], self.moment)

    def _judge(self, deed: Judged) -> None:
        if deed.zone not in self.zones:
            return  # nobody can speak of a follow-up for a zone that was never published
        person = self.people[deed.person]
        self.deeds.append(replace(deed, person=person))
        values = {"person_id": person, "zone_id": deed.zone, "at": deed.at, "status": FollowUpStatus(deed.status)}
        self.session.add(StatusEvent(**values, reason=deed.reason, recorded_at=self.moment))
        self.session.flush()
        followup.refresh_people(self.session, [person], self.moment)

    def _change_zone(self, zone_id: str, step: ZoneNow | datetime | str) -> None:
        known = self.zones.get(zone_id)
        if isinstance(step, ZoneNow):
            services.publish_zone(
                self.session,
                None,
                services.ZoneDraft(
                    id=zone_id,
                    name=zone_id,
                    kind=ZoneKind.OUTBREAK,
                    areas=step.areas,
                    starts_at=step.starts_at,
                    ends_at=step.ends_at,
                    passage=step.passage,
                    monitoring_days=step.days,
                    decision="1",
                ),
                self.moment,
            )
            self.zones[zone_id] = step
        elif known is None or known.is_withdrawn:
            return
        elif isinstance(step, datetime):
            if step > known.starts_at:
                services.lift_zone(self.session, None, zone_id, step, self.moment)
                self.zones[zone_id] = replace(known, ends_at=step)
        else:
            services.withdraw_zone(self.session, None, zone_id, self.moment)
            self.zones[zone_id] = replace(known, is_withdrawn=True)

    def forget(self) -> None:
        """Empty everything that a story writes."""
        self.session.rollback()
        self.zones, self.corrections, self.deeds = {}, [], []
        tables = (
            StatusEvent,
            Visit,
            FollowUp,
            Exposure,
            StayStatement,
            Movement,
            TravelAlert,
            ScanArea,
            Scan,
            ScanRecord,
            ClockCorrection,
            RematchPerson,
            Rematch,
            ZoneVersion,
            Zone,
        )
        for table in tables:
            self.session.execute(sa.delete(table))
        self.session.commit()
        self.session.expunge_all()


@pytest.fixture
def issuer(app: Flask, session: Session, client: FlaskClient, factories: Factories) -> Issuer:
    """Two passes that share nobody: two on the first, one of whom has no residence on file; one on the second."""
    first = factories.vehicle_pass()
    second = factories.vehicle_pass(factories.user())
    people = [entry.person_id for entry in first.crew] + [second.crew[0].person_id]
    session.execute(sa.update(Person).where(Person.id == people[0]).values(residence_code=None))
    posts = {
        "road-1": road_post(session, client, "road-1", "00355"),
        "road-2": road_post(session, client, "road-2", "00337"),
        "gate": freight_post(session, client, "gate", "00355"),
    }
    session.commit()
    keys = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"]).sealing
    return Issuer(session, posts, {"p": first, "q": second}, people, keys)


def world_of(issuer: Issuer) -> World:
    parents = {area.code: area.parent_code for area in issuer.session.scalars(sa.select(Area))}
    papers = {
        name: Paper(tuple(entry.person_id for entry in vehicle_pass.crew), CHUONG_DUONG)
        for name, vehicle_pass in issuer.passes.items()
    }
    residences = {person.id: person.residence_code for person in issuer.session.scalars(sa.select(Person))}
    return World(parents, STATIONS, papers, residences)


def test_any_order_of_scans_zones_and_stays_ends_in_the_same_state(issuer: Issuer) -> None:
    world = world_of(issuer)
    told: Iterator[int] = itertools.count()

    @settings(max_examples=ORDERS, suppress_health_check=list(HealthCheck))
    @given(story=stories())
    def check(story: list[Any]) -> None:
        next(told)
        try:
            issuer.passes = {name: issuer.session.merge(found) for name, found in issuer.passes.items()}
            for event in story:
                issuer.tell(event)
            issuer.settle()
            records = [event for event in story if isinstance(event, Said)]
            expected = world.followups(records, issuer.zones, issuer.corrections, issuer.deeds)
            issuer.session.expire_all()
            rows = issuer.session.scalars(sa.select(FollowUp)).all()
            states = {
                (row.person_id, row.zone_id): (
                    *(row.first_at, row.last_at, row.due, row.stay_code, row.district_code),
                    *(row.status, row.status_reason),
                )
                for row in rows
            }
            found = {key: state for key, state in states.items() if state[-1] != followup.ZONE_CHANGED}
            moved = {
                (m.person_id, m.at, m.area_code, m.is_road_scan) for m in issuer.session.scalars(sa.select(Movement))
            }
            exposed = {(row.person_id, row.zone_id) for row in issuer.session.scalars(sa.select(Exposure))}
        finally:  # whatever went wrong, the next story begins with nothing
            issuer.forget()
        assert moved == {astuple(move) for move in world.moves(world.scans(records))}
        assert found == {key: astuple(want) for key, want in expected.items()}
        assert exposed == expected.keys()
        assert all(
            state[-2:] == (FollowUpStatus.CANCELED, followup.ZONE_CHANGED)
            for key, state in states.items()
            if key not in expected
        )

    check()
    assert next(told) > 0
