"""From a blurred picture of a symbol to its modules.

Whatever blurs a picture, motion, a lens, the camera's own sharpening, spreads each module over its neighbours in the
same way everywhere. So does what undoes it: one linear filter over the straightened symbol, learned from the modules
that every symbol of the version has, then from those that the check codewords confirmed and those that are clear
enough, until all are confirmed or nothing is gained.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from checkpoint.finding.alignment import Pose, Slopes, Values, align, template_of
from checkpoint.finding.poses import FINE_BLUR, Placed
from checkpoint.symbols.layout import Modules, layout_of
from checkpoint.symbols.restoring import Restored, restore

A_SIDE = 3  # samples of a module's side
MARGIN = 3  # modules around the symbol
REACH = 5  # samples to each side of a module's middle that the filter looks at
LIGHT_WINDOW = 9  # modules over which light and contrast may change
RIDGE = 0.01
MAX_LESSONS = 1500  # modules that teach the filter; more would teach it nothing new
CLEAR = 0.3  # a module further from grey than this may teach the filter
ROUNDS = 4
HOPELESS_SURENESS = 0.6  # mean distance from grey below which check codewords never reach
ALIGN_STEPS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was made of a symbol.

    Attributes:
        darkness: size x size; above zero is dark, about 1 for a clear module.
        restored: what the check codewords made of that.
        pose: where it lies, as it was last improved.
    """

    darkness: Values
    restored: Restored
    pose: Pose


def read_modules(slopes: Slopes, placed: Placed, rounds: int = ROUNDS) -> Reading:
    """Read the modules of a symbol.

    Args:
        slopes: of the picture.
        placed: where the symbol lies in it.
        rounds: how often the filter is learned anew at most.
    """
    layout, pose = layout_of(placed.version), placed.pose
    modules, teaches = layout.fixed, layout.is_fixed
    best = int(layout.is_fixed.sum())
    for number in range(rounds):
        straight = _even_light(_straighten(slopes.picture, pose, layout.size))
        darkness = _filter(straight, modules, teaches)
        sureness = float(np.minimum(np.abs(darkness), 1).mean())
        if sureness < HOPELESS_SURENESS:
            return Reading(darkness, Restored(layout.fixed, layout.is_fixed, is_whole=False), pose)
        restored = restore(darkness, placed.version)
        known = int(restored.is_known.sum())
        if restored.is_whole or number == rounds - 1 or known <= best:
            break
        best = max(best, known)
        modules = np.where(restored.is_known, restored.modules, darkness > 0)
        teaches = restored.is_known | (np.abs(darkness) > CLEAR)
        pose, _ = align(slopes, pose, template_of(modules, teaches, FINE_BLUR, 1), ALIGN_STEPS)
    return Reading(darkness, restored, pose)


def _straighten(picture: Values, pose: Pose, size: int) -> Values:
    places = (np.arange(-MARGIN * A_SIDE, (size + MARGIN) * A_SIDE) + 0.5) / A_SIDE
    across, down = places[None, :], places[:, None]
    under = pose[2, 0] * across + pose[2, 1] * down + pose[2, 2]
    x = (pose[0, 0] * across + pose[0, 1] * down + pose[0, 2]) / under
    y = (pose[1, 0] * across + pose[1, 1] * down + pose[1, 2]) / under
    return cv2.remap(
        picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def _even_light(straight: Values) -> Values:
    window = (LIGHT_WINDOW * A_SIDE, LIGHT_WINDOW * A_SIDE)
    mean = cv2.blur(straight, window)
    spread = cv2.blur(straight * straight, window) - mean * mean
    return (straight - mean) / np.sqrt(np.maximum(spread, 1))


def _filter(straight: Values, modules: Modules, teaches: Modules) -> Values:
    """Learn the filter at the modules that teach, and apply it to all."""
    size, side = len(modules), 2 * REACH + 1
    first = MARGIN * A_SIDE + A_SIDE // 2 - REACH
    windows = np.lib.stride_tricks.sliding_window_view(straight, (side, side))
    windows = windows[first : first + size * A_SIDE : A_SIDE, first : first + size * A_SIDE : A_SIDE]
    rows, columns = np.nonzero(teaches)
    if len(rows) > MAX_LESSONS:
        chosen = np.linspace(0, len(rows) - 1, MAX_LESSONS).astype(int)
        rows, columns = rows[chosen], columns[chosen]
    seen = windows[rows, columns].reshape(-1, side * side)
    seen = np.column_stack([seen, np.ones(len(seen), np.float32)])
    normal = seen.T @ seen
    normal[np.diag_indices_from(normal)] += RIDGE * np.trace(normal) / len(normal)
    weights = np.linalg.solve(normal, seen.T @ np.where(modules[rows, columns], 1, -1).astype(np.float32))
    filtered = cv2.filter2D(straight, cv2.CV_32F, weights[:-1].reshape(side, side))
    middle = MARGIN * A_SIDE + A_SIDE // 2
    picked = filtered[middle : middle + size * A_SIDE : A_SIDE, middle : middle + size * A_SIDE : A_SIDE]
    return picked + weights[-1]
