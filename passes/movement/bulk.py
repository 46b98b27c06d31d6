"""Writing many movements at once, in the way that each database takes them in fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from passes.movement.models import Movement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

COLUMNS = (
    "import_id",
    "person_id",
    "named_person_id",
    "at",
    "area_code",
    "site_id",
    "station_id",
    "is_road_scan",
    "source",
    "pass_id",
    "plate",
    "role",
    "direction",
    "said_station",
    "said_pass",
)
"""What a row of `write_movements` holds, in this order."""

_CACHE_KIB = 128 * 1024
COPY = f"COPY movements ({', '.join(COLUMNS)}) FROM STDIN"
INSERT = f"INSERT INTO movements ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - of the columns above


def is_postgres(session: Session) -> bool:
    """Say whether the database is PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def column(name: str) -> ColumnElement[Any]:
    """Return the mapped column that `COLUMNS` names."""
    return getattr(Movement, name)


def prepare(session: Session) -> None:
    """Set up the transaction of a batch.

    SQLite keeps its indexes in memory. PostgreSQL reads no table from end to end: its statistics lag behind while rows
    come in by the thousand, and everything that is asked meanwhile is found by an index.
    """
    if is_postgres(session):
        for setting in ("enable_seqscan", "jit"):
            session.connection().exec_driver_sql(f"SET LOCAL {setting} = off")
    else:
        session.connection().exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")


def note_statistics(session: Session) -> None:
    """Let PostgreSQL see how many rows there are now, before anybody asks for them."""
    if is_postgres(session):
        session.connection().exec_driver_sql("ANALYZE movements, persons, stay_statements")


def moments_for(session: Session) -> Callable[[datetime], Any]:
    """Return what turns a moment (UTC) into what the driver wants."""
    return _as_it_is if is_postgres(session) else _as_sqlite_keeps_it


def _as_it_is(moment: datetime) -> datetime:
    return moment


def _as_sqlite_keeps_it(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds")[:26]


def write_movements(session: Session, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of `COLUMNS`, `at` as `moments_for` gives it.

    The columns' own types are passed by: they cost more than all the rest. A test reads back what was written.
    """
    connection = session.connection()
    if not is_postgres(session):
        if rows:
            connection.exec_driver_sql(INSERT, list(rows))
        return
    with connection.connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)
