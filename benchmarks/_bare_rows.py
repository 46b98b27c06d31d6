"""The peer of taking in movements: the same rows written by the driver alone."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from passes.db import db
from passes.movement import bulk


class Bare:
    """The same rows with nothing around them: in a table of the same shape, and in one without any index or key.

    Each batch is written right after ours, so that both find the machine equally busy. The tables are in a database of
    their own, which knows the same places and persons.

    Args:
        directory: where the city is whose rows they are; its application's context is entered.
        is_postgres: which database.
    """

    def __init__(self, directory: Path, *, is_postgres: bool) -> None:
        """Make the database."""
        self.seconds = self.seconds_plain = 0.0
        self._is_postgres = is_postgres
        self._last_person = self._last_movement = 0
        db.session.remove()
        db.engine.dispose()
        if is_postgres:
            url = db.engine.url
            with sa.create_engine(url, isolation_level="AUTOCOMMIT").connect() as admin:
                admin.execute(sa.text(f'CREATE DATABASE "{url.database}_bare" TEMPLATE "{url.database}"'))
            engine = sa.create_engine(url.set(database=f"{url.database}_bare"))
            self._target: Any = engine.raw_connection()
            self._target.cursor().execute("CREATE TABLE plain AS TABLE movements WITH NO DATA")
        else:
            copy = directory / "bare.db"
            with sqlite3.connect(directory / "instance" / "passes.db") as source, sqlite3.connect(copy) as target:
                source.backup(target)
            self._target = sqlite3.connect(copy)
            for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "cache_size=-131072"):
                self._target.execute(f"PRAGMA {pragma}")
            self._target.execute(f"CREATE TABLE plain ({', '.join(bulk.COLUMNS)})")
        self._target.commit()

    def write_what_is_new(self) -> None:
        """Write the rows that came since the last time, and the persons whom they need; only the rows are timed."""
        mark = "%s" if self._is_postgres else "?"
        names = ", ".join(bulk.COLUMNS)
        people = self._new(f"id, created_at FROM persons WHERE id > {mark} ORDER BY id", self._last_person)
        rows = self._new(f"{names}, id FROM movements WHERE id > {mark} ORDER BY id", self._last_movement)
        if people:
            self._last_person = people[-1][0]
            insert = "INSERT INTO persons (id, created_at) VALUES (?, ?)".replace("?", mark)
            self._target.cursor().executemany(insert, people)
            self._target.commit()
        if rows:
            self._last_movement = rows[-1][-1]
            rows = [row[:-1] for row in rows]
            self.seconds += self._write("movements", rows)
            self.seconds_plain += self._write("plain", rows)

    def _new(self, columns_and_conditions: str, last: int) -> list[tuple[Any, ...]]:
        with db.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("SELECT " + columns_and_conditions, (last,))
            return [tuple(row) for row in cursor.fetchall()]

    def _write(self, table: str, rows: list[tuple[Any, ...]]) -> float:
        began = time.perf_counter()
        if self._is_postgres:
            with self._target.cursor().copy(bulk.COPY.replace("COPY movements", f"COPY {table}")) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            self._target.executemany(bulk.INSERT.replace("INTO movements", f"INTO {table}"), rows)
        self._target.commit()
        return time.perf_counter() - began

    def close(self) -> None:
        """Let go of the database."""
        self._target.close()
