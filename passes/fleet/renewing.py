"""Writing down a renewed test, without the rest of a person's papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes import audit
from passes.fleet.models import LabResult

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.fleet.models import CrewMember


def renew_test(session: Session, actor: User, member: CrewMember, expires_at: datetime, now: datetime) -> None:
    """Keep a new negative test of one of the actor's crew.

    Args:
        session: the caller's transaction.
        actor: who declares it.
        member: whose test it is.
        expires_at: until when it holds, exclusive.
        now: when it is declared.
    """
    member.test_result = LabResult.NEGATIVE
    member.test_expires_at = expires_at
    audit.record(session, actor, "fleet.renew_test", member, {"until": expires_at.isoformat()}, now)
