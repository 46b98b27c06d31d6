"""How long movements are kept, what is told of a person, and what erasing one leaves."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.db import Base
from passes.fleet.models import CrewMember
from passes.followup import deciding, visits
from passes.followup.events import VisitOutcome
from passes.followup.models import FollowUp, FollowUpStatus, StayStatement
from passes.followup.visits import VisitDraft
from passes.issuing import services as issuing
from passes.issuing.models import RevocationReason
from passes.movement.models import Movement, Scan, ScanRecord
from passes.movement.readings import read_scan
from passes.movement.resolving import told_records
from passes.movement.services import correct_clock, withdraw_zone
from passes.people.models import Person
from passes.retention import services
from passes.retention.cli import group as privacy_cli
from passes.retention.models import RetentionMark
from passes.trust.instance_keys import InstanceKeys
from protocol.scan_record import PersonSeen, RecordKind, SealedDetails
from tests.factories import Factories, now
from tests.passes.followed import HOUR, Crowd, follow, known_since, rows_of
from tests.passes.morning import DAY
from tests.passes.post import freight_post, road_post

OLD = DAY - timedelta(days=30)
DAYS = 21
MAY_REMAIN = {"crew_members", "pass_crew", "persons", "application_crew"}
"""Tables with rows that others share: there the person's number stays, and nothing that names them."""


@pytest.fixture
def crowd(session: Session) -> Crowd:
    return Crowd(session)


def movements_of(session: Session, person: Person) -> int:
    return session.scalar(sa.select(sa.func.count()).where(Movement.person_id == person.id)) or 0


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(privacy_cli, list(arguments))


def complete(session: Session, factories: Factories, person: Person) -> None:
    assert deciding.complete_overdue(session, factories.user("district"), [person.id], now()) == 1
    session.commit()


def test_movements_go_after_the_period_unless_an_open_follow_up_needs_them(
    session: Session, crowd: Crowd, factories: Factories
) -> None:
    passed_by, closed, followed, recent = (
        crowd.person(OLD, area="00001"),
        crowd.person(OLD),
        crowd.person(OLD),
        crowd.person(DAY, area="00001"),
    )
    follow(session, "z")
    complete(session, factories, closed)
    known_since(session, 30)
    assert services.preview_purge(session, DAYS, now()).movements == 2
    done = services.purge(session, None, DAYS, now())
    session.commit()
    assert [movements_of(session, p) for p in (passed_by, closed, followed, recent)] == [0, 0, 1, 1]
    assert (done.movements, done.people, done.kept_movements, done.kept_people, done.sealed_followups) == (
        2,
        2,
        1,
        1,
        1,
    )
    assert services.purges(session) == [done]


def test_what_was_learned_late_is_kept_as_long_as_what_was_learned_at_once(session: Session, crowd: Crowd) -> None:
    person = crowd.person(OLD, area="00001")
    assert services.purge(session, None, DAYS, now()).movements == 0
    known_since(session, DAYS - 1)
    assert services.purge(session, None, DAYS, now()).movements == 0
    known_since(session, DAYS + 1)
    assert services.purge(session, None, DAYS, now()).movements == 1
    assert movements_of(session, person) == 0


def test_a_closed_follow_up_outlives_its_movements_whatever_happens_to_the_zone(
    session: Session, crowd: Crowd, factories: Factories
) -> None:
    person = crowd.person(OLD)
    follow(session, "z")
    complete(session, factories, person)
    before = rows_of(session, person)["z"]
    kept = (before.first_at, before.last_at, before.district_code, before.stay_code)
    known_since(session, 30)
    services.purge(session, None, DAYS, now())
    session.commit()
    follow(session, "z", days=15)
    row = rows_of(session, person)["z"]
    assert row.status is FollowUpStatus.COMPLETED
    assert (row.first_at, row.last_at, row.district_code, row.stay_code) == kept
    session.add(Movement(person_id=person.id, at=DAY, area_code="00355", source="import"))
    follow(session, "z", days=14)
    row = rows_of(session, person)["z"]
    assert (row.first_at, row.last_at) == (OLD, DAY)  # the period only grows
    assert row.status is FollowUpStatus.FOLLOW_UP
    withdraw_zone(session, None, "z", now())
    session.commit()
    jobs.wake()
    assert rows_of(session, person)["z"].status is FollowUpStatus.CANCELED


def test_the_worker_purges_once_a_day(app: Flask, session: Session, crowd: Crowd) -> None:
    crowd.person(OLD, area="00001")
    known_since(session, 30)
    worker = app.extensions["worker"]
    worker.purge()
    worker.purge()
    assert [done.movements for done in services.purges(session)] == [1]
    assert session.scalar(sa.select(sa.func.count()).select_from(RetentionMark)) == 2


def test_the_command_says_what_it_would_remove_and_what_it_removed(app: Flask, session: Session, crowd: Crowd) -> None:
    crowd.person(OLD, area="00001")
    known_since(session, 30)
    assert "1 movements of 1 people removed" in run(app, "purge", "--dry-run").output
    assert session.scalar(sa.select(sa.func.count()).select_from(Movement)) == 1
    assert "1 movements of 1 people removed" in run(app, "purge").output
    assert session.scalar(sa.select(sa.func.count()).select_from(Movement)) == 0
    assert run(app, "purges").output.count("\n") == 1


@pytest.fixture
def driver(session: Session, client: FlaskClient, factories: Factories) -> Person:
    """A driver with a pass, a scan, a follow-up, a visit and a status."""
    vehicle_pass = factories.vehicle_pass()
    gate = freight_post(session, client)
    gate.send(gate.scan(vehicle_pass, now() - HOUR, lodging="10354"))
    follow(session, "z")
    person = vehicle_pass.crew[0].person
    officer = factories.user("district")
    visits.record_visit(
        session, officer, person.id, VisitDraft(at=now(), outcome=VisitOutcome.NOT_MET, note="Vắng"), now()
    )
    deciding.change_status(
        session, officer, person.id, ["z"], FollowUpStatus.NO_FOLLOW_UP, reason="vaccinated", now=now()
    )
    session.commit()
    return person


def test_a_report_tells_everything_that_is_kept_of_a_person(app: Flask, driver: Person) -> None:
    result = run(app, "report", driver.id_number or "")
    assert result.exit_code == 0, result.output
    told: dict[str, list[dict[str, Any]]] = json.loads(result.output)
    assert told["persons"][0]["name"] == driver.name
    assert told["visits"][0]["note"] == "Vắng"
    assert told["status_events"][0]["reason"] == "vaccinated"
    assert {
        "movements",
        "followups",
        "stay_statements",
        "crew_members",
        "pass_crew",
        "scans",
        "exposures",
    } <= told.keys()
    assert run(app, "report", "001085000999").exit_code == 1
    assert run(app, "report", "12").exit_code == 2


def test_nobody_is_erased_while_they_are_followed_up_or_a_paper_with_their_name_is_valid(
    app: Flask, session: Session, factories: Factories, driver: Person
) -> None:
    officer = factories.user("district")
    deciding.change_status(
        session, officer, driver.id, ["z"], FollowUpStatus.FOLLOW_UP, reason="closed_by_mistake", now=now()
    )
    session.commit()
    number = driver.id_number or ""
    assert "being followed up" in run(app, "erase", number, "--yes").output
    deciding.change_status(
        session, officer, driver.id, ["z"], FollowUpStatus.NO_FOLLOW_UP, reason="vaccinated", now=now() + HOUR
    )
    session.commit()
    assert "revoke it first" in run(app, "erase", number, "--yes").output
    assert session.get_one(Person, driver.id).name


def test_erasing_leaves_nothing_that_names_the_person_and_others_keep_theirs(
    app: Flask, session: Session, factories: Factories, driver: Person
) -> None:
    number, name, person_id = driver.id_number or "", driver.name or "", driver.id
    vehicle_pass = session.scalars(sa.select(issuing.VehiclePass)).one()
    other = vehicle_pass.crew[1].person_id
    issuing.revoke(session, factories.user("reviewer"), vehicle_pass, RevocationReason.LOST_OR_COPIED, now())
    session.commit()
    result = run(app, "erase", number, "--yes")
    assert result.exit_code == 0, result.output
    session.expire_all()
    member = session.scalars(sa.select(CrewMember).where(CrewMember.person_id == person_id)).one()
    kept = {"id", "carrier_id", "person_id", "role", "created_at", "retired_at"}
    assert [
        c.key for c in sa.inspect(CrewMember).columns if c.key not in kept and getattr(member, c.key) is not None
    ] == []
    for table in Base.metadata.sorted_tables:
        naming = [c for c in table.c for key in c.foreign_keys if key.column.table.name == "persons"]
        found = [row for c in naming for row in session.execute(sa.select(table).where(c == person_id))]
        assert not found or table.name in MAY_REMAIN, table.name
    assert session.get_one(Person, person_id).provisional_key == f"erased:{person_id}"
    assert session.get_one(Person, person_id).name is None
    assert session.scalars(sa.select(issuing.VehiclePass.text)).one() is None
    assert run(app, "report", number).exit_code == 1
    assert session.scalar(sa.select(sa.func.count()).where(Movement.person_id == other)) > 0
    assert session.scalar(sa.select(sa.func.count()).where(FollowUp.person_id == other)) == 1
    assert name not in result.output


def test_erasing_takes_one_person_out_of_a_scan_and_leaves_what_it_says_of_the_others(
    app: Flask, session: Session, client: FlaskClient, factories: Factories
) -> None:
    vehicle_pass = factories.vehicle_pass()
    gone, stays = (entry.person for entry in vehicle_pass.crew)
    number, name, kept_name = gone.id_number or "", gone.name or "", stays.name or ""
    road = road_post(session, client)
    people = (
        PersonSeen(crew_index=0, id_number=number, name=name, phone="+84912345678", lodging="10354"),
        PersonSeen(crew_index=1, lodging="10363", phone="+84987654321"),
        PersonSeen(name=name),
    )
    details = SealedDetails(text=vehicle_pass.text, plate="29C-123.45", people=people, note=f"{name} nói dối")
    both = road.scan(vehicle_pass, now() - 3 * HOUR, details=details)  # nobody was ticked: all of the crew
    alone = road.scan(vehicle_pass, now() - 2 * HOUR, crew_present=(0,))
    typed = SealedDetails(people=(PersonSeen(id_number=number, name=name), PersonSeen(name="Người khác")))
    paperless = road.record(now() - HOUR, kind=RecordKind.NO_PAPER, details=typed)
    road.send(both, road.restated(both, now() - 3 * HOUR, details=details), alone, paperless)
    issuing.revoke(session, factories.user("reviewer"), vehicle_pass, RevocationReason.LOST_OR_COPIED, now())
    session.commit()

    def of(person: Person) -> list[tuple[Any, ...]]:
        session.expire_all()
        columns = (Movement.at, Movement.area_code, Movement.scan_id, Movement.source, Movement.plate)
        moves = session.execute(sa.select(*columns).where(Movement.person_id == person.id)).all()
        said = sa.select(StayStatement.at, StayStatement.area_code).where(StayStatement.person_id == person.id)
        return sorted(tuple(row) for row in moves) + sorted(tuple(row) for row in session.execute(said))

    told = {row["id"]: row for row in json.loads(run(app, "report", number).output)["scans"]}
    assert [told[record.id]["others"] for record in (both, alone, paperless)] == [1, 0, 0]
    assert [len(told[record.id]["taken_down"]) for record in (both, alone, paperless)] == [2, 0, 1]
    before = of(stays)
    assert before
    assert of(gone)
    result = run(app, "erase", number, "--yes")
    assert "scans\t2\nscans_emptied\t1\n" in result.output, result.output
    session.execute(sa.update(ScanRecord).where(sa.func.length(ScanRecord.body) > 0).values(processed_at=None))
    session.commit()
    jobs.wake()  # whatever is derived anew says the same of the others, and nothing of the person
    assert of(stays) == before
    assert of(gone) == []
    correct_clock(session, None, road.station, now() - 4 * HOUR, now(), 600, "GPS", now())
    session.commit()
    jobs.wake()
    late = timedelta(minutes=10)
    assert of(stays) == sorted((at + late, *rest) for at, *rest in before)
    keys = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"]).sealing
    left = {scan_id: read_scan(rows, keys) for scan_id, rows in told_records(session, told).items()}
    assert left.keys() == {both.id, paperless.id}
    assert left[both.id].record.crew_present == (1,)
    assert left[both.id].details == SealedDetails(plate="29C-123.45", people=(people[1],))
    assert left[paperless.id].details == SealedDetails(people=(PersonSeen(name="Người khác"),))
    shown = {row.id: row.details or "" for row in session.scalars(sa.select(Scan))}
    assert not [details for details in shown.values() if name in details or number in details]
    assert "Người khác" in shown[paperless.id]
    assert session.get_one(Person, stays.id).name == kept_name


def test_a_record_that_comes_after_an_erasure_is_taken_in_without_the_emptied_ones(
    session: Session, client: FlaskClient, factories: Factories
) -> None:
    vehicle_pass = factories.vehicle_pass()
    gate = freight_post(session, client)
    first = gate.scan(vehicle_pass, now() - HOUR)
    gate.send(first)
    session.execute(sa.update(ScanRecord).values(body=b""))
    session.commit()
    gate.send(gate.scan(vehicle_pass, now()))
    session.expire_all()
    waiting = sa.select(sa.func.count()).where(ScanRecord.processed_at.is_(None))
    assert session.scalar(waiting) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Scan)) == 2
