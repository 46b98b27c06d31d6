"""Laying what is known of a symbol over a picture of it, to a fraction of a module.

A pose is a homography, 3 x 3, from modules (column, row; the symbol's upper left corner is 0, 0) to the picture's
pixels (the middle of the upper left pixel is 0, 0). It is improved by Gauss and Newton's method until the picture, at
the known modules, is as nearly as it can be a multiple of them plus a slope of brightness.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from checkpoint.symbols.layout import Modules, layout_of

Pose = NDArray[np.float64]
Values = NDArray[np.float32]

QUIET = 2  # modules of the quiet zone that count as known
ENOUGH_PX = 0.02  # a step that moves nothing further than this is the last
POSE_FREEDOM, LIGHT_FREEDOM = 8, 4
RIDGE = 1e-6
LEAST_DEPTH = 0.1  # of a point before the camera, of the symbol's middle; with less, part of the symbol lies behind it


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Points of a symbol at which the brightness to expect is known.

    Attributes:
        columns, rows: the points, in modules.
        brightness: at each, from -1 to 1.
        size: modules of a side.
    """

    columns: Values
    rows: Values
    brightness: Values
    size: int


def template_of(modules: Modules, is_known: Modules, blur: float, a_side: int) -> Template:
    """Make a template of the known modules and a rim of quiet zone.

    Args:
        modules: size x size; True is dark.
        is_known: size x size; the others count as grey.
        blur: how blurred the picture is, standard deviation in modules.
        a_side: points a module's side.
    """
    light = np.pad(np.where(modules, -1.0, 1.0) * is_known, QUIET, constant_values=1).astype(np.float32)
    wanted = np.pad(is_known, QUIET, constant_values=True)
    fine = cv2.resize(light, None, fx=a_side, fy=a_side, interpolation=cv2.INTER_NEAREST)
    fine = cv2.GaussianBlur(fine, (0, 0), blur * a_side)
    rows, columns = np.nonzero(cv2.resize(wanted.astype(np.uint8), None, fx=a_side, fy=a_side, interpolation=0))
    down, across = ((np.stack([rows, columns]) + 0.5) / a_side - QUIET).astype(np.float32)
    return Template(across, down, fine[rows, columns], len(modules))


@lru_cache(maxsize=160)
def template_of_version(version: int, blur: float, a_side: int) -> Template:
    """Make a template of what every symbol of a version has."""
    layout = layout_of(version)
    return template_of(layout.fixed, layout.is_fixed, blur, a_side)


class Slopes:
    """A picture and how its brightness changes across and down.

    Args:
        picture: rows x columns.
    """

    def __init__(self, picture: Values) -> None:
        self.picture = picture
        # One array of three channels, so that a point is looked up once.
        across, down = cv2.Sobel(picture, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(picture, cv2.CV_32F, 0, 1, ksize=3)
        self._all = cv2.merge([picture, across / 8, down / 8])

    def at(self, columns: Values, rows: Values) -> tuple[Values, Values, Values]:
        """Return the brightness and its two slopes at points between pixels."""
        found = cv2.remap(self._all, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return found[:, 0, 0], found[:, 0, 1], found[:, 0, 2]


def align(slopes: Slopes, pose: Pose, template: Template, steps: int) -> tuple[Pose, float]:
    """Improve a pose.

    Args:
        slopes: of the picture.
        pose: exact to about a module of the template's blur.
        template: what is known.
        steps: how many at most.

    Returns:
        The pose, and how far picture and template vary together there, from -1 to 1; -1 if it got lost.
    """
    columns, rows, half = template.columns, template.rows, template.size / 2
    # About the symbol's middle and in units of half its side, so that all freedoms are of like size.
    centre = np.array([[half, 0, half], [0, half, half], [0, 0, 1]])
    pose = pose @ centre
    pose = pose / pose[2, 2]
    across, down = (columns - half) / half, (rows - half) / half
    flat = np.ones_like(across)
    agreement = -1.0
    for step in range(steps + 1):
        under = pose[2, 0] * across + pose[2, 1] * down + 1
        if under.min() <= LEAST_DEPTH:
            return pose, -1.0
        x = (pose[0, 0] * across + pose[0, 1] * down + pose[0, 2]) / under
        y = (pose[1, 0] * across + pose[1, 1] * down + pose[1, 2]) / under
        seen, by_x, by_y = slopes.at(x.astype(np.float32)[:, None], y.astype(np.float32)[:, None])
        if step == steps:
            break
        by_x, by_y = by_x / under, by_y / under
        towards = -(by_x * x + by_y * y)
        design = np.stack(
            [
                *(template.brightness, flat, across, down),
                *(-by_x * across, -by_x * down, -by_x, -by_y * across, -by_y * down, -by_y),
                *(-towards * across, -towards * down),
            ]
        ).astype(np.float64)
        scale = np.sqrt((design * design).sum(axis=1)) + 1e-9
        design /= scale[:, None]
        normal = design @ design.T
        normal[np.diag_indices_from(normal)] += RIDGE
        move = np.linalg.solve(normal, design @ seen) / scale
        pose.flat[:POSE_FREEDOM] += move[LIGHT_FREEDOM:]
        if np.abs(move[LIGHT_FREEDOM : LIGHT_FREEDOM + 6]).max() < ENOUGH_PX:
            steps = step + 1
            agreement = _together(seen, template.brightness)
            break
    if agreement < 0:
        agreement = _together(seen, template.brightness)
    pose = pose @ np.linalg.inv(centre)
    return pose / pose[2, 2], agreement


def _together(one: Values, other: Values) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / (np.sqrt((one @ one) * (other @ other)) + 1e-9))


def project(pose: Pose, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return where points, k x 2 in modules, lie in the picture."""
    found = np.column_stack([points, np.ones(len(points))]) @ pose.T
    return found[:, :2] / found[:, 2:]


def corners_of(pose: Pose, size: int) -> NDArray[np.float64]:
    """Return the four corners of a symbol in the picture, clockwise from the upper left one of the symbol."""
    return project(pose, np.array([[0, 0], [size, 0], [size, size], [0, size]], float))
