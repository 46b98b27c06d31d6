"""Where in a frame there is something patterned like a code: strong edges in both directions, everywhere in a patch."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from checkpoint.camera import Frame

CELL_PX = 8  # the frame is looked at in cells of this side
MIN_SIDE_PX = 16  # a smaller frame has no region
MIN_CELLS = 9  # a smaller patch holds no code that could be read
FLOOR, FLOOR_OF_MEDIAN = 6.0, 2.5  # edges that any picture has, absolute and as a multiple of the frame's own
MAX_LENGTHENED, MIN_FILLED = 3.5, 0.35  # of a symbol's bounding rectangle
SHARE_OF_PEAK = 0.5
MARGIN_SHARE, MARGIN_PX = 0.35, 12  # of a region's longer side, and besides, that is cut out around it
MAX_LOOKS = 12

Polygon = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A patch of a frame that may hold a code.

    Attributes:
        picture: the patch with a margin, grey.
        left, top: where the patch lies in the frame, pixels.
        seed: column and row of a place inside the pattern, in the patch.
        side_px: the side of a square as large as the pattern.
        cells: the pattern's cells in the frame's map.
    """

    picture: Frame
    left: int
    top: int
    seed: tuple[int, int]
    side_px: float
    cells: NDArray[np.bool_]


class Map:
    """How patterned a frame is, cell by cell.

    Args:
        grey: the frame, rows x columns.
    """

    def __init__(self, grey: Frame) -> None:
        self._grey = grey
        if min(grey.shape) < MIN_SIDE_PX:
            self._edges, self._floor = np.zeros((1, 1), np.float32), FLOOR
            return
        half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        across = cv2.convertScaleAbs(cv2.Sobel(half, cv2.CV_16S, 1, 0, ksize=3))
        down = cv2.convertScaleAbs(cv2.Sobel(half, cv2.CV_16S, 0, 1, ksize=3))
        self._edges = np.minimum(_by_cell(across), _by_cell(down))
        self._floor = max(FLOOR, FLOOR_OF_MEDIAN * float(np.median(self._edges)))

    @property
    def stands_out(self) -> bool:
        """Whether anything is more patterned than the frame is everywhere."""
        return bool(self._edges.max() >= self._floor)

    def strike_out(self, corners: Polygon) -> None:
        """Take what lies within some corners, frame pixels, off the map."""
        middle = corners.mean(axis=0)
        cells = (middle + (corners - middle) * 1.15) / CELL_PX - 0.5  # with the quiet zone, which has half an edge
        cv2.fillConvexPoly(self._edges, np.round(cells).astype(np.int32), 0.0)

    def take_strongest(self) -> Region | None:
        """Return the most patterned region that is left, and take it off the map; None if nothing stands out."""
        for _ in range(MAX_LOOKS):
            _, peak, _, (column, row) = cv2.minMaxLoc(self._edges)
            if peak < self._floor:
                return None
            above = (self._edges > max(self._floor * 0.8, SHARE_OF_PEAK * peak)).astype(np.uint8)
            _, labels, stats, _ = cv2.connectedComponentsWithStats(above)
            label = labels[row, column]
            cells = labels == label
            self._edges[cells] = 0
            if _is_compact(stats[label]):
                return self._cut(cells, stats[label])
        return None

    def _cut(self, cells: NDArray[np.bool_], stats: NDArray[np.int32]) -> Region:
        left, top, width, height = (int(value) * CELL_PX for value in stats[:4])
        margin = int(MARGIN_SHARE * max(width, height)) + MARGIN_PX
        left_px, top_px = max(0, left - margin), max(0, top - margin)
        picture = self._grey[top_px : top + height + margin, left_px : left + width + margin]
        rows, columns = np.nonzero(cells)
        seed = (
            int(np.median(columns) * CELL_PX + CELL_PX / 2) - left_px,
            int(np.median(rows) * CELL_PX + CELL_PX / 2) - top_px,
        )
        return Region(picture, left_px, top_px, seed, CELL_PX * float(np.sqrt(len(rows))), cells)


def _is_compact(stats: NDArray[np.int32]) -> bool:
    """Whether cells make up a patch that may be a symbol seen from anywhere, and not a row of letters or slats."""
    width, height, area = (int(stats[k]) for k in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    is_compact = max(width, height) <= MAX_LENGTHENED * min(width, height) and area >= MIN_FILLED * width * height
    return area >= MIN_CELLS and is_compact


def _by_cell(edges: Frame) -> NDArray[np.float32]:
    small = cv2.resize(edges, None, fx=2 / CELL_PX, fy=2 / CELL_PX, interpolation=cv2.INTER_AREA)
    return cv2.boxFilter(small, cv2.CV_32F, (3, 3))
