"""From a frame to the texts of the QR codes in it.

Several passes, the cheapest first. Every text that is returned was confirmed by the symbol's own Reed-Solomon code in
one decoder; where a second opinion is known to be wrong about texts, what it could be wrong about is left out.
"""

from collections.abc import Iterable
from enum import IntEnum

import cv2
import zxingcpp
from pyzbar import pyzbar

from checkpoint.camera import Frame, as_grey

ENLARGE_LIMIT_PX = 4_000_000  # a larger picture has enough pixels a module, and four times its size would be slow


class Effort(IntEnum):
    """How much time a frame is worth."""

    LIVE = 1  # one of many frames a second: the next may be sharper
    THOROUGH = 2  # the only picture there is


def read(frame: Frame, effort: Effort = Effort.THOROUGH) -> tuple[str, ...]:
    """Read every QR code in a frame.

    Args:
        frame: rows x columns (grey) or rows x columns x 3 (blue, green, red) of unsigned bytes.
        effort: how much time the frame is worth.

    Returns:
        Each text once, in the order found; empty when there is no code. Codes of others are among them.
    """
    grey = as_grey(frame)
    texts = _unique((*_first_pass(grey), *_enlarged_pass(grey)))
    if not texts and effort >= Effort.THOROUGH:
        texts = _unique(_second_opinion(grey))
    return texts


def _first_pass(grey: Frame) -> list[str]:
    # The QR format alone is several times faster than all formats, and plain mode leaves the text as it was printed.
    codes = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in codes]


def _enlarged_pass(grey: Frame) -> list[str]:
    if grey.size > ENLARGE_LIMIT_PX:
        return []
    return _first_pass(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


def _second_opinion(grey: Frame) -> list[str]:
    try:
        symbols = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:
        # It joined the parts of a structured append into one symbol without orientation, which its binding refuses.
        return []
    # It guesses encodings, so that what is not ASCII may come out as other letters; credentials are ASCII.
    return [symbol.data.decode("ascii") for symbol in symbols if symbol.orientation and symbol.data.isascii()]


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
