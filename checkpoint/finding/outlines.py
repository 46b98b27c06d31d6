"""The outline of a patterned patch: four corners, exact to a few modules."""

import cv2
import numpy as np
from numpy.typing import NDArray

from checkpoint.camera import Frame
from checkpoint.finding.regions import Polygon, Region

ENOUGH_PX = 160  # a larger pattern is made so small before its outline is drawn
WINDOW_OF_SIDE = 0.1  # how far around a pixel its edges are counted
MIN_WINDOW_PX = 5
SHARE_OF_MIDDLE = 0.5  # of the middle's edges that the pattern has up to its border
CALM_PERCENT = 10  # of the picture's least edges, which are taken for its noise
NOISY, NOISE_BLUR_PX = 0.25, 1.2
CORNERS = 4
MIN_AREA_PX = 400
MAX_LENGTHENED = 4.0  # a symbol seen more aslant than this has no readable modules
TOLERANCES = (0.03, 0.05, 0.07, 0.1, 0.13)  # of the circumference


def outline_of(region: Region) -> Polygon | None:
    """Draw four corners around the pattern of a region.

    Returns:
        4 x 2, in the pixels of the region's picture, clockwise as seen; None if it is not shaped like a symbol.
    """
    scale = min(1.0, ENOUGH_PX / region.side_px)
    picture, (column, row) = region.picture, region.seed
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mask = _pattern(picture, (int(column * scale), int(row * scale)), region.side_px * scale)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    hull = cv2.convexHull(max(outlines, key=cv2.contourArea))
    (_, (one, other), _) = cv2.minAreaRect(hull)
    if cv2.contourArea(hull) < MIN_AREA_PX or max(one, other) > MAX_LENGTHENED * min(one, other):
        return None
    return _clockwise(_four_corners(hull)) / scale


def _pattern(picture: Frame, seed: tuple[int, int], side_px: float) -> Frame:
    """Return 1 where the picture is patterned as it is around the seed, in one piece with it."""
    window = max(MIN_WINDOW_PX, int(side_px * WINDOW_OF_SIDE)) | 1
    column, row = seed
    reach = max(3, int(side_px / 5))
    middle = slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1)
    edges = _edges(picture, window)
    floor, peak = float(np.percentile(edges[::4, ::4], CALM_PERCENT)), float(np.median(edges[middle]))
    if floor > NOISY * peak:  # at night the camera's noise has edges everywhere, but not far apart
        edges = _edges(cv2.GaussianBlur(picture, (0, 0), NOISE_BLUR_PX), window)
        floor, peak = float(np.percentile(edges[::4, ::4], CALM_PERCENT)), float(np.median(edges[middle]))
    level = floor + (peak - floor) * SHARE_OF_MIDDLE
    mask = cv2.morphologyEx((edges > level).astype(np.uint8), cv2.MORPH_OPEN, np.ones((window, window), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count == 1:
        return np.zeros_like(mask)
    label = labels[row, column] or 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return (labels == label).astype(np.uint8)


def _edges(picture: Frame, window: int) -> Frame:
    """Return the lesser of edges across and edges down, around each pixel."""
    across = cv2.convertScaleAbs(cv2.Sobel(picture, cv2.CV_16S, 1, 0, ksize=3))
    down = cv2.convertScaleAbs(cv2.Sobel(picture, cv2.CV_16S, 0, 1, ksize=3))
    return np.minimum(cv2.blur(across, (window, window)), cv2.blur(down, (window, window)))


def _four_corners(hull: NDArray[np.int32]) -> Polygon:
    around = cv2.arcLength(hull, closed=True)
    for tolerance in TOLERANCES:
        corners = cv2.approxPolyDP(hull, tolerance * around, closed=True).reshape(-1, 2)
        if len(corners) == CORNERS:
            return corners.astype(np.float64)
    return cv2.boxPoints(cv2.minAreaRect(hull)).astype(np.float64)


def _clockwise(corners: Polygon) -> Polygon:
    away = corners - corners.mean(axis=0)
    corners = corners[np.argsort(np.arctan2(away[:, 1], away[:, 0]))]
    return np.roll(corners, -int(np.argmin(corners.sum(axis=1))), axis=0)
