"""What each kind of credential says beside the claims that all have: the maps of docs/format.md, sections 3.1 to 3.3.

Fields are ordered so that those with few values stand next to each other: a preset dictionary then holds them
together. Labels and numbers are frozen; a new field takes a new label.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

from protocol import areas, fields, times
from protocol.credentials import (
    FORMAT_VERSION,
    Amendment,
    CargoClass,
    CrewCard,
    CrewEntry,
    Role,
    StatusRef,
    Unknown,
    VehicleClass,
    VehiclePass,
)

MAX_PLATE_CHARS: Final = 12
MAX_NAME_CHARS: Final = 60
MAX_LICENCE_CHARS: Final = 8
MAX_CREW: Final = 8
MAX_CREW_INDEX: Final = 63
MAX_ROUTE: Final = 12
MAX_PAYLOAD_STEPS: Final = 10_000
"""Payloads are below 1,000 t, in steps of 0.1 t."""
MAX_CREW_MINUTES: Final = 10 * 366 * 24 * 60
"""A person's own expiry lies less than ten years from the beginning of the paper that says it."""
CTI_BYTES: Final = 8

Common = tuple[str, bytes, datetime, datetime, datetime, StatusRef, Unknown, int]
"""What all credentials say: `iss`, `cti`, `issued_at`, `not_before`, `expires_at`, `status`, `unknown_claims`, and the
minute since 1970 in which `not_before` lies, from which own expiries count."""

_PLATE, _CLASS, _CARGO, _PAYLOAD, _CARRIER, _CREW, _ROUTE = 1, 2, 3, 4, 5, 6, 7
_NAME, _NUMBER, _LICENCE, _DISTRICT = 1, 2, 3, 4
_PASS_CTI, _JOINING, _RENEWED, _LEAVING, _LEG, _NEW_CARGO = 1, 2, 3, 4, 5, 6

_OWN_EXPIRY = 2
"""Where in a person's array it stands."""
_ROLES: Final = (Role.DRIVER, Role.ASSISTANT)
_PER_ROLE: Final = 10_000
"""A person's number is this for each role before theirs, and the last four digits of the ID number."""

_BASE: Final = 36
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS: Final = [first + second for first in _DIGITS for second in _DIGITS]
_PAIR_BASE: Final = len(_PAIRS)

_VEHICLE_CLASSES: Final = {int(member): member for member in VehicleClass}
_CARGO_CLASSES: Final = {int(member): member for member in CargoClass}

_Member = TypeVar("_Member", VehicleClass, CargoClass)


class ClaimsError(ValueError):
    """The claims are not those of a credential."""


class ClaimsUnsupportedError(ClaimsError):
    """The claims are of a newer version, or hold something critical that this version does not know."""


def write_pass(vehicle_pass: VehiclePass) -> fields.Map:
    """Give the fields of a pass by their labels."""
    minute = _minute_of(vehicle_pass.not_before)
    return {
        _PLATE: _plate_to_bytes(vehicle_pass.plate),
        _CLASS: int(vehicle_pass.vehicle_class),
        _CARGO: int(vehicle_pass.cargo),
        _PAYLOAD: int(vehicle_pass.payload_tonnes * 10),
        _CARRIER: vehicle_pass.carrier,
        _CREW: [_person(entry, minute) for entry in vehicle_pass.crew],
        _ROUTE: [areas.to_number(code) for code in vehicle_pass.route],
    }


def read_pass(common: Common, found: fields.Map) -> VehiclePass:
    """Make a pass of its fields.

    Raises:
        ClaimsError: If a field is missing, of another type, or out of range.
    """
    iss, cti, issued_at, not_before, expires_at, status, unknown_claims, minute = common
    crew = fields.array(found.get(_CREW), MAX_CREW, at_least=1)
    route = fields.array(found.get(_ROUTE), MAX_ROUTE, at_least=2)
    plate = _plate_from(found.get(_PLATE))
    vehicle_class = _member(_VEHICLE_CLASSES, found.get(_CLASS))
    cargo = _member(_CARGO_CLASSES, found.get(_CARGO))
    payload_tonnes = Decimal(fields.integer(found.get(_PAYLOAD), MAX_PAYLOAD_STEPS)).scaleb(-1)
    carrier = fields.text(found.get(_CARRIER), MAX_NAME_CHARS)
    return VehiclePass(  # by place: naming all sixteen takes twice as long, at every scan
        iss,
        cti,
        issued_at,
        not_before,
        expires_at,
        plate,
        vehicle_class,
        payload_tonnes,
        carrier,
        tuple([_crew_entry(person, minute) for person in crew]),
        tuple([areas.from_number(number) for number in route]),
        cargo,
        status,
        FORMAT_VERSION,
        unknown_claims,
        () if len(found) == _ROUTE + 1 else _unknown(found, _ROUTE),
    )


def write_card(card: CrewCard) -> fields.Map:
    """Give the fields of a card by their labels."""
    return {
        _NAME: card.name,
        _NUMBER: _number(card.role, card.id_last4),
        _LICENCE: card.licence_class,
        _DISTRICT: areas.to_number(card.district),
    }


def read_card(common: Common, found: fields.Map) -> CrewCard:
    """Make a card of its fields.

    Raises:
        ClaimsError: If a field is missing, of another type, or out of range.
    """
    iss, cti, issued_at, not_before, expires_at, status, unknown_claims, _ = common
    holder = _crew_entry([found.get(_NAME), found.get(_NUMBER)], 0)
    district = areas.from_number(found.get(_DISTRICT))
    if areas.level(district) is not areas.AreaLevel.DISTRICT:
        raise ClaimsError("the residence is not a district")
    return CrewCard(
        iss=iss,
        cti=cti,
        issued_at=issued_at,
        not_before=not_before,
        expires_at=expires_at,
        role=holder.role,
        name=holder.name,
        id_last4=holder.id_last4,
        licence_class=fields.text(found.get(_LICENCE), MAX_LICENCE_CHARS, at_least=0),
        district=district,
        status=status,
        unknown_claims=unknown_claims,
        unknown_fields=_unknown(found, _DISTRICT),
    )


def write_amendment(slip: Amendment) -> fields.Map:
    """Give the fields of an amendment by their labels; those that change nothing are left out."""
    minute = _minute_of(slip.not_before)
    changes: fields.Map = {
        _JOINING: [[index, *_person(entry, minute)] for index, entry in slip.joining],
        _RENEWED: [[index, _minutes(moment, minute)] for index, moment in slip.renewed],
        _LEAVING: list(slip.leaving),
        _LEG: [areas.to_number(code) for code in slip.leg],
    }
    cargo: fields.Map = {} if slip.cargo is None else {_NEW_CARGO: int(slip.cargo)}
    return {_PASS_CTI: slip.pass_cti} | {label: value for label, value in changes.items() if value} | cargo


def read_amendment(common: Common, found: fields.Map) -> Amendment:
    """Make an amendment of its fields.

    Raises:
        ClaimsError: If a field is of another type or out of range, it changes nothing, or names one index twice.
    """
    iss, cti, issued_at, not_before, expires_at, status, unknown_claims, minute = common
    joining = [_joining(item, minute) for item in _optional_array(found, _JOINING, MAX_CREW)]
    renewed = [_renewal(item, minute) for item in _optional_array(found, _RENEWED, MAX_CREW_INDEX)]
    leaving = [_crew_index(index) for index in _optional_array(found, _LEAVING, MAX_CREW_INDEX)]
    named = [*(index for index, _ in joining), *(index for index, _ in renewed), *leaving]
    if len(set(named)) != len(named) or not found.keys() & {_JOINING, _RENEWED, _LEAVING, _LEG, _NEW_CARGO}:
        raise ClaimsError("an amendment that changes nothing, or the same person twice")
    return Amendment(
        iss=iss,
        cti=cti,
        issued_at=issued_at,
        not_before=not_before,
        expires_at=expires_at,
        pass_cti=fields.byte_string(found.get(_PASS_CTI), CTI_BYTES),
        joining=tuple(joining),
        renewed=tuple(renewed),
        leaving=tuple(leaving),
        leg=tuple([areas.from_number(number) for number in _optional_array(found, _LEG, MAX_ROUTE)]),
        cargo=_member(_CARGO_CLASSES, found[_NEW_CARGO]) if _NEW_CARGO in found else None,
        status=status,
        unknown_claims=unknown_claims,
        unknown_fields=_unknown(found, _NEW_CARGO),
    )


def _unknown(found: fields.Map, last: int) -> Unknown:
    """Give the fields behind the last label that this version knows."""
    return tuple([(label, value) for label, value in found.items() if isinstance(label, int) and label > last])


def _person(entry: CrewEntry, minute: int) -> list[object]:
    person: list[object] = [entry.name, _number(entry.role, entry.id_last4)]
    return person if entry.expires_at is None else [*person, _minutes(entry.expires_at, minute)]


def _crew_entry(person: object, minute: int) -> CrewEntry:
    entry = fields.array(person, 3, at_least=2)
    role, last4 = divmod(fields.integer(entry[1]), _PER_ROLE)
    if role >= len(_ROLES):
        raise ClaimsUnsupportedError(f"role {role}")
    expires_at = _moment(entry[2], minute) if len(entry) > _OWN_EXPIRY else None
    return CrewEntry(_ROLES[role], fields.text(entry[0], MAX_NAME_CHARS), str(last4).zfill(4), expires_at)


def _joining(item: object, minute: int) -> tuple[int, CrewEntry]:
    index, *person = fields.array(item, 4, at_least=3)
    return _crew_index(index), _crew_entry(person, minute)


def _renewal(item: object, minute: int) -> tuple[int, datetime]:
    index, minutes = fields.array(item, 2, at_least=2)
    return _crew_index(index), _moment(minutes, minute)


def _crew_index(value: object) -> int:
    return fields.integer(value, MAX_CREW_INDEX + 1)


def _optional_array(found: fields.Map, label: int, at_most: int) -> list[object]:
    return list(fields.array(found[label], at_most, at_least=1)) if label in found else []


def _minute_of(moment: datetime) -> int:
    return times.to_numeric_date(moment) // 60


def _minutes(moment: datetime, minute: int) -> int:
    return _minute_of(moment) - minute


def _moment(minutes: object, minute: int) -> datetime:
    after = fields.integer(minutes, MAX_CREW_MINUTES, start=1 - MAX_CREW_MINUTES)
    return times.from_numeric_date(60 * (minute + after))


def _number(role: Role, id_last4: str) -> int:
    if not (id_last4.isascii() and id_last4.isdigit()):
        raise ClaimsError("the last four of an ID number are digits")
    return _ROLES.index(role) * _PER_ROLE + int(id_last4)


def _plate_to_bytes(plate: str) -> bytes:
    """Give a plate as the shortest big-endian bytes of the number that it is in base 36."""
    if not 1 <= len(plate) <= MAX_PLATE_CHARS or plate[0] == "0" or not set(plate) <= set(_DIGITS):
        raise ClaimsError("a plate has capital letters and digits, and does not begin with 0")
    number = int(plate, _BASE)
    return number.to_bytes((number.bit_length() + 7) // 8)


def _plate_from(value: object) -> str:
    data = fields.byte_string(value, 8, at_least=1)
    if not data[0]:
        raise ClaimsError("a plate with a zero before its number")
    number, plate = int.from_bytes(data), ""
    while number:
        plate = _PAIRS[number % _PAIR_BASE] + plate
        number //= _PAIR_BASE
    plate = plate.lstrip("0")
    if len(plate) > MAX_PLATE_CHARS:
        raise ClaimsError("a plate too long")
    return plate


def _member(members: Mapping[int, _Member], number: object) -> _Member:
    """Give the member of an enumeration that a newer version may have added to."""
    member = members.get(fields.integer(number))
    if member is None:
        raise ClaimsUnsupportedError(f"unknown number {number}")
    return member
