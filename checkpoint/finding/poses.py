"""How a symbol lies in its outline: which corners have finder patterns, how many modules it has, and where exactly.

In the straightened outline a finder pattern is as large as the version says. Each corner is compared with finder
patterns of each size; the best three of the four corners name version and direction, and the symbol's other known
parts, the timing patterns above all, confirm one of the candidates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from checkpoint.finding.alignment import Pose, Slopes, Values, align, template_of_version
from checkpoint.finding.regions import Polygon
from checkpoint.symbols.layout import FINDER, MAX_VERSION, MIN_VERSION, size_of

SIDE_PX = 128  # of the straightened outline
MARGIN_PX = 18  # around it
REACH_MODULES, REACH_SHARE = 4.0, 0.06  # how far a finder pattern may be from where the outline says
MIN_MODULE_PX, MAX_MODULE_PX = 1.0, 12.0
CANDIDATES, CANDIDATES_A_VERSION = 4, 2
MAX_BEHIND = 0.4  # of the best candidate's score
COMPARED_VERSIONS = (1, 2, 3, 4, 5, 7, 9, 11, 13, 16, 19, 23, 28, 34, 40)  # their modules differ by a tenth or so
NEIGHBOURS = 2  # versions to each side of a compared one that the timing patterns then tell apart
COARSE_BLUR, FINE_BLUR = 1.2, 0.6  # modules
COARSE_STEPS, NEIGHBOUR_STEPS, FINE_STEPS = 4, 2, 4
HOPELESS_COARSE, HOPELESS = 0.4, 0.55  # agreement below which a candidate is no symbol
MIN_FINDERS = 1.9  # likeness of three corners to finder patterns, of 3; what is no symbol has less
UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A symbol that lies in a picture.

    Attributes:
        version: 1 to 40.
        pose: from its modules to the picture's pixels.
        agreement: of its known modules with the picture, up to 1.
    """

    version: int
    pose: Pose
    agreement: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    version: int
    finders: tuple[tuple[float, float], ...]  # upper left, upper right, lower left


def place_in_outline(slopes: Slopes, outline: Polygon) -> Placed | None:
    """Find the symbol that fills an outline.

    Args:
        slopes: of the picture.
        outline: 4 x 2, clockwise, exact to a few modules.
    """
    side_px = float(np.sqrt(cv2.contourArea(outline.astype(np.float32))))
    versions = [v for v in COMPARED_VERSIONS if _is_visible(side_px / size_of(v))]
    straighten = cv2.getPerspectiveTransform(UNIT * SIDE_PX + MARGIN_PX, outline.astype(np.float32))
    side = SIDE_PX + 2 * MARGIN_PX
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(slopes.picture, straighten, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    candidates = sorted((c for v in versions for c in _turned(flat, v)), key=lambda c: -c.score)
    if not candidates or candidates[0].score < MIN_FINDERS:
        return None
    candidates = _varied(candidates)
    return _best_placed(slopes, ((c.version, _pose_of(straighten, c)) for c in candidates))


def _varied(candidates: list[_Candidate]) -> list[_Candidate]:
    """Choose the best candidates, few of one version: small finder patterns look alike everywhere."""
    chosen: list[_Candidate] = []
    for candidate in candidates:
        if len(chosen) == CANDIDATES or candidate.score < candidates[0].score - MAX_BEHIND:
            break
        if sum(other.version == candidate.version for other in chosen) < CANDIDATES_A_VERSION:
            chosen.append(candidate)
    return chosen


def _best_placed(slopes: Slopes, guesses: Iterable[tuple[int, Pose]]) -> Placed | None:
    """Improve guesses at version and pose, and return the one that agrees best; None if all are hopeless."""
    coarse = []
    for version, guess in guesses:
        pose, agreement = align(slopes, guess, template_of_version(version, COARSE_BLUR, 1), COARSE_STEPS)
        coarse.append(Placed(version, pose, agreement))
    coarse.sort(key=lambda placed: -placed.agreement)
    fine = [_refined(slopes, placed) for placed in coarse[:1] if placed.agreement >= HOPELESS_COARSE]
    best = max(fine, key=lambda placed: placed.agreement, default=None)
    return best if best and best.agreement >= HOPELESS else None


def _refined(slopes: Slopes, placed: Placed) -> Placed:
    """Choose among neighbouring versions with the same corners, and improve the pose with all that is known."""
    near = range(max(MIN_VERSION, placed.version - NEIGHBOURS), min(MAX_VERSION, placed.version + NEIGHBOURS) + 1)
    alike = []
    for version in near:
        pose = placed.pose @ np.diag([size_of(placed.version) / size_of(version)] * 2 + [1])
        pose, agreement = align(slopes, pose, template_of_version(version, FINE_BLUR, 1), NEIGHBOUR_STEPS)
        alike.append(Placed(version, pose, agreement))
    best = max(alike, key=lambda one: one.agreement)
    pose, agreement = align(slopes, best.pose, template_of_version(best.version, FINE_BLUR, 2), FINE_STEPS)
    return Placed(best.version, pose, agreement)


def _is_visible(module_px: float) -> bool:
    return MIN_MODULE_PX <= module_px <= MAX_MODULE_PX


def _turned(flat: Values, version: int) -> Iterable[_Candidate]:
    """Compare the corners with finder patterns of a version; give a candidate for each direction."""
    size = size_of(version)
    module_px = SIDE_PX / size
    pattern = _finder_pattern(round(module_px * 10))
    reach = pattern.shape[0] / 2 + max(REACH_MODULES * module_px, REACH_SHARE * SIDE_PX)
    near, far = MARGIN_PX + FINDER / 2 * module_px, MARGIN_PX + (size - FINDER / 2) * module_px
    found = [_best_match(flat, pattern, x, y, reach) for x, y in ((near, near), (far, near), (far, far), (near, far))]
    for turn in range(4):
        upper_left, upper_right, _, lower_left = (found[(turn + corner) % 4] for corner in range(4))
        score = upper_left[0] + upper_right[0] + lower_left[0]
        yield _Candidate(score, version, (upper_left[1], upper_right[1], lower_left[1]))


def _best_match(flat: Values, pattern: Values, x: float, y: float, reach: float) -> tuple[float, tuple[float, float]]:
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    window = flat[top : int(y + reach) + 1, left : int(x + reach) + 1]
    half = pattern.shape[0] / 2
    if min(window.shape) < pattern.shape[0]:
        return -1.0, (x, y)
    _, best, _, (column, row) = cv2.minMaxLoc(cv2.matchTemplate(window, pattern, cv2.TM_CCOEFF_NORMED))
    return best, (left + column + half - 0.5, top + row + half - 0.5)


def _pose_of(straighten: Pose, candidate: _Candidate) -> Pose:
    size = size_of(candidate.version)
    near, far = FINDER / 2, size - FINDER / 2
    upper_left, upper_right, lower_left = (np.array(point) for point in candidate.finders)
    flat = np.array([upper_left, upper_right, upper_right + lower_left - upper_left, lower_left], np.float32)
    modules = np.array([[near, near], [far, near], [far, far], [near, far]], np.float32)
    pose = straighten @ cv2.getPerspectiveTransform(modules, flat)
    return pose / pose[2, 2]


@lru_cache(maxsize=256)
def _finder_pattern(tenths_px: int) -> Values:
    """Draw a finder pattern with its separator; a module is so many tenths of a pixel."""
    fine, side = 8, FINDER + 2
    away = np.maximum(*np.abs(np.indices((side, side)) - side // 2))
    drawn = np.where((away == FINDER // 2) | (away <= 1), -1.0, 1.0).astype(np.float32)
    drawn = cv2.resize(drawn, None, fx=fine, fy=fine, interpolation=cv2.INTER_NEAREST)
    drawn = cv2.GaussianBlur(drawn, (0, 0), fine / 2)
    wanted = max(FINDER, round(side * tenths_px / 10))
    return cv2.resize(drawn, (wanted, wanted), interpolation=cv2.INTER_AREA)
