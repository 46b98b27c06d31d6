"""Organisations and individuals concerned: carriers and crew registered or lodging in a district.

The words are those of the notice that asked districts for such lists. Drivers and assistants of carriers that are
registered elsewhere count as well, once a post has noted where they lodge.
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
from passes.movement.models import Movement, MovementSource
from passes.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from passes.followup.services import Stay
    from protocol.claims import Role


@dataclass(frozen=True)
class ConcernedPerson:
    """One driver or assistant.

    Args:
        person: who.
        members: their places with carriers that are registered here; none where only posts know them.
        carriers: those carriers, in the same order.
        stay: where they stay.
        last: their newest movement.
    """

    person: Person
    members: tuple[CrewMember, ...]
    carriers: tuple[Organisation, ...]
    stay: Stay
    last: Movement | None

    @property
    def role(self) -> Role | None:
        """What they do in the vehicle: as their carrier says, else as they were seen last."""
        if self.members:
            return self.members[0].role
        return self.last.role if self.last else None


def people_concerned(session: Session, district: str) -> sa.Select[tuple[Person]]:
    """Return the query for drivers and assistants who stay in a district or are registered there.

    Crew of carriers that are registered here come first, by carrier; after them whoever only posts and files know.

    Args:
        session: an open session.
        district: its code.
    """
    codes = covered_by(session, [district])
    stated = stated_stays()
    carrier = (
        sa.select(sa.func.min(CrewMember.carrier_id))
        .where(CrewMember.person_id == Person.id, CrewMember.retired_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )
    was_seen = sa.exists().where(Movement.person_id == Person.id, Movement.source != MovementSource.REPORTED)
    lodges_here, lives_here = stated.c.area_code.in_(codes), Person.residence_code.in_(codes)
    return (
        sa.select(Person)
        .outerjoin(stated, stated.c.person_id == Person.id)
        .where(
            Person.merged_into_id.is_(None),
            sa.or_(
                sa.and_(carrier.is_not(None), sa.or_(lodges_here, lives_here)),
                sa.and_(was_seen, lodges_here),
            ),
        )
        .order_by(carrier.is_(None), carrier, Person.id)
    )


def carriers_concerned(session: Session, district: str) -> list[tuple[Organisation, int]]:
    """Return the carriers registered in a district, or with crew concerned there, and how many of those they have."""
    people = people_concerned(session, district).order_by(None).with_only_columns(Person.id)
    crew = (
        sa.select(CrewMember.carrier_id, sa.func.count())
        .where(CrewMember.retired_at.is_(None), CrewMember.person_id.in_(people))
        .group_by(CrewMember.carrier_id)
    )
    counts = dict(session.execute(crew).all())
    found = session.scalars(
        sa.select(Organisation)
        .where(
            Organisation.kind == OrganisationKind.CARRIER,
            sa.or_(Organisation.area_code.in_(covered_by(session, [district])), Organisation.id.in_(counts)),
        )
        .order_by(Organisation.name, Organisation.id)
    )
    return [(carrier, counts.get(carrier.id, 0)) for carrier in found]


def describe(session: Session, people: Collection[Person]) -> list[ConcernedPerson]:
    """Return these people with their carriers, stays and last movements, in the order given."""
    ids = [person.id for person in people]
    stays = stays_of(session, set(ids))
    members: dict[int, list[CrewMember]] = {}
    last: dict[int, Movement] = {}
    for batch in in_batches(ids):
        active = sa.select(CrewMember).where(CrewMember.retired_at.is_(None), CrewMember.person_id.in_(batch))
        for member in session.scalars(active.order_by(CrewMember.carrier_id, CrewMember.id)):
            members.setdefault(member.person_id, []).append(member)
        last |= last_movements(session, batch)
    wanted = {member.carrier_id for of_one in members.values() for member in of_one}
    found = session.scalars(sa.select(Organisation).where(Organisation.id.in_(wanted)))
    carriers = {carrier.id: carrier for carrier in found}
    return [
        ConcernedPerson(
            person,
            tuple(members.get(person.id, ())),
            tuple(carriers[member.carrier_id] for member in members.get(person.id, ())),
            stays[person.id],
            last.get(person.id),
        )
        for person in people
    ]
