"""The log proves that it is whole: digests, signatures, changes of key, and what a purge leaves behind."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from checkpoint.scanlog import ScanLog, ScanLogError
from protocol.cose import SoftwareSigner
from tests.checkpoint.test_scanlog import KEY, NOON, entry, log, open_log, put

__all__ = ["log"]  # the fixture

OTHER = SoftwareSigner.from_seed(b"another key of the log's tests..")


def broken(log: ScanLog, key: bytes | None) -> bool:
    try:
        log.check_chain(key)
    except ScanLogError as error:
        return error.code == "log_chain_broken"
    return False


def test_each_record_is_signed_by_the_devices_key(log: ScanLog) -> None:
    for name in "abc":
        put(log, name)
    assert log.check_chain(KEY.public_raw) == 3
    assert broken(log, OTHER.public_raw)


def test_a_log_that_was_made_up_anew_is_not_this_devices(tmp_path: Path) -> None:
    """Digests alone can be computed by anybody; signatures cannot."""
    forged = ScanLog(tmp_path / "forged.db", lambda: OTHER)
    for name in "abc":
        put(forged, name)
    assert not broken(forged, None)
    assert broken(forged, KEY.public_raw)


@pytest.mark.parametrize("column", ["signature", "chain", "body_digest", "body"])
def test_a_single_changed_bit_shows(log: ScanLog, column: str) -> None:
    for name in "abc":
        put(log, name)
    log._db.execute("DROP TRIGGER record_is_never_changed")
    (value,) = log._db.execute(f"SELECT {column} FROM record WHERE seq = 2").fetchone()  # noqa: S608 - named above
    changed = bytes([value[0] ^ 1]) + value[1:]
    log._db.execute(f"UPDATE record SET {column} = ? WHERE seq = 2", (changed,))  # noqa: S608 - named above
    assert broken(log, KEY.public_raw)


def test_the_last_records_cannot_be_signed_by_a_stranger(log: ScanLog, tmp_path: Path) -> None:
    put(log, "a")
    stranger = ScanLog(log.path, lambda: OTHER)
    put(stranger, "b")
    assert broken(log, KEY.public_raw)
    del tmp_path


def test_a_log_is_followed_through_every_key_that_its_device_had(log: ScanLog) -> None:
    put(log, "a")
    log.begin_key(OTHER)
    log.begin_key(OTHER)  # typed again
    assert broken(log, KEY.public_raw)
    assert log.check_chain(OTHER.public_raw) == 1
    put(ScanLog(log.path, lambda: OTHER), "b")
    third = SoftwareSigner.from_seed(b"a third key of the log's tests..")
    put(ScanLog(log.path, lambda: third), "c")
    assert log.check_chain(third.public_raw) == 3
    log._db.execute("DELETE FROM signer WHERE number = 2")
    assert broken(log, third.public_raw)


def test_a_purge_takes_the_content_and_leaves_the_proof(log: ScanLog) -> None:
    for number, name in enumerate("abcd"):
        put(log, name, cti=b"12345678", minutes=number)
    log.settle("ab", {"c": "malformed"}, NOON)
    log.settle(["d"], {}, NOON + timedelta(days=3))
    assert log.purge(NOON + timedelta(days=1)) == 2
    assert log.purge(NOON + timedelta(days=1)) == 0
    assert log.check_chain(KEY.public_raw) == 4
    rows = log._db.execute(
        "SELECT id, body IS NULL, cti IS NULL, signature IS NULL FROM record ORDER BY seq"
    ).fetchall()
    assert rows == [("a", 1, 1, 0), ("b", 1, 1, 0), ("c", 0, 0, 0), ("d", 0, 0, 0)]
    counts = log.counts()
    assert (counts.pending, counts.accepted, counts.refused) == (0, 3, 1)
    log.close()
    kept = log.path.read_bytes() + log.path.with_name("scans.db-wal").read_bytes() if _has_wal(log) else b""
    kept = kept or log.path.read_bytes()
    assert b"body of a" not in kept
    assert b"body of c" in kept


def _has_wal(log: ScanLog) -> bool:
    return log.path.with_name("scans.db-wal").exists()


def test_what_waits_or_was_refused_is_never_purged_whatever_is_asked(log: ScanLog) -> None:
    put(log, "waits")
    put(log, "refused")
    log.settle([], {"refused": "malformed"}, NOON)
    assert log.purge(NOON + timedelta(days=10_000)) == 0
    for name in ("waits", "refused"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            log._db.execute("UPDATE record SET body = NULL, iss = NULL, cti = NULL WHERE id = ?", (name,))


def test_a_purge_cannot_be_taken_back_by_writing_other_content(log: ScanLog) -> None:
    put(log, "a")
    log.settle("a", {}, NOON)
    log.purge(NOON + timedelta(days=1))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        log._db.execute("UPDATE record SET body = x'00'")


VERSION_1 = """
CREATE TABLE record (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, first_id TEXT NOT NULL, kind TEXT NOT NULL,
    at_us INTEGER NOT NULL, scanned_at_us INTEGER NOT NULL, iss TEXT, cti BLOB, body BLOB NOT NULL,
    body_digest BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
CREATE INDEX record_by_credential ON record (cti, iss, scanned_at_us);
CREATE INDEX record_by_first ON record (first_id, seq);
CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE delivery (id TEXT PRIMARY KEY REFERENCES record (id), refusal TEXT, at_us INTEGER NOT NULL) STRICT;
CREATE TABLE boot (seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL) STRICT;
PRAGMA user_version = 1;
"""


def test_a_log_from_before_signatures_goes_on_and_its_old_records_are_vouched_for(log: ScanLog, tmp_path: Path) -> None:
    for name in "abc":
        put(log, name)
    old = tmp_path / "old.db"
    with sqlite3.connect(old) as db:
        db.executescript(VERSION_1)
        for row in log._db.execute("SELECT * FROM record"):
            db.execute(f"INSERT INTO record VALUES ({', '.join('?' * 11)})", row[:-1])  # noqa: S608 - question marks
        db.execute("INSERT INTO delivery VALUES ('a', NULL, 1), ('b', 'malformed', 2)")
    db.close()
    again = open_log(old)
    assert again.check_chain(KEY.public_raw) == 3
    counts = again.counts()
    assert (counts.pending, counts.accepted, counts.refused) == (1, 1, 1)
    assert [record_id for record_id, _ in again.pending(9, 10**6)] == ["c"]
    put(again, "d")
    assert again.check_chain(KEY.public_raw) == 4
    again.settle("c", {}, NOON)
    assert again._db.execute("PRAGMA foreign_key_check").fetchall() == []
    again._db.execute("DROP TRIGGER record_is_never_changed")
    again._db.execute("UPDATE record SET body = ?, body_digest = body_digest WHERE seq = 1", (entry("x").body,))
    assert broken(again, KEY.public_raw)
