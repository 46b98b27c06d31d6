"""What a mass extension hits: passes issued in its period, how many of them it brings back, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.issuing.holders import tell_holders
from passes.issuing.models import PassStatus, VehiclePass
from passes.notices.models import NoticeKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from protocol.policy import Extension, Policy


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
    ).where(*_is_extended(extension))
    count, expired = session.execute(statement).one()
    return ExtensionHit(count, int(expired))


def _is_extended(extension: Extension) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        VehiclePass.signed_at >= extension.issued_from,
        VehiclePass.signed_at < extension.issued_before,
        VehiclePass.expires_at < extension.until,
        VehiclePass.status != PassStatus.REVOKED,
    )


def tell_of_extensions(session: Session, rules: Policy, before: Policy, now: datetime) -> None:
    """Tell carriers which of their passes hold longer under a policy than under the one before.

    Args:
        session: the transaction that puts the policy in force.
        rules: in force from now on.
        before: in force until now.
        now: when; extensions that are over are not worth telling.
    """
    for extension in rules.extensions:
        if extension not in before.extensions and extension.until > now:
            details = {"until": extension.until.isoformat(), "decision": extension.decision}
            tell_holders(session, NoticeKind.PASSES_EXTENDED, details, now, *_is_extended(extension))
