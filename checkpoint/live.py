"""Live pictures: a camera, a video file, or a picture file that is read again when it changes."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

import cv2

from checkpoint import camera
from checkpoint.camera import CameraError, Frame

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
