"""Imports: taking a file in, looking at every row before anything is kept, keeping it, taking it back.

The rows are the work: the worker does some of them in each of its turns, and the page counts them.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes import audit
from passes.db import lock, privacy
from passes.errors import RefusedError
from passes.fleet.drafts import FleetError
from passes.fleet.models import CrewMember, Vehicle
from passes.imports.models import FleetImport, FleetImportRow, ImportKind, ImportState, RowOutcome
from passes.imports.places import known_places
from passes.imports.readings import Problem, Reading, Severity, read_row
from passes.imports.records import take_back, write
from passes.local_time import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation, User
    from passes.imports.places import Places
    from passes.imports.tables import Table

ROWS_A_TURN = 100
_FILE_NAME_CHARS = 120
_RECORDS: dict[ImportKind, type[Vehicle | CrewMember]] = {ImportKind.VEHICLES: Vehicle, ImportKind.CREW: CrewMember}
_NEXT = {
    ImportState.CHECKING: ImportState.CHECKED,
    ImportState.APPLYING: ImportState.APPLIED,
    ImportState.UNDOING: ImportState.UNDONE,
}
_COLUMN_OF_FIELD = {"test_day": "test_expires_at"}


class ImportRefusedError(RefusedError):
    """An import cannot do this now."""


def start_import(
    session: Session, actor: User, kind: ImportKind, file_name: str, table: Table, now: datetime
) -> FleetImport:
    """Keep the rows of a file for the worker to check; the fleet is not touched."""
    made = FleetImport(
        carrier=actor.organisation,
        user=actor,
        kind=kind,
        state=ImportState.CHECKING,
        file_name=file_name[-_FILE_NAME_CHARS:],
        columns=list(table.columns),
        total=len(table.rows),
        todo=len(table.rows),
        done=0,
        created_at=now,
        state_changed_at=now,
    )
    session.add(made)
    session.flush()
    session.add_all(
        FleetImportRow(import_id=made.id, number=number, cells=json.dumps(cells, ensure_ascii=False), is_waiting=True)
        for number, cells in table.rows
    )
    audit.record(session, actor, "fleet.import", made, {"kind": kind.value, "rows": len(table.rows)}, now)
    return made


def apply_import(session: Session, actor: User, made: FleetImport, now: datetime, *, is_partial: bool) -> None:
    """Have the worker keep the rows without errors.

    Raises:
        ImportRefusedError: it is not checked, or applied already (`import_state`); some rows have errors and nobody
            said that they may be left out (`import_errors`); there is no row without (`import_empty`).
    """
    _require(session, made, ImportState.CHECKED)
    counts = count_outcomes(session, made)
    if counts.get(RowOutcome.LEFT_OUT) and not is_partial:
        raise ImportRefusedError("import_errors", "rows with errors would be left out silently")
    good = FleetImportRow.has_error.is_(False)
    _hand_over(session, made, ImportState.APPLYING, good, now)
    if not made.todo:
        raise ImportRefusedError("import_empty", "no row is without an error")
    details = {"rows": made.todo, "left_out": counts.get(RowOutcome.LEFT_OUT, 0)}
    audit.record(session, actor, "fleet.apply_import", made, details, now)


def undo_import(session: Session, actor: User, made: FleetImport, now: datetime) -> None:
    """Have the worker give back what an import added or changed; what was changed since stays.

    Raises:
        ImportRefusedError: it is not applied, or undone already (`import_state`).
    """
    _require(session, made, ImportState.APPLIED)
    written = FleetImportRow.outcome.in_((RowOutcome.ADDED, RowOutcome.CHANGED))
    _hand_over(session, made, ImportState.UNDOING, written, now)
    audit.record(session, actor, "fleet.undo_import", made, {"rows": made.todo}, now)


def cancel_import(session: Session, actor: User, made: FleetImport, now: datetime) -> None:
    """Forget a file that was only checked.

    Raises:
        ImportRefusedError: it is not checked, or applied already (`import_state`).
    """
    _require(session, made, ImportState.CHECKED)
    made.state, made.state_changed_at = ImportState.CANCELED, now
    session.execute(sa.delete(FleetImportRow).where(FleetImportRow.import_id == made.id))
    audit.record(session, actor, "fleet.cancel_import", made, None, now)


def _require(session: Session, made: FleetImport, state: ImportState) -> None:
    lock(session, made)
    if made.state is not state:
        raise ImportRefusedError("import_state", f"an import that is {made.state} cannot do this")


def _hand_over(
    session: Session, made: FleetImport, state: ImportState, wanted: sa.ColumnElement[bool], now: datetime
) -> None:
    changed = session.execute(
        sa.update(FleetImportRow).where(FleetImportRow.import_id == made.id, wanted).values(is_waiting=True)
    )
    made.state, made.state_changed_at = state, now
    made.todo, made.done = changed.rowcount, 0


def imports_of(carrier: Organisation) -> sa.Select[tuple[FleetImport]]:
    """Return a statement for a carrier's imports, newest first."""
    return sa.select(FleetImport).where(FleetImport.carrier_id == carrier.id).order_by(FleetImport.id.desc())


def find_import(session: Session, carrier: Organisation, import_id: int) -> FleetImport | None:
    """Return one of the carrier's imports, or None."""
    made = session.get(FleetImport, import_id)
    return made if made and made.carrier_id == carrier.id else None


def count_outcomes(session: Session, made: FleetImport) -> dict[RowOutcome, int]:
    """Return how many rows came, or will come, to what."""
    statement = sa.select(FleetImportRow.outcome, sa.func.count()).where(
        FleetImportRow.import_id == made.id, FleetImportRow.outcome.is_not(None)
    )
    rows = session.execute(statement.group_by(FleetImportRow.outcome))
    return {row[0]: row[1] for row in rows}


def rows_with_problems(made: FleetImport) -> sa.Select[tuple[FleetImportRow]]:
    """Return a statement for the rows of an import with errors or warnings, and those that undoing left alone."""
    troubled = sa.or_(
        FleetImportRow.has_error.is_(True),
        FleetImportRow.has_warning.is_(True),
        FleetImportRow.outcome == RowOutcome.KEPT,
    )
    return (
        sa.select(FleetImportRow)
        .where(FleetImportRow.import_id == made.id, troubled)
        .order_by(FleetImportRow.has_error.desc(), FleetImportRow.number)
    )


def problems_of(row: FleetImportRow) -> list[Problem]:
    """Return what is wrong with the cells of a row."""
    found = json.loads(row.problems) if row.problems else []
    return [Problem(**problem | {"severity": Severity(problem["severity"])}) for problem in found]


def cells_of(made: FleetImport, row: FleetImportRow) -> dict[str, str]:
    """Return the text of a row's cells by column key."""
    return {key: cell for key, cell in zip(made.columns, json.loads(row.cells), strict=False) if key}


def work(session: Session, now: datetime, limit: int = ROWS_A_TURN) -> int:
    """Do the next rows of the import that waits longest; return how many were done. The caller commits.

    Args:
        session: the worker's transaction.
        now: when.
        limit: at most so many rows in this turn.
    """
    made = session.scalar(
        sa.select(FleetImport)
        .where(FleetImport.state.in_(_NEXT))
        .order_by(FleetImport.state_changed_at, FleetImport.id)
        .limit(1)
    )
    if made is None:
        return 0
    rows = session.scalars(
        sa.select(FleetImportRow)
        .where(FleetImportRow.import_id == made.id, FleetImportRow.is_waiting.is_(True))
        .order_by(FleetImportRow.number)
        .limit(limit)
    ).all()
    # Written first: SQLite begins its transaction with the first change, and the rows below use savepoints in it.
    made.done += len(rows)
    session.flush()
    _do(session, made, rows, now)
    if len(rows) < limit:
        made.state, made.state_changed_at = _NEXT[made.state], now
    return max(len(rows), 1)


def _do(session: Session, made: FleetImport, rows: Iterable[FleetImportRow], now: datetime) -> None:
    places = known_places(session) if made.state is not ImportState.UNDOING and made.kind is ImportKind.CREW else None
    for row in rows:
        row.is_waiting = False
        if made.state is ImportState.UNDOING:
            _undo_row(session, made, row, now)
        else:
            _check_or_apply(session, made, row, places, now)
        session.flush()


def _check_or_apply(
    session: Session, made: FleetImport, row: FleetImportRow, places: Places | None, now: datetime
) -> None:
    """Write a row with the services of the fleet; the dry run takes it back at once, so that it cannot err."""
    reading = read_row(made.kind, cells_of(made, row), places, local_date(now))
    problems = list(reading.problems)
    values: dict[str, Any] = {"outcome": RowOutcome.LEFT_OUT}
    if reading.key:
        row.key = privacy().lookup("import", reading.key)
        session.flush()
        problems += _twice(session, made, row)
    if reading.draft is not None and not _has_error(problems):
        try:
            values = _written(session, made, reading, now)
        except FleetError as error:
            problems.append(Problem(_COLUMN_OF_FIELD.get(error.field, error.field), error.code))
    row.problems = json.dumps([asdict(problem) for problem in problems]) if problems else None
    row.has_error = _has_error(problems)
    row.has_warning = any(problem.severity is Severity.WARNING for problem in problems)
    for name, value in values.items():
        setattr(row, name, value)


def _written(session: Session, made: FleetImport, reading: Reading, now: datetime) -> dict[str, Any]:
    is_dry = made.state is ImportState.CHECKING
    actor, draft = made.user, reading.draft
    if draft is None:
        raise ValueError("a row without a draft is not written")
    with session.begin_nested() as step:
        written = write(session, actor, draft, now)
        if is_dry:
            step.rollback()
    if is_dry:
        return {"outcome": written.outcome}
    return asdict(written)


def _has_error(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _twice(session: Session, made: FleetImport, row: FleetImportRow) -> list[Problem]:
    """Return the problem that an earlier row of the file names the same vehicle or person."""
    earlier = session.scalar(
        sa.select(FleetImportRow.number)
        .where(FleetImportRow.import_id == made.id, FleetImportRow.key == row.key, FleetImportRow.number < row.number)
        .order_by(FleetImportRow.number)
        .limit(1)
    )
    column = "plate" if made.kind is ImportKind.VEHICLES else "id_number"
    return [Problem(column, "twice", detail=str(earlier))] if earlier is not None else []


def _undo_row(session: Session, made: FleetImport, row: FleetImportRow, now: datetime) -> None:
    with session.begin_nested():
        is_done = take_back(
            session, made.user, _RECORDS[made.kind], row.record_id or 0, row.before, row.after or "", now
        )
    row.outcome = RowOutcome.UNDONE if is_done else RowOutcome.KEPT
