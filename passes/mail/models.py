"""Letters that wait to be sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, EncryptedText, UtcDateTime


class Letter(Base):
    """One e-mail that has not left yet; the row goes when it has.

    Address and text are encrypted: a letter may hold a link that opens an account.
    """

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(EncryptedText)
    subject: Mapped[str] = mapped_column(EncryptedText)
    body: Mapped[str] = mapped_column(EncryptedText)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
