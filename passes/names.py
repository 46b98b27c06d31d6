"""Names and titles that people type or paste, as they are kept, signed and published."""

from __future__ import annotations

import unicodedata


def tidy(text: str) -> str:
    """Return a text in Unicode's form NFC, with single spaces, and without what nobody sees.

    What is copied out of other programs brings along decomposed letters, zero-width spaces, marks of direction and
    control characters. Credentials and trust data admit none of them, and one name that holds one would stop them all.

    Args:
        text: as it came.

    Returns:
        The text; empty when there was nothing to see in it.
    """
    seen = (c if c.isprintable() else " " if c.isspace() else "" for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(seen).split())
