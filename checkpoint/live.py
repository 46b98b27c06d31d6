"""Live pictures: a camera, a video file, or a picture file that is read again when it changes."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2

from checkpoint import camera
from checkpoint.camera import CameraError, Frame, SourceMissingError

logger = logging.getLogger(__name__)

POLL_S = 0.1  # how often a picture file is looked at
RETRY_S = 2.0  # how long to wait before a camera that failed is opened again
JPEG_QUALITY = 75
MAX_WIDTH_PX = 1280


class Source(Protocol):
    """Where live pictures come from."""

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Give each new frame as it comes, until `stop` is set or there are no more.

        Raises:
            CameraError: no frames can be had now.
        """
        ...


def open_source(name: str) -> Source:
    """Make the source that a person names.

    Args:
        name: a camera's number, or a video file, a picture file, or a folder whose newest picture counts.

    Raises:
        CameraError: there is no such file or folder.
    """
    if name.isdecimal():
        return CameraSource(int(name))
    path = Path(name)
    if camera.is_video(path):
        if not path.is_file():
            raise camera.SourceMissingError("source_missing", path)
        return VideoSource(path)
    if not path.exists():
        raise camera.SourceMissingError("source_missing", path)
    return StillSource(path)


class CameraSource:
    """A camera of this machine.

    Args:
        number: the N of `/dev/videoN`.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Give each frame of the camera; see `Source.frames`."""
        capture = camera.open_camera(self.number)
        try:
            while not stop.is_set():
                has_frame, frame = capture.read()
                if not has_frame:
                    raise camera.SourceMissingError("camera_missing", self.number)
                yield frame
        finally:
            capture.release()


class VideoSource:
    """A video file, shown once at its own speed; frames for which there is no time are left out.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Give the frames as time passes; see `Source.frames`."""
        with camera.open_video(self.path) as capture:
            interval_s = 1 / (capture.get(cv2.CAP_PROP_FPS) or 25)
        started = time.monotonic()
        with closing(camera.read_video(self.path)) as frames:
            for number, frame in enumerate(frames):
                wait_s = started + number * interval_s - time.monotonic()
                if wait_s < -interval_s:
                    continue
                if stop.wait(max(wait_s, 0)):
                    return
                yield frame


class StillSource:
    """A picture file, or the newest picture of a folder, looked at again and again.

    A picture that is just being written cannot be read yet; it is tried again until it can.

    Args:
        path: the file or folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Give a frame whenever the picture changes; see `Source.frames`."""
        shown = None
        while not stop.is_set():
            newest = self._newest()
            if newest and newest != shown:
                with suppress(CameraError):
                    frame = camera.read_picture(newest[2])
                    shown = newest
                    yield frame
            stop.wait(POLL_S)

    def _newest(self) -> tuple[int, int, Path] | None:
        with suppress(OSError):
            paths = [self.path]
            if self.path.is_dir():
                paths = [p for p in self.path.iterdir() if p.suffix.lower() in camera.PICTURE_SUFFIXES]
            stats = [(p.stat(), p) for p in paths]
            return max(((stat.st_mtime_ns, stat.st_size, path) for stat, path in stats), default=None)
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A frame, and when it came.

    Attributes:
        frame: the frame.
        at_s: on a clock that only goes forward, seconds.
        taken_ms: milliseconds since 1970.
    """

    frame: Frame
    at_s: float
    taken_ms: float


class Feed:
    """The newest frame of a source, which a thread of its own looks at: who is slow misses frames, and gets no old one.

    A source that fails is tried again.

    Args:
        source: where frames come from.
        stop: ends the feed.
    """

    def __init__(self, source: Source, stop: threading.Event) -> None:
        self.source = source
        self._stop = stop
        self._changed = threading.Condition()
        self._waiting: Taken | CameraError | None = None
        self._has_ended = False

    def start(self) -> None:
        """Begin to look, in a thread of its own."""
        threading.Thread(target=self._run, daemon=True, name="camera").start()

    def take(self) -> Taken | CameraError | None:
        """Wait for a frame that was not taken yet, and take it.

        Returns:
            The newest frame; or why there is none, once each time the source fails; None at the end.
        """
        with self._changed:
            while self._waiting is None and not self._has_ended and not self._stop.is_set():
                self._changed.wait(POLL_S)
            taken, self._waiting = self._waiting, None
            return None if self._stop.is_set() else taken

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                for frame in self.source.frames(self._stop):
                    self._put(Taken(frame, time.monotonic(), time.time() * 1000))
                break
            except SourceMissingError as error:
                self._put(error)
            except CameraError as error:
                self._put(error)
                break
            except Exception:
                logger.exception("the camera's program failed")
            self._stop.wait(RETRY_S)
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _put(self, what: Taken | CameraError) -> None:
        with self._changed:
            self._waiting = what
            self._changed.notify_all()


class Picture:
    """The newest frame, for any number of pages to show."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._number = 0
        self._encoded: tuple[int, bytes] = (0, b"")

    def put(self, frame: Frame) -> None:
        """Replace the frame."""
        with self._changed:
            self._frame = frame
            self._number += 1
            self._changed.notify_all()

    def next_jpeg(self, after: int, timeout_s: float) -> tuple[int, bytes]:
        """Wait for a frame newer than one, and return it as JPEG.

        Args:
            after: the number of the frame that the page has; 0 if it has none.
            timeout_s: how long to wait at most; then the same frame is returned again.

        Returns:
            The frame's number and its bytes; empty bytes when there was never a frame.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._number > after, timeout_s)
            number, frame, encoded = self._number, self._frame, self._encoded
        if frame is None or encoded[0] == number:
            return encoded
        width = frame.shape[1]
        if width > MAX_WIDTH_PX:
            frame = cv2.resize(
                frame, None, fx=MAX_WIDTH_PX / width, fy=MAX_WIDTH_PX / width, interpolation=cv2.INTER_AREA
            )
        encoded = number, cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
        with self._changed:
            self._encoded = encoded
        return encoded
