"""Follow-ups, and what people said and did about them; the rest is derived."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, UtcDateTime, code_text, enum_column
from passes.people.models import Person

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext


class FollowUpStatus(enum.StrEnum):
    """SORMAS's statuses of a follow-up."""

    FOLLOW_UP = "FOLLOW_UP"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    LOST = "LOST"
    NO_FOLLOW_UP = "NO_FOLLOW_UP"


class StaySource(enum.StrEnum):
    """Who said where a person stays."""

    OFFICER = "officer"
    IMPORT = "import"
    STAFF = "staff"
    TRANSFER = "transfer"


def as_named(context: DefaultExecutionContext) -> int:
    """Return whom a statement is about, for one that names that person."""
    return context.get_current_parameters()["person_id"]


def _as_created(context: DefaultExecutionContext) -> datetime:
    """Return when a row came onto its first list: when it was made."""
    return context.get_current_parameters()["created_at"]


class StayStatement(Base):
    """Somebody said, for a point in time, in which ward (or district) a person stays; the newest `(at, id)` counts.

    `named_person_id` is who was named, `person_id` the person whom that one was merged into, if any. A statement that
    came with an imported movement bears its `import_id`.
    """

    __tablename__ = "stay_statements"
    __table_args__ = (
        sa.UniqueConstraint("scan_id", "named_person_id"),
        sa.UniqueConstraint("import_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    named_person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), default=as_named)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[StaySource] = mapped_column(enum_column(StaySource))
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    scan_id: Mapped[str | None] = mapped_column(sa.ForeignKey("scans.id"))
    import_id: Mapped[str | None] = mapped_column(code_text(64))


class FollowUp(Base):
    """The medical follow-up of one person for one zone, in the district where the person stays.

    `due`, `first_at`, `last_at`, `district_code` and `stay_code` are derived; `stay_code` is None where nobody said
    and nothing on file tells, and the district is then that of the last movement. `status` replays what people said
    (`StatusEvent`, `Visit`) by its own time. `listed_at` is when the row came onto the list of its present district,
    which acknowledges it; `sealed_at` is when the movements behind it were purged: from then on its period only grows.
    """

    __tablename__ = "followups"
    __table_args__ = (sa.UniqueConstraint("person_id", "zone_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    zone_id: Mapped[str] = mapped_column(sa.ForeignKey("zones.id"), index=True)
    district_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    stay_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[FollowUpStatus] = mapped_column(enum_column(FollowUpStatus), index=True)
    status_reason: Mapped[str | None] = mapped_column(sa.String(40))
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, default=_as_created)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(lazy="joined")
