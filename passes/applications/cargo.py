"""Which cargo classes are let through at present."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import CargoRule
from protocol.claims import CargoClass

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User


def stopped_cargoes(session: Session) -> frozenset[int]:
    """Return the cargo classes that are not let through."""
    return frozenset(session.scalars(sa.select(CargoRule.cargo).where(CargoRule.is_allowed.is_(False))))


def allow_cargoes(session: Session, actor: User, allowed: Collection[CargoClass], now: datetime) -> None:
    """Let exactly these cargo classes through from now on; applications that wait are checked by it too.

    Args:
        session: the caller's transaction.
        actor: who changes it.
        allowed: the classes that may pass.
        now: when.
    """
    rules = {rule.cargo: rule for rule in session.scalars(sa.select(CargoRule))}
    changed = []
    for cargo in CargoClass:
        is_allowed = cargo in allowed
        rule = rules.get(int(cargo))
        if is_allowed == (rule is None or rule.is_allowed):
            continue
        changed.append(int(cargo))
        if rule is None:
            session.add(CargoRule(cargo=int(cargo), is_allowed=is_allowed))
        else:
            rule.is_allowed = is_allowed
    if changed:
        stopped = sorted(int(cargo) for cargo in CargoClass if cargo not in allowed)
        audit.record(session, actor, "applications.allow_cargoes", "CargoRules", {"stopped": stopped}, now)
