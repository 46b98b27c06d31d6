"""Codes that no decoder reads: found by their pattern, read module by module."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from checkpoint.camera import Frame
from checkpoint.finding.alignment import corners_of
from checkpoint.finding.decoding import look_closely, read_closely
from checkpoint.finding.outlines import outline_of
from checkpoint.finding.regions import Map
from checkpoint.live_reader import LiveReader
from checkpoint.reader import Effort, find, read
from tests.checkpoint.pictures import draw_code, put_on_road

PASS = "VP1:" + "6BF+70790T9WTWGSLKC 4769R/CFKWSUF1:F" * 9 + "Z"  # version 13 at level Q
OTHER = "VP1:" + "3ZSUZK+.V0ETD%65NLNCFOXN%TS3DH3ZSUZK" * 9 + "Y"
SHARP_PX = 8


def seen(text: str, module_px: float, *, turn: float = 4, light: float = 1, noise: float = 2.5, seed: int = 1) -> Frame:
    """A frame in which a code has so many pixels a module, turned by some degrees, in so much light."""
    sheet = cv2.copyMakeBorder(draw_code(text, SHARP_PX), 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=80)
    scale, size = module_px / SHARP_PX, (1280, 720)
    matrix = cv2.getRotationMatrix2D((sheet.shape[1] / 2, sheet.shape[0] / 2), turn, scale)
    matrix[:, 2] += np.array([640, 360]) - np.array(sheet.shape[::-1]) / 2
    soft = cv2.GaussianBlur(sheet, (0, 0), 0.45 / scale)
    road = put_on_road(seed=seed)
    warped = cv2.warpAffine(soft, matrix, size, road.copy(), cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    rng = np.random.default_rng(seed)
    return np.clip(warped * light + rng.normal(0, noise, warped.shape), 0, 255).astype(np.uint8)


def smear(frame: Frame, length_px: int) -> Frame:
    return cv2.filter2D(frame, -1, np.full((1, length_px), 1 / length_px))


def test_a_code_is_the_most_patterned_region_and_its_outline_is_near_its_corners() -> None:
    frame = seen(PASS, 3, turn=10)
    region = Map(frame).take_strongest()
    assert region
    outline = outline_of(region)
    assert outline is not None
    half = 69 * 3 / 2
    turned = cv2.boxPoints(((640, 360), (2 * half, 2 * half), -10))
    found = outline + np.array([region.left, region.top])
    assert all(np.abs(turned - corner).max(axis=1).min() < 9 for corner in found)


@pytest.mark.parametrize("seed", range(4))
def test_a_road_has_no_region_worth_a_look(seed: int) -> None:
    assert Map(put_on_road(seed=seed)).take_strongest() is None


def test_what_is_struck_out_is_not_found_again() -> None:
    frame = put_on_road(draw_code(PASS, 4))
    patterned = Map(frame)
    patterned.strike_out(np.array([[46, 56], [46 + 276, 56], [46 + 276, 56 + 276], [46, 56 + 276]], float))
    assert patterned.take_strongest() is None


@pytest.mark.parametrize("turn", [0, 40, 90, 180, 250])
def test_the_corners_of_a_symbol_are_found_in_any_direction(turn: float) -> None:
    region = Map(seen(PASS, 3.2, turn=turn)).take_strongest()
    assert region
    found = read_closely(region, [])
    assert found
    assert (found.version, found.text) == (13, PASS)
    upper_left = corners_of(found.reading.pose, 69)[0] + [region.left, region.top]
    angle = np.radians(-turn)
    half = 69 * 3.2 / 2
    away = np.array([np.cos(angle) * -half + np.sin(angle) * half, -np.sin(angle) * half - np.cos(angle) * half])
    assert np.abs(upper_left - (np.array([640, 360]) + away)).max() < 3


@pytest.mark.parametrize("sigma_px", [1.8, 2.1])
def test_a_code_too_blurred_for_the_decoder_is_read(sigma_px: float) -> None:
    frame = cv2.GaussianBlur(seen(PASS, 2.8), (0, 0), sigma_px)
    region = Map(frame).take_strongest()
    assert region
    assert not any(sighting.text for sighting in look_closely(region))
    assert read(frame, Effort.LIVE) == (PASS,)


def test_a_code_smeared_by_motion_is_read() -> None:
    assert read(smear(seen(PASS, 3), 7), Effort.LIVE) == (PASS,)


def test_a_code_of_few_pixels_a_module_is_read() -> None:
    assert read(seen(PASS, 1.5), Effort.LIVE) == (PASS,)


@pytest.mark.parametrize("seed", range(6))
def test_at_night_two_and_a_quarter_pixels_a_module_are_enough(seed: int) -> None:
    assert read(seen(PASS, 2.25, light=0.16, noise=7, seed=seed, turn=seed * 5 - 10)) == (PASS,)


def test_nothing_is_made_of_a_symbol_that_is_lost() -> None:
    rng = np.random.default_rng(1)
    code = draw_code(PASS, 4)
    inside = slice(16 + 36, -16 - 36)
    code[inside, inside] = np.kron(rng.integers(0, 2, (51, 51)), np.ones((4, 4))) * 255
    assert find(put_on_road(code)).texts == ()


def dark_frames(text: str, count: int) -> list[Frame]:
    return [seen(text, 2.0, light=0.12, noise=10, seed=seed, turn=seed) for seed in range(count)]


def test_frames_of_a_second_are_read_together_when_none_can_be_read_alone() -> None:
    frames = dark_frames(PASS, 10)
    assert all(read(frame, Effort.LIVE) == () for frame in frames)
    live = LiveReader()
    assert PASS in {text for number, frame in enumerate(frames) for text in live.read(frame, number / 10)}


def test_frames_that_lie_further_apart_are_not_mixed() -> None:
    live = LiveReader()
    frames = dark_frames(PASS, 10)
    assert [text for number, frame in enumerate(frames) for text in live.read(frame, number * 10.0)] == []


def test_two_codes_that_follow_each_other_never_give_a_third() -> None:
    live = LiveReader()
    both = [frame for pair in zip(dark_frames(PASS, 10), dark_frames(OTHER, 10), strict=True) for frame in pair]
    texts = {text for number, frame in enumerate(both) for text in live.read(frame, number / 20)}
    assert texts <= {PASS, OTHER}
    assert texts
