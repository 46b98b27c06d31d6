"""Devices: the one-time codes with which they enrol, their keys, and their end."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.stations.errors import StationError
from passes.stations.models import Device, EnrolmentSecret
from passes.stations.places import get_station
from passes.trust import services as trust
from protocol.cose import key_id
from protocol.enrolment import EnrolmentCode, EnrolmentError, check_proof, check_roll_proof

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

ENROLMENT_LIFETIME = timedelta(hours=24)
_SECRET_BYTES = 16


def devices_of(session: Session) -> dict[str, list[Device]]:
    """Return the devices of every station that has any, newest first; rolled keys are of their own."""
    found: dict[str, list[Device]] = {}
    for device in session.scalars(sa.select(Device).order_by(Device.enrolled_at.desc(), Device.id.desc())):
        found.setdefault(device.station_id, []).append(device)
    return found


def issue_enrolment_code(
    session: Session, actor: User | None, station_id: str, url: str, root_sha256: bytes, now: datetime
) -> EnrolmentCode:
    """Make a code with which one device enrols for a station within a day. Only its hash is kept.

    Args:
        session: the caller's transaction.
        actor: who hands it out; None for the command line.
        station_id: for which station.
        url: where the issuer answers.
        root_sha256: SHA-256 of the trust repository's root metadata.
        now: when.

    Raises:
        StationError: there is no such station (`station_unknown`).
    """
    station = get_station(session, station_id)
    secret = secrets.token_bytes(_SECRET_BYTES)
    session.add(EnrolmentSecret(station_id=station.id, secret_hash=_hash(secret), expires_at=now + ENROLMENT_LIFETIME))
    audit.record(session, actor, "stations.issue_code", station, None, now)
    return EnrolmentCode(url=url, station=station.id, secret=secret, root_sha256=root_sha256)


def enrol(
    session: Session, secret: bytes, public_key: bytes, proof: bytes, now: datetime, encryption_key: bytes | None = None
) -> Device:
    """Enrol a device that shows a code's secret and proves its key.

    A repeated request for the same key, whose first answer was lost, gets the same answer.

    Args:
        session: the caller's transaction.
        secret: out of the enrolment code.
        public_key: Ed25519, 32 raw bytes.
        proof: signature of that key over the secret and the encryption key.
        now: when.
        encryption_key: X25519, 32 raw bytes; a device without one gets nothing that only its station may read.

    Raises:
        StationError: `proof_invalid`, `secret_unknown`, `secret_used`, `secret_expired` or `key_taken`.
    """
    try:
        check_proof(public_key, secret, proof, encryption_key or b"")
    except EnrolmentError as error:
        raise StationError("proof_invalid", str(error)) from error
    kept = session.scalar(
        sa.select(EnrolmentSecret).where(EnrolmentSecret.secret_hash == _hash(secret)).with_for_update()
    )
    if kept is None:
        raise StationError("secret_unknown", "no code with this secret was issued")
    kid = key_id(public_key).hex()
    known = device_for(session, kid)
    if known is not None:
        is_repeated = (known.public_key, known.encryption_key) == (public_key, encryption_key)
        is_repeated = is_repeated and known.station_id == kept.station_id
        if is_repeated and kept.used_at == known.enrolled_at and known.revoked_at is None:
            return known
        raise StationError("key_taken", "this key is enrolled already; make a new one")
    if kept.used_at is not None:
        raise StationError("secret_used", "this code has been used; ask for a new one")
    if now >= kept.expires_at:
        raise StationError("secret_expired", "this code is older than a day; ask for a new one")
    # A condition in the statement itself: of two devices with one code, only one comes first.
    taken = session.execute(
        sa.update(EnrolmentSecret)
        .where(EnrolmentSecret.id == kept.id, EnrolmentSecret.used_at.is_(None))
        .values(used_at=now)
    )
    if taken.rowcount != 1:
        raise StationError("secret_used", "this code has been used; ask for a new one")
    device = _add_device(session, kept.station_id, public_key, encryption_key, now)
    if encryption_key is not None:  # what only its station may read is encrypted to it from now on
        trust.note_change(session, "device.enrolled", now)
    audit.record(session, None, "stations.enrol", device, {"station": device.station_id, "kid": kid}, now)
    return device


def roll_key(
    session: Session, device: Device, public_key: bytes, encryption_key: bytes, proof: bytes, now: datetime
) -> Device:
    """Let new keys take the place of a device's present ones: a new device of the same station, and the end of the old.

    A repeated request, whose first answer was lost, gets the same answer.

    Args:
        session: the caller's transaction.
        device: who signed the request, with its present key.
        public_key: the new Ed25519 key, 32 raw bytes.
        encryption_key: the new X25519 key, 32 raw bytes.
        proof: signature of the new key over the present key's id and the new encryption key.
        now: when.

    Raises:
        StationError: `proof_invalid`, `key_taken`, or `device_replaced`: other keys took its place already.
    """
    try:
        check_roll_proof(public_key, bytes.fromhex(device.kid), proof, encryption_key)
    except EnrolmentError as error:
        raise StationError("proof_invalid", str(error)) from error
    kid = key_id(public_key).hex()
    known = device_for(session, kid)
    if device.replaced_by is not None:
        if known is not None and known.kid == device.replaced_by and known.encryption_key == encryption_key:
            return known
        raise StationError("device_replaced", "other keys took the place of this one already")
    if known is not None:
        raise StationError("key_taken", "this key is enrolled already; make a new one")
    new = _add_device(session, device.station_id, public_key, encryption_key, now)
    device.revoked_at, device.replaced_by = now, kid
    trust.note_change(session, "device.rolled", now)
    audit.record(session, None, "stations.roll_key", new, {"station": new.station_id, "before": device.kid}, now)
    return new


def device_for(session: Session, kid: str) -> Device | None:
    """Return the device whose key has this id (hex), revoked ones included, or None."""
    return session.scalar(sa.select(Device).where(Device.kid == kid))


def encryption_keys(session: Session) -> dict[str, list[bytes]]:
    """Return by station, in the order of ids, the encryption keys of its devices that are not revoked."""
    found: dict[str, list[bytes]] = {}
    statement = sa.select(Device.station_id, Device.encryption_key).where(
        Device.revoked_at.is_(None), Device.encryption_key.is_not(None)
    )
    for station_id, key in session.execute(statement.order_by(Device.station_id, Device.id)):
        found.setdefault(station_id, []).append(key)
    return found


def get_device(session: Session, device_id: int) -> Device | None:
    """Return one device, or None."""
    return session.get(Device, device_id)


def revoke_device(session: Session, actor: User | None, device_id: int, now: datetime) -> Device:
    """Revoke a device for good: nothing that it sends is taken in any more.

    Raises:
        StationError: there is no such device (`device_unknown`).
    """
    device = session.get(Device, device_id)
    if device is None:
        raise StationError("device_unknown", f"no device has the number {device_id}")
    if device.revoked_at is None:
        device.revoked_at = now
        if device.encryption_key is not None:  # it gets no next key
            trust.note_change(session, "device.revoked", now)
        audit.record(
            session, actor, "stations.revoke_device", device, {"station": device.station_id, "kid": device.kid}, now
        )
    return device


def _hash(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()


def _add_device(
    session: Session, station_id: str, public_key: bytes, encryption_key: bytes | None, now: datetime
) -> Device:
    device = Device(
        station_id=station_id,
        kid=key_id(public_key).hex(),
        public_key=public_key,
        encryption_key=encryption_key,
        enrolled_at=now,
        last_seen_at=now,
    )
    session.add(device)
    return device
