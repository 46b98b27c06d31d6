"""Ids that people choose for stations, sites and zones: they stand in files, in addresses and in what is signed."""

from __future__ import annotations

import re

IDENTIFIER_RULE = "1 to 40 letters, digits, dots, hyphens"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def is_identifier(text: str) -> bool:
    """Say whether a text can be such an id."""
    return _IDENTIFIER.fullmatch(text) is not None
