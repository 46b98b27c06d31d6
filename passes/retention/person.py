"""Everything that is kept of one person: told to them, or erased."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes import audit
from passes.accounts.registration import forget_owners, owned_by
from passes.batches import in_batches
from passes.db import Base, privacy
from passes.errors import RefusedError
from passes.fleet.models import CrewMember
from passes.followup.events import Assignment, Lookup, Sample, StatusEvent, Transfer, Visit
from passes.followup.models import FollowUp, StayStatement
from passes.imports.models import FleetImportRow
from passes.issuing.models import PassCrew, PassStatus, Supplement, SupplementCrew, VehiclePass
from passes.movement import services as movement
from passes.movement.models import Exposure, Movement, Scan
from passes.movement.services import Whom, take_turn
from passes.people.merging import merged_into
from passes.people.models import Person
from passes.retention.services import OPEN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from protocol.trust import Trust

_ERASED = (StatusEvent, Visit, Sample, Transfer, Assignment, Lookup, StayStatement, Exposure, FollowUp, Movement)
"""Rows that are only about the person: they go."""

_PAPERS = (
    *("licence_class", "licence_expires_on", "test_expires_at", "test_result"),
    *("vaccine_doses", "usual_vehicle_id"),
)
"""What a carrier declared of the person."""


class EraseError(RefusedError):
    """A person cannot be erased now."""


def all_of(session: Session, person: Person) -> set[int]:
    """Return the row ids of a person and of whoever was merged into them."""
    return {person.id} | merged_into(session, person.id)


def report(session: Session, actor: User | None, person: Person, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept of a person, by table: every row of every table that names them.

    Args:
        session: the caller's transaction.
        actor: who asks; None for the command line.
        person: whom it is about.
        now: when; the report itself is written down.
    """
    ids = sorted(all_of(session, person))
    found: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        columns = [table.c.id] if table.name == Person.__tablename__ else _naming(table)
        if not columns:
            continue
        rows = session.execute(sa.select(table).where(sa.or_(*(column.in_(ids) for column in columns)))).mappings()
        found[table.name] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    found[Scan.__tablename__] = _told_scans(session, ids, _whom(session, ids))
    found[FleetImportRow.__tablename__] = [
        {"import": row.import_id, "row": row.number, "cells": row.cells}
        for row in session.scalars(sa.select(FleetImportRow).where(FleetImportRow.key.in_(_import_keys(session, ids))))
    ]
    audit.record(session, actor, "retention.report", person, {"tables": len(found)}, now)
    return {name: rows for name, rows in found.items() if rows}


def _import_keys(session: Session, ids: list[int]) -> list[str]:
    """Return by what the rows of imported spreadsheets that are about these persons are found."""
    numbers = session.scalars(sa.select(Person.id_number).where(Person.id.in_(ids), Person.id_hash.is_not(None)))
    return [privacy().lookup("import", number) for number in numbers if number]


def _naming(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of a table that name a person."""
    return [
        column
        for column in table.columns
        if any(key.column.table.name == Person.__tablename__ for key in column.foreign_keys)
    ]


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    return value.hex() if isinstance(value, bytes) else value


def _whom(session: Session, ids: Collection[int]) -> Whom:
    """Return by what these persons are known, while they are."""
    rows = session.execute(sa.select(Person.id_number, Person.name).where(Person.id.in_(ids))).all()
    numbers = frozenset(row.id_number for row in rows if row.id_number)
    return Whom(frozenset(ids), numbers, frozenset(row.name.casefold() for row in rows if row.name))


def _scans_of(session: Session, ids: Collection[int]) -> set[str]:
    """Return the scans at which these persons were, or whose paper names them."""
    found = set(session.scalars(sa.select(Scan.id).where(Scan.pass_id.in_(_passes_naming(ids)))))
    moved = sa.select(Movement.scan_id).where(
        sa.or_(Movement.person_id.in_(ids), Movement.named_person_id.in_(ids)), Movement.scan_id.is_not(None)
    )
    return found | {scan_id for scan_id in session.scalars(moved) if scan_id is not None}


def _passes_naming(ids: Collection[int]) -> sa.CompoundSelect[tuple[int]]:
    """Return the query for the passes that name these persons, by themselves, by a slip or as their own carrier."""
    slips = sa.select(Supplement.pass_id).join(SupplementCrew, SupplementCrew.supplement_id == Supplement.id)
    return sa.union(
        sa.select(PassCrew.pass_id).where(PassCrew.person_id.in_(ids)),
        slips.where(SupplementCrew.person_id.in_(ids), Supplement.pass_id.is_not(None)),
        sa.select(VehiclePass.id).where(VehiclePass.carrier_id.in_(owned_by(ids))),
    )


def _told_scans(session: Session, ids: Collection[int], whom: Whom) -> list[dict[str, Any]]:
    """Return the scans of these persons: with what an officer took down of them, and how many others were there."""
    taken_down = dict(movement.mentions(session, whom))
    told = []
    for batch in in_batches(sorted(_scans_of(session, ids) | taken_down.keys())):
        beside = sa.select(Movement.scan_id, sa.func.count(sa.distinct(Movement.person_id)))
        beside = beside.where(Movement.scan_id.in_(batch), Movement.person_id.not_in(ids)).group_by(Movement.scan_id)
        others = dict(session.execute(beside).all())
        for row in session.scalars(sa.select(Scan).where(Scan.id.in_(batch)).order_by(Scan.scanned_at, Scan.id)):
            said = {"id": row.id, "station": row.station_id, "scanned_at": _plain(row.scanned_at), "plate": row.plate}
            said |= {"taken_down": taken_down.get(row.id, []), "others": others.get(row.id, 0)}
            told.append(said)
    return told


def erase(
    session: Session,
    actor: User | None,
    person: Person,
    sealing_keys: Mapping[bytes, X25519PrivateKey],
    trust: Trust | None,
    now: datetime,
) -> dict[str, int]:
    """Erase what is kept of a person; return how many rows of which table were removed or emptied.

    What remains names nobody: the places in crews and on passes, which others share, and the audit log's numbers.
    Of the scans at which the person was, what others told or did there stays (`movement.redact` says exactly what).

    Args:
        session: the caller's transaction.
        actor: who decides; None for the command line.
        person: whom.
        sealing_keys: private keys by their id: what stations sealed is sealed anew without the person.
        trust: what is known today; None where nothing is published.
        now: when.

    Raises:
        EraseError: `followed_up` (an open follow-up needs the data) or `valid_pass` (a paper with the name or of
            the person's own carrier is in use; it is revoked first).
    """
    take_turn(session)
    ids = sorted(all_of(session, person))
    is_open = sa.select(FollowUp.id).where(FollowUp.person_id.in_(ids), FollowUp.status.in_(OPEN))
    if session.scalar(is_open.limit(1)) is not None:
        raise EraseError("followed_up", "the person is being followed up; close the follow-up first")
    papers = _papers_naming(ids)
    for kind, is_named in papers.items():
        in_use = sa.select(kind.id).where(is_named, kind.status != PassStatus.REVOKED, kind.expires_at > now)
        if session.scalar(in_use.limit(1)) is not None:
            raise EraseError("valid_pass", "a pass, slip or card that names the person is valid; revoke it first")
    whom = _whom(session, ids)
    scans = _scans_of(session, ids) | {scan_id for scan_id, _ in movement.mentions(session, whom)}
    done = movement.redact(session, scans, whom, sealing_keys, trust, now)
    counts = {"scans": done.redacted, "scans_emptied": done.emptied}
    for kind in _ERASED:
        naming = sa.or_(*(column.in_(ids) for column in _naming(kind.__table__)))
        counts[kind.__tablename__] = _count(session.execute(sa.delete(kind).where(naming)))
    for kind, is_named in papers.items():
        counts[kind.__tablename__] = _count(session.execute(sa.update(kind).where(is_named).values(text=None)))
    rows = sa.delete(FleetImportRow).where(FleetImportRow.key.in_(_import_keys(session, ids)))
    counts[FleetImportRow.__tablename__] = _count(session.execute(rows))
    declared = dict.fromkeys(_PAPERS)
    retired = sa.func.coalesce(CrewMember.retired_at, now)
    counts["crew_members"] = _count(
        session.execute(
            sa.update(CrewMember).where(CrewMember.person_id.in_(ids)).values(**declared, retired_at=retired)
        )
    )
    for row in session.scalars(sa.select(Person).where(Person.id.in_(ids))):
        row.id_number = row.id_hash = row.name = row.phone = row.residence_code = None
        row.provisional_key = f"erased:{row.id}"
    counts["organisations"] = forget_owners(session, ids, now)
    counts["persons"] = len(ids)
    audit.record(session, actor, "retention.erase", person, counts, now)
    session.flush()
    session.expire_all()
    return counts


def _papers_naming(ids: Collection[int]) -> dict[type[VehiclePass | Supplement], sa.ColumnElement[bool]]:
    """Return the condition by which a paper names one of these persons or their own carrier, for each kind of paper."""
    named = sa.select(SupplementCrew.supplement_id).where(SupplementCrew.person_id.in_(ids))
    on_pass = sa.select(PassCrew.pass_id).where(PassCrew.person_id.in_(ids))
    own = owned_by(ids)
    return {
        VehiclePass: sa.or_(VehiclePass.id.in_(on_pass), VehiclePass.carrier_id.in_(own)),
        Supplement: sa.or_(Supplement.id.in_(named), Supplement.carrier_id.in_(own)),
    }


def _count(result: Any) -> int:
    return int(result.rowcount)
