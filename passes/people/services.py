"""Finding and keeping persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches, one_of
from passes.db import privacy
from passes.names import tidy
from passes.people.models import Person
from protocol.contents import MAX_NAME_CHARS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
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


PersonKey = tuple[str, str]
"""`id` and a normalised ID number, or `key` and the key of a provisional person."""


def private_key(kind: str, value: str) -> str:
    """Return a key (32 hex digits) that is the same for the same value and does not tell it."""
    return privacy().lookup(kind, value)[:32]


def find_people(session: Session, keys: Collection[PersonKey]) -> Iterator[tuple[PersonKey, int, bool]]:
    """Yield those of many persons who are known: key, row id, and whether their name is still missing."""
    for kind, column in (("id", Person.id_hash), ("key", Person.provisional_key)):
        kept = {_as_looked_up(key): key for key in keys if key[0] == kind}
        statement = sa.select(Person.id, column, Person.name.is_(None)).where(one_of(session, column, kept))
        for person_id, found, is_nameless in session.execute(statement) if kept else ():
            yield kept[found], person_id, is_nameless


def keep_people(session: Session, names: Mapping[PersonKey, str | None], now: datetime) -> dict[PersonKey, int]:
    """Make many persons who are not known yet; return their row ids.

    Args:
        session: the caller's transaction, which keeps others from making the same persons.
        names: as on the paper, by key.
        now: for `created_at`.
    """
    rows = [
        {
            "id_number": key[1] if key[0] == "id" else None,
            "id_hash": _as_looked_up(key) if key[0] == "id" else None,
            "provisional_key": key[1] if key[0] == "key" else None,
            "name": _as_kept(name),
            "created_at": now,
        }
        for key, name in names.items()
    ]
    if not rows:
        return {}
    statement = sa.insert(Person).returning(Person.id, sort_by_parameter_order=True)
    return dict(zip(names, session.scalars(statement, rows), strict=True))


def keep_name(session: Session, person_id: int, name: str) -> None:
    """Fill in the name of somebody whose name was missing."""
    session.execute(
        sa.update(Person).where(Person.id == person_id, Person.name.is_(None)).values(name=_as_kept(name)),
        execution_options={"synchronize_session": False},
    )


def merged_persons(session: Session) -> list[int]:
    """Return everybody who was merged into somebody else."""
    return list(session.scalars(sa.select(Person.id).where(Person.merged_into_id.is_not(None))))


def _as_looked_up(key: PersonKey) -> str:
    return privacy().lookup("id_number", key[1]) if key[0] == "id" else key[1]


def people_by_id(session: Session, ids: Iterable[int]) -> dict[int, Person]:
    """Return persons by their row id."""
    found: dict[int, Person] = {}
    for batch in in_batches(set(ids)):
        found |= {person.id: person for person in session.scalars(sa.select(Person).where(Person.id.in_(batch)))}
    return found


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


def persons_today(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Return for each of these persons whom they were merged into, over however many steps; themselves if nobody."""
    found = {person_id: person_id for person_id in ids}
    asked = set(found)
    while asked:
        merged: dict[int, int] = {}
        for batch in in_batches(asked):
            statement = sa.select(Person.id, Person.merged_into_id).where(Person.id.in_(batch))
            merged |= {row.id: row.merged_into_id for row in session.execute(statement) if row.merged_into_id}
        found = {person_id: merged.get(standing, standing) for person_id, standing in found.items()}
        asked = set(merged.values())
    return found


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
