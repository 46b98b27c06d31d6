"""The claims of a credential (CWT, RFC 8392): from value to bytes and back.

What a signed payload may hold is decided in one place, `decode`; `encode` accepts exactly what `decode` gives back
unchanged. The tables of labels are in docs/format.md; every label and number here is frozen once passes are in use.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from protocol import areas, cbor, fields, times
from protocol.cose import Signer, sign1
from protocol.credentials import (
    CargoClass,
    Credential,
    CrewCard,
    CrewEntry,
    Role,
    StatusRef,
    VehicleClass,
    VehiclePass,
)
from protocol.envelope import Prefix, pack
from protocol.status import STATUS_LIST_SIZE

__all__ = [
    "CargoClass",
    "ClaimsError",
    "ClaimsUnsupportedError",
    "Credential",
    "CrewCard",
    "CrewEntry",
    "Role",
    "StatusRef",
    "VehicleClass",
    "VehiclePass",
    "decode",
    "encode",
    "issue",
    "prefix_of",
]

FORMAT_VERSION: Final = 1
CTI_BYTES: Final = 8
MAX_ISS_CHARS: Final = 32
MAX_PLATE_CHARS: Final = 12
MAX_NAME_CHARS: Final = 60
MAX_LICENCE_CHARS: Final = 8
MAX_STATUS_URI_CHARS: Final = 64
MAX_CREW: Final = 8
MAX_ROUTE: Final = 12
MAX_PAYLOAD_STEPS: Final = 10_000
"""Payloads are below 1,000 t, in steps of 0.1 t."""
MAX_CREW_MINUTES: Final = 10 * 366 * 24 * 60
"""A person's own expiry lies within ten years of the pass's beginning."""

_ISS, _EXP, _NBF, _IAT, _CTI, _STATUS = 1, 4, 5, 6, 7, 65535
_FIRST_PRIVATE: Final = -65536
"""Labels below this are for private use (RFC 8392 §9.1.1); a credential has exactly one of them."""
_PRIVATE_CLAIM: Final = {Prefix.VEHICLE_PASS: -65537, Prefix.CREW_CARD: -65538}

_VERSION = 0
_PLATE, _CLASS, _PAYLOAD, _CARRIER, _CREW, _ROUTE, _CARGO = 1, 2, 3, 4, 5, 6, 7
_ROLE, _NAME, _ID_LAST4, _LICENCE, _DISTRICT = 1, 2, 3, 4, 5
_OWN_EXPIRY = 3
_ROLES: Final = (Role.DRIVER, Role.ASSISTANT)

_VEHICLE_CLASSES: Final = {int(member): member for member in VehicleClass}
_CARGO_CLASSES: Final = {int(member): member for member in CargoClass}

_Member = TypeVar("_Member", VehicleClass, CargoClass)


class ClaimsError(ValueError):
    """The claims are not those of a credential."""


class ClaimsUnsupportedError(ClaimsError):
    """The claims are of a newer version, or hold something critical that this version does not know."""


def prefix_of(credential: Credential) -> Prefix:
    """Give the prefix of a credential's text."""
    return Prefix.VEHICLE_PASS if isinstance(credential, VehiclePass) else Prefix.CREW_CARD


def issue(credential: Credential, signer: Signer) -> str:
    """Give the signed text of a credential, for a QR code in alphanumeric mode.

    Args:
        credential: What to sign.
        signer: The issuer's key.

    Raises:
        ClaimsError: If a value cannot be carried exactly.
        EnvelopeError: If the text would be too long for a code that can be read on the road.
    """
    return pack(prefix_of(credential), sign1(encode(credential), signer))


def encode(credential: Credential) -> bytes:
    """Give the payload of a credential, deterministic CBOR.

    Args:
        credential: What to encode; moments are aware and of whole seconds.

    Raises:
        ClaimsError: If a value cannot be carried exactly.
    """
    prefix = prefix_of(credential)
    try:
        claims: fields.Map = {
            _ISS: credential.iss,
            _EXP: times.to_numeric_date(credential.expires_at),
            _NBF: times.to_numeric_date(credential.not_before),
            _IAT: times.to_numeric_date(credential.issued_at),
            _CTI: credential.cti,
            _STATUS: {"status_list": {"idx": credential.status.idx, "uri": credential.status.uri}},
            _PRIVATE_CLAIM[prefix]: _private(credential),
        }
    except (times.MomentError, areas.AreaCodeError) as error:
        raise ClaimsError(str(error)) from error
    payload = cbor.dumps(claims)
    if decode(prefix, payload) != credential:
        raise ClaimsError(
            "a value cannot be carried exactly: fractions of a second, of a minute or of 0.1 t, or a wrong type"
        )
    return payload


def _private(credential: Credential) -> fields.Map:
    if isinstance(credential, CrewCard):
        return {
            _VERSION: FORMAT_VERSION,
            _ROLE: _ROLES.index(credential.role),
            _NAME: credential.name,
            _ID_LAST4: _digits_to_number(credential.id_last4),
            _LICENCE: credential.licence_class,
            _DISTRICT: areas.to_number(credential.district),
        }
    first_minute = times.to_numeric_date(credential.not_before) // 60
    return {
        _VERSION: FORMAT_VERSION,
        _PLATE: credential.plate,
        _CLASS: int(credential.vehicle_class),
        _PAYLOAD: int(credential.payload_tonnes * 10),
        _CARRIER: credential.carrier,
        _CREW: [_crew_array(entry, first_minute) for entry in credential.crew],
        _ROUTE: [areas.to_number(code) for code in credential.route],
        _CARGO: int(credential.cargo),
    }


def _crew_array(entry: CrewEntry, first_minute: int) -> list[object]:
    person: list[object] = [_ROLES.index(entry.role), entry.name, _digits_to_number(entry.id_last4)]
    if entry.expires_at is not None:
        person.append(times.to_numeric_date(entry.expires_at) // 60 - first_minute)
    return person


def _digits_to_number(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit()):
        raise ClaimsError("the last four of an ID number are digits")
    return int(digits)


def decode(prefix: Prefix, payload: bytes) -> Credential:
    """Read the payload of a credential whose signature has been verified.

    Args:
        prefix: The kind that the text claims; the private claim must be of the same kind.
        payload: The payload of the COSE message.

    Raises:
        ClaimsUnsupportedError: If it needs a newer version.
        ClaimsError: If it is malformed, incomplete or out of range.
    """
    try:
        claims = fields.mapping(cbor.loads_signed(payload))
        private = _only_private_claim(claims, _PRIVATE_CLAIM[prefix])
        return _crew_card(claims, private) if prefix is Prefix.CREW_CARD else _vehicle_pass(claims, private)
    except (cbor.CborError, fields.FieldError, times.MomentError, areas.AreaCodeError) as error:
        raise ClaimsError(str(error)) from error


def _only_private_claim(claims: fields.Map, expected: int) -> fields.Map:
    found = [label for label in claims if isinstance(label, int) and label < _FIRST_PRIVATE]
    if found != [expected]:
        raise ClaimsError("not exactly the one private claim of this prefix")
    private = fields.mapping(claims[expected])
    if fields.integer(private.get(_VERSION)) != FORMAT_VERSION:
        raise ClaimsUnsupportedError(f"format version {private[_VERSION]}")
    if [label for label in private if type(label) is not int or label < 0]:
        raise ClaimsUnsupportedError("a critical field that this version does not know")
    return private


def _vehicle_pass(claims: fields.Map, private: fields.Map) -> VehiclePass:
    not_before, expires_at = _window(claims)
    first_minute = not_before.replace(second=0)
    crew = fields.array(private.get(_CREW), MAX_CREW, at_least=1)
    route = fields.array(private.get(_ROUTE), MAX_ROUTE, at_least=2)
    return VehiclePass(
        iss=fields.text(claims.get(_ISS), MAX_ISS_CHARS),
        cti=fields.byte_string(claims.get(_CTI), CTI_BYTES),
        issued_at=times.from_numeric_date(claims.get(_IAT)),
        not_before=not_before,
        expires_at=expires_at,
        plate=fields.text(private.get(_PLATE), MAX_PLATE_CHARS),
        vehicle_class=_member(_VEHICLE_CLASSES, private.get(_CLASS)),
        payload_tonnes=Decimal(fields.integer(private.get(_PAYLOAD), MAX_PAYLOAD_STEPS)).scaleb(-1),
        carrier=fields.text(private.get(_CARRIER), MAX_NAME_CHARS),
        crew=tuple([_crew_entry(person, first_minute) for person in crew]),
        route=tuple([areas.from_number(number) for number in route]),
        cargo=_member(_CARGO_CLASSES, private.get(_CARGO)),
        status=_status(claims),
    )


def _crew_card(claims: fields.Map, private: fields.Map) -> CrewCard:
    not_before, expires_at = _window(claims)
    district = areas.from_number(private.get(_DISTRICT))
    if areas.level(district) is not areas.AreaLevel.DISTRICT:
        raise ClaimsError("the residence is not a district")
    return CrewCard(
        iss=fields.text(claims.get(_ISS), MAX_ISS_CHARS),
        cti=fields.byte_string(claims.get(_CTI), CTI_BYTES),
        issued_at=times.from_numeric_date(claims.get(_IAT)),
        not_before=not_before,
        expires_at=expires_at,
        role=_role(private.get(_ROLE)),
        name=fields.text(private.get(_NAME), MAX_NAME_CHARS),
        id_last4=_id_last4(private.get(_ID_LAST4)),
        licence_class=fields.text(private.get(_LICENCE), MAX_LICENCE_CHARS, at_least=0),
        district=district,
        status=_status(claims),
    )


def _window(claims: fields.Map) -> tuple[datetime, datetime]:
    not_before = times.from_numeric_date(claims.get(_NBF))
    expires_at = times.from_numeric_date(claims.get(_EXP))
    if expires_at <= not_before:
        raise ClaimsError("it ends before it begins")
    return not_before, expires_at


def _crew_entry(person: object, first_minute: datetime) -> CrewEntry:
    entry = fields.array(person, 4, at_least=3)
    expires_at = None
    if len(entry) > _OWN_EXPIRY:
        minutes = fields.integer(entry[_OWN_EXPIRY], MAX_CREW_MINUTES, start=-MAX_CREW_MINUTES)
        expires_at = first_minute + timedelta(minutes=minutes)
    return CrewEntry(_role(entry[0]), fields.text(entry[1], MAX_NAME_CHARS), _id_last4(entry[2]), expires_at)


def _status(claims: fields.Map) -> StatusRef:
    reference = fields.mapping(fields.mapping(claims.get(_STATUS)).get("status_list"))
    uri = fields.text(reference.get("uri"), MAX_STATUS_URI_CHARS)
    return StatusRef(uri, fields.integer(reference.get("idx"), STATUS_LIST_SIZE))


def _role(number: object) -> Role:
    return _ROLES[fields.integer(number, len(_ROLES))]


def _id_last4(number: object) -> str:
    return f"{fields.integer(number, 10_000):04}"


def _member(members: Mapping[int, _Member], number: object) -> _Member:
    """Give the member of an enumeration that a newer version may have added to."""
    member = members.get(fields.integer(number))
    if member is None:
        raise ClaimsUnsupportedError(f"unknown number {number}")
    return member
