"""Scans, the movements they prove, zones, exposures."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, EncryptedText, UtcDateTime, code_text, enum_column
from passes.people.models import Person
from protocol.claims import Role as CrewRole
from protocol.zones import ZoneKind

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext


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


def _as_named(context: DefaultExecutionContext) -> int:
    """Return whom a movement is of, for one whose record names that person."""
    return context.get_current_parameters()["person_id"]  # type: ignore[no-any-return] # parameters are Any


def _where_set(column: str) -> dict[str, sa.TextClause]:
    """Return the options of an index over the rows that have a value in `column`; most movements do not."""
    condition = sa.text(f"{column} IS NOT NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


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
            **_where_set("scan_id"),
        ),
        sa.Index("uq_movements_import_id", "import_id", unique=True, **_where_set("import_id")),
        sa.Index("ix_movements_area_at", "area_code", "at"),
        sa.Index("ix_movements_site_at", "site_id", "at", **_where_set("site_id")),
        sa.Index("ix_movements_person_at", "person_id", "at"),
        sa.Index("ix_movements_plate_at", "plate", "at", **_where_set("plate")),
        sa.Index("ix_movements_pass_id", "pass_id", **_where_set("pass_id")),
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
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zone_documents.id"))
    zone: Mapped[Zone] = relationship(back_populates="versions")


class ZoneDocument(Base):
    """A decision as it was signed: the file that somebody attached to a zone."""

    __tablename__ = "zone_documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(40))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ZoneProposal(Base):
    """A zone, or a change of one, that nobody has published yet.

    `content` is what a zone file says, without an id; `passage` is empty until somebody chose after a preview. A
    change names its zone, and in `base_version` the version that it began with. `proposed_at` is set while a second
    person is to look at it.
    """

    __tablename__ = "zone_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[str | None] = mapped_column(sa.ForeignKey("zones.id"), index=True)
    base_version: Mapped[int | None] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    passage: Mapped[bool | None] = mapped_column()
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("zone_documents.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class Rematch(Base):
    """A zone changed: its movements are to be matched again. Written with the change that causes it.

    The worker first matches movements, and writes down for which `people` follow-ups may change (`RematchPerson`,
    `started_at`); then it works these off, some in each transaction, and sets `done_at` after the last.
    """

    __tablename__ = "rematches"

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[str] = mapped_column(sa.ForeignKey("zones.id"), index=True)
    cause: Mapped[str] = mapped_column(sa.String(64))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    people: Mapped[int] = mapped_column(default=0)
    people_done: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class RematchPerson(Base):
    """Somebody whose follow-up for a zone is still to be brought in line."""

    __tablename__ = "rematch_people"

    rematch_id: Mapped[int] = mapped_column(sa.ForeignKey("rematches.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), primary_key=True)


class Exposure(Base):
    """One person was in one zone while it was in force: first and last movement there."""

    __tablename__ = "exposures"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), primary_key=True)
    zone_id: Mapped[str] = mapped_column(sa.ForeignKey("zones.id"), primary_key=True, index=True)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
