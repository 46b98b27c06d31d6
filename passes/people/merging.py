"""Two persons who turn out to be one, and one who turns out to be two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.batches import in_batches
from passes.errors import RefusedError
from passes.people.models import Person
from passes.people.services import persons_today

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User


class MergeError(RefusedError):
    """Persons cannot be merged or split as asked."""


def merge(session: Session, actor: User | None, person_id: int, into_id: int, now: datetime) -> int:
    """Note that a person is another one as well; return whom they stand for from now on.

    Args:
        session: the caller's transaction.
        actor: who found out; None for the command line.
        person_id: who is no person of their own.
        into_id: who it is; if that one was merged as well, whoever they were merged into.
        now: when.

    Raises:
        MergeError: `unknown`, `merged_already`, `same` (they are one already) or `two_numbers` (both have an ID
            number, and one human being has one).
    """
    person, into = session.get(Person, person_id), session.get(Person, into_id)
    if person is None or into is None:
        raise MergeError("unknown", "no such person")
    if person.merged_into_id is not None:
        raise MergeError("merged_already", "this person is merged already; split them first")
    standing = persons_today(session, [into.id])[into.id]
    if standing == person.id:
        raise MergeError("same", "these are one person already")
    if person.id_hash is not None:
        raise MergeError("two_numbers", "a person with an ID number of their own is merged into nobody")
    person.merged_into_id = into.id
    audit.record(session, actor, "people.merge", person, {"into": into.id}, now)
    session.flush()
    return standing


def split(session: Session, actor: User | None, person_id: int, now: datetime) -> tuple[int, set[int]]:
    """Take a merge back; return whom the person stood for, and all who stand for the person now, themselves included.

    Raises:
        MergeError: `unknown` or `not_merged`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise MergeError("unknown", "no such person")
    if person.merged_into_id is None:
        raise MergeError("not_merged", "this person is merged into nobody")
    stood_for = persons_today(session, [person.id])[person.id]
    audit.record(session, actor, "people.split", person, {"from": person.merged_into_id}, now)
    person.merged_into_id = None
    session.flush()
    return stood_for, {person.id} | merged_into(session, person.id)


def provisional() -> sa.Select[tuple[Person]]:
    """Return the query for persons of whom no ID number is known and who were merged into nobody, newest first."""
    unknown = sa.select(Person).where(Person.id_hash.is_(None), Person.merged_into_id.is_(None))
    return unknown.where(Person.provisional_key.is_not(None)).order_by(Person.id.desc())


def merged() -> sa.Select[tuple[Person]]:
    """Return the query for persons who were merged into somebody, newest first."""
    return sa.select(Person).where(Person.merged_into_id.is_not(None)).order_by(Person.id.desc())


def merged_into(session: Session, person_id: int) -> set[int]:
    """Return everybody who was merged into this person, over however many steps."""
    found: set[int] = set()
    layer = {person_id}
    while layer:
        below: set[int] = set()
        for batch in in_batches(layer):
            below |= set(session.scalars(sa.select(Person.id).where(Person.merged_into_id.in_(batch))))
        layer = below - found
        found |= below
    return found
