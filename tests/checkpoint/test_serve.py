"""The station as it runs at a post: one real process, frames dropped before its camera, sockets, signals."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from checkpoint import sync
from checkpoint.scanlog import ScanLog
from tests.checkpoint.conftest import Hanoi, enrol_by_hand
from tests.checkpoint.live_issuer import run_issuer
from tests.checkpoint.pictures import draw_code, put_on_road, save_video
from tests.checkpoint.serving import Served


def test_with_the_issuer_off_it_reads_decides_and_records(served: Served, fresh: Hanoi) -> None:
    event = served.show(put_on_road(draw_code(fresh.sign())))
    assert "CHO QUA" in served.get("/stage")
    assert [record.id for record in served.records()] == [event]
    served.send(f"/events/{event}/action", {"action": "admitted"})
    assert "Không mạng" in str(served.wait_for(lambda: (bar := served.get("/bar")) and "Không mạng" in bar and bar))
    assert [record.action for record in served.records()] == [None, "admitted"]


def test_frames_that_are_replaced_are_each_decided_on(served: Served, fresh: Hanoi) -> None:
    first = served.show(put_on_road(draw_code(fresh.sign())))
    served.drop(put_on_road())
    second = served.show(put_on_road(draw_code(fresh.sign(cti=b"pass0002", plate="30H1234"))))
    third = served.show(put_on_road(draw_code("https://example.org/menu")))
    assert [record.id for record in served.records()] == [first, second, third]


def test_a_broken_picture_does_not_end_the_watch(served: Served, fresh: Hanoi) -> None:
    (served.camera / "frame.png").write_bytes(b"no picture")
    time.sleep(0.5)
    assert served.show(put_on_road(draw_code(fresh.sign())))


def test_it_stops_even_while_pages_are_open(served: Served) -> None:
    streams = [urllib.request.urlopen(served.url + "/events", timeout=10)]
    served.process.terminate()
    assert served.process.wait(timeout=60) == 0  # a page's stream would go on for ever
    for stream in streams:
        stream.close()


def test_it_comes_up_without_a_camera_and_says_so(tmp_path: Path, fresh: Hanoi) -> None:
    home = enrol_by_hand(tmp_path / "home", fresh)
    running = Served(home, tmp_path, "--sync-every", 0, source=63)
    try:
        assert running.wait_for(lambda: "Không có camera số 63" in running.get("/stage"))
    finally:
        running.kill()


def test_passes_that_go_by_in_a_video_are_each_decided_on_once(tmp_path: Path, fresh: Hanoi) -> None:
    passes = [fresh.sign(cti=number.to_bytes(8), plate=f"29C1234{number}") for number in range(2)]
    frames = [put_on_road(seed=1)]
    for text in passes:  # four seconds each: a busy machine leaves some of their frames out
        frames += [put_on_road(draw_code(text))] * 8 + [put_on_road()]
    video = save_video(tmp_path / "lane.avi", frames, fps=2)
    running = Served(enrol_by_hand(tmp_path / "home", fresh), tmp_path, "--sync-every", 0, source=video)
    try:
        running.wait_for(lambda: len(running.records()) == len(passes))
        assert [record.cti for record in running.records()] == [number.to_bytes(8) for number in range(2)]
        assert "29C-123.41" in running.get("/stage")
    finally:
        running.kill()


def test_a_port_that_is_taken_is_said(served: Served) -> None:
    bind = served.url.removeprefix("http://")
    arguments = ("--home", served.home.path, "serve", "--bind", bind, "--source", served.camera)
    command = [sys.executable, "-m", "checkpoint", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert bind in done.stderr


def test_a_station_killed_between_log_and_sync_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with run_issuer(tmp_path / "issuer") as issuer:
        home = issuer.enrolled_home(tmp_path / "home")
        shown = []
        for turn in range(3):
            running = Served(home, tmp_path, "--sync-every", 0)
            shown += [running.show(put_on_road(draw_code(f"CODE {turn} {number} NOT A PASS"))) for number in range(3)]
            running.drop(put_on_road())  # or the restarted station would rightly scan the last code again
            running.kill()
        log = ScanLog(home.path / "scans.db")
        assert log.check_chain() == log.counts().pending == len(shown)
        # The answers of the first sync are lost, so that the second sends everything again.
        issuer.link.faults[:] = ["lose_answer"] * (sync.MOST_FAILURES + 1)
        assert sync.sync(home, log, datetime.now(UTC)).problems
        assert sync.sync(home, log, datetime.now(UTC)).accepted == len(shown)
        assert sorted(issuer.received()) == sorted(shown)


def test_a_running_station_syncs_by_itself_when_it_can(tmp_path: Path) -> None:
    with run_issuer(tmp_path / "issuer") as issuer:
        home = issuer.enrolled_home(tmp_path / "home")
        running = Served(home, tmp_path, "--sync-every", 1)
        try:
            event = running.show(put_on_road(draw_code("https://example.org/menu")))
            running.wait_for(lambda: issuer.received() == [event])
            assert running.wait_for(lambda: "Có mạng" in running.get("/bar"))
        finally:
            running.kill()
