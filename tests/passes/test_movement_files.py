"""Movements out of files and into files."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.followup.export import as_fields
from passes.followup.models import FollowUp, StaySource, StayStatement
from passes.issuing.models import VehiclePass
from passes.movement import services
from passes.movement.cli import movements as movements_cli
from passes.movement.importing import Progress
from passes.movement.models import (
    Direction,
    Exposure,
    Movement,
    MovementImport,
    MovementSource,
    Scan,
    ScanArea,
    ScanRecord,
)
from passes.movement.services import ZoneDraft
from passes.people.models import Person
from passes.people.services import find_person, keep_person
from passes.sites.services import create_site
from protocol.claims import Role
from protocol.zones import ZoneKind
from tests.factories import CHUONG_DUONG, Factories, now
from tests.passes.post import freight_post, road_post

WARD = "00355"
DRIVER, ASSISTANT = "001085000001", "001085000002"
AT = datetime(2021, 9, 14, 2, 0, tzinfo=UTC)


def line(number: int = 1, **values: Any) -> dict[str, Any]:
    """A driver seen at a post that nobody registered."""
    given = {
        "id": f"m{number}",
        "person": DRIVER,
        "name": "Nguyễn Văn Bình",
        "role": "driver",
        "at": "2021-09-14T09:00:00+07:00",
        "area": WARD,
        "station": "chot-1",
        "direction": "in",
        "plate": "29C-123.45",
        "source": "scan",
    } | values
    return {name: value for name, value in given.items() if value is not None}


def text(*lines: dict[str, Any] | str) -> bytes:
    return "".join((said if isinstance(said, str) else json.dumps(said)) + "\n" for said in lines).encode()


def take_in(session: Session, data: bytes, batch_lines: int = 1000) -> Progress:
    found = []
    for done in services.import_movements(session, None, io.BytesIO(data), now(), batch_lines):
        session.commit()
        found.append(done)
    session.expire_all()
    return found[-1]


def rows(session: Session) -> list[Movement]:
    return list(session.scalars(sa.select(Movement).order_by(Movement.id)))


def publish(session: Session, **values: Any) -> None:
    given = {"id": "z", "name": "Vùng", "kind": ZoneKind.OUTBREAK, "areas": (WARD,), "decision": "1"}
    services.publish_zone(session, None, ZoneDraft(**(given | {"starts_at": AT - timedelta(days=1)} | values)), now())
    session.commit()
    jobs.wake()


def test_a_line_becomes_a_movement_of_the_person_with_that_id_number(session: Session) -> None:
    known = keep_person(session, id_number=ASSISTANT, name="Trần Đức Anh", now=now()).id
    done = take_in(session, text(line(1), line(2, person=ASSISTANT, name=None, role="assistant", direction="out")))
    assert (done.lines, done.added, done.known, done.refused) == (2, 2, 0, 0)
    first, second = rows(session)
    driver = find_person(session, DRIVER)
    assert driver is not None
    assert (first.person_id, driver.name, driver.id_number) == (driver.id, "Nguyễn Văn Bình", DRIVER)
    assert (first.at, first.area_code, first.plate, first.said_station) == (AT, WARD, "29C12345", "chot-1")
    assert (first.source, first.role, first.direction) == (MovementSource.SCAN, Role.DRIVER, Direction.IN)
    assert first.is_road_scan
    assert (second.person_id, second.role) == (known, Role.ASSISTANT)


def test_the_same_file_again_and_the_same_line_twice_change_nothing(session: Session) -> None:
    data = text(line(1), line(2, at="2021-09-14T09:00:00.5Z", stay="10354"), line(1))
    assert (take_in(session, data).added, take_in(session, data).known) == (2, 3)
    assert len(rows(session)) == 2
    assert session.query(Person).count() == 1
    assert session.query(MovementImport).count() == 0


@pytest.mark.parametrize(
    "spelling",
    [
        "2021-09-14t02:00:00.5z",
        "2021-09-14T02:00:00.500000Z",
        "2021-09-14T02:00:00.500000999-00:00",
        "2021-09-14t09:00:00.5+07:00",
        "2021-09-13T14:00:00.5-12:00",
    ],
)
def test_one_moment_may_be_written_in_every_way_that_rfc_3339_knows(session: Session, spelling: str) -> None:
    take_in(session, text(line(1, at="2021-09-14T02:00:00.5Z")))
    done = take_in(session, text(line(1, at=spelling)))
    assert (done.known, done.refused) == (1, 0)


def test_a_known_id_that_says_something_else_is_refused(session: Session) -> None:
    take_in(session, text(line(1), line(2)))
    for changed in ({"area": "00337"}, {"person": ASSISTANT}, {"at": "2021-09-14T09:00:01+07:00"}):
        done = take_in(session, text(line(3), line(1, **changed), line(4), line(4, **changed)))
        assert [(refused.line, refused.code) for refused in done.refusals] == [(2, "conflict"), (4, "conflict")]
    assert {row.import_id for row in rows(session)} == {"m1", "m2", "m3", "m4"}
    assert find_person(session, ASSISTANT) is None


@pytest.mark.parametrize(
    ("bad", "field", "code"),
    [
        ("{", "line", "not_json"),
        ("[1]", "line", "not_json"),
        ("[" * 60_000, "line", "not_json"),
        (line(id=None), "id", "missing"),
        (line(id="x" * 65), "id", "id_invalid"),
        (line(at=None), "at", "missing"),
        (line(at="2021-09-14T09:00:00"), "at", "at_invalid"),
        (line(at="2021-13-14T09:00:00Z"), "at", "at_invalid"),
        (line(at="1815-06-18T09:00:00Z"), "at", "at_invalid"),
        (line(at=1631584800), "at", "at_invalid"),
        (line(at="2021-09-14T24:00:00Z"), "at", "at_invalid"),
        (line(at="2021-09-14T09:00:00." + "0" * 99 + "Z"), "at", "at_invalid"),
        (line(person="12345"), "person", "person_invalid"),
        (line(person=1085000001), "person", "wrong_type"),
        (line(name=7), "name", "wrong_type"),
        (line(area="99999"), "area", "area_unknown"),
        (line(area=["00355"]), "area", "area_unknown"),
        (line(area=None), "area", "missing"),
        (line(site="kho-1"), "site", "site_unknown"),
        (line(direction="up"), "direction", "unknown"),
        (line(role="cook"), "role", "unknown"),
        (line(source="rumour"), "source", "unknown"),
        (line(stay="01"), "stay", "stay_level"),
        (line(stay="99999"), "stay", "area_unknown"),
        ('{"id": "' + "x" * 70_000 + '"}', "line", "too_long"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_number_and_the_others_are_kept(
    session: Session, bad: dict[str, Any] | str, field: str, code: str
) -> None:
    done = take_in(session, text(line(1), bad, "", line(2)))
    assert [(refused.line, refused.field, refused.code) for refused in done.refusals] == [(2, field, code)]
    assert (done.lines, done.added, done.refused) == (4, 2, 1)


def test_an_interrupted_import_goes_on_where_it_stopped(session: Session) -> None:
    data = text(*[line(n, at="2021-09-14T09:00:00Z" if n != 3 else "yesterday") for n in range(1, 11)])
    steps = services.import_movements(session, None, io.BytesIO(data), now(), batch_lines=4)
    assert next(steps).added == 3
    session.commit()
    next(steps)  # the second batch is written and never committed: the machine goes down
    session.rollback()
    steps.close()
    assert len(rows(session)) == 3
    done = take_in(session, data, batch_lines=4)
    assert (done.resumed_at, done.lines, done.added, done.known, done.refused) == (4, 10, 9, 0, 1)
    assert done.refusals == ()  # the refused line was told before
    assert len(rows(session)) == 9


def test_another_file_that_begins_with_the_same_line_starts_from_its_beginning(session: Session) -> None:
    first = text(*[line(n) for n in range(1, 9)])
    steps = services.import_movements(session, None, io.BytesIO(first), now(), batch_lines=4)
    next(steps)
    session.commit()
    steps.close()
    other = text(line(1), line(100), line(101), line(102), line(103))
    done = take_in(session, other)
    assert (done.resumed_at, done.added, done.known) == (0, 4, 1)


def test_a_stay_in_a_file_counts_like_an_officers_and_the_newest_counts(session: Session) -> None:
    publish(session)
    later = "2021-09-15T09:00:00+07:00"
    take_in(session, text(line(2, at=later, stay="10354"), line(1, stay=CHUONG_DUONG), line(3, at=later, area="00337")))
    statements = {(s.import_id, s.area_code, s.source) for s in session.scalars(sa.select(StayStatement))}
    assert statements == {("m1", CHUONG_DUONG, StaySource.IMPORT), ("m2", "10354", StaySource.IMPORT)}
    row = session.query(FollowUp).one()
    assert (row.stay_code, row.district_code) == ("10354", "281")
    assert as_fields(row)["stay"] == "10354"
    take_in(session, text(line(4, at="2021-09-16T09:00:00+07:00", stay="001"), line(5, stay="")))
    assert (row.district_code, as_fields(row)["stay"]) == ("001", None)  # nobody said which ward


def test_movements_that_come_after_a_zone_was_published_expose_at_once(session: Session) -> None:
    publish(session, passage=False)
    take_in(
        session,
        text(
            line(1),  # a road post: passing does not count here
            line(2, person=ASSISTANT, station=None),
            line(3, person=ASSISTANT, station=None, at="2021-09-14T10:00:00Z"),
        ),
    )
    exposure = session.query(Exposure).one()
    assistant = find_person(session, ASSISTANT)
    assert assistant is not None
    assert (exposure.person_id, exposure.first_at) == (assistant.id, AT)
    assert exposure.last_at == AT + timedelta(hours=8)
    assert session.query(FollowUp).one().person_id == assistant.id


def test_the_register_tells_which_stations_stand_on_a_road_and_where_sites_are(
    session: Session, client: FlaskClient
) -> None:
    create_site(session, None, site_id="kho-1", name="Kho", kind="depot", ward="00337", now=now())
    road_post(session, client, "road-1", "00337")
    freight_post(session, client, "gate", WARD)
    take_in(
        session,
        text(
            line(1, station="road-1", area=None),
            line(2, station="gate", area=None),
            line(3, station=None, site="kho-1", area=None, direction="at", source="checkin"),
            line(4, station="road-1", source="declared"),
            line(5, station="elsewhere", direction="at"),
        ),
    )
    found = [(row.station_id, row.site_id, row.area_code, row.is_road_scan) for row in rows(session)]
    assert found == [
        ("road-1", None, "00337", True),
        ("gate", None, WARD, False),
        (None, "kho-1", "00337", False),
        ("road-1", None, WARD, False),
        (None, None, WARD, False),
    ]


def test_a_crew_index_resolves_through_the_pass_and_others_are_provisional(
    session: Session, factories: Factories
) -> None:
    vehicle_pass = factories.vehicle_pass()
    identity = f"{vehicle_pass.iss}:{vehicle_pass.cti}"
    foreign = "VN-TH:00112233445566aa"
    unnamed = {"person": None, "name": None}
    take_in(
        session,
        text(
            line(1, **unnamed, pass_id=f"{identity}:1"),
            line(2, **unnamed, pass_id=f"{foreign}:0"),
            line(3, **unnamed, pass_id=f"{foreign}:0"),
            line(4, person=None, name="Lê Hoa", pass_id=foreign),
            line(5, person=None, name="Lê Hoa", pass_id=foreign),
            line(6, **unnamed, plate=None),
            line(7, **unnamed, plate=None),
        ),
    )
    known, *provisional = rows(session)
    assert (known.person_id, known.pass_id) == (vehicle_pass.crew[1].person_id, vehicle_pass.id)
    first, again, named, named_again, alone, other = (row.person_id for row in provisional)
    assert (first, named) == (again, named_again)
    assert len({first, named, alone, other}) == 4
    keys = {p.id: p.provisional_key or "" for p in session.scalars(sa.select(Person))}
    assert (keys[first], keys[alone]) == (f"{foreign}:0", "import:m6")
    assert "Lê" not in keys[named]


def test_export_and_import_are_inverses(
    app: Flask, session: Session, client: FlaskClient, factories: Factories, tmp_path: Path
) -> None:
    vehicle_pass = factories.vehicle_pass()
    post, at = road_post(session, client), now()
    post.send(post.scan(vehicle_pass, at, lodging="10354"), post.scan(vehicle_pass, at + timedelta(hours=1)))
    create_site(session, None, site_id="kho-1", name="Kho", kind="depot", ward="00337", now=now())
    take_in(
        session,
        text(
            line(1, stay="10354", at="2021-09-14T09:00:00.25+07:00"),
            line(2, person=None, pass_id="VN-TH:00112233445566aa:1"),
            line(3, person=None, pass_id="some other paper"),
            line(4, site="kho-1", direction="at", source="checkin", station=None),
        ),
    )

    def exported(name: str) -> list[str]:
        file = tmp_path / name
        result = app.test_cli_runner().invoke(movements_cli, ["export", str(file)])
        assert result.exit_code == 0, result.output
        return sorted(file.read_text("utf-8").splitlines())

    before = exported("before.ndjson")
    assert len(before) == 4 + 2 * 3
    for table in (StayStatement, Movement, ScanArea, Scan, ScanRecord):
        session.execute(sa.delete(table))
    session.commit()
    assert take_in(session, "\n".join(before).encode()).added == len(before)
    assert exported("after.ndjson") == before


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(movements_cli, [str(argument) for argument in arguments])


def test_the_command_line_names_refused_lines_and_counts_the_others(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "movements.ndjson"
    file.write_bytes(text(line(1), line(2, area="99999"), line(3)))
    result = run(app, "import", file)
    assert result.exit_code == 1
    assert "line 2: area: no administrative division has the code '99999' (area_unknown)" in result.output
    assert "3 lines: 2 added, 0 known already, 1 refused" in result.output
    file.write_bytes(text(line(1), line(3)))
    again = run(app, "import", file)
    assert (again.exit_code, again.output) == (0, "2 lines: 0 added, 2 known already, 0 refused\n")
    printed = run(app, "export", "-", "--since", "2021-09-14T00:00:00+07:00", "--until", "2021-09-15T00:00:00+07:00")
    assert [json.loads(said)["id"] for said in printed.output.splitlines()] == ["m1", "m3"]
    assert run(app, "export", "-", "--since", "2021-09-15T00:00:00+07:00").output == ""
    assert run(app, "export", "-", "--since", "yesterday").exit_code == 2


def test_a_pass_that_is_registered_is_exported_by_its_identity(
    session: Session, client: FlaskClient, factories: Factories
) -> None:
    vehicle_pass: VehiclePass = factories.vehicle_pass()
    post = road_post(session, client)
    post.send(post.scan(vehicle_pass, now()))
    said = [json.loads(one) for one in services.export_movements(session, "VN-HN")]
    assert {one["pass_id"] for one in said} == {f"{vehicle_pass.iss}:{vehicle_pass.cti}"}
    assert {one["role"] for one in said} == {"driver", "assistant"}
    assert services.count_movements(session) == len(said) == 4
