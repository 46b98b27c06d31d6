"""From a frame to the texts of the QR codes in it.

Several passes, the cheapest first, each only over what the ones before could not read: the decoder over the whole
frame; then over each region that is patterned like a code, enlarged; then, module by module, over regions in which a
symbol lies that no decoder can read. Every text was confirmed by the symbol's own Reed-Solomon code.
"""

import time
from dataclasses import dataclass
from enum import IntEnum

import cv2

from checkpoint.camera import Frame, as_grey
from checkpoint.finding.decoding import CloseReading, Sighting, look_closely, read_closely, sightings, stretched
from checkpoint.finding.regions import Map, Region

SMALL_PX = 500_000  # a picture of up to so many pixels is cheap to enlarge as a whole, if it has a pattern at all
TINY_PX = 150_000  # and one of so many, in any case
MAX_DOUBTFUL = 3  # regions in which nothing can be read; a code is nearly always among the first two


class Effort(IntEnum):
    """How much time a frame is worth."""

    LIVE = 1  # one of many frames a second: the next may be sharper
    THOROUGH = 2  # the only picture there is


BUDGET_S = {Effort.LIVE: 0.06, Effort.THOROUGH: 0.4}
"""Processor time after which no further pass over a frame begins."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a frame holds.

    Attributes:
        texts: of the codes that were read, each once, in the order found; codes of others are among them.
        unread: symbols that were found and could not be read.
    """

    texts: tuple[str, ...]
    unread: tuple[CloseReading, ...] = ()


def read(frame: Frame, effort: Effort = Effort.THOROUGH) -> tuple[str, ...]:
    """Read every QR code in a frame.

    Args:
        frame: rows x columns (grey) or rows x columns x 3 (blue, green, red) of unsigned bytes.
        effort: how much time the frame is worth.

    Returns:
        Each text once, in the order found; empty when there is no code. Codes of others are among them.
    """
    return find(frame, effort).texts


def find(frame: Frame, effort: Effort = Effort.THOROUGH) -> Findings:
    """Read every QR code in a frame, and tell of those that could not be read; see `read`."""
    ends_at = time.thread_time() + BUDGET_S[effort]
    grey = as_grey(frame)
    patterned = Map(grey)
    found = sightings(grey)
    if not found and grey.size <= (SMALL_PX if patterned.stands_out else TINY_PX):
        found = _sightings_enlarged(stretched(grey))
    for sighting in found:
        patterned.strike_out(sighting.corners)
    texts = {sighting.text: None for sighting in found if sighting.text}
    unread = []
    for region, seen in _doubtful(patterned, texts, ends_at):
        if time.thread_time() > ends_at or (texts and not seen):
            continue
        reading = read_closely(region, seen)
        if reading and reading.text:
            texts[reading.text] = None
        elif reading:
            unread.append(reading)
        if effort >= Effort.THOROUGH and (unread or seen) and not texts:
            texts |= dict.fromkeys(_second_opinion(region.picture))
    return Findings(tuple(texts), tuple(unread))


def _doubtful(patterned: Map, texts: dict[str, None], ends_at: float) -> list[tuple[Region, list[Sighting]]]:
    """Let the decoder look at regions more closely: note texts, return regions that may hold what it cannot read."""
    doubtful: list[tuple[Region, list[Sighting]]] = []
    while len(doubtful) < MAX_DOUBTFUL and time.thread_time() < ends_at:
        region = patterned.take_strongest()
        if region is None:
            break
        seen = look_closely(region)
        read_here = [sighting.text for sighting in seen if sighting.text]
        texts |= dict.fromkeys(read_here)
        if not read_here:
            doubtful.append((region, seen))
    return doubtful


def _sightings_enlarged(grey: Frame) -> list[Sighting]:
    enlarged = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return [Sighting(sighting.text, sighting.corners / 2) for sighting in sightings(enlarged)]


def _second_opinion(grey: Frame) -> list[str]:
    from pyzbar import pyzbar  # looks for its library with other programs, which takes longer than many frames

    try:
        symbols = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:
        # It joined the parts of a structured append into one symbol without orientation, which its binding refuses.
        return []
    # It guesses encodings, so that what is not ASCII may come out as other letters; credentials are ASCII.
    return [symbol.data.decode("ascii") for symbol in symbols if symbol.orientation and symbol.data.isascii()]
