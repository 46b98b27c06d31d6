"""What stations ask of the issuer over HTTP: to be enrolled, to hand in records, to roll keys. Answers are CBOR.

An answer that refuses is `{"error": code}`; the codes never change. `docs/stations-api.md` describes all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from passes import access, jobs
from passes.db import db
from passes.extensions import limiter
from passes.local_time import now
from passes.movement import services as movement
from passes.stations import services
from passes.stations.requests import RequestRefusedError, authenticate
from protocol import cbor, fields
from protocol.device import MAX_BATCH_BYTES, DeviceError, open_batch

if TYPE_CHECKING:
    from passes.stations.models import Device

api = Blueprint("api", __name__, url_prefix="/api/v1")

_CBOR = "application/cbor"
_COSE = "application/cose"
_MAX_ENROL_BYTES = 1024
_SCHEME = "CWT "
_CONFLICTS = frozenset({"key_taken", "device_replaced"})


class ApiError(Exception):
    """A request is refused.

    Attributes:
        code: stable word for the station.
        status: HTTP status.
    """

    def __init__(self, code: str, status: int) -> None:
        """Keep code and status."""
        super().__init__(code)
        self.code = code
        self.status = status


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    answer = Response(cbor.dumps(content), status=status, mimetype=_CBOR)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@api.errorhandler(ApiError)
def _refuse(error: ApiError) -> Response:
    db.session.rollback()
    return _answer({"error": error.code}, error.status)


@api.errorhandler(HTTPException)
def _refuse_early(error: HTTPException) -> Response:
    """Say in CBOR what Flask itself refuses: too many requests, a wrong method."""
    return _answer({"error": error.name.lower().replace(" ", "_")}, error.code or 500)


def _body(mimetype: str, most_bytes: int) -> bytes:
    """Return the body, of the right type and at most so large; nothing larger is read.

    Raises:
        ApiError: `unsupported_type` or `too_large`.
    """
    if request.mimetype != mimetype:
        raise ApiError("unsupported_type", 415)
    request.max_content_length = most_bytes
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise ApiError("too_large", 413) from error


def _device(body: bytes, *, may_be_replaced: bool = False) -> Device:
    """Return the device that signed this request.

    Raises:
        ApiError: 401 with the reason, 403 for a revoked device.
    """
    header = request.headers.get("Authorization", "")
    if not header.startswith(_SCHEME):
        raise ApiError("token_missing", 401)
    path = request.script_root + request.full_path.removesuffix("?")
    token = header.removeprefix(_SCHEME)
    try:
        return authenticate(db.session(), token, request.method, path, body, now(), may_be_replaced=may_be_replaced)
    except RequestRefusedError as error:
        raise ApiError(error.code, 403 if error.is_final else 401) from error


@api.post("/enrol")
@access.public
@limiter.limit("30 per minute")
def enrol() -> Response:
    """Enrol a device that shows the secret of an enrolment code and proves its new key."""
    body = _body(_CBOR, _MAX_ENROL_BYTES)
    try:
        said = fields.mapping(cbor.loads(body))
        secret = fields.byte_string(said.get("secret"), 32, at_least=16)
        public_key = fields.byte_string(said.get("public_key"), 32)
        proof = fields.byte_string(said.get("proof"), 64)
        encryption_key = said.get("encryption_key")
        encryption_key = None if encryption_key is None else fields.byte_string(encryption_key, 32)
    except (cbor.CborError, fields.FieldError) as error:
        raise ApiError("malformed", 400) from error
    try:
        device = services.enrol(db.session(), secret, public_key, proof, now(), encryption_key)
    except services.StationError as error:
        raise ApiError(error.code, 409 if error.code in _CONFLICTS else 403) from error
    db.session.commit()
    if encryption_key is not None:
        jobs.wake()
    return _answer({"station": device.station_id})


@api.post("/keys")
@access.public
def keys() -> Response:
    """Let a device's new keys take the place of those that sign this request."""
    body = _body(_CBOR, _MAX_ENROL_BYTES)
    device = _device(body, may_be_replaced=True)
    try:
        said = fields.mapping(cbor.loads(body))
        public_key = fields.byte_string(said.get("public_key"), 32)
        encryption_key = fields.byte_string(said.get("encryption_key"), 32)
        proof = fields.byte_string(said.get("proof"), 64)
    except (cbor.CborError, fields.FieldError) as error:
        raise ApiError("malformed", 400) from error
    try:
        new = services.roll_key(db.session(), device, public_key, encryption_key, proof, now())
    except services.StationError as error:
        raise ApiError(error.code, 409 if error.code in _CONFLICTS else 403) from error
    db.session.commit()
    jobs.wake()
    return _answer({"station": new.station_id})


@api.post("/scans")
@access.public
def scans() -> Response:
    """Take in a batch of records, signed by the device that sends it: all in one transaction, each record once."""
    body = _body(_COSE, MAX_BATCH_BYTES)
    device = _device(body)
    try:
        records = open_batch(body, device.public_key)
    except DeviceError as error:
        raise ApiError("malformed", 400) from error
    result = movement.ingest_records(db.session(), device, records, now())
    db.session.commit()
    if result.accepted:
        jobs.wake()
    return _answer({"accepted": list(result.accepted), "known": list(result.known), "refused": dict(result.refused)})
