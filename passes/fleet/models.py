"""A carrier's vehicles and crew."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.accounts.models import Organisation
from passes.db import Base, UtcDateTime, enum_column
from passes.people.models import Person
from protocol.claims import Role as CrewRole


class LabResult(enum.StrEnum):
    """What a test for the disease found."""

    NEGATIVE = "negative"
    POSITIVE = "positive"


class Vehicle(Base):
    """A truck, tractor or trailer of one carrier; `plate` is normalised ("29C12345").

    A vehicle that the carrier gave up is retired, never deleted: earlier passes name it.
    """

    __tablename__ = "vehicles"
    __table_args__ = (sa.UniqueConstraint("carrier_id", "plate"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    plate: Mapped[str] = mapped_column(sa.String(12), index=True)
    vehicle_class: Mapped[int] = mapped_column()
    payload_tonnes: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1))
    inspection_expires_on: Mapped[date] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    carrier: Mapped[Organisation] = relationship(lazy="joined")


class CrewMember(Base):
    """A person who drives or assists for one carrier, with the papers that say so; retired, never deleted.

    `usual_vehicle_id` is the vehicle the person goes with unless somebody says otherwise.
    """

    __tablename__ = "crew_members"
    __table_args__ = (sa.UniqueConstraint("carrier_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    role: Mapped[CrewRole] = mapped_column(enum_column(CrewRole))
    licence_class: Mapped[str | None] = mapped_column(sa.String(4))
    licence_expires_on: Mapped[date | None] = mapped_column()
    vaccine_doses: Mapped[int | None] = mapped_column()
    test_result: Mapped[LabResult | None] = mapped_column(enum_column(LabResult))
    test_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    usual_vehicle_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vehicles.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(lazy="joined")
    usual_vehicle: Mapped[Vehicle | None] = relationship(lazy="joined")
