"""What a post remembers beside its scans: failed sign-ins, reset PINs, who is on duty, shifts, the chief's deeds.

Scans stand in the scan log, which loses nothing. This book serves convenience and attribution: if it cannot be written,
the post goes on with what it has in memory, and says so.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCHEMA = (
    "CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE deed (
        seq INTEGER PRIMARY KEY,
        at_us INTEGER NOT NULL,
        kind TEXT NOT NULL,
        officer TEXT,
        reason TEXT NOT NULL,
        details TEXT NOT NULL
    ) STRICT
    """,
    "CREATE TABLE waiting (event TEXT PRIMARY KEY, record BLOB NOT NULL, details BLOB NOT NULL) STRICT, WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that only a post chief may do, done.

    Attributes:
        at: when, by the station's clock.
        kind: `overruled`, `clock_set`, `clock_released`, `pin_reset`, `automatic_on` or `automatic_off`.
        officer: who did it; None at a station without a list of officers where nobody gave a name.
        reason: why, as written.
        details: what else there is to say, by kind.
    """

    at: datetime
    kind: str
    officer: str | None
    reason: str
    details: dict[str, Any]


class PostBook:
    """The book in one SQLite file, or in memory while that cannot be used.

    Args:
        path: the file; made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self.is_kept = True  # whether what is written now will still be there after a restart
        try:
            self._db = _open(path)
        except (sqlite3.Error, OSError) as error:
            logger.warning("%s cannot be used: %s", path, error)
            self.is_kept = False
            self._db = _open(":memory:")
        self._notes: dict[str, dict[str, Any]] = {
            name: json.loads(value) for name, value in self._rows("SELECT name, value FROM note")
        }

    def note(self, name: str) -> dict[str, Any] | None:
        """Return what is noted under a name."""
        return self._notes.get(name)

    def put_note(self, name: str, value: dict[str, Any] | None) -> None:
        """Note something under a name; None takes it away. It holds in memory whether or not it can be written."""
        with self._writing() as db:
            if value is None:
                self._notes.pop(name, None)
                db.execute("DELETE FROM note WHERE name = ?", (name,))
            else:
                self._notes[name] = value
                db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))

    def add_deed(self, deed: Deed) -> None:
        """Write down what a chief did."""
        values = (_to_us(deed.at), deed.kind, deed.officer, deed.reason, json.dumps(deed.details, ensure_ascii=False))
        with self._writing() as db:
            db.execute("INSERT INTO deed (at_us, kind, officer, reason, details) VALUES (?, ?, ?, ?, ?)", values)

    def last_deed(self) -> int:
        """Return the number of the newest deed; 0 before the first."""
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM deed")[0][0])

    def deeds(self, after: int, until: int | None = None) -> list[Deed]:
        """Return deeds in the order in which they were done.

        Args:
            after: the number of the last one to leave out.
            until: the number of the last one to return; None returns all.
        """
        query = "SELECT at_us, kind, officer, reason, details FROM deed WHERE seq > ? AND seq <= ? ORDER BY seq"
        rows = self._rows(query, (after, 2**62 if until is None else until))
        return [Deed(_from_us(at), kind, who, why, json.loads(details)) for at, kind, who, why, details in rows]

    def keep_waiting(self, event: str, record: bytes, details: bytes) -> None:
        """Keep a vehicle that waits aside, until `drop_waiting`.

        Args:
            event: its id.
            record: its newest record.
            details: what is personal in it, not sealed: without it the chief could not close the event.
        """
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?)", (event, record, details))

    def drop_waiting(self, event: str) -> None:
        """Forget a vehicle that waits no more; its bytes are overwritten."""
        with self._writing() as db:
            db.execute("DELETE FROM waiting WHERE event = ?", (event,))

    def waiting(self) -> list[tuple[bytes, bytes]]:
        """Return record and details of every vehicle that waits aside."""
        return self._rows("SELECT record, details FROM waiting")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple]:
        with self._lock:
            try:
                return self._db.execute(query, parameters).fetchall()
            except sqlite3.Error as error:
                self._go_on_in_memory(error)
                return self._db.execute(query, parameters).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                self._go_on_in_memory(error)
                self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                logger.warning("%s cannot be written: %s", self.path, error)
                self.is_kept = False
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            else:
                self.is_kept = self._is_on_disk

    @property
    def _is_on_disk(self) -> bool:
        return bool(self._db.execute("PRAGMA database_list").fetchone()[2])

    def _go_on_in_memory(self, error: sqlite3.Error) -> None:
        logger.warning("%s cannot be used: %s", self.path, error)
        self.is_kept = False
        self._db = _open(":memory:")


def _open(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF", "secure_delete = ON"):
        db.execute(f"PRAGMA {pragma}")
    if db.execute("PRAGMA user_version").fetchone()[0] == 0:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in SCHEMA:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
    return db


def _to_us(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _from_us(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
