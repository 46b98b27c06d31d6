"""Who works at a station: the content of the target `officers/<station>`, which only its own devices can read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from protocol import documents, fields

OFFICERS_PREFIX: Final = "officers/"


@dataclass(frozen=True, slots=True)
class Officer:
    """One officer of a station.

    Attributes:
        id: Stands in records of scans; never given to another person.
        name: As the officer signs in.
    """

    id: str
    name: str


def roster_path(station: str) -> str:
    """Give the target that holds a station's officers."""
    return OFFICERS_PREFIX + station


def dump_roster(officers: Iterable[Officer]) -> bytes:
    """Write the officers of a station."""
    ordered = sorted(officers, key=lambda officer: officer.id)
    return documents.dump({"officers": [{"id": officer.id, "name": officer.name} for officer in ordered]})


def parse_roster(data: bytes) -> tuple[Officer, ...]:
    """Read the officers of a station; what later versions say of each is passed over.

    Raises:
        documents.DocumentError: If it is malformed.
    """
    return documents.parse(data, lambda document: documents.items(document, "officers", _read))


def _read(item: fields.Map) -> Officer:
    return Officer(
        id=fields.text(item.get("id"), documents.MAX_ID_CHARS),
        name=fields.text(item.get("name"), documents.MAX_TEXT_CHARS),
    )
