"""Zones, their preparation and matching, and exposures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, UtcDateTime, enum_column
from protocol.zones import ZoneKind


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
