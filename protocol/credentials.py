"""The three credentials as values: a vehicle's pass, a person's card, and the slip that amends a pass.

They are named tuples, like all that a verdict is made of: as unchangeable as frozen dataclasses, and made in a quarter
of the time, which every scan takes (docs/adr/0008-strict-and-fast-cbor.md).
"""

from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

FORMAT_VERSION: Final = 1
"""The version of what a credential says; `protocol.claims` reads no other."""

Unknown = tuple[tuple[int | str, object], ...]
"""Optional additions that this version does not know, by label: carried through, never interpreted."""


class Role(StrEnum):
    """What a person does on board."""

    DRIVER = "driver"
    ASSISTANT = "assistant"


class VehicleClass(IntEnum):
    """The kind of vehicle. The numbers travel in passes and never change."""

    OTHER = 0
    VAN = 1
    TRUCK = 2
    TRACTOR = 3
    CONTAINER = 4
    REFRIGERATED = 5
    TANKER = 6
    DUMP = 7
    TRAILER = 8
    TOW = 9
    PICKUP = 10


class CargoClass(IntEnum):
    """What is carried. The numbers travel in passes and never change."""

    OTHER = 0
    FOOD = 1
    MEDICAL = 2
    FUEL = 3
    ESSENTIALS = 4
    FARMING = 5
    LIVESTOCK = 6
    PRODUCTION = 7
    CONSTRUCTION = 8
    IMPORT_EXPORT = 9
    PARCELS = 10
    WASTE = 11
    EMPTY = 12


class StatusRef(NamedTuple):
    """Where the status of a credential stands: a list and a place in it (Token Status List §6).

    Attributes:
        uri: The list's name, `status/0`; relative to the trust repository's targets.
        idx: The place, from 0.
    """

    uri: str
    idx: int


class CrewEntry(NamedTuple):
    """One person on a pass.

    Attributes:
        role: Driver or assistant.
        name: The full name.
        id_last4: The last four digits of the ID number.
        expires_at: The person's own expiry, exclusive, a whole minute; None if it is the pass's.
    """

    role: Role
    name: str
    id_last4: str
    expires_at: datetime | None = None


class VehiclePass(NamedTuple):
    """A vehicle, its crew, its route and its window.

    Attributes:
        iss: The issuer's name.
        cti: The credential's number, 8 bytes; `(iss, cti)` is its identity.
        issued_at: When it was signed.
        not_before: From when it holds.
        expires_at: When it ends, exclusive.
        plate: The number plate, normalised: `29C12345`.
        vehicle_class: The kind of vehicle.
        payload_tonnes: What it may carry, in steps of 0.1 t.
        carrier: The transport company's short name.
        crew: One to eight persons.
        route: Area codes: origin, stops in order, destination.
        cargo: What is carried.
        status: Where to look whether it was revoked.
        version: The format version.
        unknown_claims: Claims that this version does not know.
        unknown_fields: Fields of the pass that this version does not know.
    """

    iss: str
    cti: bytes
    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    plate: str
    vehicle_class: VehicleClass
    payload_tonnes: Decimal
    carrier: str
    crew: tuple[CrewEntry, ...]
    route: tuple[str, ...]
    cargo: CargoClass
    status: StatusRef
    version: int = FORMAT_VERSION
    unknown_claims: Unknown = ()
    unknown_fields: Unknown = ()

    @property
    def origin(self) -> str:
        """The area code where the journey begins."""
        return self.route[0]

    @property
    def stops(self) -> tuple[str, ...]:
        """The area codes between origin and destination."""
        return self.route[1:-1]

    @property
    def destination(self) -> str:
        """The area code where the journey ends."""
        return self.route[-1]


class CrewCard(NamedTuple):
    """One driver or assistant, on a card of their own.

    Attributes:
        iss: The issuer's name.
        cti: The credential's number, 8 bytes; `(iss, cti)` is its identity.
        issued_at: When it was signed.
        not_before: From when it holds.
        expires_at: The person's own expiry, exclusive.
        role: Driver or assistant.
        name: The full name.
        id_last4: The last four digits of the ID number.
        licence_class: The driving licence's class, empty if there is none.
        district: The area code of the district of residence.
        status: Where to look whether it was revoked.
        version: The format version.
        unknown_claims: Claims that this version does not know.
        unknown_fields: Fields of the card that this version does not know.
    """

    iss: str
    cti: bytes
    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    role: Role
    name: str
    id_last4: str
    licence_class: str
    district: str
    status: StatusRef
    version: int = FORMAT_VERSION
    unknown_claims: Unknown = ()
    unknown_fields: Unknown = ()


class Amendment(NamedTuple):
    """A slip beside a pass of the same issuer: people join or leave, their time is renewed, the journey goes on.

    A crew index means one person for ever: a pass's persons have theirs by their place, everybody who joins by a slip
    gets a number that neither the pass nor an earlier slip has used, and nobody takes the number of one who left.

    Attributes:
        iss: The issuer's name, of the slip and of the pass.
        cti: The slip's own number, 8 bytes; `(iss, cti)` is its identity.
        issued_at: When it was signed.
        not_before: From when it holds.
        expires_at: When it ends, exclusive.
        pass_cti: The number of the pass that it amends.
        joining: New crew index and person of everybody who joins.
        renewed: Crew index and new own expiry of everybody whose time is renewed.
        leaving: Crew indexes of those who no longer ride.
        leg: Area codes that follow the pass's destination; the last is the new destination.
        cargo: What is carried from now on; None if that stays.
        status: Where to look whether it was revoked.
        version: The format version.
        unknown_claims: Claims that this version does not know.
        unknown_fields: Fields of the slip that this version does not know.
    """

    iss: str
    cti: bytes
    issued_at: datetime
    not_before: datetime
    expires_at: datetime
    pass_cti: bytes
    joining: tuple[tuple[int, CrewEntry], ...]
    renewed: tuple[tuple[int, datetime], ...]
    leaving: tuple[int, ...]
    leg: tuple[str, ...]
    cargo: CargoClass | None
    status: StatusRef
    version: int = FORMAT_VERSION
    unknown_claims: Unknown = ()
    unknown_fields: Unknown = ()


Credential = VehiclePass | CrewCard | Amendment


def identity_of(credential: Credential) -> tuple[str, bytes]:
    """Give the `(iss, cti)` by which records name what was scanned: of the pass, if it is a slip to one."""
    return credential.iss, credential.pass_cti if isinstance(credential, Amendment) else credential.cti
