"""Where a person stays: what was said, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.areas.services import district_of
from passes.batches import in_batches
from passes.followup.models import StaySource, StayStatement
from passes.movement.evidence import last_places
from passes.people.services import residences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

# The id of an officer's statement is its scan's: a row number would depend on the order of arrival. Of two
# statements for one moment, one that staff entered comes after one from a scan.
_NEWEST_FIRST = (
    StayStatement.at.desc(),
    sa.case((StayStatement.scan_id.is_(None), 0), else_=1),
    StayStatement.scan_id.desc(),
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
    """An officer's entry at a scan: when, and which ward or district."""

    at: datetime
    area_code: str


def stays_of(session: Session, person_ids: Iterable[int]) -> dict[int, Stay]:
    """Return where each of these persons stays.

    The statement with the greatest `(at, id)` counts; else the residence on file; else the district of the last
    movement, with no `code`.
    """
    wanted = set(person_ids)
    codes = _stated(session, wanted)
    codes |= residences(session, wanted - codes.keys())
    places = last_places(session, wanted - codes.keys())
    districts = {code: district_of(session, code) for code in {*codes.values(), *places.values()}}
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
        wanted: by scan and person.
    """
    changed: set[int] = set()
    known: dict[tuple[str, int], StayStatement] = {}
    for batch in in_batches(scan_ids):
        for row in session.scalars(sa.select(StayStatement).where(StayStatement.scan_id.in_(batch))):
            known[row.scan_id or "", row.person_id] = row
    for key, row in known.items():
        said = wanted.get(key)
        if said is None:
            session.delete(row)
            changed.add(row.person_id)
        elif (row.at, row.area_code) != (said.at, said.area_code):
            row.at, row.area_code = said.at, said.area_code
            changed.add(row.person_id)
    for (scan_id, person_id), said in wanted.items():
        if (scan_id, person_id) not in known:
            session.add(
                StayStatement(
                    person_id=person_id,
                    at=said.at,
                    source=StaySource.OFFICER,
                    area_code=said.area_code,
                    scan_id=scan_id,
                )
            )
            changed.add(person_id)
    session.flush()
    return changed
