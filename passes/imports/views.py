"""Pages on which a carrier imports and exports its fleet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from openpyxl.utils import get_column_letter

from passes import access, jobs, local_time
from passes.db import db
from passes.imports import export, services, texts
from passes.imports.columns import COLUMNS, title_of
from passes.imports.forms import ImportForm
from passes.imports.models import FleetImport, FleetImportRow, ImportKind, RowOutcome
from passes.imports.readings import Severity
from passes.imports.tables import FileRefusedError, read_table
from passes.lists import page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.wrappers import Response

bp = Blueprint("imports", __name__, url_prefix="/fleet")
_ASSUMED_NAME = "bang-tinh"
_FILE_NAMES = {ImportKind.VEHICLES: "phuong-tien", ImportKind.CREW: "lai-xe-phu-xe"}


def _kind(name: str) -> ImportKind:
    return ImportKind(name) if name in set(ImportKind) else abort(404)


def _find(import_id: int) -> FleetImport:
    return services.find_import(db.session(), current_user.organisation, import_id) or abort(404)


@bp.route("/imports", methods=["GET", "POST"])
@access.requires("fleet.manage")
def index() -> str | Response:
    """Take a spreadsheet, and list those that were taken."""
    form = ImportForm(kind=request.args.get("kind") or None)
    if form.validate_on_submit():
        upload, kind = form.file.data, form.chosen_kind()
        try:
            table = read_table(upload.read(), kind)
        except FileRefusedError as error:
            form.file.errors = [*form.file.errors, texts.file_words(error.code, error.columns)]
        else:
            name, now = upload.filename or _ASSUMED_NAME, local_time.now()
            made = services.start_import(db.session(), current_user, kind, name, table, now)
            db.session.commit()
            jobs.wake()
            if table.unknown:
                flash(_("Không đọc các cột lạ: %(columns)s.", columns=", ".join(table.unknown)), "warning")
            return redirect(url_for("imports.show", import_id=made.id))
    made_before = page_of(services.imports_of(current_user.organisation))
    return render_template("imports/index.html", form=form, imports=made_before, kinds=texts.KINDS, states=texts.STATES)


def _problems(made: FleetImport, rows: list[FleetImportRow]) -> Iterator[dict[str, str | Severity]]:
    """Yield each cell with a problem: where it stands, what stands there, what is wrong."""
    for row in rows:
        cells = services.cells_of(made, row)
        found = [problem for problem in services.problems_of(row) if problem.severity is not Severity.NOTE]
        for problem in found:
            text = cells.get(problem.column, "")
            yield {
                "cell": _cell(made, row, problem.column),
                "column": title_of(problem.column),
                "text": text,
                "words": texts.problem_words(problem, text),
                "severity": problem.severity,
            }
        if row.outcome is RowOutcome.KEPT:
            key = COLUMNS[made.kind][0].key
            words = str(texts.OUTCOMES[RowOutcome.KEPT])
            where, text = _cell(made, row, key), cells.get(key, "")
            yield {"cell": where, "column": title_of(key), "text": text, "words": words, "severity": Severity.WARNING}


def _cell(made: FleetImport, row: FleetImportRow, column: str) -> str:
    """Return how a spreadsheet program calls a cell; where the file lacks the column, the row's number."""
    letter = get_column_letter(made.columns.index(column) + 1) if column in made.columns else ""
    return f"{letter}{row.number}"


@bp.get("/imports/<int:import_id>")
@access.requires("fleet.manage")
def show(import_id: int) -> str:
    """Show how far an import is, every cell with a problem, and what can be done with it."""
    made, session = _find(import_id), db.session()
    rows, outcomes = page_of(services.rows_with_problems(made)), services.count_outcomes(session, made)
    return render_template(
        "imports/show.html",
        made=made,
        kinds=texts.KINDS,
        state=texts.STATES[made.state],
        counts={texts.OUTCOMES[outcome]: n for outcome, n in sorted(outcomes.items())},
        outcomes=outcomes,
        page=rows,
        problems=list(_problems(made, rows.items)),
        severities=texts.SEVERITIES,
        percent=100 * made.done // max(made.todo, 1),
    )


def _act(import_id: int, act: Callable[[FleetImport], None]) -> Response:
    """Do something to an import, wake the worker, and show it again."""
    made = _find(import_id)
    try:
        act(made)
    except services.ImportRefusedError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        jobs.wake()
    return redirect(url_for("imports.show", import_id=import_id))


@bp.post("/imports/<int:import_id>/apply")
@access.requires("fleet.manage")
def apply(import_id: int) -> Response:
    """Keep the rows; those with errors stay out only if somebody said so."""
    is_partial = "partial" in request.form
    session, now = db.session(), local_time.now()
    return _act(import_id, lambda made: services.apply_import(session, current_user, made, now, is_partial=is_partial))


@bp.post("/imports/<int:import_id>/undo")
@access.requires("fleet.manage")
def undo(import_id: int) -> Response:
    """Give back what an import added or changed."""
    session, now = db.session(), local_time.now()
    return _act(import_id, lambda made: services.undo_import(session, current_user, made, now))


@bp.post("/imports/<int:import_id>/cancel")
@access.requires("fleet.manage")
def cancel(import_id: int) -> Response:
    """Forget a file that was only checked."""
    session, now = db.session(), local_time.now()
    return _act(import_id, lambda made: services.cancel_import(session, current_user, made, now))


def _send(data: bytes, kind: ImportKind, suffix: str, name: str) -> Response:
    mimetype = export.CSV_TYPE if suffix == "csv" else export.XLSX_TYPE
    file_name = f"{name}-{_FILE_NAMES[kind]}.{suffix}"
    return send_file(io.BytesIO(data), mimetype=mimetype, as_attachment=True, download_name=file_name)


@bp.get("/imports/template/<kind>")
@access.requires("fleet.manage")
def template(kind: str) -> Response:
    """Send the empty spreadsheet to fill in."""
    wanted = _kind(kind)
    return _send(export.as_xlsx(wanted), wanted, "xlsx", "mau")


@bp.get("/export/<kind>/<suffix>")
@access.requires("fleet.manage")
def fleet(kind: str, suffix: str) -> Response:
    """Send the fleet in the shape that an import takes."""
    wanted = _kind(kind)
    if suffix not in {"xlsx", "csv"}:
        abort(404)
    rows = export.fleet_rows(db.session(), current_user, wanted, local_time.now())
    db.session.commit()
    data = export.as_csv(wanted, rows) if suffix == "csv" else export.as_xlsx(wanted, rows)
    return _send(data, wanted, suffix, "danh-sach")
