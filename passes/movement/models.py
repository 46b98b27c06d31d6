"""Scans, the movements they prove, zones, exposures."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, EncryptedText, UtcDateTime, enum_column
from passes.people.models import Person
from protocol.zones import ZoneKind


class MovementSource(enum.StrEnum):
    """How a movement became known."""

    SCAN = "scan"
    DECLARED = "declared"
    CHECKIN = "checkin"
    REPORTED = "reported"
    IMPORT = "import"


class ScanRecord(Base):
    """One record of a station's log, byte for byte as the station signed it off; never altered.

    `processed_at` is empty until the worker has derived scan and movements from it: the row is the work.
    """

    __tablename__ = "scan_records"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    scan_id: Mapped[str] = mapped_column(sa.String(32), index=True)
    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"), index=True)
    device_id: Mapped[int] = mapped_column(sa.ForeignKey("devices.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    processed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Scan(Base):
    """One raw event at a station, refusals and unreadable codes included, as its newest record states it.

    `outcome` and `reasons` are what the station said; `late_*` is what we would have said had we known then what we
    know now. `iss` and `cti` are set only where the signature was verified; `details` (JSON) is what was sealed.
    """

    __tablename__ = "scans"
    __table_args__ = (sa.Index("ix_scans_iss_cti_scanned_at", "iss", "cti", "scanned_at"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"), index=True)
    scanned_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(sa.String(16))
    outcome: Mapped[str | None] = mapped_column(sa.String(8))
    reasons: Mapped[list[str]] = mapped_column(sa.JSON)
    action: Mapped[str | None] = mapped_column(sa.String(16))
    iss: Mapped[str | None] = mapped_column(sa.String(64))
    cti: Mapped[str | None] = mapped_column(sa.String(16))
    pass_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vehicle_passes.id"), index=True)
    crew_present: Mapped[list[int] | None] = mapped_column(sa.JSON)
    plate: Mapped[str | None] = mapped_column(sa.String(12), index=True)
    coming_from: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"))
    officer: Mapped[str | None] = mapped_column(sa.String(80))
    details: Mapped[str | None] = mapped_column(EncryptedText)
    is_voided: Mapped[bool] = mapped_column(default=False)
    late_outcome: Mapped[str | None] = mapped_column(sa.String(8))
    late_reasons: Mapped[list[str] | None] = mapped_column(sa.JSON)


class Movement(Base):
    """One person, one place, one time."""

    __tablename__ = "movements"
    __table_args__ = (
        sa.UniqueConstraint("scan_id", "person_id", "source", "area_code"),
        sa.Index("ix_movements_area_at", "area_code", "at"),
        sa.Index("ix_movements_site_at", "site_id", "at"),
        sa.Index("ix_movements_person_at", "person_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    site_id: Mapped[str | None] = mapped_column(sa.ForeignKey("sites.id"))
    station_id: Mapped[str | None] = mapped_column(sa.ForeignKey("stations.id"))
    is_road_scan: Mapped[bool] = mapped_column(default=False)
    source: Mapped[MovementSource] = mapped_column(enum_column(MovementSource))
    scan_id: Mapped[str | None] = mapped_column(sa.ForeignKey("scans.id"), index=True)
    pass_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vehicle_passes.id"), index=True)
    plate: Mapped[str | None] = mapped_column(sa.String(12), index=True)
    person: Mapped[Person] = relationship(lazy="joined")


class Zone(Base):
    """A lockdown or outbreak area; what is in force stands in its latest version."""

    __tablename__ = "zones"

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    versions: Mapped[list[ZoneVersion]] = relationship(
        order_by="ZoneVersion.version", lazy="selectin", back_populates="zone"
    )

    @property
    def latest(self) -> ZoneVersion:
        """The version that counts."""
        return self.versions[-1]


class ZoneVersion(Base):
    """One published state of a zone. `is_withdrawn` means: as if never published."""

    __tablename__ = "zone_versions"

    zone_id: Mapped[str] = mapped_column(sa.ForeignKey("zones.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[ZoneKind] = mapped_column(enum_column(ZoneKind))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    passage: Mapped[bool] = mapped_column(default=True)
    monitoring_days: Mapped[int] = mapped_column(default=14)
    decision: Mapped[str] = mapped_column(sa.String(80))
    areas: Mapped[list[str]] = mapped_column(sa.JSON)
    sites: Mapped[list[str]] = mapped_column(sa.JSON)
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    zone: Mapped[Zone] = relationship(back_populates="versions")


class Rematch(Base):
    """A zone changed: its movements are to be matched again. Written with the change; the worker sets `done_at`."""

    __tablename__ = "rematches"

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[str] = mapped_column(sa.ForeignKey("zones.id"), index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class Exposure(Base):
    """One person was in one zone while it was in force: first and last movement there."""

    __tablename__ = "exposures"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), primary_key=True)
    zone_id: Mapped[str] = mapped_column(sa.ForeignKey("zones.id"), primary_key=True, index=True)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
