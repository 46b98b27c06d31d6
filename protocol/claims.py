"""The claims of a credential (CWT, RFC 8392): from value to bytes and back.

What a signed payload may hold is decided in one place, `decode`; `encode` accepts exactly what `decode` gives back
unchanged. The tables of labels are in docs/format.md; every label and number here is frozen.
"""

from collections.abc import Callable, Mapping
from typing import Final

from protocol import areas, cbor, contents, fields, signed_text, times
from protocol.contents import CTI_BYTES, MAX_CREW, MAX_CREW_MINUTES, MAX_ROUTE, ClaimsError, ClaimsUnsupportedError
from protocol.cose import Signer
from protocol.credentials import (
    FORMAT_VERSION,
    Amendment,
    CargoClass,
    Credential,
    CrewCard,
    CrewEntry,
    Role,
    StatusRef,
    Unknown,
    VehicleClass,
    VehiclePass,
)
from protocol.envelope import Prefix
from protocol.status import STATUS_LIST_SIZE

__all__ = [
    "MAX_CREW",
    "MAX_CREW_MINUTES",
    "MAX_ROUTE",
    "Amendment",
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
    "peek",
    "prefix_of",
]

MAX_ISS_CHARS: Final = 32
MAX_STATUS_URI_CHARS: Final = 64

_ISS, _EXP, _NBF, _IAT, _CTI, _STATUS = 1, 4, 5, 6, 7, 65535
_COMMON: Final = {_ISS, _EXP, _NBF, _IAT, _CTI, _STATUS}
_FIRST_PRIVATE: Final = -65536
"""Labels below this are for private use (RFC 8392 §9.1.1); a credential has exactly one of them."""
_VERSION = 0

_PREFIXES: Final = {
    VehiclePass: Prefix.VEHICLE_PASS,
    CrewCard: Prefix.CREW_CARD,
    Amendment: Prefix.AMENDMENT,
}
_PRIVATE_CLAIMS: Final[Mapping[Prefix, tuple[int, Callable[[contents.Common, fields.Map], Credential]]]] = {
    Prefix.VEHICLE_PASS: (-65537, contents.read_pass),
    Prefix.CREW_CARD: (-65538, contents.read_card),
    Prefix.AMENDMENT: (-65540, contents.read_amendment),
}
"""For each prefix the label of its private claim, and what reads that."""
_KNOWN: Final = {label: _COMMON | {label} for label, _ in _PRIVATE_CLAIMS.values()}


def prefix_of(credential: Credential) -> Prefix:
    """Give the prefix of a credential's text."""
    return _PREFIXES[type(credential)]


def issue(credential: Credential, signer: Signer) -> str:
    """Give the signed text of a credential, for a QR code in alphanumeric mode.

    Args:
        credential: What to sign.
        signer: The issuer's key.

    Raises:
        ClaimsError: If a value cannot be carried exactly.
        EnvelopeError: If the text would be too long for a code that can be read on the road.
    """
    return signed_text.write(prefix_of(credential), encode(credential), signer)


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
            _PRIVATE_CLAIMS[prefix][0]: _contents(credential),
        }
    except (times.MomentError, areas.AreaCodeError) as error:
        raise ClaimsError(str(error)) from error
    payload = cbor.dumps(claims | dict(credential.unknown_claims))
    if decode(prefix, payload) != credential:
        raise ClaimsError(
            "a value cannot be carried exactly: fractions of a second, of a minute or of 0.1 t, or a wrong type"
        )
    return payload


def _contents(credential: Credential) -> fields.Map:
    match credential:
        case VehiclePass():
            known = contents.write_pass(credential)
        case CrewCard():
            known = contents.write_card(credential)
        case Amendment():
            known = contents.write_amendment(credential)
    return {_VERSION: credential.version} | known | dict(credential.unknown_fields)


def decode(prefix: Prefix, payload: bytes) -> Credential:
    """Read the payload of a credential whose signature has been verified.

    Args:
        prefix: The kind that the text claims; the private claim must be of the same kind.
        payload: The claims, CBOR, inflated if they were compressed.

    Raises:
        ClaimsUnsupportedError: If it needs a newer version.
        ClaimsError: If it is malformed, incomplete or out of range.
    """
    label, read = _PRIVATE_CLAIMS[prefix]
    try:
        claims = fields.mapping(cbor.loads_signed(payload))
        unknown = _unknown_claims(claims, label)
        found = _private_claim(claims.get(label))
        return read(_common(claims, unknown), found)
    except (cbor.CborError, fields.FieldError, times.MomentError, areas.AreaCodeError) as error:
        raise ClaimsError(str(error)) from error


def peek(text: str) -> Credential:
    """Read what a text says without asking who signed it: for texts that were verified before, or that we wrote.

    Args:
        text: A credential's text.

    Raises:
        EnvelopeError, CoseError, ClaimsError: If it is none; all of them are ValueErrors.
    """
    prefix, form, message = signed_text.read(text)
    return decode(prefix, signed_text.inflate(form, message.payload))


def _unknown_claims(claims: fields.Map, expected: int) -> Unknown:
    """Give the claims that this version does not know; of the private ones there is the expected one and no other."""
    known = _KNOWN[expected]
    if len(claims) == len(known):  # each of them will be asked for, so that there is no room for another
        return ()
    if [label for label in claims if isinstance(label, int) and label < _FIRST_PRIVATE] != [expected]:
        raise ClaimsError("not exactly the one private claim of this prefix")
    return tuple([item for item in claims.items() if item[0] not in known])


def _private_claim(value: object) -> fields.Map:
    found = fields.mapping(value)
    if fields.integer(found.get(_VERSION)) != FORMAT_VERSION:
        raise ClaimsUnsupportedError(f"format version {found[_VERSION]}")
    for label in found:
        if type(label) is not int or label < 0:
            raise ClaimsUnsupportedError("a critical field that this version does not know")
    return found


def _common(claims: fields.Map, unknown: Unknown) -> contents.Common:
    """Read what all credentials say."""
    not_before = times.from_numeric_date(claims.get(_NBF))
    expires_at = times.from_numeric_date(claims.get(_EXP))
    if expires_at <= not_before:
        raise ClaimsError("it ends before it begins")
    return (
        fields.text(claims.get(_ISS), MAX_ISS_CHARS),
        fields.byte_string(claims.get(_CTI), CTI_BYTES),
        times.from_numeric_date(claims.get(_IAT)),
        not_before,
        expires_at,
        _status(claims.get(_STATUS)),
        unknown,
        fields.integer(claims.get(_NBF)) // 60,
    )


def _status(value: object) -> StatusRef:
    reference = fields.mapping(fields.mapping(value).get("status_list"))
    uri = fields.text(reference.get("uri"), MAX_STATUS_URI_CHARS)
    return StatusRef(uri, fields.integer(reference.get("idx"), STATUS_LIST_SIZE))
