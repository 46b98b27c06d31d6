"""Lists: a page asks the database the same number of questions however many rows it shows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import ApplicationState
from passes.local_time import start_of_day
from passes.movement.services import ZoneDraft, publish_zone
from passes.notices.services import take_unmailed
from protocol.zones import ZoneKind
from tests.factories import Factories, now, today
from tests.passes.pages import Login
from tests.passes.post import freight_post


@contextmanager
def questions() -> Iterator[list[str]]:
    """Collect the statements that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def asked_for(client: FlaskClient, path: str) -> list[str]:
    client.get(path)  # what is looked up once, whatever the page
    with questions() as asked:
        assert client.get(path).status_code == 200
    return asked


def grown(client: FlaskClient, path: str, add: Callable[[], object]) -> tuple[list[str], list[str]]:
    """What a page asks with two rows of a kind, and with five."""
    add()
    add()
    few = asked_for(client, path)
    for _ in range(3):
        add()
    return few, asked_for(client, path)


def assert_no_more(few: list[str], many: list[str]) -> None:
    extra = list(many)
    for statement in few:
        if statement in extra:
            extra.remove(statement)
    assert len(many) <= len(few), extra


def test_a_carriers_applications(factories: Factories, carrier: User, desk: FlaskClient) -> None:
    assert_no_more(*grown(desk, "/applications", lambda: factories.application(carrier)))


def test_a_carriers_first_page(factories: Factories, carrier: User, desk: FlaskClient) -> None:
    def end_soon() -> None:
        factories.application(carrier)
        factories.vehicle_pass(carrier)

    assert_no_more(*grown(desk, "/", end_soon))


@pytest.mark.parametrize("path", ["/fleet/vehicles", "/fleet/crew"])
def test_a_carriers_fleet(factories: Factories, carrier: User, desk: FlaskClient, path: str) -> None:
    assert_no_more(*grown(desk, path, lambda: (factories.vehicle(carrier), factories.crew(carrier))))


def test_a_carriers_passes(factories: Factories, carrier: User, desk: FlaskClient) -> None:
    assert_no_more(*grown(desk, "/passes", lambda: factories.vehicle_pass(carrier)))


def test_the_authoritys_queue(factories: Factories, login: Login) -> None:
    page = login(factories.user("reviewer"))
    assert_no_more(*grown(page, "/queue", lambda: factories.application(factories.user(), ApplicationState.SUBMITTED)))


@pytest.mark.parametrize("page", ["", "/decide", "/refuse", "/return"])
def test_a_reviewers_application(factories: Factories, carrier: User, login: Login, page: str) -> None:
    browser = login(factories.user("reviewer"))
    few, many = (
        asked_for(
            browser,
            f"/queue/{factories.application(carrier, ApplicationState.SUBMITTED, vehicles=vehicles).reference}{page}",
        )
        for vehicles in (
            tuple(CrewedVehicle(factories.vehicle(carrier).id, (factories.crew(carrier).id,)) for _ in range(count))
            for count in (2, 5)
        )
    )
    assert_no_more(few, many)


def test_the_authoritys_register(factories: Factories, login: Login) -> None:
    page = login(factories.user("reviewer"))
    assert_no_more(*grown(page, "/register", factories.vehicle_pass))


@pytest.mark.parametrize(("role", "path"), [("administrator", "/audit"), ("administrator", "/stations")])
def test_what_an_administrator_looks_through(
    session: Session, client: FlaskClient, factories: Factories, login: Login, role: str, path: str
) -> None:
    page = login(factories.user(role))
    numbers = iter(range(9))
    assert_no_more(*grown(page, path, lambda: freight_post(session, client, f"depot-{next(numbers)}")))


@pytest.mark.parametrize("path", ["/scans", "/followups", "/zones"])
def test_what_health_staff_look_through(
    session: Session, client: FlaskClient, factories: Factories, login: Login, path: str
) -> None:
    page, gate = login(factories.user("health")), freight_post(session, client)
    numbers = iter(range(9))

    def expose() -> None:
        gate.send(gate.scan(factories.vehicle_pass(), now() - timedelta(minutes=5), coming_from="281"))
        publish_zone(
            session,
            None,
            ZoneDraft(
                id=f"z{next(numbers)}",
                name="Phong tỏa",
                kind=ZoneKind.LOCKDOWN,
                areas=("00355",),
                starts_at=start_of_day(today()) - timedelta(days=1),
                decision="1/QĐ",
            ),
            now(),
        )
        session.commit()
        jobs.wake()

    assert_no_more(*grown(page, path, expose))


def test_letters_that_wait_are_found_by_their_index(session: Session) -> None:
    with questions() as asked:
        assert take_unmailed(session) == []
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1]}", (3, -1)).all()
    assert any("ix_notices_mail_due" in row.detail for row in plan), plan


def test_the_worker_tells_the_database_how_its_tables_are_filled(
    app: Flask, session: Session, factories: Factories, carrier: User
) -> None:
    factories.application(carrier)
    session.commit()
    app.extensions["worker"].gather_statistics()
    known = session.connection().exec_driver_sql("SELECT DISTINCT tbl FROM sqlite_stat1").scalars().all()
    assert {"applications", "areas", "users"} <= set(known)
