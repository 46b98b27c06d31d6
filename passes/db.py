"""The database: one SQLAlchemy registry, and the column types that every area uses."""

from __future__ import annotations

import enum
import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from passes.privacy import Privacy

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_SAMPLED_ROWS = 1000
"""Of each index; a database of a million passes takes a fraction of a second then."""


class Base(DeclarativeBase):
    """Base of every mapped class; its naming convention gives migrations stable constraint names."""

    metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)


db = SQLAlchemy(model_class=Base)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept as UTC. Naive values are refused: they would be read as another time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn an aware datetime into what the database keeps.

        Raises:
            ValueError: the datetime is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; give it a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back an aware UTC datetime."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedText(sa.types.TypeDecorator[str]):
    """Text that is encrypted in the database (AES-256-GCM under the instance's data key)."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        """Encrypt."""
        del dialect
        return None if value is None else privacy().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> str | None:
        """Decrypt."""
        del dialect
        return None if value is None else privacy().decrypt(bytes(value))


class EncryptedJson(sa.types.TypeDecorator[dict[str, Any]]):
    """A mapping that JSON can hold, encrypted like `EncryptedText`."""

    impl = EncryptedText
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: sa.Dialect) -> str | None:
        """Write as JSON; the text is encrypted next."""
        del dialect
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> dict[str, Any] | None:
        """Read the decrypted JSON."""
        del dialect
        return None if value is None else dict(json.loads(value))


def privacy() -> Privacy:
    """Return the keys for personal columns of the running application."""
    return current_app.extensions["privacy"]


def enum_column(kind: type[enum.StrEnum]) -> sa.Enum:
    """Return a column type that keeps a StrEnum by its value, as plain text, and refuses others."""
    return sa.Enum(
        kind, native_enum=False, length=32, validate_strings=True, values_callable=lambda e: [m.value for m in e]
    )


def code_text(length: int) -> sa.String:
    """Return a column type for texts ordered by code points, as Python and SQLite do, whatever the database speaks."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def where_set(column: str) -> dict[str, sa.TextClause]:
    """Return the options of an index over the rows that have a value in a column, where most have none."""
    condition = sa.text(f"{column} IS NOT NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


def insert_if_new(session: Session, model: type[Base], **values: Any) -> bool:
    """Write one row unless its key is taken; say whether it was written.

    Of two transactions that write one key at once the second is told so, without an error.

    Args:
        session: the caller's transaction.
        model: which table.
        **values: its columns.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(**values).on_conflict_do_nothing()
    return session.execute(statement.returning(*sa.inspect(model).primary_key)).first() is not None


def begin_writing(session: Session) -> None:
    """Have what is read from now on still hold when it is written upon.

    PostgreSQL locks the rows that are read `FOR UPDATE`. SQLite has no such locks, and its driver begins a transaction
    only with the first change: two people who decide at once would both read that nothing is decided yet. There the
    whole database is kept, until this transaction ends. Call it before any savepoint: one begins a transaction that
    keeps nothing.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    connection = session.connection()
    if not connection.connection.dbapi_connection.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def lock(session: Session, row: Base) -> None:
    """Read a row again, with what loads with it, and keep it.

    Whoever decides about it at once waits, and then sees what was decided.

    Raises:
        sqlalchemy.exc.NoResultFound: somebody deleted it meanwhile.
    """
    session.flush()
    begin_writing(session)
    state = sa.inspect(row)
    keys = state.mapper.primary_key
    kept = sa.select(*keys).where(*(key == value for key, value in zip(keys, state.identity, strict=True)))
    session.execute(kept.with_for_update())
    # Asked anew: PostgreSQL gives a row that was waited for as it is now, but what is joined to it as it was before.
    session.get_one(type(row), state.identity, populate_existing=True)


def gather_statistics(session: Session) -> None:
    """Let SQLite see how its tables are filled, from samples: without, it reads whole tables where an index would do.

    Other connections heed it once they are opened anew. PostgreSQL does all of that by itself.
    """
    if session.get_bind().dialect.name == "sqlite":
        connection = session.connection()
        connection.exec_driver_sql(f"PRAGMA analysis_limit={_SAMPLED_ROWS}")
        connection.exec_driver_sql("ANALYZE")


@event.listens_for(sa.Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Give SQLite what the issuer relies on: foreign keys, a write-ahead log, patience with other writers."""
    if not isinstance(connection, sqlite3.Connection):
        return
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
