"""Persons."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, EncryptedText, UtcDateTime


class Person(Base):
    """One human being, whichever carrier employs them and whichever paper names them.

    The ID number, name and phone are encrypted; `id_hash` is the keyed hash by which the ID number is found. A person
    without an ID number is provisional: `provisional_key` names the record that brought them in. One that turned out
    to be somebody else as well has `merged_into_id`.
    """

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_number: Mapped[str | None] = mapped_column(EncryptedText)
    id_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    provisional_key: Mapped[str | None] = mapped_column(sa.String(96), unique=True)
    name: Mapped[str | None] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    residence_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def id_end(self) -> str:
        """The last four digits of the ID number, which tell people of one name apart; empty if nobody knows it."""
        return (self.id_number or "")[-4:]
