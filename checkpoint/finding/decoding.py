"""Reading one region of a frame: with the decoder, enlarged; then, where that fails, module by module."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from checkpoint.camera import Frame
from checkpoint.finding.alignment import Slopes, corners_of
from checkpoint.finding.equaliser import Reading, read_modules
from checkpoint.finding.outlines import outline_of
from checkpoint.finding.poses import Placed, place_in_outline
from checkpoint.finding.regions import Polygon, Region
from checkpoint.symbols.layout import size_of
from checkpoint.symbols.restoring import text_of

ENLARGED_SIDE_PX = 480  # what a region is enlarged to, at most by
MAX_ENLARGED = 3.0
SMALL_SIDE_PX = 400  # a larger region is made so small before its modules are read
MAX_SIGHTINGS = 2  # that are tried for their corners
FAINT = 100  # of 255: the decoder takes what varies by less than about 24 within a few pixels for one even patch


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What the decoder says of one code.

    Attributes:
        text: what it reads; None if it finds a symbol that it cannot read.
        corners: 4 x 2, clockwise from the symbol's own upper left one, in the frame's pixels.
    """

    text: str | None
    corners: Polygon


def sightings(grey: Frame, *, closely: bool = False) -> list[Sighting]:
    """Let the decoder look at a picture.

    Args:
        grey: rows x columns.
        closely: the picture is a part of a frame at which it has looked already: look at this size only, for dark on
            light, and also tell of symbols that cannot be read.
    """
    # The one format of passes is several times faster than all formats, and its small relatives (Micro QR, rMQR), with
    # few check codewords or none, would be read into noise. Plain mode leaves the text as it was printed.
    codes = zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormat.QRCodeModel2,
        text_mode=zxingcpp.TextMode.Plain,
        try_downscale=not closely,
        try_invert=not closely,
        return_errors=closely,
    )
    return [Sighting(code.text or None if code.valid else None, _corners(code.position)) for code in codes]


def stretched(grey: Frame) -> Frame:
    """Return a picture with as much contrast as there can be, if it has little; else the same."""
    darkest, lightest, *_ = cv2.minMaxLoc(grey)
    return cv2.normalize(grey, None, 0, 255, cv2.NORM_MINMAX) if 0 < lightest - darkest < FAINT else grey


def _corners(position: zxingcpp.Position) -> Polygon:
    ends = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return np.array([[end.x, end.y] for end in ends], float)


def look_closely(region: Region) -> list[Sighting]:
    """Let the decoder look at a region, enlarged; codes that it finds and cannot read are among the answers."""
    factor = min(MAX_ENLARGED, max(1.0, ENLARGED_SIDE_PX / max(region.picture.shape)))
    enlarged = region.picture
    if factor > 1:
        enlarged = cv2.resize(enlarged, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    enlarged = stretched(enlarged)
    offset = np.array([region.left, region.top])
    return [Sighting(s.text, s.corners / factor + offset) for s in sightings(enlarged, closely=True)]


@dataclass(frozen=True, slots=True, eq=False)
class CloseReading:
    """What was made of a symbol module by module.

    Attributes:
        version: of the symbol.
        reading: its modules.
        text: what they say; None unless every block was confirmed.
        corners: in the frame's pixels, as in `Sighting`.
    """

    version: int
    reading: Reading
    text: str | None
    corners: Polygon


def read_closely(region: Region, seen: list[Sighting]) -> CloseReading | None:
    """Read a region module by module.

    Args:
        region: the region.
        seen: what the decoder found in it and could not read.

    Returns:
        What came of it, readable or not; None if no symbol lies there.
    """
    scale = min(1.0, SMALL_SIDE_PX / region.side_px)
    picture = region.picture
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    slopes = Slopes(picture.astype(np.float32))
    offset = np.array([region.left, region.top])
    best: CloseReading | None = None
    for placed in _places(region, seen, slopes, scale):
        reading = read_modules(slopes, placed)
        corners = corners_of(reading.pose, size_of(placed.version)) / scale + offset
        text = text_of(reading.restored.modules) if reading.restored.is_whole else None
        found = CloseReading(placed.version, reading, text, corners)
        if text is not None:
            return found
        best = best or found
    return best


def _places(region: Region, seen: list[Sighting], slopes: Slopes, scale: float) -> Iterator[Placed]:
    outlines = [outline_of(region)]
    # Where the decoder found corners, they are tried too, but only then: most often the outline is enough.
    outlines += [sighting.corners - np.array([region.left, region.top]) for sighting in seen[:MAX_SIGHTINGS]]
    for outline in outlines:
        if outline is not None and (placed := place_in_outline(slopes, outline * scale)):
            yield placed
