"""The texts in files and before a camera, without a screen: pictures, folders of them, videos."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checkpoint import camera, reader
from checkpoint.camera import CameraError
from checkpoint.live_reader import LiveReader

FRAME_S = 0.1  # as if so long passed between two frames of a file, whatever its rate: what they share counts, not time


@dataclass(frozen=True)
class FileTexts:
    """What one file holds.

    Attributes:
        file: the picture, video or camera, as the person named it.
        texts: the QR texts in it, each once, in the order found.
        error: why it could not be read to its end, if it could not; then there are no texts.
    """

    file: str
    texts: tuple[str, ...]
    error: CameraError | None = None


def read_files(path: Path) -> Iterator[FileTexts]:
    """Read every picture and video that a path stands for.

    A folder's unreadable files are reported and passed over; the rest is read.

    Raises:
        SourceMissingError: nothing is there to read.
    """
    for file in camera.list_files(path):
        try:
            yield FileTexts(str(file), _read_file(file))
        except CameraError as error:
            yield FileTexts(str(file), (), error)


def _read_file(file: Path) -> tuple[str, ...]:
    if camera.is_video(file):
        live = LiveReader()
        frames = (live.read(frame, number * FRAME_S) for number, frame in enumerate(camera.read_video(file)))
        return tuple(dict.fromkeys(text for texts in frames for text in texts))
    return reader.read(camera.read_picture(file))


def read_camera(number: int) -> Iterator[FileTexts]:
    """Watch a camera for ever, and give each frame in which a code is read that the frame before did not show.

    Raises:
        SourceMissingError: no such camera, or it stops giving pictures.
    """
    capture = camera.open_camera(number)
    try:
        shown: tuple[str, ...] = ()
        live = LiveReader()
        while True:
            has_frame, frame = capture.read()
            if not has_frame:
                raise camera.SourceMissingError("camera_missing", number)
            texts = live.read(frame, time.monotonic())
            fresh = tuple(text for text in texts if text not in shown)
            if fresh:
                yield FileTexts(f"camera {number}", fresh)
            shown = texts or shown
    finally:
        capture.release()
