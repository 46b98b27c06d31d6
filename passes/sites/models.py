"""Freight points and businesses."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from passes.db import Base


class Site(Base):
    """A gathering, transshipment, delivery or loading point, or another business, in one ward."""

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(40))
    ward_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
