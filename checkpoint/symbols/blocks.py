"""How a symbol's codewords are dealt out to blocks, each with check codewords of its own (ISO/IEC 18004, table 9)."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from checkpoint.symbols.layout import layout_of

_CHECK = {
    "L": "7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28 28 28 30 30 26 28" + " 30" * 14,
    "M": "10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26 26" + " 28" * 19,
    "Q": "13 22 18 26 18 24 18 22 20 24 28 26 24 20 30 24 28 28 26 30 28 30 30 30 30 28" + " 30" * 14,
    "H": "17 28 22 16 22 28 26 26 24 28 24 28 22 24 24 30 28 28 26 28 30 24" + " 30" * 18,
}
_BLOCKS = {
    "L": "1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8 8 9 9 10 12 12 12 13 14 15 16 17 18 19 19 20 21 22 24 25",
    "M": "1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16 17 17 18 20 21 23 25 26 28 29 31 33 35 37 38 40 43 45 47 49",
    "Q": "1 1 2 2 4 4 6 6 8 8 8 10 12 16 12 17 16 18 21 20 23 23 25 27 29 34 34 35 38 40 43 45 48 51 53 56 59 62 65 68",
    "H": "1 1 2 4 4 4 5 6 8 8 11 11 16 16 18 16 19 21"
    + " 25" * 3
    + " 34 30 32 35 37 40 42 45 48 51 54 57 60 63 66 70 74 77 81",
}
LEVELS = "MLHQ"  # in the order of the two bits that name them


@lru_cache(maxsize=64)
def deal(version: int, level: str) -> tuple[int, tuple[NDArray[np.intp], ...]]:
    """Say which codewords of a symbol make up its blocks.

    Args:
        version: 1 to 40.
        level: of error correction: L, M, Q or H.

    Returns:
        How many check codewords each block has, and for each block the places of its codewords in the symbol.
    """
    check = int(_CHECK[level].split()[version - 1])
    blocks = int(_BLOCKS[level].split()[version - 1])
    total = layout_of(version).codewords
    short, longer = divmod(total, blocks)
    short -= check
    data = short * blocks + longer
    places = []
    for number in range(blocks):
        own = [row * blocks + number for row in range(short)]
        if number >= blocks - longer:
            own.append(short * blocks + number - (blocks - longer))
        own += [data + row * blocks + number for row in range(check)]
        places.append(np.array(own, np.intp))
    return check, tuple(places)
