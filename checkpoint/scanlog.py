"""The log of every scan: append-only, durable before anything is shown, each record chained to the last and signed.

A record is written once and never changed. What becomes of it (accepted by the issuer, refused by it) stands in a table
of its own. Some time after the issuer has it, its bytes may be purged; digest, chain and signature stay for ever
(`checkpoint.log_proof`).
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checkpoint import log_proof
from checkpoint.deliveries import Counts, Deliveries, Refusal
from checkpoint.log_proof import GENESIS, KeyStatement, Link
from checkpoint.reserve import Reserve
from checkpoint.scanlog_file import ScanLogError, errors_named, from_us, to_us
from protocol.cose import SoftwareSigner

__all__ = ["Counts", "Entry", "Refusal", "ScanLog", "ScanLogError"]

BREATHE_AFTER = 200  # records; following them takes some hundredths of a second
_INSERT = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_KEYS = "SELECT public_key, from_seq, chain, signature FROM signer ORDER BY number"
_LINKS = "SELECT seq, body, body_digest, chain, signature FROM record ORDER BY seq"


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


class ScanLog(Deliveries):
    """The log in one SQLite file. One object may be used from several threads, several processes may have one each.

    Args:
        path: the file; made if it is not there.
        signer: gives the device's key of the moment, with which each record is signed; None only reads and notes.
        reserve: room that is given up when the disk is full.

    Raises:
        ScanLogError: the file cannot be opened, or is no log.
    """

    def __init__(
        self, path: Path, signer: Callable[[], SoftwareSigner] | None = None, reserve: Reserve | None = None
    ) -> None:
        super().__init__(path, reserve)
        self._signer = signer

    def append(self, make: Callable[[int], Entry]) -> Entry:
        """Write one record; when this returns, it is on the disk.

        Args:
            make: gives the record for its number in the log, counted from 1; called again if room has to be made.

        Raises:
            ScanLogError: it could not be written, not even into the reserve; then nothing of it was.
        """
        return self._write(lambda db: self._append(db, make))

    def begin_key(self, signer: SoftwareSigner) -> None:
        """State that another key of this device signs from now on. Saying it again changes nothing.

        Raises:
            ScanLogError: it could not be written.
        """
        self._write(lambda db: _state_key(db, signer, *_last_link(db)))

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
        return from_us(found[0][0]) if found[0][0] is not None else None

    def last_seq(self) -> int:
        """Return the number of the newest record; 0 before the first."""
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM record")[0][0])

    def bodies_after(self, seq: int, until: int = 2**62) -> list[bytes]:
        """Return the bytes of the records after one, up to and with another, in the order of the log."""
        query = "SELECT body FROM record WHERE seq > ? AND seq <= ? AND body IS NOT NULL ORDER BY seq"
        return [body for (body,) in self._rows(query, (seq, until))]

    def note_boot(self, at: datetime) -> datetime | None:
        """Note that the station starts; return when it started the time before, if it ever did."""
        before = self._rows("SELECT at_us FROM boot ORDER BY seq DESC LIMIT 1")
        self._write(lambda db: db.execute("INSERT INTO boot (at_us) VALUES (?)", (to_us(at),)))
        return from_us(before[0][0]) if before else None

    def last_recorded_at(self) -> datetime | None:
        """Return when the last record was written, by the clock of that moment."""
        rows = self._rows("SELECT at_us FROM record ORDER BY seq DESC LIMIT 1")
        return from_us(rows[0][0]) if rows else None

    def check_chain(self, device_key: bytes | None = None, breathe: Callable[[], None] = lambda: None) -> int:
        """Follow the chain from the first record to the last.

        Args:
            device_key: the device's public key, to check every signature as well; without it only digests are.
            breathe: called now and then, to let others work.

        Returns:
            The number of records.

        Raises:
            ScanLogError: a record was changed, taken out or put in, or signed by nobody who may.
        """
        with self._lock, errors_named(self.path):
            keys = [KeyStatement(*row) for row in self._db.execute(_KEYS).fetchall()]
            try:
                return log_proof.follow(self._links(breathe), keys, device_key)
            except log_proof.ChainBrokenError as error:
                raise ScanLogError("log_chain_broken", seq=error.seq) from error

    def _links(self, breathe: Callable[[], None]) -> Iterator[Link]:
        for number, row in enumerate(self._db.execute(_LINKS), 1):
            yield Link(*row)
            if not number % BREATHE_AFTER:
                breathe()

    def _append(self, db: sqlite3.Connection, make: Callable[[int], Entry]) -> Entry:
        if self._signer is None:
            raise ValueError("a log without a key takes no records")
        signer = self._signer()
        seq, chain = _last_link(db)
        _state_key(db, signer, seq, chain)
        seq += 1
        entry = make(seq)
        digest = hashlib.sha256(entry.body).digest()
        chain = log_proof.extend(chain, digest)
        fields = (entry.id, entry.first_id, entry.kind, to_us(entry.at), to_us(entry.scanned_at), entry.iss, entry.cti)
        signature = log_proof.sign_link(signer, seq, chain)
        db.execute(_INSERT, (seq, *fields, entry.body, digest, chain, signature))
        db.execute("INSERT INTO waiting VALUES (?)", (seq,))
        return entry


def _last_link(db: sqlite3.Connection) -> tuple[int, bytes]:
    return db.execute("SELECT seq, chain FROM record ORDER BY seq DESC LIMIT 1").fetchone() or (0, GENESIS)


def _state_key(db: sqlite3.Connection, signer: SoftwareSigner, seq: int, chain: bytes) -> None:
    """Write the statement of the key that signs the record after `seq`, unless it is the one that signed before."""
    last = db.execute("SELECT public_key FROM signer ORDER BY number DESC LIMIT 1").fetchone()
    if last is None or last[0] != signer.public_raw:
        stated = log_proof.state_key(signer, seq + 1, chain, last[0] if last else b"")
        row = (stated.public_key, stated.from_seq, stated.chain, stated.signature)
        db.execute("INSERT INTO signer (public_key, from_seq, chain, signature) VALUES (?, ?, ?, ?)", row)
