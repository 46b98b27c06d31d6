"""Taking in a batch of lines: each line once, then stays, exposures and follow-ups, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes.batches import one_of
from passes.followup import services as followup
from passes.movement import bulk
from passes.movement.import_people import Key, Passengers
from passes.movement.ledger import Entry
from passes.movement.matching import ZonesByPlace
from passes.movement.models import Movement
from passes.movement.turns import take_turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.movement.import_lines import Line

CONFLICT = "conflict"
_NAMED = bulk.COLUMNS[2:]  # what a line says: all but its id and whom the person was merged into


@dataclass
class BatchResult:
    """What became of a batch: how many lines are new, how many were here already, and the numbers of those refused."""

    added: int = 0
    known: int = 0
    conflicts: list[tuple[int, str]] = field(default_factory=list)


def keep_batch(
    session: Session, passengers: Passengers, lines: Sequence[tuple[int, Line]], now: datetime
) -> BatchResult:
    """Keep the movements of a batch; a line that is known already changes nothing.

    Args:
        session: the caller's transaction.
        passengers: finds persons, from batch to batch.
        lines: numbers and contents.
        now: when.
    """
    take_turn(session)
    result = BatchResult()
    passengers.find_passes(line for _, line in lines)
    keys = [passengers.key_of(line) for _, line in lines]
    passengers.find(keys)
    known = _known(session, [line.id for _, line in lines])
    fresh: dict[str, tuple[Key | int, Line]] = {}
    for (number, line), key in zip(lines, keys, strict=True):
        if line.id in known:
            is_same = known[line.id] == _said(line, passengers.get(key), passengers.pass_of(line))
        elif line.id in fresh:
            is_same = fresh[line.id] == (key, line)
        else:
            fresh[line.id] = key, line
            continue
        if is_same:
            result.known += 1
        else:
            result.conflicts.append((number, line.id))
    passengers.keep(fresh.values(), now)
    _write(session, passengers, list(fresh.values()), now)
    result.added = len(fresh)
    return result


def _said(line: Line, person_id: int | None, pass_id: int | None) -> tuple[Any, ...]:
    """Return what a line says as a row's `_NAMED`."""
    spot = line.spot
    return (
        person_id,
        line.at,
        spot.area,
        spot.site,
        spot.station,
        spot.is_road_scan,
        spot.source,
        pass_id,
        line.plate,
        line.role,
        spot.direction,
        spot.said_station,
        None if pass_id is not None else line.pass_id,
    )


def _known(session: Session, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return what lines with these ids said before."""
    # First only which there are: most files are new, and a full row costs more than its look-up.
    known = session.scalars(sa.select(Movement.import_id).where(one_of(session, Movement.import_id, ids))).all()
    if not known:
        return {}
    columns = [bulk.column(name) for name in _NAMED]
    rows = session.execute(sa.select(Movement.import_id, *columns).where(one_of(session, Movement.import_id, known)))
    return {row[0]: tuple(row[1:]) for row in rows}


def _write(session: Session, passengers: Passengers, fresh: Sequence[tuple[Key | int, Line]], now: datetime) -> None:
    today = passengers.today()
    zones = ZonesByPlace.of(session)
    places, kept_moment = zones.by_place, bulk.moments_for(session)
    rows: list[tuple[Any, ...]] = []
    stays: list[followup.SaidInFile] = []
    touching: list[Entry] = []
    people: set[int] = set()
    for key, line in fresh:
        named = passengers.get(key)
        if named is None:
            raise AssertionError("everybody was kept")  # pragma: no cover - passengers.keep made them
        person_id = today.get(named, named)
        said = _said(line, named, passengers.pass_of(line))
        rows.append((line.id, person_id, named, kept_moment(line.at), *said[2:]))
        people.add(person_id)
        if line.stay is not None:
            stays.append(followup.SaidInFile(line.id, line.at, line.stay, named, person_id))
        spot = line.spot
        if spot.area in places or spot.site in places:
            touching.append(Entry(person_id, spot.area, spot.site, spot.is_road_scan, line.at))
    bulk.write_movements(session, rows)
    followup.keep_import_stays(session, stays)
    zones.match(session, touching, now)
    followup.refresh_people(session, people, now)
