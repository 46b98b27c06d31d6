"""Documents of vehicles, crew and applications."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, EncryptedText, UtcDateTime, enum_column


class DocumentKind(enum.StrEnum):
    """What a document is."""

    REGISTRATION = "registration"
    INSPECTION = "inspection"
    ID_CARD = "id_card"
    LICENCE = "licence"
    TEST = "test"
    VACCINATION = "vaccination"
    TRANSPORT_ORDER = "transport_order"
    OTHER = "other"


class Document(Base):
    """One file that a carrier attached to a vehicle, a crew member or an application; exactly one of the three is set.

    The file itself is sealed in the instance folder under the name `stored_as`, which says nothing.
    """

    __tablename__ = "documents"
    __table_args__ = (
        sa.CheckConstraint(
            "(CASE WHEN vehicle_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN crew_member_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN application_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    vehicle_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vehicles.id"), index=True)
    crew_member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("crew_members.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind))
    file_name: Mapped[str] = mapped_column(EncryptedText)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    bytes: Mapped[int] = mapped_column()
    stored_as: Mapped[str] = mapped_column(sa.String(40), unique=True)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
