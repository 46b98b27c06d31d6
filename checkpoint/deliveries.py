"""What became of the records: waiting for the issuer, accepted or refused by it, handed over on a stick, purged."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checkpoint.scanlog_file import LogFile, from_us, to_us

PURGED_AT_ONCE = 100
_KEPT = "SELECT seq, id, body FROM record WHERE seq > ? AND body IS NOT NULL ORDER BY seq LIMIT ?"
_KEPT_WAITING = _KEPT.replace("FROM record", "FROM waiting JOIN record USING (seq)")


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


class Deliveries(LogFile):
    """The part of the log that changes: beside each record, what the issuer said of it."""

    def pending(self, max_records: int, max_bytes: int) -> list[tuple[str, bytes]]:
        """Return the oldest records that the issuer has not answered for, as many as fit, at least one if any waits.

        Returns:
            Pairs of id and bytes, in the order of the log.
        """
        rows = self._rows("SELECT id, body FROM waiting JOIN record USING (seq) ORDER BY seq LIMIT ?", (max_records,))
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
        rows = [{"id": record_id, "refusal": code, "at_us": to_us(at)} for record_id, code in answers]

        def note(db: sqlite3.Connection) -> None:
            db.executemany(
                "INSERT INTO delivery SELECT id, :refusal, :at_us FROM record WHERE id = :id "
                "ON CONFLICT (id) DO UPDATE SET refusal = excluded.refusal, at_us = excluded.at_us "
                "WHERE refusal IS NOT NULL",
                rows,
            )
            db.executemany("DELETE FROM waiting WHERE seq = (SELECT seq FROM record WHERE id = :id)", rows)

        self._write(note)

    def counts(self) -> Counts:
        """Count the records by what became of them."""
        ((total, pending, refused),) = self._rows(
            "SELECT (SELECT coalesce(max(seq), 0) FROM record), (SELECT count(*) FROM waiting), "
            "(SELECT count(*) FROM delivery WHERE refusal IS NOT NULL)"
        )
        return Counts(pending, total - pending - refused, refused)

    def waiting_since(self) -> datetime | None:
        """Return when the oldest record was written that the issuer has not answered for; None if none waits."""
        rows = self._rows("SELECT at_us FROM waiting JOIN record USING (seq) ORDER BY seq LIMIT 1")
        return from_us(rows[0][0]) if rows else None

    def refusals(self) -> list[Refusal]:
        """List the records that the issuer refused, oldest first."""
        rows = self._rows("SELECT id, refusal, at_us FROM delivery WHERE refusal IS NOT NULL ORDER BY at_us, id")
        return [Refusal(record_id, code, from_us(at)) for record_id, code, at in rows]

    def kept(self, after_seq: int, max_records: int, *, is_waiting_only: bool) -> list[tuple[int, str, bytes]]:
        """Return records after a number whose content is still here: number, id, bytes.

        Args:
            after_seq: the number.
            max_records: how many at most.
            is_waiting_only: leave out what the issuer has answered for.
        """
        return self._rows(_KEPT_WAITING if is_waiting_only else _KEPT, (after_seq, max_records))

    def note_handed(self, batch: bytes, ids: Sequence[str]) -> None:
        """Remember which records are in a batch that leaves by another way than the network.

        Args:
            batch: the batch's digest, by which its receipt will name it.
            ids: of its records.

        Raises:
            ScanLogError: it could not be noted.
        """
        rows = [(batch, record_id) for record_id in ids]
        self._write(
            lambda db: db.executemany("INSERT OR IGNORE INTO handed SELECT ?, seq FROM record WHERE id = ?", rows)
        )

    def handed(self, batch: bytes) -> list[str]:
        """Return the ids of the records in a batch that left by another way, in the order of the log."""
        rows = self._rows("SELECT id FROM handed JOIN record USING (seq) WHERE batch = ? ORDER BY seq", (batch,))
        return [record_id for (record_id,) in rows]

    def purge(self, received_before: datetime, at_most: int = PURGED_AT_ONCE) -> int:
        """Empty some of the records that the issuer has had for long enough; their digests and signatures stay.

        Args:
            received_before: when the issuer must have confirmed them.
            at_most: how many; a scan waits no longer than it takes to empty these.

        Returns:
            How many were emptied; fewer than `at_most` when no more are left.

        Raises:
            ScanLogError: the disk refused; nothing was.
        """

        def empty(db: sqlite3.Connection) -> int:
            return db.execute(
                "UPDATE record SET body = NULL, iss = NULL, cti = NULL WHERE seq IN "
                "(SELECT seq FROM delivery AS d JOIN record USING (id) "
                "WHERE refusal IS NULL AND d.at_us < ? AND body IS NOT NULL LIMIT ?)",
                (to_us(received_before), at_most),
            ).rowcount

        if count := self._write(empty):
            self._rows("PRAGMA wal_checkpoint(TRUNCATE)")  # what was there must not stay in the write-ahead log
        return count
