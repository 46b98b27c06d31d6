"""Organisations and individuals concerned: carriers and crew registered or lodging in a district.

The words are those of the notice that asked districts for such lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.models import Organisation, OrganisationKind
from passes.areas.services import covered_by
from passes.batches import in_batches
from passes.fleet.models import CrewMember
from passes.followup.services import stays_of
from passes.followup.stays import stated_stays
from passes.movement.evidence import last_movements
from passes.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from passes.followup.services import Stay
    from passes.movement.models import Movement


@dataclass(frozen=True)
class ConcernedPerson:
    """One person of a crew.

    Args:
        member: the person's place with one carrier.
        carrier: that carrier.
        stay: where they stay.
        last: their newest movement.
    """

    member: CrewMember
    carrier: Organisation
    stay: Stay
    last: Movement | None


def crew_concerned(session: Session, district: str) -> sa.Select[tuple[CrewMember]]:
    """Return the query for the crew who stay in a district or are registered there, by carrier and person.

    Args:
        session: an open session.
        district: its code.
    """
    codes = covered_by(session, [district])
    stated = stated_stays()
    stay = sa.func.coalesce(stated.c.area_code, Person.residence_code)
    return (
        sa.select(CrewMember)
        .join(Person, CrewMember.person_id == Person.id)
        .outerjoin(stated, stated.c.person_id == Person.id)
        .where(CrewMember.retired_at.is_(None), sa.or_(stay.in_(codes), Person.residence_code.in_(codes)))
        .order_by(CrewMember.carrier_id, CrewMember.id)
    )


def carriers_concerned(session: Session, district: str) -> list[tuple[Organisation, int]]:
    """Return the carriers registered in a district, or with crew concerned there, and how many of those they have."""
    crew = crew_concerned(session, district).order_by(None).subquery()
    counts = dict(session.execute(sa.select(crew.c.carrier_id, sa.func.count()).group_by(crew.c.carrier_id)).all())
    codes = covered_by(session, [district])
    found = session.scalars(
        sa.select(Organisation)
        .where(
            Organisation.kind == OrganisationKind.CARRIER,
            sa.or_(Organisation.area_code.in_(codes), Organisation.id.in_(sa.select(crew.c.carrier_id))),
        )
        .order_by(Organisation.name, Organisation.id)
    )
    return [(carrier, counts.get(carrier.id, 0)) for carrier in found]


def describe(session: Session, members: Collection[CrewMember]) -> list[ConcernedPerson]:
    """Return these members of crews with their carriers, stays and last movements, in the order given."""
    carriers = {
        row.id: row
        for row in session.scalars(
            sa.select(Organisation).where(Organisation.id.in_({member.carrier_id for member in members}))
        )
    }
    ids = {member.person_id for member in members}
    stays = stays_of(session, ids)
    last: dict[int, Movement] = {}
    for batch in in_batches(ids):
        last |= last_movements(session, batch)
    return [
        ConcernedPerson(member, carriers[member.carrier_id], stays[member.person_id], last.get(member.person_id))
        for member in members
    ]
