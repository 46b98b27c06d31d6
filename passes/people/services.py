"""Finding and keeping persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.db import privacy
from passes.names import tidy
from passes.people.models import Person
from protocol.contents import MAX_NAME_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session


def find_person(session: Session, id_number: str) -> Person | None:
    """Return the person with this normalised ID number, or None."""
    return session.scalar(sa.select(Person).where(Person.id_hash == privacy().lookup("id_number", id_number)))


def keep_person(
    session: Session,
    *,
    id_number: str | None,
    name: str | None,
    phone: str | None = None,
    residence_code: str | None = None,
    provisional_key: str | None = None,
    now: datetime,
) -> Person:
    """Return the person with this ID number, made if unknown; what is given fills in what is not yet known.

    Args:
        session: the caller's transaction.
        id_number: normalised ID number; None for somebody whose number nobody read.
        name: as on the paper.
        phone: E.164.
        residence_code: ward of residence.
        provisional_key: names the record that brings in somebody without an ID number (idempotence).
        now: for `created_at`.

    Raises:
        ValueError: neither an ID number nor a provisional key was given.
    """
    person: Person | None = None
    if id_number:
        person = find_person(session, id_number)
    elif provisional_key:
        person = session.scalar(sa.select(Person).where(Person.provisional_key == provisional_key))
    else:
        raise ValueError("a person needs an ID number or a provisional key")
    if person is None:
        person = Person(
            id_number=id_number,
            id_hash=privacy().lookup("id_number", id_number) if id_number else None,
            provisional_key=None if id_number else provisional_key,
            created_at=now,
        )
        session.add(person)
    person.name = person.name or _as_kept(name)
    person.phone = person.phone or phone
    person.residence_code = person.residence_code or residence_code
    session.flush()
    return person


def people_by_id(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    """Return persons by their row id."""
    return {p.id: p for p in session.scalars(sa.select(Person).where(Person.id.in_(set(ids))))}


def change_person(
    session: Session, person: Person, *, name: str | None, phone: str | None, residence_code: str | None
) -> Person:
    """Replace what is on file about a person by what was declared last; None leaves a value as it is.

    Args:
        session: the caller's transaction.
        person: whom it is about; the ID number never changes.
        name: as on the paper.
        phone: E.164.
        residence_code: ward of residence.
    """
    person.name = _as_kept(name) or person.name
    person.phone = phone or person.phone
    person.residence_code = residence_code or person.residence_code
    session.flush()
    return person


def residences(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the ward of residence on file, for those of whom one is."""
    found: dict[int, str] = {}
    for batch in in_batches(ids):
        rows = session.execute(
            sa.select(Person.id, Person.residence_code).where(Person.id.in_(batch), Person.residence_code.is_not(None))
        )
        found |= {row.id: row.residence_code for row in rows}
    return found


def _as_kept(name: str | None) -> str | None:
    """Return a name as a pass can bear it: what an officer typed may be anything."""
    return tidy(name or "")[:MAX_NAME_CHARS].rstrip() or None
