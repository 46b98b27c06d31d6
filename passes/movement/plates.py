"""Plates as somebody wrote them, in the form in which movements keep them."""

from __future__ import annotations

from protocol.plates import PlateError, normalise_plate

_PLATE_CHARS = 12


def kept_plate(text: str) -> str | None:
    """Return a plate as it is kept: normalised, or what letters and digits there are of another country's."""
    try:
        return normalise_plate(text)
    except PlateError:
        return "".join(c for c in text.upper() if c.isalnum())[:_PLATE_CHARS] or None
