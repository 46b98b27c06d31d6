"""Live sources: what changes is given once, videos keep their own time, cameras that fail are said."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from checkpoint import live
from checkpoint.camera import CameraError, Frame
from checkpoint.live import CameraSource, Feed, Picture, StillSource, Taken, VideoSource, open_source
from tests.checkpoint.pictures import put_on_road, save, save_video


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    timer = threading.Timer(120, event.set)
    timer.start()
    yield event
    timer.cancel()


class Watch(threading.Event):
    """A forward clock that goes on only while somebody waits, however busy the machine is."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds += timeout or 0
        return self.is_set()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(live, "time", made)
    return made


def small(seed: int) -> Frame:
    return put_on_road(height=60, width=80, seed=seed)


def replace(path: Path, picture: Frame) -> None:
    save(path.with_name("next" + path.suffix), picture).replace(path)


def test_a_source_is_named_by_camera_number_video_picture_or_folder(tmp_path: Path) -> None:
    picture, video = save(tmp_path / "a.png", small(1)), save_video(tmp_path / "a.avi", [small(1)])
    assert isinstance(open_source("0"), CameraSource)
    assert isinstance(open_source(str(video)), VideoSource)
    assert isinstance(open_source(str(picture)), StillSource)
    assert isinstance(open_source(str(tmp_path)), StillSource)


@pytest.mark.parametrize("name", ["none.png", "none.mp4", "none"])
def test_a_source_that_is_not_there_is_said_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(CameraError) as caught:
        open_source(str(tmp_path / name))
    assert caught.value.code == "source_missing"


def test_a_picture_is_given_when_it_changes_and_only_then(tmp_path: Path, stop: threading.Event) -> None:
    path = save(tmp_path / "frame.png", small(1))
    frames = StillSource(path).frames(stop)
    assert (next(frames) == small(1)).all()
    started = time.monotonic()
    threading.Timer(0.3, replace, (path, small(2))).start()
    assert (next(frames) == small(2)).all()
    assert time.monotonic() - started > 0.2


def test_of_a_folder_the_newest_picture_counts(tmp_path: Path, stop: threading.Event) -> None:
    os.utime(save(tmp_path / "a.png", small(1)), (0, 0))  # both could be written within one tick of the file system
    frames = StillSource(tmp_path).frames(stop)
    assert (next(frames) == small(1)).all()
    save(tmp_path / "b.jpg", small(3))
    (tmp_path / "notes.txt").write_text("newer, but no picture")
    assert next(frames).shape[:2] == (60, 80)


def test_a_picture_that_is_half_written_is_waited_for(tmp_path: Path, stop: threading.Event) -> None:
    path = tmp_path / "frame.png"
    path.write_bytes(b"\x89PNG half")
    threading.Timer(0.3, replace, (path, small(2))).start()
    assert (next(StillSource(path).frames(stop)) == small(2)).all()


def test_a_folder_may_be_empty_until_the_first_picture_comes(tmp_path: Path, stop: threading.Event) -> None:
    threading.Timer(0.3, save, (tmp_path / "a.png", small(1))).start()
    assert (next(StillSource(tmp_path).frames(stop)) == small(1)).all()


def test_a_video_takes_its_own_time_and_ends(tmp_path: Path, watch: Watch) -> None:
    video = save_video(tmp_path / "a.avi", [small(seed) for seed in range(4)], fps=4)
    assert len(list(VideoSource(video).frames(watch))) == 4
    assert watch.seconds == pytest.approx(3 / 4)


def test_frames_for_which_there_is_no_time_are_left_out(tmp_path: Path, watch: Watch) -> None:
    video = save_video(tmp_path / "a.avi", [small(seed) for seed in range(40)], fps=40)
    seen = 0
    for _ in VideoSource(video).frames(watch):
        seen += 1
        watch.wait(0.1)
    assert 9 <= seen <= 14
    assert watch.seconds < 1.2


def test_a_source_ends_when_it_is_told(tmp_path: Path, stop: threading.Event) -> None:
    path = save(tmp_path / "frame.png", small(1))
    frames = StillSource(path).frames(stop)
    next(frames)
    threading.Timer(0.2, stop.set).start()
    assert list(frames) == []


def test_a_missing_camera_is_said(stop: threading.Event) -> None:
    with pytest.raises(CameraError) as caught:
        next(CameraSource(63).frames(stop))
    assert caught.value.code == "camera_missing"


class Burst:
    """Gives fifty frames, ten each time that somebody asks, and says when those ten are through."""

    def __init__(self) -> None:
        self.asked, self.given = threading.Semaphore(0), threading.Semaphore(0)

    def frames(self, _stop: threading.Event) -> Iterator[Frame]:
        for number in range(50):
            if number % 10 == 0:
                self.asked.acquire()
            yield np.full((4, 4), number, np.uint8)
            if number % 10 == 9:
                self.given.release()


def test_who_is_slow_gets_the_newest_frame_and_never_an_old_one(stop: threading.Event) -> None:
    burst = Burst()
    feed, came = Feed(burst, stop), []
    feed.start()
    for _ in range(5):
        burst.asked.release()
        burst.given.acquire()
        taken = feed.take()
        assert isinstance(taken, Taken)
        came.append(int(taken.frame[0, 0]))
    assert came == [9, 19, 29, 39, 49]
    assert feed.take() is None


def test_a_failure_is_said_once_each_time_and_the_end_ends_the_wait(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "RETRY_S", 600)
    feed = Feed(CameraSource(63), stop)
    feed.start()
    failure = feed.take()
    assert isinstance(failure, CameraError)
    assert failure.code == "camera_missing"
    threading.Timer(0.2, stop.set).start()
    assert feed.take() is None


def test_the_newest_frame_is_encoded_once_for_all_pages() -> None:
    picture = Picture()
    assert picture.next_jpeg(0, 0.01) == (0, b"")
    picture.put(put_on_road(width=2000))
    number, jpeg = picture.next_jpeg(0, 1)
    assert (number, jpeg[:2]) == (1, b"\xff\xd8")
    assert picture.next_jpeg(0, 1)[1] is jpeg
    assert live.MAX_WIDTH_PX == 1280
