"""Alembic's entry: migrates the database of the running application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

from passes.db import EncryptedText, UtcDateTime

target_db = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that migrations never import the application."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EncryptedText):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


@contextmanager
def rebuilding_tables(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite replace a table that others refer to: it drops the old one, and what refers to it must not object.

    Raises:
        ValueError: afterwards something refers to what is not there.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    try:
        yield
        if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise ValueError(f"after migrating, rows of {sorted({row[0] for row in lost})} refer to rows that are gone")
        connection.commit()
    finally:
        connection.rollback()  # inside a transaction the next line would do nothing
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def run() -> None:
    """Migrate on a live connection, each migration in a transaction of its own."""
    arguments = dict(current_app.extensions["migrate"].configure_args)
    with target_db.engine.connect() as connection, rebuilding_tables(connection):
        context.configure(
            connection=connection,
            target_metadata=target_db.metadata,
            render_item=render_item,
            transaction_per_migration=True,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
