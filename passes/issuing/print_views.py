"""Pages on which a carrier has many papers printed as one file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from passes import access, jobs, local_time
from passes.applications.queue import find_application
from passes.db import db
from passes.issuing import printing, register, texts
from passes.issuing.blueprint import bp
from passes.issuing.models import Supplement, VehiclePass
from passes.issuing.print_kinds import MAKING
from passes.issuing.print_models import PrintJob, PrintKind, PrintState
from passes.sealed_files import SealedFiles
from passes.typed import read_rows

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


def _job(job_id: int) -> PrintJob:
    return printing.find_job(db.session(), current_user.organisation, job_id) or abort(404)


def _chosen(kind: PrintKind) -> list[int]:
    """Return which papers are meant: everything that holds, those of one application, or those that were ticked."""
    session, carrier = db.session(), current_user.organisation
    if MAKING[kind].of is Supplement:
        if "everything" in request.form:
            return printing.printable_supplements(session, carrier, local_time.now())
        return read_rows(request.form.getlist("supplement"))
    if "everything" in request.form:
        return printing.printable_passes(session, carrier, local_time.now())
    if reference := request.form.get("application"):
        application = find_application(session, reference, carrier) or abort(404)
        return [vehicle_pass.id for vehicle_pass in register.passes_of(session, application)]
    return read_rows(request.form.getlist("pass"))


def _list_of(kind: PrintKind) -> str:
    """Return the address of the list that a kind of paper was chosen from."""
    return url_for("issuing.index" if MAKING[kind].of is VehiclePass else "supplements.index")


@bp.post("/passes/prints")
@access.requires("passes.print")
def print_passes() -> Response:
    """Begin to print a selection, an application, or everything that holds, as one kind of paper."""
    named = request.form.get("kind", PrintKind.WINDSCREEN)
    kind = PrintKind(named) if named in set(PrintKind) else abort(400)
    try:
        job = printing.start_printing(db.session(), current_user, kind, _chosen(kind), local_time.now())
    except printing.PrintRefusedError as error:
        flash(texts.ERRORS[error.code], "warning")
        return redirect(_list_of(kind))
    db.session.commit()
    jobs.wake()
    return redirect(url_for("issuing.print_job", job_id=job.id))


@bp.get("/passes/prints/<int:job_id>")
@access.requires("passes.print")
def print_job(job_id: int) -> str:
    """Show how far a file is, and where it is when it is done."""
    job = _job(job_id)
    return render_template(
        "issuing/print_job.html",
        job=job,
        state=texts.PRINTS[job.state],
        words=texts.PRINT_KINDS[job.kind],
        list_url=_list_of(job.kind),
        left_out=printing.left_out(db.session(), job),
    )


@bp.get("/passes/prints/<int:job_id>/file")
@access.requires("passes.print")
def print_file(job_id: int) -> Response:
    """Send the finished file."""
    job = _job(job_id)
    if job.state is not PrintState.DONE:
        return redirect(url_for("issuing.print_job", job_id=job.id))
    instance = current_app.extensions["instance"]
    files = SealedFiles(instance.prints_dir, current_app.extensions["privacy"])
    try:
        content = files.read(printing.file_name(job))
    except FileNotFoundError:  # its day is over, or a backup was restored without it
        abort(404)
    name = f"{MAKING[job.kind].file_name}-{local_time.local_date(job.created_at):%Y%m%d}-{job.id}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)
