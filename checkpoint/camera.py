"""Frames: from picture files, folders of pictures, video files and cameras.

A frame is an array of unsigned bytes: rows x columns (grey) or rows x columns x 3 (blue, green, red).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from cv2.utils import logging as cv2_logging
from numpy.typing import NDArray

from checkpoint.errors import StationError

Frame = NDArray[np.uint8]

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".pgm", ".ppm"})
VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".avi", ".mkv", ".mov", ".webm", ".ts", ".mpg", ".mpeg", ".mjpg", ".mjpeg"})
MAX_PICTURE_BYTES = 256 * 1024 * 1024  # no camera makes such a file, and the whole of it would go into memory
COLOUR_DIMENSIONS = 3
CAMERA_WIDTH_PX, CAMERA_HEIGHT_PX = 1280, 720

# Every failure is raised as an error of ours; the libraries' own lines on stderr would only stand between the officer
# and the message.
cv2_logging.setLogLevel(cv2_logging.LOG_LEVEL_SILENT)
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class CameraError(StationError):
    """No frames can be had from a source.

    Args:
        code: stable name of what is wrong.
        source: the file, folder or camera, as the person named it.
    """

    def __init__(self, code: str, source: object) -> None:
        super().__init__(code, source=source)


class SourceMissingError(CameraError):
    """No such file, folder or camera (`source_missing`, `source_no_file`, `camera_missing`, `folder_empty`)."""


class PictureUnreadableError(CameraError):
    """The file is not a picture that can be read (`picture_unreadable`)."""


class VideoError(CameraError):
    """The file is no video, has no frame, or breaks off (`video_unreadable`, `video_empty`, `video_truncated`)."""


def is_video(path: Path) -> bool:
    """Whether a file's name says that it is a video."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def list_files(path: Path) -> list[Path]:
    """Name the pictures and videos that a path stands for.

    Args:
        path: a file, taken as it is, or a folder, searched with its folders below, in the order of names.

    Returns:
        The files; never empty.

    Raises:
        SourceMissingError: nothing is there, or the folder has no picture and no video.
    """
    if not path.is_dir():
        if not path.exists():
            raise SourceMissingError("source_missing", path)
        if not path.is_file():  # a pipe or a device would be waited for without end
            raise SourceMissingError("source_no_file", path)
        return [path]
    suffixes = PICTURE_SUFFIXES | VIDEO_SUFFIXES
    files = sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
    if not files:
        raise SourceMissingError("folder_empty", path)
    return files


def read_picture(path: Path) -> Frame:
    """Read one picture file.

    Transparent parts are shown as the white paper they are meant to lie on.

    Raises:
        PictureUnreadableError: the file cannot be opened, is too large, or is no picture.
    """
    try:
        is_bearable = path.is_file() and path.stat().st_size <= MAX_PICTURE_BYTES
        data = np.fromfile(path, np.uint8) if is_bearable else np.empty(0, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    except (OSError, cv2.error) as error:
        raise PictureUnreadableError("picture_unreadable", path) from error
    if image is None:
        raise PictureUnreadableError("picture_unreadable", path)
    return _as_frame(image)


def _as_frame(image: NDArray) -> Frame:
    if image.dtype == np.uint16:
        # A sensor's 10 or 12 bits often fill only the lower part.
        image = (image >> max(0, int(image.max()).bit_length() - 8)).astype(np.uint8)
    elif image.dtype != np.uint8:
        image = cv2.normalize(image, None, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)
    channels = image.shape[2] if image.ndim == COLOUR_DIMENSIONS else 0
    if channels in {2, 4}:
        alpha = image[:, :, -1:].astype(np.float32) / 255
        image = (image[:, :, :-1] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return image[:, :, 0] if channels in {1, 2} else image


def as_grey(frame: Frame) -> Frame:
    """Return the frame's brightness, rows x columns."""
    return frame if frame.ndim < COLOUR_DIMENSIONS else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)


@contextmanager
def open_video(path: Path) -> Iterator[cv2.VideoCapture]:
    """Open a video file, and close it at the end of the block.

    Raises:
        VideoError: there is no video in the file.
    """
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        if not capture.isOpened():
            raise VideoError("video_unreadable", path)
        yield capture
    finally:
        capture.release()


def read_video(path: Path) -> Iterator[Frame]:
    """Give every frame of a video file, in order.

    Raises:
        VideoError: there is no video in the file, it has no frame, or it ends clearly before the length that it states.
    """
    if not path.exists():
        raise SourceMissingError("source_missing", path)
    if not path.stat().st_size:
        raise VideoError("video_empty", path)
    count = 0
    with open_video(path) as capture:
        stated = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        while True:
            has_frame, frame = capture.read()
            if not has_frame:
                break
            count += 1
            yield frame
    if not count:
        raise VideoError("video_empty", path)
    # Some containers only estimate their length from duration and rate; a twentieth covers that.
    if stated > 0 and count + 1 < stated * 0.95:
        raise VideoError("video_truncated", path)


def open_camera(number: int) -> cv2.VideoCapture:
    """Open a camera of this machine (Video4Linux), at 1280x720 where it can.

    Args:
        number: the N of `/dev/videoN`.

    Raises:
        SourceMissingError: no such camera, or it gives no picture.
    """
    capture = cv2.VideoCapture(number, cv2.CAP_V4L2)
    if capture.isOpened():
        # Motion JPEG is what USB 2 has room for at this size; the shortest queue keeps the picture of now.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, CAMERA_WIDTH_PX)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, CAMERA_HEIGHT_PX)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if capture.read()[0]:
            return capture
    capture.release()
    raise SourceMissingError("camera_missing", number)
