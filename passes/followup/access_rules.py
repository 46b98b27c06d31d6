"""Whose follow-ups somebody may see: a district its own, a ward its own, health all of them, others none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.models import OrganisationKind
from passes.batches import one_of
from passes.errors import RefusedError
from passes.followup.events import Assignment
from passes.followup.models import FollowUp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from passes.accounts.models import User


class FollowUpUnknownError(Exception):
    """This user follows up no such person."""

    code = "unknown"


class FollowUpError(RefusedError):
    """Something cannot be done to a follow-up as asked."""


def visible_to(actor: User) -> sa.ColumnElement[bool]:
    """Return the condition on `FollowUp` that every question of this user must carry.

    A ward sees who stays there, and whom its district gave to it.
    """
    organisation = actor.organisation
    if organisation.kind is OrganisationKind.HEALTH:
        return sa.true()
    if organisation.kind is OrganisationKind.DISTRICT and organisation.area_code:
        return FollowUp.district_code == organisation.area_code
    if organisation.kind is OrganisationKind.WARD and organisation.area_code:
        given = sa.exists().where(
            Assignment.person_id == FollowUp.person_id,
            Assignment.district_code == FollowUp.district_code,
            Assignment.ward_code == organisation.area_code,
        )
        return sa.or_(FollowUp.stay_code == organisation.area_code, given)
    return sa.false()


def sees_everything(actor: User) -> bool:
    """Say whether this user sees the follow-ups of every district."""
    return actor.organisation.kind is OrganisationKind.HEALTH


def followups_of(session: Session, actor: User, person_id: int) -> list[FollowUp]:
    """Return the follow-ups of one person that this user may see, the latest due first.

    Raises:
        FollowUpUnknownError: there is none.
    """
    rows = session.scalars(
        sa.select(FollowUp)
        .where(FollowUp.person_id == person_id, visible_to(actor))
        .order_by(FollowUp.due.desc(), FollowUp.zone_id)
    ).all()
    if not rows:
        raise FollowUpUnknownError
    return list(rows)


def only_visible(session: Session, actor: User, person_ids: Iterable[int]) -> list[int]:
    """Return those of these persons whom this user follows up."""
    statement = sa.select(FollowUp.person_id).where(one_of(session, FollowUp.person_id, person_ids), visible_to(actor))
    return sorted(set(session.scalars(statement)))
