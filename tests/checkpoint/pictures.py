"""Pictures of codes, made here, for the tests of the station."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def draw_code(text: str, module_px: int = 4, *, error: str = "q", border: int = 4) -> Picture:
    symbol = segno.make(text, error=error, boost_error=False, micro=False)
    rows = symbol.matrix_iter(scale=module_px, border=border)
    return np.array([[0 if is_dark else 255 for is_dark in row] for row in rows], np.uint8)


def put_on_road(*codes: Picture, height: int = 720, width: int = 1280, seed: int = 1) -> Picture:
    """Lay pictures of codes side by side on grainy grey."""
    rng = np.random.default_rng(seed)
    frame = np.clip(rng.normal(120, 12, (height, width)), 0, 255).astype(np.uint8)
    left = 30
    for code in codes:
        frame[40 : 40 + code.shape[0], left : left + code.shape[1]] = code
        left += code.shape[1] + 30
    return frame


def tilt(frame: Picture, share: float) -> Picture:
    """Turn a frame about its vertical axis: its right edge shrinks by a share of its height."""
    height, width = frame.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turned = np.array(
        [
            [0, 0],
            [width * (1 - share), height * share / 2],
            [width * (1 - share), height * (1 - share / 2)],
            [0, height],
        ],
        np.float32,
    )
    return cv2.warpPerspective(frame, cv2.getPerspectiveTransform(corners, turned), (width, height), borderValue=128)


def blur(frame: Picture, sigma_px: float) -> Picture:
    return cv2.GaussianBlur(frame, (0, 0), sigma_px)


def save(path: Path, picture: Picture) -> Path:
    assert cv2.imwrite(str(path), picture)
    return path


def save_video(path: Path, frames: Iterable[Picture], *, fourcc: str = "MJPG", fps: float = 20) -> Path:
    writer = None
    for frame in frames:
        if writer is None:
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*fourcc), fps, frame.shape[1::-1])
            assert writer.isOpened()
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    assert writer is not None
    writer.release()
    return path
