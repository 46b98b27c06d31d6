"""What the trust repository is made from: issuer keys, and changes that stations have not been told yet."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, UtcDateTime


class IssuerKey(Base):
    """The public half of a key that signs passes. A retired key stays for ever: its `kid` cannot come back.

    `signs_from` is empty until stations were told of the key. Of the keys that may sign, the newest does.
    """

    __tablename__ = "issuer_keys"

    kid: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    iss: Mapped[str] = mapped_column(sa.String(16))
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signs_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(sa.String(200))


class TrustChange(Base):
    """A change that stations must learn of, written with its cause; publishing sets `generation`."""

    __tablename__ = "trust_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(sa.String(64))
    generation: Mapped[int | None] = mapped_column(index=True)


class PolicyDraft(Base):
    """A policy that somebody drafted; `content` is the target `policy`, byte for byte as it will be signed."""

    __tablename__ = "policy_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    reason: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    exported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
