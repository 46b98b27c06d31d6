"""What a station's own key signs: requests to the issuer, and batches of records."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from protocol import cbor, cose, fields, times

REQUEST_TYPE: Final = "application/vehicle-pass-request+cwt"
BATCH_TYPE: Final = "application/vehicle-pass-batch+cbor"
MAX_BATCH_RECORDS: Final = 500
MAX_BATCH_BYTES: Final = 1024 * 1024
BATCH_BODY_BYTES: Final = MAX_BATCH_BYTES - 16 * MAX_BATCH_RECORDS - 1024
"""So many bytes of records fit into a batch for certain, whatever stands around them."""
TOKEN_LIFETIME: Final = timedelta(minutes=5)
"""A request token holds this long after it was made; a server's clock may be as much behind."""

_ISS, _EXP, _IAT, _CTI, _REQUEST = 1, 4, 6, 7, -65539
_VERSION, _METHOD, _PATH, _BODY_SHA256 = 0, 1, 2, 3
_FORMAT_VERSION: Final = 1
_MAX_NONCE_BYTES: Final = 32
_MAX_PATH_CHARS: Final = 2_000
_MAX_TOKEN_CHARS: Final = 4_000


class DeviceError(ValueError):
    """Not signed by this device, or not for this."""


@dataclass(frozen=True, slots=True)
class RequestToken:
    """What a verified request token says.

    Attributes:
        station: The id of the station.
        nonce: To be accepted once only within `TOKEN_LIFETIME`.
        issued_at: The station's clock when it made the token.
    """

    station: str
    nonce: bytes
    issued_at: datetime


def make_request_token(
    signer: cose.Signer, station: str, method: str, path: str, body: bytes, nonce: bytes, now: datetime
) -> str:
    """Make the token of one request: a short-lived CWT, base64url without padding.

    Args:
        signer: The device's key.
        station: The id of the station.
        method: The HTTP method.
        path: The path with its query, as sent.
        body: The body as sent; empty if there is none.
        nonce: 8 to 32 random bytes.
        now: The station's clock.
    """
    issued_at = times.to_numeric_date(now.replace(microsecond=0))
    claims = {
        _ISS: station,
        _EXP: issued_at + int(TOKEN_LIFETIME.total_seconds()),
        _IAT: issued_at,
        _CTI: nonce,
        _REQUEST: {
            _VERSION: _FORMAT_VERSION,
            _METHOD: method,
            _PATH: path,
            _BODY_SHA256: hashlib.sha256(body).digest(),
        },
    }
    return _to_text(cose.sign1(cbor.dumps(claims), signer, REQUEST_TYPE))


def request_token_kid(token: str) -> bytes:
    """Give the key id in a request token, to find the device by; nothing is verified yet.

    Raises:
        DeviceError: If it is no request token.
    """
    return _parse_token(token).kid


def verify_request_token(
    token: str, public_key: bytes, method: str, path: str, body: bytes, now: datetime
) -> RequestToken:
    """Check the token of a request.

    Args:
        token: What stood in the header after `CWT `.
        public_key: The device's key, 32 raw bytes.
        method: The HTTP method of the request.
        path: Its path with its query, as received.
        body: Its body as received.
        now: The server's clock.

    Raises:
        DeviceError: If it was not made by this device for this request, or at another time.
    """
    message = _parse_token(token)
    try:
        message.verify(public_key)
        claims = fields.mapping(cbor.loads(message.payload))
        request = fields.mapping(claims.get(_REQUEST))
        bound = {_VERSION: _FORMAT_VERSION, _METHOD: method, _PATH: path, _BODY_SHA256: hashlib.sha256(body).digest()}
        if request != bound:
            raise DeviceError("made for another request")
        issued_at = times.from_numeric_date(claims.get(_IAT))
        if not issued_at - TOKEN_LIFETIME <= now < times.from_numeric_date(claims.get(_EXP)):
            raise DeviceError("made at another time")
        station = fields.text(claims.get(_ISS), 64)
        nonce = fields.byte_string(claims.get(_CTI), _MAX_NONCE_BYTES, at_least=8)
    except (cose.CoseError, cbor.CborError, fields.FieldError, times.MomentError) as error:
        raise DeviceError(str(error)) from error
    return RequestToken(station, nonce, issued_at)


def sign_batch(records: Sequence[bytes], signer: cose.Signer) -> bytes:
    """Sign encoded records together.

    Args:
        records: At most `MAX_BATCH_RECORDS` encoded records.
        signer: The device's key.

    Raises:
        DeviceError: If they are too many or too large.
    """
    batch = cose.sign1(cbor.dumps(list(records)), signer, BATCH_TYPE)
    if len(records) > MAX_BATCH_RECORDS or len(batch) > MAX_BATCH_BYTES:
        raise DeviceError("more than one batch holds")
    return batch


def open_batch(batch: bytes, public_key: bytes) -> list[bytes]:
    """Give the encoded records of a batch.

    Args:
        batch: What `sign_batch` gave.
        public_key: The device's key, 32 raw bytes.

    Raises:
        DeviceError: If it is too large, malformed, or not signed by this device.
    """
    if len(batch) > MAX_BATCH_BYTES:
        raise DeviceError("more than one batch holds")
    try:
        message = cose.parse_sign1(batch, BATCH_TYPE)
        message.verify(public_key)
        records = fields.array(cbor.loads(message.payload), MAX_BATCH_RECORDS)
        return [fields.byte_string(record, MAX_BATCH_BYTES, at_least=1) for record in records]
    except (cose.CoseError, cbor.CborError, fields.FieldError) as error:
        raise DeviceError(str(error)) from error


def _parse_token(token: str) -> cose.Sign1:
    if len(token) > _MAX_TOKEN_CHARS:
        raise DeviceError("too long for a token")
    try:
        message = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        if _to_text(message) != token:
            raise DeviceError("not base64url without padding")
        return cose.parse_sign1(message, REQUEST_TYPE)
    except ValueError as error:
        raise DeviceError(str(error)) from error


def _to_text(message: bytes) -> str:
    return base64.urlsafe_b64encode(message).rstrip(b"=").decode()
