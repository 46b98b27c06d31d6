"""When persons are merged or split, their movements, stays, exposures and follow-ups follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.followup import services as followup
from passes.movement.evidence import published_zones
from passes.movement.matching import match_pairs
from passes.movement.models import Exposure, Movement
from passes.movement.turns import take_turn
from passes.people import merging

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User


def merge_persons(session: Session, actor: User | None, person_id: int, into_id: int, now: datetime) -> int:
    """Let everything that is known of a provisional person count for another; return for whom it counts now.

    Args:
        session: the caller's transaction.
        actor: who found out that they are one; None for the command line.
        person_id: the provisional person.
        into_id: who it is.
        now: when.

    Raises:
        merging.MergeError: they cannot be merged.
    """
    take_turn(session)
    standing = merging.merge(session, actor, person_id, into_id, now)
    _move(session, person_id, standing, None, now)
    return standing


def split_person(session: Session, actor: User | None, person_id: int, now: datetime) -> None:
    """Take a merge back: what named this person, or somebody merged into them, is theirs again.

    Raises:
        merging.MergeError: the person is merged into nobody.
    """
    take_turn(session)
    stood_for, named = merging.split(session, actor, person_id, now)
    _move(session, stood_for, person_id, named, now)


def _move(session: Session, old: int, new: int, named: Collection[int] | None, now: datetime) -> None:
    """Bring movements and stays from one person to another (all, or what named one of `named`), and what follows."""
    statement = sa.update(Movement).where(Movement.person_id == old).values(person_id=new)
    for batch in [None] if named is None else in_batches(named):
        narrowed = statement if batch is None else statement.where(Movement.named_person_id.in_(batch))
        session.execute(narrowed.execution_options(synchronize_session="fetch"))
    followup.move_stays(session, old, new, named)
    followup.move_deeds(session, old, new, named)
    zones = {zone.id: zone for zone in published_zones(session)}
    touched = set(session.scalars(sa.select(Exposure.zone_id).where(Exposure.person_id.in_((old, new)))))
    pairs = {(person_id, zone_id) for person_id in (old, new) for zone_id in touched}
    match_pairs(session, pairs, zones)
    followup.refresh(session, pairs, now)
    followup.refresh_people(session, [old, new], now)
