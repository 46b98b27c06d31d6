"""What a station's camera sees: the printed sheet behind a windscreen, at an angle, a little blurred, in poor light."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

FRAME = (1280, 720)
PRINT_DPI = 150
_POINTS_PER_INCH = 72

Point = tuple[float, float]


def rasterise(pdf: bytes, page: int = 0, dpi: int = PRINT_DPI) -> Image.Image:
    """Return one page of a PDF as it comes out of a printer, in grey."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=dpi / _POINTS_PER_INCH).to_pil().convert("L")
    finally:
        document.close()


def roadside_frame(sheet: Image.Image, *, seed: int, height: int = 690, tilt: float = 0.06) -> Image.Image:
    """Return a 1280×720 camera frame of a sheet.

    Args:
        sheet: the printed page, grey.
        seed: decides angle, place and noise; the same seed gives the same frame.
        height: of the sheet in the frame, in pixels.
        tilt: how far the corners move, as a part of the height.
    """
    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    width = height * sheet.width / sheet.height
    left = chance.uniform(60, FRAME[0] - width - 60)
    top = (FRAME[1] - height) / 2
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    moved = [
        (x + chance.uniform(-tilt, tilt) * height, y + chance.uniform(-tilt, tilt) * height / 2) for x, y in corners
    ]
    road = _road(chance)
    coefficients = _perspective(moved, sheet.size)
    # Reduced first, so that fine lines are averaged as a lens does and not skipped.
    warped = sheet.transform(FRAME, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=0)
    mask = Image.new("L", sheet.size, 255).transform(FRAME, Image.Transform.PERSPECTIVE, coefficients, fillcolor=0)
    frame = Image.composite(warped.point(lambda v: int(20 + v * 0.72)), road, mask)
    frame = frame.filter(ImageFilter.GaussianBlur(0.7))
    noise = Image.effect_noise(FRAME, 12)
    return ImageChops.add(frame, noise, scale=1, offset=-128).convert("RGB")


def to_jpeg(frame: Image.Image, quality: int = 85) -> bytes:
    """Return a frame as a camera stores it."""
    out = io.BytesIO()
    frame.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _road(chance: random.Random) -> Image.Image:
    """Draw dusk, a road and the front of a truck, so that the sheet is not alone in the picture."""
    picture = Image.new("L", FRAME, 70)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, FRAME[0], 220), fill=110)
    for _ in range(10):
        x, w, h = chance.randrange(FRAME[0]), chance.randrange(20, 110), chance.randrange(30, 180)
        draw.rectangle((x, 220 - h, x + w, 220), fill=chance.randrange(40, 100))
    draw.rectangle((90, 30, FRAME[0] - 90, 700), fill=150)
    draw.rectangle((130, 60, FRAME[0] - 130, 420), fill=45)
    draw.rectangle((FRAME[0] // 2 - 110, 640, FRAME[0] // 2 + 110, 690), fill=225)
    return picture


def _perspective(corners: Sequence[Point], size: tuple[int, int]) -> tuple[float, ...]:
    """Return Pillow's eight coefficients that map the frame's `corners` back to a sheet of `size` pixels."""
    w, h = size
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(corners, [(0, 0), (w, 0), (w, h), (0, h)], strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solve(rows)


def _solve(rows: list[list[float]]) -> tuple[float, ...]:
    """Solve linear equations (Gauss-Jordan with pivots); each row ends with its right-hand side."""
    n = len(rows)
    for column in range(n):
        pivot = max(range(column, n), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        divisor = rows[column][column]
        rows[column] = [value / divisor for value in rows[column]]
        for other in range(n):
            if other != column and not math.isclose(rows[other][column], 0.0, abs_tol=1e-15):
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[column], strict=True)]
    return tuple(row[-1] for row in rows)
