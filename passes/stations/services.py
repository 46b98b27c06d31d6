"""Stations: the places, the one-time codes with which a device enrols, and the devices themselves."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.areas.services import AreaUnknownError, get_area, lineage
from passes.errors import RefusedError
from passes.identifiers import IDENTIFIER_RULE, is_identifier
from passes.names import tidy
from passes.sites.services import sites_by_id
from passes.stations.models import Device, EnrolmentSecret, Station
from passes.trust import services as trust
from protocol.areas import AreaLevel
from protocol.cose import key_id
from protocol.enrolment import EnrolmentCode, EnrolmentError, check_proof
from protocol.trust import Direction, StationInfo, StationKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

ENROLMENT_LIFETIME = timedelta(hours=24)
_SECRET_BYTES = 16
_NAME_CHARS = 120


class StationError(RefusedError):
    """A station, a code or a device is refused.

    Attributes:
        field: the argument that is wrong, where there is one.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        """Keep code and field beside the English message."""
        super().__init__(code, message)
        self.field = field


def create_station(  # noqa: PLR0913 - the columns of a station
    session: Session,
    actor: User | None,
    *,
    station_id: str,
    name: str,
    kind: StationKind,
    area_code: str | None = None,
    site_id: str | None = None,
    direction: Direction = Direction.BOTH,
    now: datetime,
) -> Station:
    """Keep a new station; other stations learn of it with their next sync.

    Args:
        session: the caller's transaction.
        actor: who adds it; None for the command line.
        station_id: letters, digits, `.`, `_`, `-`; at most 40.
        name: the place, in words.
        kind: road checkpoint or freight point.
        area_code: ward or district of the place; that of the site when None.
        site_id: the freight point that it stands at.
        direction: which traffic it sees.
        now: when.

    Raises:
        StationError: a value is missing, malformed, unknown or taken.
    """
    station_id, name = station_id.strip(), tidy(name)
    if not is_identifier(station_id):
        raise StationError("id_invalid", f"{station_id!r}: {IDENTIFIER_RULE}", "station_id")
    if not 0 < len(name) <= _NAME_CHARS:
        raise StationError("name_missing", f"a name has 1 to {_NAME_CHARS} characters", "name")
    if session.get(Station, station_id) is not None:
        raise StationError("id_taken", f"{station_id} is registered already", "station_id")
    if kind is StationKind.ROAD and site_id:
        raise StationError("site_on_road", "a station on a road belongs to no site", "site_id")
    site = sites_by_id(session, [site_id]).get(site_id or "")
    if site_id and site is None:
        raise StationError("site_unknown", f"no site has the id {site_id!r}", "site_id")
    area_code = area_code or (site.ward_code if site else None)
    if not area_code:
        raise StationError("area_missing", "a station needs the ward or district where it stands", "area_code")
    try:
        get_area(session, area_code)
    except AreaUnknownError as error:
        raise StationError("area_unknown", str(error), "area_code") from error
    if len(area_code) < AreaLevel.DISTRICT:
        raise StationError("area_level", "a station stands in a ward or district", "area_code")
    station = Station(
        id=station_id, name=name, kind=kind, direction=direction, area_code=area_code, site_id=site_id or None
    )
    session.add(station)
    trust.note_change(session, "station.created", now)
    audit.record(session, actor, "stations.create", station, {"kind": kind.value, "area": area_code}, now)
    return station


def get_station(session: Session, station_id: str) -> Station:
    """Return one station.

    Raises:
        StationError: there is none with this id (`station_unknown`).
    """
    station = session.get(Station, station_id)
    if station is None:
        raise StationError("station_unknown", f"no station has the id {station_id!r}", "station_id")
    return station


def stations_by_id(session: Session) -> dict[str, Station]:
    """Return every station by its id, in the order of ids."""
    return {station.id: station for station in session.scalars(sa.select(Station).order_by(Station.id))}


def devices_of(session: Session) -> dict[str, list[Device]]:
    """Return the devices of every station that has any, newest first."""
    found: dict[str, list[Device]] = {}
    for device in session.scalars(sa.select(Device).order_by(Device.enrolled_at.desc(), Device.id.desc())):
        found.setdefault(device.station_id, []).append(device)
    return found


def published_stations(session: Session) -> tuple[StationInfo, ...]:
    """Return every station as other stations are told of it."""
    return tuple(
        StationInfo(
            id=station.id,
            name=station.name,
            kind=station.kind,
            area=station.area_code,
            site=station.site_id,
            direction=station.direction,
            within=lineage(session, station.area_code)[1:],
        )
        for station in stations_by_id(session).values()
    )


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
    if taken.rowcount != 1:  # type: ignore[attr-defined] # an UPDATE's result counts rows
        raise StationError("secret_used", "this code has been used; ask for a new one")
    device = Device(
        station_id=kept.station_id,
        kid=kid,
        public_key=public_key,
        encryption_key=encryption_key,
        enrolled_at=now,
        last_seen_at=now,
    )
    session.add(device)
    if encryption_key is not None:  # what only its station may read is encrypted to it from now on
        trust.note_change(session, "device.enrolled", now)
    audit.record(session, None, "stations.enrol", device, {"station": device.station_id, "kid": kid}, now)
    return device


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
