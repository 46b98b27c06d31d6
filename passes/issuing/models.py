"""Issued passes and the status bits that revoke them."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.applications.models import ApplicationVehicle, Decision, PostAuditOutcome
from passes.db import Base, EncryptedText, UtcDateTime, enum_column, where_set
from passes.fleet.models import CrewMember
from passes.people.models import Person
from protocol.claims import Role as CrewRole


class PassStatus(enum.StrEnum):
    """What the status list says of a pass."""

    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"


class RevocationReason(enum.StrEnum):
    """Why the authority changed what the status list says of a pass; the same codes for every clerk."""

    WRONG_DATA = "wrong_data"
    MISUSE = "misuse"
    LOST_OR_COPIED = "lost_or_copied"
    CREW_UNFIT = "crew_unfit"
    ENDED_EARLY = "ended_early"
    INQUIRY = "inquiry"
    CLEARED = "cleared"
    MISTAKE = "mistake"


class StatusAct(enum.StrEnum):
    """What the authority does to the status of passes."""

    REVOKE = "revoke"
    SUSPEND = "suspend"
    RESUME = "resume"


class OrderState(enum.StrEnum):
    """Where an order about many passes stands."""

    WAITING = "waiting"
    DONE = "done"
    DECLINED = "declined"


class SupplementKind(enum.StrEnum):
    """What kind of paper stands beside a pass."""

    SLIP = "slip"
    CARD = "card"


class CrewChange(enum.StrEnum):
    """What a supplement says of one person."""

    JOINS = "joins"
    RENEWED = "renewed"
    LEAVES = "leaves"
    HOLDER = "holder"


class SignedPaper:
    """What every signed paper has. Written unsigned; the signing worker fills `text` and `signed_at`.

    `(iss, cti)` is its identity (`cti` 8 bytes, hex). `not_before` and `expires_at` are the signed window.

    One that cannot be written as a credential is not signed; `signing_error` says why, until somebody puts it right.
    A paper whose key was retired is signed again: `reissue_requested_at` is set and `signed_at` emptied; `kid` and
    `text` stay those of before until the worker has replaced them.
    """

    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    iss: Mapped[str] = mapped_column(sa.String(16))
    cti: Mapped[str] = mapped_column(sa.String(16))
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    reissue_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signing_error: Mapped[str | None] = mapped_column(sa.String(200))
    kid: Mapped[str | None] = mapped_column(sa.String(16), index=True)
    text: Mapped[str | None] = mapped_column(EncryptedText)
    status_uri: Mapped[str | None] = mapped_column(sa.String(24))
    status_index: Mapped[int | None] = mapped_column()
    status: Mapped[PassStatus] = mapped_column(enum_column(PassStatus), default=PassStatus.VALID, index=True)
    status_reason: Mapped[RevocationReason | None] = mapped_column(enum_column(RevocationReason))
    status_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VehiclePass(SignedPaper, Base):
    """One pass, written by the approval of its vehicle, in that transaction.

    Plate, class and payload are those that were approved, whatever the carrier's list of vehicles says by the time that
    the worker signs.
    """

    __tablename__ = "vehicle_passes"
    __table_args__ = (
        sa.UniqueConstraint("iss", "cti"),
        sa.UniqueConstraint("status_uri", "status_index"),
        sa.Index("ix_vehicle_passes_newest", "requested_at", "id"),
        sa.Index("ix_vehicle_passes_status_changed_at", "status_changed_at", **where_set("status_changed_at")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_vehicle_id: Mapped[int] = mapped_column(sa.ForeignKey("application_vehicles.id"), index=True)
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    plate: Mapped[str] = mapped_column(sa.String(12), index=True)
    vehicle_class: Mapped[int] = mapped_column()
    payload_tonnes: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1))

    application_vehicle: Mapped[ApplicationVehicle] = relationship(lazy="joined")
    crew: Mapped[list[PassCrew]] = relationship(
        order_by="PassCrew.position", cascade="all, delete-orphan", lazy="selectin"
    )


class PassPlate(Base):
    """One plate that any pass bears: few beside the passes, so that a part of a plate is looked for here first."""

    __tablename__ = "pass_plates"

    plate: Mapped[str] = mapped_column(sa.String(12), primary_key=True)


class PassCrew(Base):
    """Who stands at which crew index of a pass; this is how a scan's `(iss, cti, crew index)` becomes a person."""

    __tablename__ = "pass_crew"

    pass_id: Mapped[int] = mapped_column(sa.ForeignKey("vehicle_passes.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    role: Mapped[CrewRole] = mapped_column(enum_column(CrewRole))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(lazy="joined")


class Supplement(SignedPaper, Base):
    """A paper beside passes: a slip that amends one pass, or the card of one person.

    Who joins a pass gets a crew index that neither the pass nor an earlier slip has used, asked for or granted: an
    index means one person for ever (docs/format.md, section 3.3). A card stands for itself: `pass_id` is empty.
    `leg` are area codes behind the destination, `cargo` is what is carried from now on.
    """

    __tablename__ = "supplements"
    __table_args__ = (
        sa.UniqueConstraint("iss", "cti"),
        sa.UniqueConstraint("status_uri", "status_index"),
        sa.Index("ix_supplements_newest", "requested_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[SupplementKind] = mapped_column(enum_column(SupplementKind))
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    pass_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vehicle_passes.id"), index=True)
    requested_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    leg: Mapped[list[str]] = mapped_column(sa.JSON)
    cargo: Mapped[int | None] = mapped_column()

    vehicle_pass: Mapped[VehiclePass | None] = relationship()
    crew: Mapped[list[SupplementCrew]] = relationship(
        order_by="SupplementCrew.position", cascade="all, delete-orphan", lazy="selectin"
    )
    decision: Mapped[SupplementDecision | None] = relationship(
        back_populates="supplement", cascade="all, delete-orphan", lazy="joined"
    )

    @property
    def is_approved(self) -> bool:
        """Whether the authority, or policy in its place, has agreed."""
        return self.decision is not None and self.decision.outcome is Decision.APPROVED


class SupplementCrew(Base):
    """What a supplement says of one person: the crew index, and until when their own papers hold."""

    __tablename__ = "supplement_crew"

    supplement_id: Mapped[int] = mapped_column(sa.ForeignKey("supplements.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[CrewChange] = mapped_column(enum_column(CrewChange))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    crew_member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("crew_members.id"), index=True)
    role: Mapped[CrewRole] = mapped_column(enum_column(CrewRole))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(lazy="joined")
    member: Mapped[CrewMember | None] = relationship()


class SupplementDecision(Base):
    """The approval or refusal of a supplement; without one it waits.

    `decided_by_id` is empty where policy decided by itself; `audit` is set if lots were drawn that somebody looks at
    it afterwards.
    """

    __tablename__ = "supplement_decisions"

    supplement_id: Mapped[int] = mapped_column(sa.ForeignKey("supplements.id"), primary_key=True)
    outcome: Mapped[Decision] = mapped_column(enum_column(Decision), index=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    refusal_code: Mapped[str | None] = mapped_column(sa.String(32))
    note: Mapped[str | None] = mapped_column(sa.Text)
    audit: Mapped[PostAuditOutcome | None] = mapped_column(enum_column(PostAuditOutcome), index=True)
    supplement: Mapped[Supplement] = relationship(back_populates="decision")


class StatusShard(Base):
    """One status list of 2^17 entries.

    Indices are given out in the order `(multiplier * n + offset) mod 2^17`: no two passes share one, and a pass's
    index does not tell how many were issued before it.
    """

    __tablename__ = "status_shards"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    multiplier: Mapped[int] = mapped_column()
    offset: Mapped[int] = mapped_column()
    used: Mapped[int] = mapped_column(default=0)


class StatusOrder(Base):
    """One order to revoke, suspend or resume several passes, with its reason; a large one needs a second person.

    `scope` says what was chosen (filters, or how many by hand); the passes themselves stand in `StatusOrderPass`, so
    that what the second person agrees to is what the first one saw.
    """

    __tablename__ = "status_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[StatusAct] = mapped_column(enum_column(StatusAct))
    reason: Mapped[RevocationReason] = mapped_column(enum_column(RevocationReason))
    note: Mapped[str] = mapped_column(sa.Text)
    scope: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    count: Mapped[int] = mapped_column()
    changed: Mapped[int | None] = mapped_column()
    state: Mapped[OrderState] = mapped_column(enum_column(OrderState), index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    requested_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class StatusOrderPass(Base):
    """One pass that an order is about."""

    __tablename__ = "status_order_passes"

    order_id: Mapped[int] = mapped_column(sa.ForeignKey("status_orders.id"), primary_key=True)
    pass_id: Mapped[int] = mapped_column(sa.ForeignKey("vehicle_passes.id"), primary_key=True, index=True)
