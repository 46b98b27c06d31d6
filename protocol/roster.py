"""Who works at a station: the content of the target `officers/<station>`, which only its own devices can read."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from protocol import documents, fields
from protocol.pins import MAX_VERIFIER_CHARS, PEPPER_BYTES

OFFICERS_PREFIX: Final = "officers/"


class OfficerRole(StrEnum):
    """What an officer may do at a station."""

    INSPECTOR = "inspector"
    CHIEF = "chief"


@dataclass(frozen=True, slots=True)
class Officer:
    """One officer of a station.

    Attributes:
        id: Stands in records of scans; never given to another person.
        name: As the officer signs in.
        role: What the officer may do; a role of a later version reads as that of an inspector.
        pin: What `protocol.pins` keeps of the officer's PIN for this station; None while there is none.
        pin_serial: Counts the PINs that the issuer has given the officer, so that a newer one replaces whatever a
            station has noted since.
    """

    id: str
    name: str
    role: OfficerRole = OfficerRole.INSPECTOR
    pin: str | None = None
    pin_serial: int = 0


@dataclass(frozen=True, slots=True)
class RosterContent:
    """Everything that the box of a station holds.

    Attributes:
        officers: Each officer once, in the order of ids.
        pepper: The station's secret that PINs are keyed with; None as long as nobody has a PIN.
    """

    officers: tuple[Officer, ...]
    pepper: bytes | None = None


def roster_path(station: str) -> str:
    """Give the target that holds a station's officers."""
    return OFFICERS_PREFIX + station


def dump_roster(officers: Iterable[Officer], pepper: bytes | None = None) -> bytes:
    """Write the officers of a station, and its pepper."""
    ordered = sorted(officers, key=lambda officer: officer.id)
    document: dict[str, object] = {"officers": [_item(officer) for officer in ordered]}
    if pepper is not None:
        document["pepper"] = pepper.hex()
    return documents.dump(document)


def parse_roster(data: bytes) -> RosterContent:
    """Read the officers of a station; what later versions say of each is passed over.

    Raises:
        documents.DocumentError: If it is malformed.
    """
    return documents.parse(data, _read_content)


def _item(officer: Officer) -> dict[str, object]:
    item: dict[str, object] = {"id": officer.id, "name": officer.name, "role": str(officer.role)}
    if officer.pin is not None:
        item |= {"pin": officer.pin, "pin_serial": officer.pin_serial}
    return item


def _read_content(document: fields.Map) -> RosterContent:
    pepper = document.get("pepper")
    return RosterContent(
        officers=documents.items(document, "officers", _read),
        pepper=None if pepper is None else documents.raw_bytes(pepper, PEPPER_BYTES),
    )


def _read(item: fields.Map) -> Officer:
    role, pin = item.get("role"), item.get("pin")
    return Officer(
        id=fields.text(item.get("id"), documents.MAX_ID_CHARS),
        name=fields.text(item.get("name"), documents.MAX_TEXT_CHARS),
        role=OfficerRole.CHIEF if role == OfficerRole.CHIEF else OfficerRole.INSPECTOR,
        pin=None if pin is None else fields.text(pin, MAX_VERIFIER_CHARS),
        pin_serial=fields.integer(item.get("pin_serial", 0)),
    )
