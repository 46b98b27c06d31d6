"""The reader, on pictures made here."""

import numpy as np
import pytest
import segno

from checkpoint import reader
from checkpoint.finding.decoding import look_closely, sightings
from checkpoint.finding.regions import Map
from checkpoint.reader import Effort
from tests.checkpoint.pictures import blur, draw_code, put_on_road, tilt

PASS = "VP1:" + "6BF+70790T9WTWGSLKC 4769R/CFKWSUF1:F" * 8 + "Z"
CARD = "CC1:" + "NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL" * 5
FOREIGN = "https://example.org/thực-đơn?bàn=7"


@pytest.mark.parametrize("effort", Effort)
def test_a_printed_pass_in_a_frame_is_read_exactly(effort: Effort) -> None:
    assert reader.read(put_on_road(draw_code(PASS, 4)), effort) == (PASS,)


def test_a_colour_frame_reads_like_a_grey_one() -> None:
    grey = put_on_road(draw_code(PASS, 4))
    assert reader.read(np.dstack([grey] * 3)) == (PASS,)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
def test_a_tilted_pass_is_read(share: float) -> None:
    assert reader.read(tilt(put_on_road(draw_code(PASS, 5)), share), Effort.LIVE) == (PASS,)


def test_the_decoder_reads_a_faint_pass_in_fog() -> None:
    fog = (110 + put_on_road(draw_code(PASS, 4)) * 0.05).astype(np.uint8)
    assert sightings(fog) == []
    region = Map(fog).take_strongest()
    assert region
    assert [sighting.text for sighting in look_closely(region)] == [PASS]


def test_a_small_picture_that_is_all_but_even_is_read() -> None:
    assert reader.read((110 + draw_code(CARD, 3) * 0.03).astype(np.uint8)) == (CARD,)


def test_a_pass_out_of_focus_is_read() -> None:
    assert reader.read(blur(put_on_road(draw_code(PASS, 5)), 2.0), Effort.LIVE) == (PASS,)


def test_a_small_pass_that_needs_the_enlarged_frame_is_read() -> None:
    frame = blur(put_on_road(draw_code(PASS, 2)), 0.9)
    assert [sighting.text for sighting in sightings(frame)] == []
    assert reader.read(frame, Effort.LIVE) == (PASS,)


def test_all_codes_of_a_picture_are_read_those_of_others_too() -> None:
    frame = put_on_road(draw_code(PASS, 4), draw_code(CARD, 4), draw_code(FOREIGN, 4))
    assert sorted(reader.read(frame)) == sorted((PASS, CARD, FOREIGN))


def test_the_same_code_twice_in_a_picture_is_one_text() -> None:
    code = draw_code(PASS, 4)
    assert reader.read(put_on_road(code, code)) == (PASS,)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_read_where_there_is_nothing(seed: int) -> None:
    assert reader.read(put_on_road(seed=seed)) == ()


def test_a_relative_of_the_qr_code_whose_few_check_codewords_fit_noise_is_not_read() -> None:
    micro = segno.make("12345", micro=True)
    small = np.array(
        [[0 if is_dark else 255 for is_dark in row] for row in micro.matrix_iter(scale=6, border=4)], np.uint8
    )
    assert reader.read(put_on_road(small)) == ()


def test_nothing_is_read_from_camera_noise() -> None:
    rng = np.random.default_rng(7)
    checks = np.kron(rng.integers(0, 2, (60, 80)), np.ones((8, 8))).astype(np.uint8) * 255
    assert reader.read(checks) == ()


def test_the_second_opinion_never_joins_the_parts_of_a_divided_code() -> None:
    parts = segno.make_sequence("GIAY NHAN DIEN PHUONG TIEN " * 8, symbol_count=2, error="m")
    pictures = [
        np.array([[0 if is_dark else 255 for is_dark in row] for row in part.matrix_iter(scale=4, border=4)], np.uint8)
        for part in parts
    ]
    assert reader._second_opinion(put_on_road(*pictures)) == []


def test_the_second_opinion_keeps_silent_about_letters_it_would_guess() -> None:
    japanese = draw_code("ﾃﾞｻﾞｲﾝ", 6)
    assert reader._second_opinion(put_on_road(japanese)) == []


def test_the_second_opinion_reads_a_plain_pass() -> None:
    assert reader._second_opinion(put_on_road(draw_code(PASS, 4))) == [PASS]


def test_a_tiny_frame_is_no_error() -> None:
    assert reader.read(np.zeros((1, 1), np.uint8)) == ()
