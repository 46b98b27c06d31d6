"""The power fails at any moment: what was shown is in the log, whichever unsynced writes the disk had kept.

strace tells every write and every fsync of a scanning process. From that the disk is put together as it could be after
a power cut: all that was synced, and any selection of what was not.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.checkpoint.test_scanlog import KEY, open_log, put
from tests.counts import count

CUTS = count("disks put together after a power cut", 40, 2_000)
SCANS = 40
WRITER = """
import os, sys
from pathlib import Path
from tests.checkpoint.test_scanlog import open_log, put
log = open_log(Path(sys.argv[1]))
log._db.execute("PRAGMA wal_autocheckpoint = 40")  # so that pages move to the database between scans, too
for number in range(int(sys.argv[2])):
    put(log, f"r{number}")
    os.write(1, f"shown {number}\\n".encode())
os._exit(0)
"""
CALL = re.compile(r'\d+ +(\w+)\((\d+)<([^>]*)>(?:, "([^"]*)", (\d+)(?:, (\d+))?)?(?:, (\d+))?\) += (-?\d+)')


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


needs_strace = pytest.mark.skipif(not can_trace(), reason="no strace here, or it may not trace")


@dataclass(frozen=True)
class Step:
    """One thing that the process did: a write to a file, a new length, a sync of a file, or showing a scan."""

    what: str
    file: str
    data: bytes = b""
    offset: int = 0


@dataclass
class Disk:
    """Files as they are after a number of steps, and what of them the disk need not have yet."""

    files: dict[str, bytes]
    pending: list[Step] = field(default_factory=list)
    shown: int = 0

    def do(self, step: Step) -> None:
        if step.what == "show":
            self.shown += 1
        elif step.what == "sync":
            for one in [one for one in self.pending if one.file == step.file]:
                self._apply(one)
            self.pending = [one for one in self.pending if one.file != step.file]
        else:
            self.pending.append(step)

    def after_a_power_cut(self, chance: random.Random) -> dict[str, bytes]:
        kept = Disk(dict(self.files))
        for step in self.pending:
            if chance.random() < 0.5:
                kept._apply(step)
        return kept.files

    def _apply(self, step: Step) -> None:
        content = self.files.get(step.file, b"")
        if step.what == "cut":
            self.files[step.file] = content[: step.offset].ljust(step.offset, b"\0")
            return
        content = content.ljust(step.offset, b"\0")
        self.files[step.file] = content[: step.offset] + step.data + content[step.offset + len(step.data) :]


def text_of(escaped: str) -> str:
    return bytes.fromhex(escaped.replace("\\x", "")).decode()


def steps_of(trace: str, folder: Path) -> list[Step]:
    steps = []
    for line in trace.splitlines():
        if not (call := CALL.match(line)):
            continue
        name, _, path, data, _, offset, length, result = call.groups()
        assert int(result) >= 0, line[:200]
        file = Path(text_of(path))
        if name == "write" and call[2] == "1":
            steps.append(Step("show", ""))
        elif file.parent != folder or file.name.endswith("-shm"):
            continue
        elif name == "pwrite64":
            steps.append(Step("write", file.name, bytes.fromhex(data.replace("\\x", "")), int(offset)))
        elif name == "ftruncate":
            steps.append(Step("cut", file.name, offset=int(length)))
        elif name in {"fsync", "fdatasync"}:
            steps.append(Step("sync", file.name))
        else:
            raise AssertionError(line[:200])
    return steps


def trace(script: str, scans: int, tmp_path: Path) -> tuple[dict[str, bytes], list[Step]]:
    """Scan in a process of its own; return the files before, and what it did."""
    folder = tmp_path.resolve() / "home"
    folder.mkdir()
    path = folder / "scans.db"
    before = open_log(path)
    put(before, "the day before")
    before.close()
    files = {path.name: path.read_bytes()}
    output = tmp_path / "trace"
    calls = "trace=pwrite64,write,ftruncate,fsync,fdatasync"
    command = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", calls, "-o", str(output), sys.executable, "-c"]
    subprocess.run([*command, script, str(path), str(scans)], check=True, capture_output=True, timeout=120)
    steps = steps_of(output.read_text(), folder)
    assert sum(step.what == "show" for step in steps) == scans
    return files, steps


@needs_strace
def test_whatever_a_power_cut_leaves_of_the_disk_each_shown_scan_is_in_the_log(tmp_path: Path) -> None:
    base, steps = trace(WRITER, SCANS, tmp_path)
    assert any(step.what == "write" and step.file == "scans.db" for step in steps)

    chance = random.Random(20210914)  # noqa: S311 - data, not secrets
    restored = tmp_path / "restored"
    for _ in range(CUTS):
        disk = Disk(dict(base))
        for step in steps[: chance.randrange(len(steps) + 1)]:
            disk.do(step)
        shutil.rmtree(restored, ignore_errors=True)
        restored.mkdir()
        for name, content in disk.after_a_power_cut(chance).items():
            (restored / name).write_bytes(content)
        log = open_log(restored / "scans.db")
        there = log.check_chain(KEY.public_raw) - 1
        assert disk.shown <= there <= disk.shown + 1
        put(log, "after the power came back")
        assert log.check_chain(KEY.public_raw) == there + 2
        log.close()


@needs_strace
def test_the_power_cut_would_show_a_log_that_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """The proof can fail: the same log with `synchronous = OFF` loses what it had shown."""
    careless = WRITER.replace("PRAGMA wal_autocheckpoint = 40", "PRAGMA synchronous = OFF")
    files, steps = trace(careless, 5, tmp_path)
    disk = Disk(dict(files))
    for step in steps:
        disk.do(step)
    (tmp_path / "scans.db").write_bytes(disk.files["scans.db"])
    assert open_log(tmp_path / "scans.db").check_chain(KEY.public_raw) == 1
