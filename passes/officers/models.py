"""Officers, where they are posted, and each station's secret that PINs are keyed with."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, EncryptedText, UtcDateTime, enum_column
from protocol.pins import MAX_VERIFIER_CHARS
from protocol.roster import OfficerRole


class Officer(Base):
    """One officer. Rows are never deleted: an id stands in records of scans, and is given to nobody else."""

    __tablename__ = "officers"

    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[OfficerRole] = mapped_column(enum_column(OfficerRole))
    pin_serial: Mapped[int] = mapped_column(default=0)
    pin_given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    postings: Mapped[list[Posting]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="Posting.station_id"
    )

    @property
    def station_ids(self) -> list[str]:
        """Where the officer works."""
        return [posting.station_id for posting in self.postings]

    @property
    def stations_without_pin(self) -> list[str]:
        """Where the officer works, but cannot sign in with a PIN of the issuer's."""
        return [posting.station_id for posting in self.postings if posting.pin_verifier is None]


class Posting(Base):
    """One officer at one station, with what is kept of the PIN there; None as long as none was given."""

    __tablename__ = "officer_postings"

    officer_id: Mapped[str] = mapped_column(sa.ForeignKey("officers.id"), primary_key=True)
    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"), primary_key=True, index=True)
    pin_verifier: Mapped[str | None] = mapped_column(sa.String(MAX_VERIFIER_CHARS))


class StationPepper(Base):
    """The secret of one station that its officers' PINs are keyed with, hexadecimal."""

    __tablename__ = "station_peppers"

    station_id: Mapped[str] = mapped_column(sa.ForeignKey("stations.id"), primary_key=True)
    pepper: Mapped[str] = mapped_column(EncryptedText)
