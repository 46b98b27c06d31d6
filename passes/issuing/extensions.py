"""What a mass extension would hit: passes issued in its period, and how many of them it brings back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.issuing.models import PassStatus, VehiclePass

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from protocol.policy import Extension


@dataclass(frozen=True)
class ExtensionHit:
    """What an extension would hit.

    Args:
        count: passes that would hold longer than they say.
        expired: those among them that are over now and would hold again.
    """

    count: int
    expired: int


def hit_by(session: Session, extension: Extension, now: datetime) -> ExtensionHit:
    """Count the passes that a mass extension would make hold longer; revoked ones stay revoked.

    Args:
        session: an open session.
        extension: the period in which they were signed, and until when they hold then.
        now: which of them are over.
    """
    statement = sa.select(
        sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((VehiclePass.expires_at <= now, 1), else_=0)), 0)
    ).where(
        VehiclePass.signed_at >= extension.issued_from,
        VehiclePass.signed_at < extension.issued_before,
        VehiclePass.expires_at < extension.until,
        VehiclePass.status != PassStatus.REVOKED,
    )
    count, expired = session.execute(statement).one()
    return ExtensionHit(count, int(expired))
