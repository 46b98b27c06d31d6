"""Spreadsheets that a carrier hands in, and their rows: each row is a piece of the worker's work."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.accounts.models import Organisation, User
from passes.db import Base, EncryptedText, UtcDateTime, enum_column


class ImportKind(enum.StrEnum):
    """What the rows are."""

    VEHICLES = "vehicles"
    CREW = "crew"


class ImportState(enum.StrEnum):
    """Where an import stands; those that end in -ING are the worker's."""

    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELED = "canceled"


class RowOutcome(enum.StrEnum):
    """What a row came to: planned by the dry run, done by the import, then perhaps taken back."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    LEFT_OUT = "left_out"
    UNDONE = "undone"
    KEPT = "kept"


class FleetImport(Base):
    """One spreadsheet of `total` rows. `todo` and `done` count the rows of what the worker does at present."""

    __tablename__ = "fleet_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    kind: Mapped[ImportKind] = mapped_column(enum_column(ImportKind))
    state: Mapped[ImportState] = mapped_column(enum_column(ImportState), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(120))
    columns: Mapped[list[str]] = mapped_column(sa.JSON)
    total: Mapped[int] = mapped_column()
    todo: Mapped[int] = mapped_column()
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    carrier: Mapped[Organisation] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")


class FleetImportRow(Base):
    """One row of a spreadsheet; `number` is the one that the spreadsheet program shows beside it.

    `cells`, `problems`, `before` and `after` are JSON: what stood there, what is wrong with it, the record before and
    after the import. `key` finds the same plate or (hashed) ID number in other rows.
    """

    __tablename__ = "fleet_import_rows"
    __table_args__ = (sa.Index("ix_fleet_import_rows_key", "import_id", "key"),)

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("fleet_imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[str] = mapped_column(EncryptedText)
    is_waiting: Mapped[bool] = mapped_column()
    key: Mapped[str | None] = mapped_column(sa.String(64))
    problems: Mapped[str | None] = mapped_column(EncryptedText)
    has_error: Mapped[bool] = mapped_column(default=False)
    has_warning: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[RowOutcome | None] = mapped_column(enum_column(RowOutcome))
    record_id: Mapped[int | None] = mapped_column()
    before: Mapped[str | None] = mapped_column(EncryptedText)
    after: Mapped[str | None] = mapped_column(EncryptedText)
