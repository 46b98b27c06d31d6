"""Reed-Solomon codes over GF(2^8) as QR symbols use them (ISO/IEC 18004, 7.5): errors and erasures together."""

import numpy as np
from numpy.typing import NDArray

Codewords = NDArray[np.uint8]

_ORDER = 255
_PRIMITIVE = 0x11D


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [0] * (2 * _ORDER), [0] * (_ORDER + 1), 1
    for exponent in range(_ORDER):
        powers[exponent] = powers[exponent + _ORDER] = value
        logs[value] = exponent
        value = value << 1 ^ (_PRIMITIVE if value & 0x80 else 0)
    return powers, logs


_POWERS, _LOGS = _tables()
_POWERS_ARRAY, _LOGS_ARRAY = np.array(_POWERS), np.array(_LOGS)


class BeyondRepairError(Exception):
    """More is damaged than the check codewords can make good."""


def syndromes_of(block: Codewords, check: int) -> list[int]:
    """Return the block's value at each of the `check` roots of the code; all zero for a whole block."""
    present = np.nonzero(block)[0]
    exponents = (len(block) - 1 - present)[None, :] * np.arange(check)[:, None] + _LOGS_ARRAY[block[present]][None, :]
    return [int(value) for value in np.bitwise_xor.reduce(_POWERS_ARRAY[exponents % _ORDER], axis=1, initial=0)]


def repair(block: Codewords, check: int, erased: list[int], spare: int = 0) -> Codewords:
    """Make a block whole.

    Args:
        block: its codewords, data first, check codewords last.
        check: how many check codewords it has.
        erased: places whose values are not to be trusted.
        spare: check codewords that must stay unused, so that what fits by chance is refused.

    Raises:
        BeyondRepairError: no block of the code is near enough.
    """
    erasures = len(erased)
    if erasures + spare > check:
        raise BeyondRepairError
    syndromes = syndromes_of(block, check)
    if not any(syndromes):
        return block
    erasure_locator = [1]
    for place in erased:
        erasure_locator = _multiply(erasure_locator, [1, _POWERS[len(block) - 1 - place]])
    locator = _find_locator(syndromes, erasure_locator, erasures)
    degree = len(locator) - 1
    if 2 * (degree - erasures) + erasures + spare > check:
        raise BeyondRepairError
    places = _roots(locator, len(block))
    if len(places) != degree:
        raise BeyondRepairError
    repaired = _correct(block, syndromes, locator, places)
    if any(syndromes_of(repaired, check)):
        raise BeyondRepairError
    return repaired


def _find_locator(syndromes: list[int], start: list[int], erasures: int) -> list[int]:
    """Berlekamp and Massey's algorithm, begun with the locator of the erasures; lowest coefficient first."""
    current, before = list(start), list(start)
    length = erasures
    for step in range(erasures, len(syndromes)):
        difference = 0
        for place, coefficient in enumerate(current[: step + 1]):
            if coefficient and syndromes[step - place]:
                difference ^= _POWERS[_LOGS[coefficient] + _LOGS[syndromes[step - place]]]
        before = [0, *before]
        if not difference:
            continue
        log = _LOGS[difference]
        longer = max(len(current), len(before))
        changed = current + [0] * (longer - len(current))
        for place, coefficient in enumerate(before):
            if coefficient:
                changed[place] ^= _POWERS[_LOGS[coefficient] + log]
        if 2 * length <= step + erasures:
            length = step + erasures + 1 - length
            before = [_POWERS[_LOGS[c] + _ORDER - log] if c else 0 for c in current]
        current = changed
    while len(current) > 1 and not current[-1]:
        current.pop()
    return current


def _roots(locator: list[int], size: int) -> NDArray[np.intp]:
    """Return the places whose inverse the locator is zero at."""
    degrees = np.nonzero(locator)[0]
    logs = _LOGS_ARRAY[np.array(locator)[degrees]]
    exponents = -(size - 1 - np.arange(size))[:, None] * degrees[None, :] + logs[None, :]
    return np.nonzero(np.bitwise_xor.reduce(_POWERS_ARRAY[exponents % _ORDER], axis=1) == 0)[0]


def _correct(block: Codewords, syndromes: list[int], locator: list[int], places: NDArray[np.intp]) -> Codewords:
    """Forney's algorithm."""
    evaluator = _multiply(syndromes, locator)[: len(syndromes)]
    slope = [coefficient if place % 2 == 0 else 0 for place, coefficient in enumerate(locator[1:])]
    repaired = block.copy()
    for place in places:
        power = len(block) - 1 - int(place)
        inverse = -power % _ORDER
        over, under = _value_at(evaluator, inverse), _value_at(slope, inverse)
        if not under:
            raise BeyondRepairError
        if over:
            repaired[place] ^= _POWERS[(_LOGS[over] - _LOGS[under] + power) % _ORDER]
    return repaired


def _value_at(polynomial: list[int], log: int) -> int:
    value = 0
    for place, coefficient in enumerate(polynomial):
        if coefficient:
            value ^= _POWERS[(_LOGS[coefficient] + log * place) % _ORDER]
    return value


def _multiply(one: list[int], other: list[int]) -> list[int]:
    product = [0] * (len(one) + len(other) - 1)
    for place, left in enumerate(one):
        if left:
            for further, right in enumerate(other):
                if right:
                    product[place + further] ^= _POWERS[_LOGS[left] + _LOGS[right]]
    return product
