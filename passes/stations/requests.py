"""Who sends a request: the token that a device signs for exactly this request, good once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.db import insert_if_new
from passes.stations.models import UsedNonce
from passes.stations.services import device_for
from protocol.device import TOKEN_LIFETIME, DeviceError, request_token_kid, verify_request_token

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.stations.models import Device


class RequestRefusedError(Exception):
    """A request does not come from an enrolled device, or came before.

    Attributes:
        code: stable word for the station.
        is_final: the device is known and shut out: asking again, or with another token, does not help.
    """

    def __init__(self, code: str, *, is_final: bool = False) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code
        self.is_final = is_final


def authenticate(
    session: Session, token: str, method: str, path: str, body: bytes, now: datetime, *, may_be_replaced: bool = False
) -> Device:
    """Return the device that signed this request's token, and note that it was seen.

    Args:
        session: the caller's transaction; it keeps the nonce, so that the token is good once.
        token: what stood in the header after `CWT `.
        method: HTTP method.
        path: with the query, as received.
        body: as received.
        now: the server's clock.
        may_be_replaced: whether a device that rolled its keys may ask once more: the answer to that may have been lost.

    Raises:
        RequestRefusedError: `device_unknown`, `device_revoked`, `device_replaced`, `token_invalid` or `nonce_used`.
    """
    try:
        device = device_for(session, request_token_kid(token).hex())
        if device is None:
            raise RequestRefusedError("device_unknown")
        said = verify_request_token(token, device.public_key, method, path, body, now)
    except DeviceError as error:
        raise RequestRefusedError("token_invalid") from error
    if said.station != device.station_id:
        raise RequestRefusedError("token_invalid")
    if device.revoked_at is not None and not (may_be_replaced and device.replaced_by):
        raise RequestRefusedError("device_replaced" if device.replaced_by else "device_revoked", is_final=True)
    expires_at = said.issued_at + TOKEN_LIFETIME
    if now >= expires_at:  # whatever expiry the token names: its nonce is forgotten then
        raise RequestRefusedError("token_invalid")
    nonce = hashlib.sha256(device.public_key + said.nonce).hexdigest()
    _use_nonce(session, nonce, expires_at, now)
    device.last_seen_at = now
    return device


def _use_nonce(session: Session, nonce: str, expires_at: datetime, now: datetime) -> None:
    """Keep a nonce until its token has expired.

    Raises:
        RequestRefusedError: it was used before.
    """
    session.execute(sa.delete(UsedNonce).where(UsedNonce.expires_at < now))
    if not insert_if_new(session, UsedNonce, nonce=nonce, expires_at=expires_at):
        raise RequestRefusedError("nonce_used")
