"""An enrolment code as a QR code: before a camera, or in a picture."""

import time
from collections.abc import Iterable
from pathlib import Path

from checkpoint import camera as cameras
from checkpoint import reader
from checkpoint.enrolling import EnrolError
from protocol.enrolment import EnrolmentCode, EnrolmentError

LOOK_FOR_S = 60.0


def find_code(camera: int | None, picture: Path | None) -> str:
    """Return the first enrolment code that is seen.

    Args:
        camera: number of the camera to look with, for a minute.
        picture: a picture to look at, if no camera is named.

    Raises:
        EnrolError: no code was seen (`enrolment_code_missing`), or there is nowhere to look (`enrolment_code_needed`).
        CameraError: the camera or the picture gives nothing to look at.
    """
    if camera is not None:
        return _watch(camera)
    if picture is None:
        raise EnrolError("enrolment_code_needed")
    return _code_among(reader.read(cameras.read_picture(picture))) or _missing()


def _watch(number: int) -> str:
    capture = cameras.open_camera(number)
    ends_at = time.monotonic() + LOOK_FOR_S
    try:
        while time.monotonic() < ends_at:
            has_frame, frame = capture.read()
            if not has_frame:
                raise cameras.SourceMissingError("camera_missing", number)
            if code := _code_among(reader.read(frame)):
                return code
    finally:
        capture.release()
    return _missing()


def _code_among(texts: Iterable[str]) -> str | None:
    for text in texts:
        try:
            EnrolmentCode.from_text(text)
        except EnrolmentError:
            continue
        return text
    return None


def _missing() -> str:
    raise EnrolError("enrolment_code_missing")
