"""A full disk: the station goes on in the room that was set aside, says so, and recovers by itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkpoint.reserve import Reserve

SIZE = 256 * 1024

STATION = """
import sys
from pathlib import Path
from checkpoint.reserve import Reserve
from checkpoint.scanlog import ScanLogError
from tests.checkpoint.test_scanlog import KEY, fill, open_log, put
disk = Path(sys.argv[1])
reserve = Reserve(disk / "reserve", 256 * 1024)
assert reserve.hold()
log = open_log(disk / "scans.db", reserve)
count = 0
while reserve.is_held:
    put(log, f"before{count}")
    count += 1
in_reserve = fill(log)
assert in_reserve > 20, in_reserve
assert log.check_chain(KEY.public_raw) == count + in_reserve
assert not reserve.hold()
(disk / "filler").unlink()
put(log, "room again")
assert reserve.hold()
log.close()
again = open_log(disk / "scans.db", reserve)
print(again.check_chain(KEY.public_raw) - count - in_reserve, in_reserve)
"""


def on_a_small_disk(script: str, folder: Path, megabytes: int) -> subprocess.CompletedProcess[str]:
    """Run Python on a disk of its own that holds so much and no more."""
    folder.mkdir()
    mount = f"mount -t tmpfs -o size={megabytes}m disk {folder} && head -c 1500k /dev/zero > {folder}/filler && exec "
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{mount} "$0" "$@"']
    return subprocess.run(
        [*command, sys.executable, "-c", script, str(folder)], capture_output=True, text=True, timeout=120, check=False
    )


def has_small_disks() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = "mount -t tmpfs -o size=1m disk /mnt"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", probe]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_small_disks = pytest.mark.skipif(
    not has_small_disks(), reason="this machine lets nobody mount a file system of their own"
)


@needs_small_disks
def test_a_full_disk_is_outlived_in_the_reserve_and_recovered_from(tmp_path: Path) -> None:
    done = on_a_small_disk(STATION, tmp_path / "disk", 3)
    assert done.returncode == 0, done.stderr
    after, in_reserve = map(int, done.stdout.split())
    assert after == 1
    assert in_reserve > 20


def test_room_is_set_aside_once_and_given_up_once(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve", SIZE)
    assert not reserve.is_held
    assert reserve.hold()
    assert reserve.hold()
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= SIZE
    assert reserve.release()
    assert not reserve.release()


def test_where_little_is_free_no_room_is_set_aside(tmp_path: Path) -> None:
    assert not Reserve(tmp_path / "reserve", 2**60).hold()
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_no_room_is_set_aside(tmp_path: Path) -> None:
    assert not Reserve(tmp_path / "nowhere" / "reserve", SIZE).hold()
