"""Files of many printed papers: which papers each holds, and how far it is."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, UtcDateTime, enum_column
from passes.issuing.models import Supplement, VehiclePass


class PrintState(enum.StrEnum):
    """Where a file of many sheets stands."""

    WAITING = "waiting"
    DONE = "done"
    EMPTY = "empty"
    EXPIRED = "expired"


class PrintKind(enum.StrEnum):
    """Which papers a file of many holds."""

    WINDSCREEN = "windscreen"
    SIDE = "side"
    SMALL = "small"
    FOUR_UP = "four_up"


class PrintJob(Base):
    """Many papers as one file, printed by the worker piece by piece; the file is kept for a day."""

    __tablename__ = "print_jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    kind: Mapped[PrintKind] = mapped_column(enum_column(PrintKind))
    state: Mapped[PrintState] = mapped_column(enum_column(PrintState), index=True)
    total: Mapped[int] = mapped_column()
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PrintJobPaper(Base):
    """One paper of such a file, of a pass or of a slip or card; `is_left_out` when it could not be printed."""

    __tablename__ = "print_job_papers"

    job_id: Mapped[int] = mapped_column(sa.ForeignKey("print_jobs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pass_id: Mapped[int | None] = mapped_column(sa.ForeignKey("vehicle_passes.id"))
    supplement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("supplements.id"))
    is_left_out: Mapped[bool] = mapped_column(default=False)
    vehicle_pass: Mapped[VehiclePass | None] = relationship(lazy="joined")
    supplement: Mapped[Supplement | None] = relationship(lazy="joined")

    @property
    def paper(self) -> VehiclePass | Supplement:
        """The signed paper that it is."""
        found = self.vehicle_pass or self.supplement
        if found is None:
            raise LookupError(f"paper {self.position} of file {self.job_id} is none")
        return found
