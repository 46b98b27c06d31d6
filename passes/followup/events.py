"""What people say and do about a follow-up: visits, samples, statuses, assignments, transfers, look-ups.

Each row keeps the time it speaks of beside the time it was written down, so that what is entered late counts as if it
had been entered at once; and whom it named beside the person whom that one was merged into, if any.
"""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, EncryptedText, UtcDateTime, enum_column
from passes.followup.models import FollowUpStatus, as_named


class StatusEvent(Base):
    """Somebody said how one follow-up goes on: closed, given up, taken up again."""

    __tablename__ = "status_events"
    __table_args__ = (sa.Index("ix_status_events_person_zone", "person_id", "zone_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    named_person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), default=as_named)
    zone_id: Mapped[str] = mapped_column(sa.ForeignKey("zones.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[FollowUpStatus] = mapped_column(enum_column(FollowUpStatus))
    reason: Mapped[str | None] = mapped_column(sa.String(40))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VisitOutcome(enum.StrEnum):
    """What somebody who went to see a person found."""

    HEALTHY = "healthy"
    SYMPTOMS = "symptoms"
    NOT_MET = "not_met"


class Visit(Base):
    """One visit or call to one person; it counts for every follow-up of theirs unless it was taken back."""

    __tablename__ = "visits"
    __table_args__ = (sa.Index("ix_visits_person_at", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"))
    named_person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), default=as_named)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[VisitOutcome] = mapped_column(enum_column(VisitOutcome))
    temperature: Mapped[Decimal | None] = mapped_column(sa.Numeric(3, 1))
    symptoms: Mapped[list[str]] = mapped_column(sa.JSON)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SampleKind(enum.StrEnum):
    """How a sample is examined."""

    RAPID = "rapid"
    PCR = "pcr"


class SampleResult(enum.StrEnum):
    """What came of it."""

    WAITING = "waiting"
    NEGATIVE = "negative"
    POSITIVE = "positive"


class Sample(Base):
    """One test of one person."""

    __tablename__ = "samples"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    named_person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), default=as_named)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[SampleKind] = mapped_column(enum_column(SampleKind))
    result: Mapped[SampleResult] = mapped_column(enum_column(SampleResult))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    result_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Assignment(Base):
    """Who of a district sees to a person: a ward, or one of the district's own staff."""

    __tablename__ = "assignments"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), primary_key=True)
    district_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), primary_key=True)
    ward_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class TransferState(enum.StrEnum):
    """How far a transfer has come."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class Transfer(Base):
    """One district hands a person over to another, which confirms the receipt; then a stay statement says so."""

    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    named_person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), default=as_named)
    from_district: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    to_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    to_district: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[TransferState] = mapped_column(enum_column(TransferState), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    answer: Mapped[str | None] = mapped_column(EncryptedText)


class LookupReason(enum.StrEnum):
    """Why somebody looked at a person."""

    DUTY = "duty"
    TRACING = "tracing"
    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"
    CORRECTION = "correction"
    OTHER = "other"


class Lookup(Base):
    """Somebody looked at the file of a person, and said why. `note` is theirs, in their words."""

    __tablename__ = "lookups"
    __table_args__ = (sa.Index("ix_lookups_user_person_at", "user_id", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    reason: Mapped[LookupReason] = mapped_column(enum_column(LookupReason))
    note: Mapped[str | None] = mapped_column(EncryptedText)
