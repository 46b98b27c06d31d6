"""Which mode is in force, and changing it: review, or self-declaration as by Decision 1570/QĐ-BGTVT of August 2021."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes import audit
from passes.applications.models import ApplicationMode, Mode
from passes.applications.post_audit import count_pending
from passes.applications.queue import count_waiting
from passes.db import lock
from passes.errors import ValueRefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

_ROW = 1
_ALL_PERCENT = 100


class ModeError(ValueRefusedError):
    """The mode cannot be changed so."""


@dataclass(frozen=True)
class ModePreview:
    """What a change of mode would meet.

    Args:
        mode: in force from then on.
        audit_percent: of a hundred self-declared applications so many would be looked at.
        waiting: applications that a reviewer decides about whatever the mode becomes.
        to_audit: self-declared ones that are still to be looked at whatever the mode becomes.
    """

    mode: Mode
    audit_percent: int
    waiting: int
    to_audit: int


def mode_in_force(session: Session) -> ApplicationMode:
    """Return the mode in force."""
    return session.get_one(ApplicationMode, _ROW)


def preview_mode(session: Session, mode: Mode, audit_percent: int) -> ModePreview:
    """Look what a change would mean, without doing anything.

    Raises:
        ModeError: as `change_mode`.
    """
    _require_change(mode_in_force(session), mode, audit_percent)
    return ModePreview(mode, audit_percent, count_waiting(session), count_pending(session))


def change_mode(session: Session, actor: User, mode: Mode, audit_percent: int, now: datetime) -> None:
    """Put a mode in force, for what is sent from now on.

    Args:
        session: the caller's transaction.
        actor: the administrator.
        mode: what becomes of a clean application.
        audit_percent: of a hundred self-declared applications so many are looked at afterwards, 0 to 100.
        now: when.

    Raises:
        ModeError: the share is no percentage (`percent_invalid`), or nothing would change (`mode_unchanged`).
    """
    row = mode_in_force(session)
    lock(session, row)
    _require_change(row, mode, audit_percent)
    details = {"from": [row.mode.value, row.audit_percent], "to": [mode.value, audit_percent]}
    row.mode, row.audit_percent, row.changed_at, row.changed_by_id = mode, audit_percent, now, actor.id
    audit.record(session, actor, "applications.change_mode", row, details, now)


def _require_change(row: ApplicationMode, mode: Mode, audit_percent: int) -> None:
    if not 0 <= audit_percent <= _ALL_PERCENT:
        raise ModeError("percent_invalid", "audit_percent", f"{audit_percent} is no percentage")
    if (row.mode, row.audit_percent) == (mode, audit_percent):
        raise ModeError("mode_unchanged", "mode", "this is in force already")
