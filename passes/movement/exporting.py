"""Movements as a stream of lines that `import_lines` reads back."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes.followup import services as followup
from passes.issuing import register
from passes.movement.models import Movement
from passes.people.services import people_by_id
from passes.stations.services import stations_by_id
from protocol.places import StationKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

_BATCH = 5_000


def count_movements(session: Session, since: datetime | None = None, until: datetime | None = None) -> int:
    """Return how many movements `export_movements` yields."""
    return session.scalar(sa.select(sa.func.count()).select_from(Movement).where(*_within(since, until))) or 0


def export_movements(
    session: Session, issuer: str, since: datetime | None = None, until: datetime | None = None
) -> Iterator[str]:
    """Yield movements as lines of JSON, in the order in which they became known.

    A movement that was imported bears its own id again; any other one bears an id that stays the same. Taken in
    elsewhere, the lines give the same movements of the same persons, with the same stays.

    Args:
        session: an open session.
        issuer: this issuer's id; keeps ids apart from those of other issuers.
        since: only movements from then on.
        until: only movements before then.
    """
    last_id = 0
    freight = {s.id for s in stations_by_id(session).values() if s.kind is StationKind.FREIGHT}
    while True:
        rows = session.execute(
            sa.select(*Movement.__table__.columns)
            .where(Movement.id > last_id, *_within(since, until))
            .order_by(Movement.id)
            .limit(_BATCH)
        ).all()
        if not rows:
            return
        yield from _lines(session, issuer, rows, freight)
        last_id = rows[-1].id


def _within(since: datetime | None, until: datetime | None) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if since is not None:
        conditions.append(Movement.at >= since)
    if until is not None:
        conditions.append(Movement.at < until)
    return conditions


def _lines(session: Session, issuer: str, rows: Sequence[sa.Row[Any]], freight: set[str]) -> Iterator[str]:
    people = people_by_id(session, {row.person_id for row in rows})
    passes = register.crews_of(session, {row.pass_id for row in rows if row.pass_id})
    stays = followup.stays_said_with(
        session, {row.scan_id for row in rows if row.scan_id}, {row.import_id for row in rows if row.import_id}
    )
    for row in rows:
        person = people[row.person_id]
        identity, crew = passes.get(row.pass_id, (row.said_pass, {}))
        index, role = crew.get(row.named_person_id, (None, None))
        if person.id_number is None and index is not None:
            identity = f"{identity}:{index}"
        key = person.provisional_key or ""
        if person.id_number is None and identity is None and not key.startswith("import:"):
            identity = key or None  # a crew index of a pass that is not in the register
        direction = row.direction or ("at" if row.station_id in freight and row.site_id is None else None)
        line = {
            "id": _id(issuer, row),
            "person": person.id_number,
            "name": person.name,
            "role": row.role or role,
            "at": row.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "area": row.area_code,
            "site": row.site_id,
            "station": row.station_id or row.said_station,
            "direction": direction,
            "plate": row.plate,
            "pass_id": identity,
            "source": row.source,
            "stay": stays.get(row.import_id or (row.scan_id, row.named_person_id)),
        }
        yield json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


def _id(issuer: str, row: sa.Row[Any]) -> str:
    if row.import_id:
        return str(row.import_id)
    if row.scan_id:
        return f"{row.scan_id}-{row.source}-{row.area_code}-{row.named_person_id}"
    return f"{issuer}-{row.id}"
