"""From doubtful modules to whole ones: what the check codewords can make good.

How sure each module is says which codewords to distrust: an erasure costs half of what an error costs (generalised
minimum distance decoding). Some check codewords always stay unused, so that nothing fits by chance.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from checkpoint.symbols import reed_solomon
from checkpoint.symbols.blocks import deal
from checkpoint.symbols.format import Format, likeliest_formats
from checkpoint.symbols.layout import Layout, Modules, layout_of, mask_of
from checkpoint.symbols.reed_solomon import BeyondRepairError

Darkness = NDArray[np.floating]

ERASED_SHARES = (0.0, 0.25, 0.5, 0.75)  # of a block's check codewords, one attempt each
SPARE_CHECKS = 2  # that no attempt uses
MIN_UNERASED = 6  # check codewords that are never spent on erasures
MIN_AGREEMENT = 0.6  # of what was seen with what was made of it; a symbol made of chance agrees by about 0.3
QUIET, DRAWN_PX = 4, 4


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """What became of a symbol.

    Attributes:
        modules: size x size; True is dark.
        is_known: size x size; where `modules` is confirmed: fixed by the version, or by a block's check codewords.
        is_whole: every block is confirmed.
    """

    modules: Modules
    is_known: Modules
    is_whole: bool


@lru_cache(maxsize=320)
def _unmasking(version: int, mask: int) -> NDArray[np.float32]:
    """Return -1 for each bit of the codewords that a mask turns over, else 1."""
    places = layout_of(version).data_places
    return np.where(mask_of(mask, layout_of(version).size)[places[:, 0], places[:, 1]], -1, 1).astype(np.float32)


def restore(darkness: Darkness, version: int) -> Restored:
    """Make a symbol's modules whole as far as its check codewords reach.

    Args:
        darkness: size x size; above zero is dark, and the further from it the surer, about 1 for a clear module.
        version: of the symbol.
    """
    layout = layout_of(version)
    form = likeliest_formats(darkness, layout, 1)[0]
    rows, columns = layout.data_places.T
    seen = (darkness[rows, columns] * _unmasking(version, form.mask)).reshape(-1, 8)
    codewords = np.packbits(seen > 0, axis=1)[:, 0]
    doubts = np.sort(np.abs(seen), axis=1)
    sureness = doubts[:, 0] + doubts[:, 1] / 2
    check, blocks = deal(version, form.level)
    is_repaired = np.zeros(len(codewords), bool)
    for block in blocks:
        try:
            codewords[block] = _repair(codewords[block], sureness[block], check)
        except BeyondRepairError:
            continue
        is_repaired[block] = True
    modules, is_known = _rebuild(layout, form, codewords, is_repaired)
    is_whole = bool(is_repaired.all()) and _agreement(darkness, modules) >= MIN_AGREEMENT
    return Restored(modules, is_known, is_whole)


def _repair(block: reed_solomon.Codewords, sureness: Darkness, check: int) -> reed_solomon.Codewords:
    """Repair a block, distrusting more and more of its least sure codewords.

    Raises:
        BeyondRepairError: nothing helps.
    """
    order = np.argsort(sureness)
    tried = set()
    for share in ERASED_SHARES:
        erasures = max(0, min(int(check * share), check - MIN_UNERASED))
        if erasures in tried:
            continue
        tried.add(erasures)
        try:
            return reed_solomon.repair(block, check, [int(place) for place in order[:erasures]], SPARE_CHECKS)
        except BeyondRepairError:
            continue
    raise BeyondRepairError


def _rebuild(
    layout: Layout, form: Format, codewords: reed_solomon.Codewords, is_repaired: NDArray[np.bool_]
) -> tuple[Modules, Modules]:
    modules, is_known = layout.fixed.copy(), layout.is_fixed.copy()
    rows, columns = layout.data_places.T
    modules[rows, columns] = np.unpackbits(codewords).astype(bool) ^ (_unmasking(layout.version, form.mask) < 0)
    is_known[rows, columns] = np.repeat(is_repaired, 8)
    for copy in layout.format_places:
        modules[copy[:, 0], copy[:, 1]] = form.bits
    return modules, is_known


def _agreement(darkness: Darkness, modules: Modules) -> float:
    seen = np.clip(darkness, -1, 1)
    return float(np.where(modules, seen, -seen).sum() / (np.abs(seen).sum() + 1e-9))


def text_of(modules: Modules) -> str | None:
    """Read a symbol whose modules are all known; None if they make no text."""
    picture = np.where(np.pad(modules, QUIET), 0, 255).astype(np.uint8)
    drawn = cv2.resize(picture, None, fx=DRAWN_PX, fy=DRAWN_PX, interpolation=cv2.INTER_NEAREST)
    form, mode = zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.TextMode.Plain
    codes = zxingcpp.read_barcodes(drawn, formats=form, text_mode=mode)
    return codes[0].text if len(codes) == 1 else None
