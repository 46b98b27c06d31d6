"""The format information of a symbol: its level of error correction and its data mask (ISO/IEC 18004, 7.9)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkpoint.symbols.blocks import LEVELS
from checkpoint.symbols.layout import Layout

_BCH = 0x537
_MASK = 0x5412
_BITS = 15
_CHECK_BITS = 10


@dataclass(frozen=True, slots=True)
class Format:
    """What the format information says.

    Attributes:
        level: of error correction: L, M, Q or H.
        mask: the number of the data mask, 0 to 7.
    """

    level: str
    mask: int

    @property
    def bits(self) -> NDArray[np.bool_]:
        """The fifteen modules, lowest bit first; True is dark."""
        data = LEVELS.index(self.level) << 3 | self.mask
        left = data
        for _ in range(_CHECK_BITS):
            left = left << 1 ^ (left >> 9) * _BCH
        word = (data << _CHECK_BITS | left) ^ _MASK
        return np.array([bool(word >> bit & 1) for bit in range(_BITS)])


FORMATS = tuple(Format(level, mask) for level in LEVELS for mask in range(8))
_SIGNS = np.array([np.where(one.bits, 1.0, -1.0) for one in FORMATS])


def likeliest_formats(darkness: NDArray[np.floating], layout: Layout, count: int) -> list[Format]:
    """Return the formats that both copies together speak for most, the best first.

    Args:
        darkness: size x size; above zero is dark, and the further from it the surer.
        layout: the symbol's.
        count: how many to return.
    """
    read = np.clip(darkness[layout.format_places[:, :, 0], layout.format_places[:, :, 1]], -1, 1).sum(axis=0)
    return [FORMATS[place] for place in np.argsort(-(_SIGNS @ read))[:count]]
