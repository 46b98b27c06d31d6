"""The log of every scan: append-only, durable before anything is shown, each record chained to the one before.

A record is written once and never changed. What becomes of it (accepted by the issuer, refused by it) stands in a table
of its own. The chain runs over digests of the records' bytes: `chain(n) = SHA-256(chain(n-1) ‖ SHA-256(body(n)))`, from
32 zero bytes.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from checkpoint.errors import StationError
from checkpoint.scanlog_tables import SCHEMA, SCHEMA_VERSION

BUSY_TIMEOUT_S = 5
GENESIS = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE"}
DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


class ScanLogError(StationError):
    """The log cannot be written or read (`log_full`, `log_damaged`, `log_unusable`). What was written before stands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record on its way into the log.

    Attributes:
        id: the record's id.
        first_id: the id of the first record of the same event; its own, if it is the first.
        kind: what it records.
        at: when it is recorded.
        scanned_at: when it happened.
        iss: who issued the credential, if one was verified.
        cti: the credential's id, if one was verified.
        body: the record's bytes, as they go to the issuer.
    """

    id: str
    first_id: str
    kind: str
    at: datetime
    scanned_at: datetime
    iss: str | None
    cti: bytes | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records wait for the issuer, were accepted by it, were refused by it."""

    pending: int
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that the issuer refused; it stays here until a person has looked at it."""

    id: str
    code: str
    at: datetime


class ScanLog:
    """The log in one SQLite file. One object may be used from several threads, several processes may have one each.

    Args:
        path: the file; made if it is not there.

    Raises:
        ScanLogError: the file cannot be opened, or is no log.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self.path = path
        with _errors_named(path):
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            # FULL makes every commit wait until the write-ahead log is on the disk: no power cut loses a shown scan.
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
                self._db.execute(f"PRAGMA {pragma}")
            self._make_tables()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def append(self, make: Callable[[int], Entry]) -> Entry:
        """Write one record; when this returns, it is on the disk.

        Args:
            make: gives the record for its number in the log, counted from 1.

        Raises:
            ScanLogError: it could not be written; then nothing of it was.
        """
        with self._transaction() as db:
            last = db.execute("SELECT seq, chain FROM record ORDER BY seq DESC LIMIT 1").fetchone() or (0, GENESIS)
            seq = last[0] + 1
            entry = make(seq)
            digest = hashlib.sha256(entry.body).digest()
            db.execute(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    seq,
                    entry.id,
                    entry.first_id,
                    entry.kind,
                    _to_us(entry.at),
                    _to_us(entry.scanned_at),
                    entry.iss,
                    entry.cti,
                    entry.body,
                    digest,
                    hashlib.sha256(last[1] + digest).digest(),
                ),
            )
        return entry

    def last_seen(self, iss: str, cti: bytes, *, void_kind: str) -> datetime | None:
        """Return when a credential was last scanned here, not counting scans that were taken back.

        Args:
            iss: who issued it.
            cti: its id.
            void_kind: the kind of record that takes back the event it belongs to.
        """
        found = self._rows(
            "SELECT max(scanned_at_us) FROM record AS r WHERE cti = ? AND iss = ? AND kind != ? AND ? != "
            "(SELECT kind FROM record WHERE first_id = r.first_id ORDER BY seq DESC LIMIT 1)",
            (cti, iss, void_kind, void_kind),
        )
        return _from_us(found[0][0]) if found[0][0] is not None else None

    def recent(self, limit: int) -> list[bytes]:
        """Return the newest record of each of the newest events, newest event first."""
        rows = self._rows(
            "SELECT body FROM record WHERE seq IN (SELECT max(seq) FROM record GROUP BY first_id "
            "ORDER BY min(seq) DESC LIMIT ?) ORDER BY (SELECT min(seq) FROM record AS f "
            "WHERE f.first_id = record.first_id) DESC",
            (limit,),
        )
        return [body for (body,) in rows]

    def pending(self, max_records: int, max_bytes: int) -> list[tuple[str, bytes]]:
        """Return the oldest records that the issuer has not answered for, as many as fit, at least one if any waits.

        Returns:
            Pairs of id and bytes, in the order of the log.
        """
        rows = self._rows(
            "SELECT id, body FROM record WHERE id NOT IN (SELECT id FROM delivery) ORDER BY seq LIMIT ?", (max_records,)
        )
        taken, size = [], 0
        for record_id, body in rows:
            size += len(body)
            if taken and size > max_bytes:
                break
            taken.append((record_id, body))
        return taken

    def settle(self, accepted: Iterable[str], refused: Mapping[str, str], at: datetime) -> None:
        """Note what the issuer said. Saying it again changes nothing; a refused record that it takes now is accepted.

        Args:
            accepted: ids of records that the issuer has.
            refused: ids of records that it does not take, each with the code it gave.
            at: when it said so.

        Raises:
            ScanLogError: it could not be noted; the records stay pending, and sending them again does no harm.
        """
        answers = [*((i, None) for i in accepted), *refused.items()]
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO delivery SELECT id, :refusal, :at_us FROM record WHERE id = :id "
                "ON CONFLICT (id) DO UPDATE SET refusal = excluded.refusal, at_us = excluded.at_us "
                "WHERE refusal IS NOT NULL",
                [{"id": record_id, "refusal": code, "at_us": _to_us(at)} for record_id, code in answers],
            )

    def counts(self) -> Counts:
        """Count the records by what became of them."""
        ((total, accepted, refused),) = self._rows(
            "SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM delivery WHERE refusal IS NULL), "
            "(SELECT count(*) FROM delivery WHERE refusal IS NOT NULL)"
        )
        return Counts(total - accepted - refused, accepted, refused)

    def refusals(self) -> list[Refusal]:
        """List the records that the issuer refused, oldest first."""
        rows = self._rows("SELECT id, refusal, at_us FROM delivery WHERE refusal IS NOT NULL ORDER BY at_us, id")
        return [Refusal(record_id, code, _from_us(at)) for record_id, code, at in rows]

    def note_boot(self, at: datetime) -> datetime | None:
        """Note that the station starts; return when it started the time before, if it ever did."""
        with self._transaction() as db:
            before = db.execute("SELECT at_us FROM boot ORDER BY seq DESC LIMIT 1").fetchone()
            db.execute("INSERT INTO boot (at_us) VALUES (?)", (_to_us(at),))
        return _from_us(before[0]) if before else None

    def last_recorded_at(self) -> datetime | None:
        """Return when the last record was written, by the clock of that moment."""
        rows = self._rows("SELECT at_us FROM record ORDER BY seq DESC LIMIT 1")
        return _from_us(rows[0][0]) if rows else None

    def check_chain(self) -> int:
        """Follow the chain from the first record to the last.

        Returns:
            The number of records.

        Raises:
            ScanLogError: a record was changed, taken out or put in.
        """
        chain, expected_seq = GENESIS, 0
        for seq, body, digest, stated in self._rows("SELECT seq, body, body_digest, chain FROM record ORDER BY seq"):
            expected_seq += 1
            chain = hashlib.sha256(chain + digest).digest()
            if seq != expected_seq or hashlib.sha256(body).digest() != digest or chain != stated:
                raise ScanLogError("log_chain_broken", seq=expected_seq)
        return expected_seq

    def _make_tables(self) -> None:
        with self._transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in SCHEMA:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise ScanLogError("log_of_other_version", path=self.path)

    def _rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[tuple]:
        with self._lock, _errors_named(self.path):
            return self._db.execute(query, parameters).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _errors_named(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


@contextmanager
def _errors_named(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        code = "log_full" if name in FULL else "log_damaged" if name in DAMAGED else "log_unusable"
        raise ScanLogError(code, path=path, detail=str(error)) from error


def _to_us(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _from_us(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
