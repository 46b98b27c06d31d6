"""What the retention of movements needs to remember."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, UtcDateTime


class RetentionMark(Base):
    """How far the table of movements reached on a day.

    Movements carry no time of arrival; one whose id is at most a mark's was known when the mark was made.
    """

    __tablename__ = "retention_marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    newest_movement_id: Mapped[int] = mapped_column(sa.BigInteger)


class Purge(Base):
    """One run of the purge, and what it removed."""

    __tablename__ = "purges"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    before: Mapped[datetime] = mapped_column(UtcDateTime)
    movements: Mapped[int] = mapped_column()
    people: Mapped[int] = mapped_column()
    kept_movements: Mapped[int] = mapped_column()
    kept_people: Mapped[int] = mapped_column()
    sealed_followups: Mapped[int] = mapped_column()
