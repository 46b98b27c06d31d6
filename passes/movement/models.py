"""Scans, the movements they prove, zones, exposures."""

from __future__ import annotations

import enum
import json
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, EncryptedText, UtcDateTime, code_text, enum_column, where_set
from passes.movement.zone_models import (
    Exposure,
    Rematch,
    RematchPerson,
    Zone,
    ZoneDocument,
    ZoneProposal,
    ZoneVersion,
)
from passes.people.models import Person
from protocol.claims import Role as CrewRole

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext


__all__ = [
    "ClockCorrection",
    "Direction",
    "Exposure",
    "Movement",
    "MovementImport",
    "MovementSource",
    "Rematch",
    "RematchPerson",
    "Scan",
    "ScanArea",
    "ScanRecord",
    "TravelAlert",
    "Zone",
    "ZoneDocument",
    "ZoneProposal",
    "ZoneVersion",
]


class Direction(enum.StrEnum):
    """Which way a vehicle went by a post, or that it was at a site."""

    IN = "in"
    OUT = "out"
    AT = "at"


class MovementSource(enum.StrEnum):
    """How a movement became known."""

    SCAN = "scan"
    DECLARED = "declared"
    CHECKIN = "checkin"
    REPORTED = "reported"
    IMPORT = "import"


class ScanRecord(Base):
    """One record of a station's log, byte for byte as the station signed it off; altered only to erase somebody.

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

    `outcome` and `reasons` are what the station said; `late_*` is what we would have said had we known then what the
    trust data `assessed_generation`, published at `assessed_at`, says; somebody of the authority has seen it at
    `late_seen_at`. `clock_at` is what the station's clock showed, where that was corrected afterwards. `iss` and `cti`
    are set only where the signature was verified; `details` (JSON) is what was sealed.
    """

    __tablename__ = "scans"
    __table_args__ = (
        sa.Index("ix_scans_iss_cti_scanned_at", "iss", "cti", "scanned_at"),
        sa.Index(
            "ix_scans_to_assess",
            "id",
            sqlite_where=sa.text("assessed_at IS NULL"),
            postgresql_where=sa.text("assessed_at IS NULL"),
        ),
        sa.Index("ix_scans_late", "scanned_at", "id", **where_set("late_outcome")),
    )

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
    late_found_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late_seen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    assessed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assessed_generation: Mapped[int | None] = mapped_column()
    clock_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def note(self) -> str | None:
        """Why a post chief overruled a refusal, as written there."""
        found = json.loads(self.details).get("note") if self.details else None
        return found if isinstance(found, str) else None


class ScanArea(Base):
    """An area that the verdict on a scan looks at: where the vehicle came from, and where its papers say it goes."""

    __tablename__ = "scan_areas"

    scan_id: Mapped[str] = mapped_column(sa.ForeignKey("scans.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), primary_key=True, index=True)


class TravelAlert(Base):
    """One pass was at two posts sooner than any road allows: there are two papers, or a clock is wrong."""

    __tablename__ = "travel_alerts"
    __table_args__ = (sa.UniqueConstraint("first_scan_id", "second_scan_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_scan_id: Mapped[str] = mapped_column(sa.ForeignKey("scans.id"))
    second_scan_id: Mapped[str] = mapped_column(sa.ForeignKey("scans.id"), index=True)
    kilometres: Mapped[float | None] = mapped_column(sa.Float)
    seconds: Mapped[int] = mapped_column()
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class ClockCorrection(Base):
    """A station's clock was wrong from one of its moments to another (exclusive): so many seconds are added."""

    __tablename__ = "clock_corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offset_seconds: Mapped[int] = mapped_column()
    reason: Mapped[str] = mapped_column(sa.String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


def _as_named(context: DefaultExecutionContext) -> int:
    """Return whom a movement is of, for one whose record names that person."""
    return context.get_current_parameters()["person_id"]


class Movement(Base):
    """One person, one place, one time.

    `person_id` is the person whom this is about today; `named_person_id` is who the record named. They differ where
    persons were merged, and a split goes back to the latter. What a file says of a station or pass that the register
    does not know is kept in `said_station` and `said_pass`.
    """

    __tablename__ = "movements"
    __table_args__ = (
        sa.Index(
            "uq_movements_scan_person_source_area",
            *("scan_id", "named_person_id", "source", "area_code"),
            unique=True,
            **where_set("scan_id"),
        ),
        sa.Index("uq_movements_import_id", "import_id", unique=True, **where_set("import_id")),
        sa.Index("ix_movements_area_at", "area_code", "at"),
        sa.Index("ix_movements_site_at", "site_id", "at", **where_set("site_id")),
        sa.Index("ix_movements_person_at", "person_id", "at"),
        sa.Index("ix_movements_plate_at", "plate", "at", **where_set("plate")),
        sa.Index("ix_movements_pass_id", "pass_id", **where_set("pass_id")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    named_person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), default=_as_named)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    site_id: Mapped[str | None] = mapped_column(sa.ForeignKey("sites.id"))
    station_id: Mapped[str | None] = mapped_column(sa.ForeignKey("stations.id"))
    is_road_scan: Mapped[bool] = mapped_column(default=False)
    source: Mapped[MovementSource] = mapped_column(enum_column(MovementSource))
    scan_id: Mapped[str | None] = mapped_column(sa.ForeignKey("scans.id"))
    pass_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vehicle_passes.id"))
    plate: Mapped[str | None] = mapped_column(sa.String(12))
    import_id: Mapped[str | None] = mapped_column(code_text(64))
    role: Mapped[CrewRole | None] = mapped_column(enum_column(CrewRole))
    direction: Mapped[Direction | None] = mapped_column(enum_column(Direction))
    said_station: Mapped[str | None] = mapped_column(sa.String(64))
    said_pass: Mapped[str | None] = mapped_column(sa.String(64))
    person: Mapped[Person] = relationship(lazy="joined", foreign_keys=[person_id])


class MovementImport(Base):
    """A file of movements that is being taken in: how far, so that an interrupted import goes on there.

    `first_line` is the SHA-256 of the file's first line, `digest` that of its first `position_bytes`.
    """

    __tablename__ = "movement_imports"

    first_line: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    position_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    lines: Mapped[int] = mapped_column()
    added: Mapped[int] = mapped_column()
    known: Mapped[int] = mapped_column()
    refused: Mapped[int] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
