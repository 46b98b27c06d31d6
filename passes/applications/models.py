"""Applications for vehicle passes."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.accounts.models import Organisation
from passes.db import Base, UtcDateTime, enum_column, where_set
from passes.fleet.models import CrewMember, Vehicle


class ApplicationState(enum.StrEnum):
    """Where an application stands; `transitions.TRANSITIONS` says what may follow what."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Decision(enum.StrEnum):
    """What the reviewer decided for one vehicle."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


class RefusalCode(enum.StrEnum):
    """The refusal codes that automatic checks suggest; `Refusal` has all of them, with their sentences."""

    INSPECTION_EXPIRED = "inspection_expired"
    LICENCE_MISMATCH = "licence_mismatch"
    DOCUMENT_MISSING = "document_missing"
    CARGO_NOT_ALLOWED = "cargo_not_allowed"
    ROUTE_INCOMPLETE = "route_incomplete"
    DOUBLE_BOOKED = "double_booked"
    EARLIER_REVOCATION = "earlier_revocation"
    PLATE_ELSEWHERE = "plate_elsewhere"
    IDENTITY_UNCLEAR = "identity_unclear"


class PostAuditOutcome(enum.StrEnum):
    """What came of looking at a file after its passes were signed."""

    PENDING = "pending"
    IN_ORDER = "in_order"
    REVOKED = "revoked"


class Refusal(Base):
    """One reason why an application, or one of its vehicles, is not approved: the same for every clerk.

    A code that was used is never deleted, only retired: decisions of the past refer to it.
    """

    __tablename__ = "refusal_codes"

    code: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    vi: Mapped[str] = mapped_column(sa.String(200))
    en: Mapped[str] = mapped_column(sa.String(200))
    position: Mapped[int] = mapped_column()
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CargoRule(Base):
    """Whether a cargo class is let through at present; a class without a row is."""

    __tablename__ = "cargo_rules"

    cargo: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_allowed: Mapped[bool] = mapped_column()


class Mode(enum.StrEnum):
    """What becomes of a clean application: a reviewer decides, or it is signed at once and sampled afterwards."""

    REVIEW = "review"
    SELF_DECLARED = "self-declared"


class ApplicationMode(Base):
    """The mode in force: one row, which the migration wrote. What was in force before stands in the audit log.

    Of a hundred self-declared applications `audit_percent` are looked at afterwards.
    """

    __tablename__ = "application_mode"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mode: Mapped[Mode] = mapped_column(enum_column(Mode))
    audit_percent: Mapped[int] = mapped_column()
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class Application(Base):
    """One request of a carrier: vehicles with crews, on one route, for one cargo and one window of days.

    `first_day` and `last_day` are days in Asia/Ho_Chi_Minh, both included. While it is a draft or returned, cargo,
    days, places and vehicles may be missing (`drafts.missing_parts`); whatever was sent is complete. `failed_checks`
    and `unknown_checks` are what the automatic checks counted when it was sent: they sort the queue; whoever decides
    has them run anew.
    """

    __tablename__ = "applications"
    __table_args__ = (
        sa.Index("ix_applications_queue", "state", "submitted_at", "id"),
        sa.Index("ix_applications_reviewed", "decided_at", **where_set("decided_by_id")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(20), unique=True)
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    state: Mapped[ApplicationState] = mapped_column(enum_column(ApplicationState), index=True)
    cargo: Mapped[int | None] = mapped_column()
    first_day: Mapped[date | None] = mapped_column()
    last_day: Mapped[date | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    refusal_code: Mapped[str | None] = mapped_column(sa.String(32))
    note: Mapped[str | None] = mapped_column(sa.Text)
    failed_checks: Mapped[int | None] = mapped_column()
    unknown_checks: Mapped[int | None] = mapped_column()

    carrier: Mapped[Organisation] = relationship(lazy="joined")
    stops: Mapped[list[ApplicationStop]] = relationship(
        order_by="ApplicationStop.position", cascade="all, delete-orphan", lazy="selectin"
    )
    vehicles: Mapped[list[ApplicationVehicle]] = relationship(
        order_by="ApplicationVehicle.position",
        cascade="all, delete-orphan",
        lazy="selectin",
        back_populates="application",
    )

    @property
    def route(self) -> tuple[str, ...]:
        """Area codes from origin to destination; of an unfinished draft, those that are known."""
        return tuple(stop.area_code for stop in self.stops if stop.area_code)


class ApplicationStop(Base):
    """One place of the route; position 0 is the origin, the last one the destination. A draft may leave either open."""

    __tablename__ = "application_stops"

    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"))


class ApplicationVehicle(Base):
    """One vehicle of an application, with its crew and the decision on it."""

    __tablename__ = "application_vehicles"
    __table_args__ = (sa.UniqueConstraint("application_id", "vehicle_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    vehicle_id: Mapped[int] = mapped_column(sa.ForeignKey("vehicles.id"), index=True)
    position: Mapped[int] = mapped_column()
    decision: Mapped[Decision] = mapped_column(enum_column(Decision), default=Decision.PENDING)
    refusal_code: Mapped[str | None] = mapped_column(sa.String(32))
    note: Mapped[str | None] = mapped_column(sa.Text)

    application: Mapped[Application] = relationship(back_populates="vehicles")
    vehicle: Mapped[Vehicle] = relationship(lazy="joined")
    crew: Mapped[list[ApplicationCrew]] = relationship(
        order_by="ApplicationCrew.position", cascade="all, delete-orphan", lazy="selectin"
    )


class ApplicationCrew(Base):
    """One person in one vehicle of an application."""

    __tablename__ = "application_crew"

    application_vehicle_id: Mapped[int] = mapped_column(sa.ForeignKey("application_vehicles.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    crew_member_id: Mapped[int] = mapped_column(sa.ForeignKey("crew_members.id"), index=True)
    member: Mapped[CrewMember] = relationship(lazy="joined")


class ReviewClaim(Base):
    """Which reviewer has an application before them, until when; one that ran out is nobody's."""

    __tablename__ = "review_claims"

    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class PostAudit(Base):
    """An application that nobody reviewed before its passes were signed, drawn to be looked at afterwards."""

    __tablename__ = "post_audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), unique=True)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[PostAuditOutcome] = mapped_column(enum_column(PostAuditOutcome), index=True)
    note: Mapped[str | None] = mapped_column(sa.Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))

    application: Mapped[Application] = relationship(lazy="joined")
