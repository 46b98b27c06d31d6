"""The table of administrative divisions."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base


class Area(Base):
    """A province, district or ward, by its General Statistics Office code (2, 3 or 5 digits)."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    label: Mapped[str] = mapped_column(sa.String(200))
    folded: Mapped[str] = mapped_column(sa.String(200))
