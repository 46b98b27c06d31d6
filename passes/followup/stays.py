"""Where a person stays: what was said, and what follows from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.areas.services import districts_by_area
from passes.batches import in_batches
from passes.followup.models import StaySource, StayStatement
from passes.movement.evidence import last_places
from passes.people.services import residences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

# The id of an officer's statement is its scan's, that of an imported one its line's: a row number would depend on the
# order of arrival. Of statements for one moment, one that staff entered comes before an officer's, before a file's.
_NEWEST_FIRST = (
    StayStatement.at.desc(),
    sa.case((StayStatement.import_id.is_not(None), 2), (StayStatement.scan_id.is_not(None), 1), else_=0),
    StayStatement.scan_id.desc(),
    StayStatement.import_id.desc(),
    StayStatement.id.desc(),
)


@dataclass(frozen=True)
class Stay:
    """Where a person stays.

    Args:
        code: ward (or district) that was said or is on file; None where nobody knows.
        district: the district of it, or of the last movement where nobody knows; None if even that is unknown.
    """

    code: str | None
    district: str | None


@dataclass(frozen=True)
class SaidAtScan:
    """An officer's entry at a scan: when, which ward or district, and of whom today."""

    at: datetime
    area_code: str
    person_id: int


def stays_of(session: Session, person_ids: Iterable[int]) -> dict[int, Stay]:
    """Return where each of these persons stays.

    The statement with the greatest `(at, id)` counts; else the residence on file; else the district of the last
    movement, with no `code`.
    """
    wanted = set(person_ids)
    codes = _stated(session, wanted)
    codes |= residences(session, wanted - codes.keys())
    places = last_places(session, wanted - codes.keys())
    districts = districts_by_area(session, {*codes.values(), *places.values()})
    return {
        person_id: Stay(codes.get(person_id), districts.get(codes.get(person_id) or places.get(person_id, "")))
        for person_id in wanted
    }


def _stated(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for batch in in_batches(person_ids):
        rank = sa.func.row_number().over(partition_by=StayStatement.person_id, order_by=_NEWEST_FIRST)
        ranked = (
            sa.select(StayStatement.person_id, StayStatement.area_code, rank.label("rank"))
            .where(StayStatement.person_id.in_(batch))
            .subquery()
        )
        rows = session.execute(sa.select(ranked.c.person_id, ranked.c.area_code).where(ranked.c.rank == 1))
        found |= {row.person_id: row.area_code for row in rows}
    return found


def stated_stays() -> sa.Subquery:
    """Return the statement that counts for each person of whom anybody made one: `person_id` and `area_code`."""
    rank = sa.func.row_number().over(partition_by=StayStatement.person_id, order_by=_NEWEST_FIRST)
    ranked = sa.select(StayStatement.person_id, StayStatement.area_code, rank.label("rank")).subquery()
    return sa.select(ranked.c.person_id, ranked.c.area_code).where(ranked.c.rank == 1).subquery()


def newest_statement(session: Session, person_id: int) -> StayStatement | None:
    """Return the statement that counts for one person, if anybody made one."""
    return session.scalar(
        sa.select(StayStatement).where(StayStatement.person_id == person_id).order_by(*_NEWEST_FIRST).limit(1)
    )


def keep_scan_stays(
    session: Session, scan_ids: Collection[str], wanted: Mapping[tuple[str, int], SaidAtScan]
) -> set[int]:
    """Make the officers' statements of these scans exactly those given; return the persons for whom one changed.

    Args:
        session: the worker's transaction.
        scan_ids: scans whose statements are known in full.
        wanted: by scan and person named.
    """
    changed: set[int] = set()
    known: dict[tuple[str, int], StayStatement] = {}
    for batch in in_batches(scan_ids):
        for row in session.scalars(sa.select(StayStatement).where(StayStatement.scan_id.in_(batch))):
            known[row.scan_id or "", row.named_person_id] = row
    for key, row in known.items():
        said = wanted.get(key)
        if said is None:
            session.delete(row)
            changed.add(row.person_id)
        elif (row.at, row.area_code, row.person_id) != (said.at, said.area_code, said.person_id):
            changed |= {row.person_id, said.person_id}
            row.at, row.area_code, row.person_id = said.at, said.area_code, said.person_id
    for (scan_id, named_person_id), said in wanted.items():
        if (scan_id, named_person_id) not in known:
            session.add(
                StayStatement(
                    person_id=said.person_id,
                    named_person_id=named_person_id,
                    at=said.at,
                    source=StaySource.OFFICER,
                    area_code=said.area_code,
                    scan_id=scan_id,
                )
            )
            changed.add(said.person_id)
    session.flush()
    return changed


def move_stays(session: Session, from_person: int, to_person: int, named: Collection[int] | None = None) -> None:
    """Let what was said of one person count for another; with `named`, only what named one of these.

    Args:
        session: the caller's transaction, which has taken its turn at deriving.
        from_person: of whom the statements are now.
        to_person: of whom they are from now on.
        named: persons whom the statements named.
    """
    statement = sa.update(StayStatement).where(StayStatement.person_id == from_person).values(person_id=to_person)
    for batch in [None] if named is None else in_batches(named):
        narrowed = statement if batch is None else statement.where(StayStatement.named_person_id.in_(batch))
        session.execute(narrowed.execution_options(synchronize_session="fetch"))


@dataclass(frozen=True)
class SaidInFile:
    """A file's statement: the id of its line, when, where, who was named, and of whom that is today."""

    import_id: str
    at: datetime
    area_code: str
    named_person_id: int
    person_id: int


def keep_import_stays(session: Session, said: Collection[SaidInFile]) -> set[int]:
    """Keep what a file says of where people stay; return of whom.

    Args:
        session: the caller's transaction, which has taken its turn at deriving.
        said: statements of lines that are new here.
    """
    if said:
        session.execute(sa.insert(StayStatement), [asdict(one) | {"source": StaySource.IMPORT} for one in said])
    return {one.person_id for one in said}


def stays_said_with(
    session: Session, scan_ids: Collection[str], import_ids: Collection[str]
) -> dict[str | tuple[str, int], str]:
    """Return what was said with these movements of where people stay, by import id, or by scan and person named."""
    found: dict[str | tuple[str, int], str] = {}
    for column, ids in ((StayStatement.scan_id, scan_ids), (StayStatement.import_id, import_ids)):
        for batch in in_batches(ids):
            for row in session.scalars(sa.select(StayStatement).where(column.in_(batch))):
                found[row.import_id or (row.scan_id or "", row.named_person_id)] = row.area_code
    return found
