"""Whose turn it is to derive: one transaction at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.movement.models import Rematch

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_TURN = 0x7061_7373
"""Any number, the same in every worker: the name of the advisory lock."""


def take_turn(session: Session) -> None:
    """Wait until no other transaction derives anything, and hold them off until this one ends.

    What is derived here depends on movements and zones at once. Two workers that each saw only half of what the
    other wrote would both miss an exposure.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
    else:  # a write that changes nothing makes SQLite give this transaction its one write lock, before anything is read
        session.execute(sa.update(Rematch).where(sa.false()).values(done_at=Rematch.done_at))
