"""The preset dictionaries that claims are compressed with. None is ever changed or removed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from protocol import dictionary_1

DICTIONARIES: Final[Mapping[int, bytes]] = MappingProxyType({1: dictionary_1.CONTENT})
"""Contents by form; 0 is the plain form and has none."""

NEWEST: Final = max(DICTIONARIES)
"""The form that is written."""
