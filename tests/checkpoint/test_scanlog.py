"""The log keeps what it took, whatever happens to the machine."""

import hashlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checkpoint import messages
from checkpoint.reserve import Reserve
from checkpoint.scanlog import Entry, ScanLog, ScanLogError
from protocol.cose import SoftwareSigner

NOON = datetime(2021, 9, 14, 5, 0, tzinfo=UTC)


def entry(
    name: str, *, kind: str = "CODE", first: str | None = None, cti: bytes | None = None, minutes: int = 0
) -> Entry:
    at = NOON + timedelta(minutes=minutes)
    iss = "hanoi" if cti else None
    return Entry(name, first or name, kind, at, at, iss, cti, f"body of {name}".encode() * 40)


def put(log: ScanLog, name: str, **fields: object) -> None:
    log.append(lambda _seq: entry(name, **fields))


KEY = SoftwareSigner.from_seed(b"a device key of the log's tests.")


def open_log(path: Path, reserve: Reserve | None = None) -> ScanLog:
    return ScanLog(path, lambda: KEY, reserve)


@pytest.fixture
def log(tmp_path: Path) -> ScanLog:
    return open_log(tmp_path / "scans.db")


def test_records_are_numbered_from_one_without_gaps(log: ScanLog) -> None:
    numbers = []
    for name in "abc":
        log.append(lambda seq, name=name: numbers.append(seq) or entry(name))
    assert numbers == [1, 2, 3]


def test_a_commit_waits_for_the_disk(log: ScanLog) -> None:
    full = 2
    assert log._db.execute("PRAGMA synchronous").fetchone() == (full,)
    assert log._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_each_record_is_chained_to_the_one_before(log: ScanLog) -> None:
    for name in "abc":
        put(log, name)
    chain = bytes(32)
    for body, stated in log._db.execute("SELECT body, chain FROM record ORDER BY seq"):
        chain = hashlib.sha256(chain + hashlib.sha256(body).digest()).digest()
        assert chain == stated
    assert log.check_chain() == 3


def test_a_record_can_neither_be_changed_nor_deleted(log: ScanLog) -> None:
    put(log, "a")
    for statement in ("UPDATE record SET body = x'00'", "DELETE FROM record"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            log._db.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET body = x'00' WHERE seq = 2",
        "DELETE FROM record WHERE seq = 2",
        "UPDATE record SET seq = 9 WHERE seq = 3",
    ],
)
def test_the_chain_shows_what_was_done_behind_the_logs_back(log: ScanLog, statement: str) -> None:
    for name in "abc":
        put(log, name)
    log._db.execute("DROP TRIGGER record_is_never_changed")
    log._db.execute("DROP TRIGGER record_is_never_deleted")
    log._db.execute("PRAGMA foreign_keys = OFF")
    log._db.execute(statement)
    with pytest.raises(ScanLogError) as caught:
        log.check_chain()
    assert caught.value.code == "log_chain_broken"


def test_an_id_is_taken_once(log: ScanLog) -> None:
    put(log, "a")
    with pytest.raises(ScanLogError):
        put(log, "a")
    assert log.check_chain() == 1


def test_an_error_while_making_a_record_leaves_nothing(log: ScanLog) -> None:
    def fail(_seq: int) -> Entry:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        log.append(fail)
    put(log, "a")
    assert log.check_chain() == 1


def test_the_last_time_a_pass_was_seen_here_leaves_out_what_was_taken_back(log: ScanLog) -> None:
    cti = b"12345678"
    assert log.last_seen("hanoi", cti, void_kind="VOID") is None
    put(log, "a", cti=cti, minutes=0)
    put(log, "b", cti=cti, minutes=5)
    assert log.last_seen("hanoi", cti, void_kind="VOID") == NOON + timedelta(minutes=5)
    put(log, "c", kind="VOID", first="b", cti=cti, minutes=6)
    assert log.last_seen("hanoi", cti, void_kind="VOID") == NOON
    put(log, "d", first="b", cti=cti, minutes=5)
    assert log.last_seen("hanoi", cti, void_kind="VOID") == NOON + timedelta(minutes=5)
    assert log.last_seen("haiphong", cti, void_kind="VOID") is None


def test_what_is_pending_comes_in_order_and_within_both_limits(log: ScanLog) -> None:
    for name in "abcde":
        put(log, name)
    assert [i for i, _ in log.pending(3, 10**6)] == ["a", "b", "c"]
    size = len(entry("a").body)
    assert [i for i, _ in log.pending(9, 2 * size)] == ["a", "b"]
    assert [i for i, _ in log.pending(9, 1)] == ["a"]


def test_refused_records_are_kept_apart_and_shown_and_may_be_taken_later(log: ScanLog) -> None:
    for name in "abc":
        put(log, name)
    log.settle(["a", "unknown"], {"b": "station_unknown"}, NOON)
    assert [(r.id, r.code) for r in log.refusals()] == [("b", "station_unknown")]
    counts = log.counts()
    assert (counts.pending, counts.accepted, counts.refused) == (1, 1, 1)
    log.settle(["b"], {"a": "too late to change its mind"}, NOON)
    counts = log.counts()
    assert (counts.pending, counts.accepted, counts.refused) == (1, 2, 0)


def test_it_remembers_when_the_station_started_before(log: ScanLog) -> None:
    assert log.note_boot(NOON) is None
    assert log.note_boot(NOON + timedelta(hours=1)) == NOON


def test_a_file_that_is_no_log_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "scans.db").write_bytes(b"not a database, " * 300)
    with pytest.raises(ScanLogError) as caught:
        ScanLog(tmp_path / "scans.db")
    assert caught.value.code == "log_damaged"
    assert "scans.db" in messages.sentence(caught.value)


def test_a_log_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "scans.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ScanLogError) as caught:
        ScanLog(tmp_path / "scans.db")
    assert caught.value.code == "log_of_other_version"


def fill(log: ScanLog) -> int:
    """Append until the disk is full; return how many went in."""
    done: list[int] = []

    def go_on() -> None:
        for number in range(100_000):
            put(log, f"r{number}")
            done.append(number)

    with pytest.raises(ScanLogError) as caught:
        go_on()
    assert caught.value.code == "log_full"
    return len(done)


def test_a_full_database_refuses_whole_records_and_keeps_all_before(log: ScanLog) -> None:
    log._db.execute("PRAGMA max_page_count = 60")
    count = fill(log)
    assert count > 10
    assert log.check_chain() == count
    log._db.execute("PRAGMA max_page_count = 1000000")
    put(log, "room again")
    assert log.check_chain() == count + 1


WRITER = """
import sys
from pathlib import Path
from tests.checkpoint.test_scanlog import fill, open_log, put
log = open_log(Path(sys.argv[1]))
if sys.argv[2] == "fill":
    print(fill(log))
for count in range(10**9) if sys.argv[2] == "run" else ():
    put(log, f"r{count}")
    print(count, flush=True)
"""


def write(path: Path, what: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=before)  # noqa: PLW1509 - a limit


def test_a_disk_that_takes_no_more_bytes_refuses_whole_records_and_keeps_all_before(tmp_path: Path) -> None:
    limit = 1_000_000
    path = tmp_path / "scans.db"
    with write(path, "fill", lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) as writer:
        output, _ = writer.communicate(timeout=60)
    assert writer.returncode == 0
    log = open_log(path)
    assert log.check_chain() == int(output) > 10
    put(log, "room again")


@pytest.mark.parametrize("shown", [1, 17])
def test_a_killed_station_has_lost_nothing_that_it_had_shown(tmp_path: Path, shown: int) -> None:
    path = tmp_path / "scans.db"
    with write(path, "run") as writer:
        assert writer.stdout
        seen = [writer.stdout.readline() for _ in range(shown)]
        os.kill(writer.pid, signal.SIGKILL)
    log = open_log(path)
    assert log.check_chain(KEY.public_raw) >= len(seen)
    put(log, "after the crash")


def test_two_programs_may_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "scans.db"
    mine = open_log(path)
    with write(path, "run") as writer:
        assert writer.stdout
        writer.stdout.readline()
        for count in range(20):
            put(mine, f"mine{count}")
        writer.kill()
    assert mine.check_chain() > 20
