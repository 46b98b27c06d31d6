"""The SQLite file under the scan log: opened durably, written in whole transactions, its errors in our words."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from checkpoint.errors import StationError
from checkpoint.reserve import Reserve
from checkpoint.scanlog_tables import make_tables

BUSY_TIMEOUT_S = 10  # sqlite lets programs wait in no order: with two that write without pause, one may wait long
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Made = TypeVar("_Made")

FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE"}
DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


class ScanLogError(StationError):
    """The log cannot be written or read (`log_full`, `log_damaged`, `log_unusable`). What was written before stands."""


class LogFile:
    """One SQLite file. One object may be used from several threads, several processes may have one each.

    Args:
        path: the file; made if it is not there.
        reserve: room that is given up when the disk is full.

    Raises:
        ScanLogError: the file cannot be opened, or is no log.
    """

    def __init__(self, path: Path, reserve: Reserve | None) -> None:
        self._lock = threading.RLock()
        self.path = path
        self.reserve = reserve
        try:
            self._open()
        except ScanLogError as error:
            if not self._makes_room(error):
                raise
            self._open()

    def _open(self) -> None:
        with errors_named(self.path):
            self._db = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            # FULL makes every commit wait until the write-ahead log is on the disk: no power cut loses a shown scan.
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF", "secure_delete = ON"):
                self._db.execute(f"PRAGMA {pragma}")
        with self._transaction() as db:
            if not make_tables(db):
                raise ScanLogError("log_of_other_version", path=self.path)
        with errors_named(self.path):
            self._db.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _write(self, work: Callable[[sqlite3.Connection], _Made]) -> _Made:
        """Do something in a transaction of its own, in the reserve if the disk is full."""
        try:
            with self._transaction() as db:
                return work(db)
        except ScanLogError as error:
            if not self._makes_room(error):
                raise
        with self._transaction() as db:
            return work(db)

    def _makes_room(self, error: ScanLogError) -> bool:
        return error.code == "log_full" and self.reserve is not None and self.reserve.release()

    def _rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple]:
        with self._lock, errors_named(self.path):
            return self._db.execute(query, parameters).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, errors_named(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


@contextmanager
def errors_named(path: Path) -> Iterator[None]:
    """Turn what SQLite says into the station's own error."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        code = "log_full" if name in FULL else "log_damaged" if name in DAMAGED else "log_unusable"
        raise ScanLogError(code, path=path, detail=str(error)) from error


def to_us(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_us(microseconds: int) -> datetime:
    """Return the moment, UTC, of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=microseconds)
