"""What an uploaded file really is: its type told by its bytes, pictures made anew from their pixels."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from passes.errors import ValueRefusedError

MAX_BYTES = 8 * 1024 * 1024
MAX_PAGES = 40
_MAX_PIXELS = 60_000_000
_LONGEST_SIDE_PX = 2600
_JPEG_QUALITY = 85
_PDF = b"%PDF-"
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
_MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
PDF_TYPE = "application/pdf"


class DocumentError(ValueRefusedError):
    """A file cannot be kept as a document."""


@dataclass(frozen=True)
class Content:
    """A file as it is kept.

    Args:
        media_type: told by its bytes.
        data: of a PDF as it came; of a picture what its pixels make anew, without what else stood in the file (place,
            device, a second file behind the first).
    """

    media_type: str
    data: bytes


def inspect(data: bytes) -> Content:
    """Return what an uploaded file is kept as.

    Raises:
        DocumentError: it is empty or too large (`file_size`), neither PDF, JPEG nor PNG (`file_type`), a PDF that is
            broken, locked or too long (`pdf_unreadable`), or a picture that is (`image_unreadable`).
    """
    if not 0 < len(data) <= MAX_BYTES:
        raise DocumentError("file_size", "file", f"a document has 1 to {MAX_BYTES} bytes")
    if data.startswith(_PDF):
        _check_pdf(data)
        return Content(PDF_TYPE, data)
    return _redrawn(data)


def _check_pdf(data: bytes) -> None:
    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
        document.close()
    except pypdfium2.PdfiumError as error:
        raise DocumentError("pdf_unreadable", "file", "a PDF that is broken or locked") from error
    if not 0 < pages <= MAX_PAGES:
        raise DocumentError("pdf_unreadable", "file", f"a PDF has 1 to {MAX_PAGES} pages")


def _redrawn(data: bytes) -> Content:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit follows
            picture = Image.open(io.BytesIO(data), formats=tuple(_MEDIA_TYPES))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DocumentError("file_type", "file", "neither PDF, JPEG nor PNG") from error
    kind = picture.format or ""
    if not _is_whole(data, kind):
        raise DocumentError("image_unreadable", "file", "a picture that breaks off")
    if picture.width * picture.height > _MAX_PIXELS:
        raise DocumentError("image_unreadable", "file", "a picture of too many pixels")
    try:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
        plain = _plain(upright)
    except (OSError, ValueError, SyntaxError) as error:  # Pillow calls a broken PNG a SyntaxError
        raise DocumentError("image_unreadable", "file", "a broken picture") from error
    out = io.BytesIO()
    plain.save(out, kind, quality=_JPEG_QUALITY, optimize=True)
    return Content(_MEDIA_TYPES[kind], out.getvalue())


def _is_whole(data: bytes, kind: str) -> bool:
    """Say whether the last mark of a picture is there: another library has Pillow draw what breaks off, too."""
    end = data.rfind(_ENDS[kind])
    return end > len(data) // 2


def _plain(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, on white where they are transparent."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        picture = Image.alpha_composite(ground, layered)
    plain = Image.new("RGB", picture.size)
    plain.paste(picture.convert("RGB"))
    return plain
