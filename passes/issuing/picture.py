"""A printed paper as a picture, to be forwarded to a driver's phone and shown on its screen."""

from __future__ import annotations

import io
from threading import Lock

import pypdfium2

_POINTS_PER_INCH = 72
_DPI = 220
"""An A6 page becomes 910 pixels wide: as many as a phone's screen shows."""
_GREYS = 16
_pdfium = Lock()
"""PDFium runs in one thread at a time."""


def to_png(pdf: bytes, page: int = 0, dpi: int = _DPI) -> bytes:
    """Return one page of a PDF as a PNG in a few shades of grey.

    Args:
        pdf: the document.
        page: which page, from 0.
        dpi: pixels an inch.
    """
    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            picture = document[page].render(scale=dpi / _POINTS_PER_INCH, grayscale=True).to_pil().convert("L")
        finally:
            document.close()
    out = io.BytesIO()
    picture.quantize(_GREYS).save(out, "PNG", optimize=True, dpi=(dpi, dpi))
    return out.getvalue()
