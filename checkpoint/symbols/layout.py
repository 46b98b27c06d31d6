"""Where each module of a QR symbol stands, and what stands there in every symbol of that size (ISO/IEC 18004, 6.3)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

MIN_VERSION, MAX_VERSION = 1, 40
FINDER = 7  # modules of a finder pattern's side
FIRST_VERSION_WITH_INFO = 7
TIMING = 6  # the row and the column of the timing patterns
_BCH_VERSION = 0x1F25
_BITS_A_CODEWORD = 8

Modules = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The parts of a symbol of one size.

    Attributes:
        version: 1 to 40.
        size: modules of a side, without quiet zone.
        is_fixed: size x size; True where every symbol of this version has the same module.
        fixed: size x size; True where that module is dark.
        format_places: 2 x 15 x 2; row and column of each bit of both copies of the format information,
            lowest bit first.
        data_places: bits x 2; row and column of each bit of the codewords, in their order.
    """

    version: int
    size: int
    is_fixed: Modules
    fixed: Modules
    format_places: NDArray[np.intp]
    data_places: NDArray[np.intp]

    @property
    def codewords(self) -> int:
        """How many codewords the symbol holds, data and check together."""
        return len(self.data_places) // _BITS_A_CODEWORD


def size_of(version: int) -> int:
    """Return how many modules a side has."""
    return 17 + 4 * version


@lru_cache(maxsize=MAX_VERSION)
def layout_of(version: int) -> Layout:
    """Return the layout of a version.

    Raises:
        ValueError: there is no such version.
    """
    if not MIN_VERSION <= version <= MAX_VERSION:
        raise ValueError(f"there is no version {version}")
    size = size_of(version)
    is_fixed, fixed = np.zeros((size, size), bool), np.zeros((size, size), bool)
    is_fixed[TIMING, :] = is_fixed[:, TIMING] = True
    fixed[TIMING, ::2] = fixed[::2, TIMING] = True
    _draw_alignment(version, is_fixed, fixed)
    _draw_finders(is_fixed, fixed)
    if version >= FIRST_VERSION_WITH_INFO:
        _draw_version(version, is_fixed, fixed)
    is_fixed[size - 8, 8] = fixed[size - 8, 8] = True
    format_places = _format_places(size)
    is_data = ~is_fixed
    is_data[format_places[:, :, 0], format_places[:, :, 1]] = False
    return Layout(version, size, is_fixed, fixed, format_places, _data_places(is_data))


def alignment_centres(version: int) -> tuple[int, ...]:
    """Return the coordinates that the centres of alignment patterns are made of (annex E)."""
    if version == 1:
        return ()
    count = version // 7 + 2
    last = 4 * version + 10
    step = (version * 8 + count * 3 + 5) // (count * 4 - 4) * 2
    return (TIMING, *(last - step * place for place in range(count - 2, -1, -1)))


def mask_of(number: int, size: int) -> Modules:
    """Return where data mask `number` (0 to 7) turns modules over (table 10); size x size."""
    i, j = np.indices((size, size))
    masks = (
        lambda: (i + j) % 2,
        lambda: i % 2,
        lambda: j % 3,
        lambda: (i + j) % 3,
        lambda: (i // 2 + j // 3) % 2,
        lambda: i * j % 2 + i * j % 3,
        lambda: (i * j % 2 + i * j % 3) % 2,
        lambda: ((i + j) % 2 + i * j % 3) % 2,
    )
    return np.asarray(masks[number]() == 0)


def _draw_finders(is_fixed: Modules, fixed: Modules) -> None:
    size, reach = len(fixed), FINDER + 1
    away = np.maximum(*np.abs(np.indices((FINDER, FINDER)) - FINDER // 2))
    pattern = away != FINDER // 2 - 1  # all is dark but the ring inside the outermost
    for rows, columns in ((0, 0), (0, size - FINDER), (size - FINDER, 0)):
        top, left = min(rows, size - reach), min(columns, size - reach)
        is_fixed[top : top + reach, left : left + reach] = True
        fixed[top : top + reach, left : left + reach] = False
        fixed[rows : rows + FINDER, columns : columns + FINDER] = pattern


def _draw_alignment(version: int, is_fixed: Modules, fixed: Modules) -> None:
    centres = alignment_centres(version)
    pattern = np.maximum(*np.abs(np.indices((5, 5)) - 2)) != 1
    for row in centres:
        for column in centres:
            if {row, column} != {TIMING, centres[-1]} and (row, column) != (TIMING, TIMING):
                is_fixed[row - 2 : row + 3, column - 2 : column + 3] = True
                fixed[row - 2 : row + 3, column - 2 : column + 3] = pattern


def _draw_version(version: int, is_fixed: Modules, fixed: Modules) -> None:
    left = version << 12
    for bit in range(17, 11, -1):
        if left >> bit & 1:
            left ^= _BCH_VERSION << (bit - 12)
    bits = version << 12 | left
    for bit in range(18):
        near, far = bit // 3, len(fixed) - 11 + bit % 3
        is_fixed[near, far] = is_fixed[far, near] = True
        fixed[near, far] = fixed[far, near] = bool(bits >> bit & 1)


def _format_places(size: int) -> NDArray[np.intp]:
    beside = [*range(6), 7, 8]
    first = [(row, 8) for row in beside] + [(8, column) for column in (7, 5, 4, 3, 2, 1, 0)]
    second = [(8, size - 1 - place) for place in range(8)] + [(size - 7 + place, 8) for place in range(7)]
    return np.array([first, second], np.intp)


def _data_places(is_data: Modules) -> NDArray[np.intp]:
    size, places = len(is_data), []
    columns = [column for column in range(size - 1, -1, -1) if column != TIMING]
    for number, (right, left) in enumerate(zip(columns[::2], columns[1::2], strict=True)):
        rows = range(size) if number % 2 else range(size - 1, -1, -1)
        places += [(row, column) for row in rows for column in (right, left) if is_data[row, column]]
    whole = len(places) // _BITS_A_CODEWORD * _BITS_A_CODEWORD
    return np.array(places[:whole], np.intp)
