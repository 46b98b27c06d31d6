"""QR symbols from the inside, compared with those of an independent encoder."""

from __future__ import annotations

import random

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from checkpoint.symbols import reed_solomon
from checkpoint.symbols.blocks import LEVELS, deal
from checkpoint.symbols.format import FORMATS, Format, likeliest_formats
from checkpoint.symbols.layout import layout_of, mask_of, size_of
from checkpoint.symbols.reed_solomon import BeyondRepairError
from checkpoint.symbols.restoring import restore, text_of

TEXT = "VP1:" + "6BF+70790T9WTWGSLKC 4769R/CFKWSUF1:F" * 9 + "Z"


def symbol(text: str, version: int | None = None, level: str = "q") -> tuple[np.ndarray, segno.QRCode]:
    made = segno.make(text, version=version, error=level, boost_error=False, micro=False)
    return np.array([[bool(dark) for dark in row] for row in made.matrix]), made


def darkness_of(modules: np.ndarray) -> np.ndarray:
    return np.where(modules, 1.0, -1.0)


@pytest.mark.parametrize("version", range(1, 41))
def test_modules_stand_where_the_encoder_puts_them(version: int) -> None:
    level = LEVELS[version % 4]
    modules, made = symbol(str(version), version, level.lower())
    layout = layout_of(version)
    assert modules.shape == (size_of(version),) * 2
    assert (modules[layout.is_fixed] == layout.fixed[layout.is_fixed]).all()
    assert likeliest_formats(darkness_of(modules), layout, 1) == [Format(level, made.mask)]
    rows, columns = layout.data_places.T
    codewords = np.packbits((modules ^ mask_of(made.mask, layout.size))[rows, columns])
    check, blocks = deal(version, level)
    assert sorted(np.concatenate(blocks)) == list(range(layout.codewords))
    for block in blocks:
        assert not any(reed_solomon.syndromes_of(codewords[block], check))


@pytest.mark.parametrize("version", [0, 41])
def test_there_are_forty_versions(version: int) -> None:
    with pytest.raises(ValueError, match="no version"):
        layout_of(version)


def test_every_format_has_bits_of_its_own() -> None:
    assert len({tuple(one.bits) for one in FORMATS}) == 32


@settings(max_examples=60)
@given(st.integers(0, 24), st.randoms(use_true_random=False))
def test_a_block_is_repaired_up_to_its_bound(erasures: int, chance: random.Random) -> None:
    modules, made = symbol(TEXT, 13)
    layout = layout_of(13)
    rows, columns = layout.data_places.T
    codewords = np.packbits((modules ^ mask_of(made.mask, layout.size))[rows, columns])
    check, blocks = deal(13, "Q")
    block = codewords[blocks[0]]
    damaged, errors = block.copy(), (check - erasures) // 2
    places = chance.sample(range(len(block)), erasures + errors)
    for place in places:
        damaged[place] ^= chance.randrange(1, 256)
    assert (reed_solomon.repair(damaged, check, places[:erasures]) == block).all()


def test_what_is_beyond_repair_is_refused() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        with pytest.raises(BeyondRepairError):
            reed_solomon.repair(rng.integers(0, 256, 45, np.uint8), 24, list(range(12)), spare=2)


def test_no_more_is_erased_than_leaves_check_codewords_to_spare() -> None:
    with pytest.raises(BeyondRepairError):
        reed_solomon.repair(np.ones(45, np.uint8), 24, list(range(23)), spare=2)


def test_a_symbol_with_a_quarter_of_its_modules_in_doubt_is_restored() -> None:
    modules, _ = symbol(TEXT, 13)
    rng = np.random.default_rng(2)
    darkness = darkness_of(modules)
    rows = slice(20, 40)  # a reflection over a band: what is seen there is faint and wrong
    darkness[rows, 20:60] = rng.normal(0, 0.1, darkness[rows, 20:60].shape)
    restored = restore(darkness, 13)
    assert restored.is_whole
    assert (restored.modules == modules).all()
    assert text_of(restored.modules) == TEXT


def test_a_symbol_that_is_mostly_guessed_is_never_called_whole() -> None:
    rng = np.random.default_rng(3)
    for version in (1, 2, 7, 13):
        layout = layout_of(version)
        for _ in range(30):
            darkness = np.where(layout.is_fixed, darkness_of(layout.fixed), rng.normal(0, 1, layout.fixed.shape))
            assert not restore(darkness, version).is_whole


def test_blocks_that_are_confirmed_are_known_when_others_are_lost() -> None:
    modules, _ = symbol(TEXT, 13)
    rng = np.random.default_rng(4)
    darkness = darkness_of(modules)
    layout = layout_of(13)
    check, blocks = deal(13, "Q")
    lost = np.isin(np.arange(layout.codewords), np.concatenate(blocks[:3]))
    rows, columns = layout.data_places[np.repeat(lost, 8)].T
    darkness[rows, columns] = rng.normal(0, 1, len(rows))
    restored = restore(darkness, 13)
    assert not restored.is_whole
    assert (restored.modules == modules)[restored.is_known].all()
    assert restored.is_known.mean() > 0.6
    assert check == 24
