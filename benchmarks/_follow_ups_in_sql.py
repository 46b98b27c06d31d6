"""A city's follow-ups, as the issuer has them, and as plain SQL works them out from the file alone."""

import json
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from passes.areas.models import Area
from passes.db import db
from passes.followup.models import FollowUp
from passes.movement.services import ZoneDraft
from passes.people.models import Person

_TESTS = Path(__file__).resolve().parents[1] / "tests" / "passes"
RAW_TABLES, FROM_SCRATCH = _TESTS / "tracing_raw.sql", _TESTS / "tracing_from_scratch.sql"


def _microseconds(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def _run_script(cursor: Any, file: Path) -> None:
    """Run a file of statements."""
    run = cursor.executescript if isinstance(cursor, sqlite3.Cursor) else cursor.execute
    run(file.read_text("utf-8"))


def from_scratch(month: Path, zones: Sequence[ZoneDraft]) -> tuple[set[tuple[Any, ...]], float]:
    """Work the follow-ups out from the file alone, in plain SQL in the same database; return them and the seconds."""
    lines = []
    with month.open(encoding="utf-8") as file:
        for text in file:
            said = json.loads(text)
            at = _microseconds(datetime.fromisoformat(said["at"]))
            is_road = int(said["source"] == "scan")
            lines.append((said["id"], said["person"], at, said["area"], said.get("site"), is_road, said.get("stay")))
    raw: dict[str, list[tuple[Any, ...]]] = {
        "raw_areas": [tuple(row) for row in db.session.execute(sa.select(Area.code, Area.parent_code))],
        "raw_lines": lines,
        "raw_zones": [
            (
                zone.id,
                _microseconds(zone.starts_at),
                _microseconds(zone.ends_at) if zone.ends_at else None,
                int(zone.passage),
                zone.monitoring_days,
                0,
            )
            for zone in zones
        ],
        "raw_zone_areas": [(zone.id, area) for zone in zones for area in zone.areas],
        "raw_zone_sites": [(zone.id, site) for zone in zones for site in zone.sites],
    }
    db.session.commit()
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        cursor = driver.cursor()
        mark = "?" if isinstance(driver, sqlite3.Connection) else "%s"
        _run_script(cursor, RAW_TABLES)
        for table, rows in raw.items():
            marks = ", ".join([mark] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - a table of `raw`, above, and question marks
        began = time.perf_counter()
        _run_script(cursor, FROM_SCRATCH)
        cursor.execute("SELECT person, zone, first_at, last_at, due, stay, district FROM expected")
        found = {tuple(row) for row in cursor.fetchall()}
        seconds = time.perf_counter() - began
        driver.rollback()
        cursor.close()
        connection.invalidate()  # its temporary tables go with it
    return found, seconds


def followed_up(zones: Sequence[ZoneDraft]) -> set[tuple[Any, ...]]:
    """Return the follow-ups of these zones as the issuer has them."""
    session = db.session()
    numbers = {row.id: row.id_number for row in session.execute(sa.select(Person.id, Person.id_number))}
    columns = (FollowUp.person_id, FollowUp.zone_id, FollowUp.first_at, FollowUp.last_at, FollowUp.due)
    of_these = FollowUp.zone_id.in_([zone.id for zone in zones])
    rows = session.execute(sa.select(*columns, FollowUp.stay_code, FollowUp.district_code).where(of_these))
    return {
        (numbers[row[0]], row[1], *(_microseconds(moment) for moment in row[2:5]), row.stay_code, row.district_code)
        for row in rows
    }
