"""A video of vehicles going by: each holds its pass before the camera for a while, then the road is empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from tests.checkpoint.pictures import Picture, draw_code, put_on_road

FPS = 10
LEAD_IN_S = 8  # so that a browser has opened the page before the first vehicle comes
IN_VIEW_SHARE = 0.7
MODULE_PX = 4


def film(path: Path, texts: Sequence[str], every_s: float) -> Path:
    """Write the video: one vehicle every so many seconds, after `LEAD_IN_S` of empty road."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (1280, 720))
    assert writer.isOpened()
    for frame in frames(texts, every_s):
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def frames(texts: Sequence[str], every_s: float) -> Iterator[Picture]:
    road = put_on_road()
    for _ in range(int(LEAD_IN_S * FPS)):
        yield road
    count = round(every_s * FPS)
    shown = round(count * IN_VIEW_SHARE)
    for text in texts:
        code = draw_code(text, MODULE_PX)
        for number in range(count):
            yield drive_by(road, code, number / shown) if number < shown else road


def drive_by(road: Picture, code: Picture, share: float) -> Picture:
    """The paper after a share of its way: from the right to the left, coming nearer, swaying a little."""
    scale = 0.75 + 0.4 * share
    matrix = cv2.getRotationMatrix2D((code.shape[1] / 2, code.shape[0] / 2), 5 * np.sin(6 * share), scale)
    matrix[:, 2] += np.array([1000 - 720 * share, 360]) - np.array(code.shape[::-1]) / 2
    frame = road.copy()
    return cv2.warpAffine(code, matrix, (1280, 720), frame, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
