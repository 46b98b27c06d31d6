"""Whose follow-ups somebody may see: a district its own, a ward its own, health all of them, others none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.models import OrganisationKind
from passes.followup.models import FollowUp

if TYPE_CHECKING:
    from passes.accounts.models import User


def visible_to(actor: User) -> sa.ColumnElement[bool]:
    """Return the condition on `FollowUp` that every question of this user must carry."""
    organisation = actor.organisation
    if organisation.kind is OrganisationKind.HEALTH:
        return sa.true()
    if organisation.kind is OrganisationKind.DISTRICT and organisation.area_code:
        return FollowUp.district_code == organisation.area_code
    if organisation.kind is OrganisationKind.WARD and organisation.area_code:
        return FollowUp.stay_code == organisation.area_code
    return sa.false()


def sees_everything(actor: User) -> bool:
    """Say whether this user sees the follow-ups of every district."""
    return actor.organisation.kind is OrganisationKind.HEALTH
