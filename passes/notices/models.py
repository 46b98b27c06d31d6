"""Notices to users, and what reminders of papers that end need to remember."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base, EncryptedJson, UtcDateTime, enum_column


class NoticeKind(enum.StrEnum):
    """What a notice tells of; `texts.WORDS` has the words of each, made from its `details`."""

    ORGANISATION_APPROVED = "organisation_approved"
    ORGANISATION_REFUSED = "organisation_refused"
    RECEIVED = "received"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    PASSES_REVOKED = "passes_revoked"
    PASSES_SUSPENDED = "passes_suspended"
    PASSES_RESUMED = "passes_resumed"
    PASSES_EXTENDED = "passes_extended"
    PASSES_REISSUED = "passes_reissued"
    SUPPLEMENT_APPROVED = "supplement_approved"
    SUPPLEMENT_REFUSED = "supplement_refused"
    SUPPLEMENT_REVOKED = "supplement_revoked"
    PASSES_END = "passes_end"
    TESTS_END = "tests_end"
    INSPECTIONS_END = "inspections_end"


class Notice(Base):
    """One notice to one user.

    `details` are the codes, numbers and words that its sentences are made from when it is read: people stand there by
    row id, what a reviewer wrote in their own words. `is_mail_due` until the worker has made a letter of it.
    """

    __tablename__ = "notices"
    __table_args__ = (
        sa.Index("ix_notices_user_id", "user_id", "read_at"),
        sa.Index(
            "ix_notices_mail_due",
            "user_id",
            # Exactly the condition of the query: SQLite takes the index for no other way of saying it.
            sqlite_where=sa.text("is_mail_due IS 1"),
            postgresql_where=sa.text("is_mail_due IS TRUE"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind))
    details: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_mail_due: Mapped[bool] = mapped_column()


class Reminder(Base):
    """That a carrier was reminded of the end of one paper, and how many days ahead the last time.

    `subject_id` is the row id of the pass, crew member or vehicle. A paper that is renewed ends at another moment and
    is another row.
    """

    __tablename__ = "reminders"

    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True, index=True)
    days: Mapped[int] = mapped_column()


class ReminderRound(Base):
    """One day's round of reminders through the carriers: how far it is."""

    __tablename__ = "reminder_rounds"

    day: Mapped[date] = mapped_column(primary_key=True)
    last_carrier_id: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
