"""Stations and their devices."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, UtcDateTime, enum_column
from protocol.trust import Direction, Position, StationKind


class Station(Base):
    """A place where passes are scanned: a lane of a road checkpoint, or the entry or exit of a freight point."""

    __tablename__ = "stations"

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[StationKind] = mapped_column(enum_column(StationKind))
    direction: Mapped[Direction] = mapped_column(enum_column(Direction))
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    site_id: Mapped[str | None] = mapped_column(sa.ForeignKey("sites.id"), index=True)
    latitude: Mapped[float | None] = mapped_column(sa.Float)
    longitude: Mapped[float | None] = mapped_column(sa.Float)

    @property
    def position(self) -> Position | None:
        """Where exactly, if that was told."""
        if self.latitude is None or self.longitude is None:
            return None
        return Position(self.latitude, self.longitude)

    def set_position(self, position: Position | None) -> None:
        """Say where exactly; None forgets it."""
        self.latitude = position.latitude if position else None
        self.longitude = position.longitude if position else None


class Device(Base):
    """An enrolled machine: its Ed25519 public key signs what it sends.

    To its X25519 key `encryption_key` is encrypted what only this station may read; a device that was enrolled
    without one gets nothing of it. A machine that rolls its keys becomes a new device, and the old one names its `kid`.
    """

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"), index=True)
    kid: Mapped[str] = mapped_column(sa.String(16), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    encryption_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by: Mapped[str | None] = mapped_column(sa.String(16))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EnrolmentSecret(Base):
    """A one-time secret that lets one device enrol for one station; only its SHA-256 is kept."""

    __tablename__ = "enrolment_secrets"

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"))
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UsedNonce(Base):
    """A nonce of a request token, kept until the token would have expired: a token works once."""

    __tablename__ = "used_nonces"

    nonce: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class BatchReceipt(Base):
    """A batch that came on a stick, and what of it was not taken in; published to its station until it is old."""

    __tablename__ = "batch_receipts"

    batch: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"), index=True)
    device_id: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    refused: Mapped[dict[str, str]] = mapped_column(sa.JSON)
