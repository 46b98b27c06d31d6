"""Pages on which the authority decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs, local_time
from passes.accounts.services import user_names
from passes.applications import queue, services, texts
from passes.applications.blueprint import bp, promise_hours
from passes.applications.checks import CheckOutcome, run_all_checks, run_checks
from passes.applications.forms import RefusalForm, ReturnForm
from passes.applications.models import Application, ApplicationState
from passes.areas.services import labels
from passes.db import db
from passes.issuing.register import passes_of
from passes.issuing.services import IssuingError

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_PER_PAGE = 25


def _find(reference: str) -> Application:
    """Return an application that was sent; an unsent draft is nobody's business but the carrier's."""
    application = queue.find_application(db.session(), reference)
    if application is None or application.submitted_at is None:
        abort(404)
    return application


@bp.get("/queue", endpoint="queue")
@access.requires("applications.review")
def waiting_list() -> str:
    """List what waits, oldest first, with the hours left of the promise."""
    query, now = request.args.get("q", ""), local_time.now()
    rows = db.paginate(queue.waiting(query), per_page=_PER_PAGE, error_out=False)
    promises = {row.id: queue.promise_of(row, promise_hours(), now) for row in rows}
    reports = run_all_checks(db.session(), rows.items, now)
    areas = labels(db.session(), [code for row in rows for code in row.route])
    return render_template(
        "applications/queue.html", applications=rows, query=query, promises=promises, reports=reports, areas=areas
    )


@bp.get("/queue/<reference>")
@access.requires("applications.review")
def review(reference: str) -> str:
    """Show one application with its checks, and what can be decided."""
    application, now = _find(reference), local_time.now()
    is_waiting = application.state is ApplicationState.SUBMITTED
    return render_template(
        "applications/review.html",
        application=application,
        report=run_checks(db.session(), application, now),
        areas=labels(db.session(), application.route),
        promise=queue.promise_of(application, promise_hours(), now) if is_waiting else None,
        passes=passes_of(db.session(), application),
        is_waiting=is_waiting,
        decided_by=user_names(db.session(), [application.decided_by_id]).get(application.decided_by_id),
    )


def _failed(error: services.ApplicationError | IssuingError, reference: str) -> Response:
    db.session.rollback()
    flash(texts.ERRORS[error.code], "error")
    return redirect(url_for("applications.review", reference=reference))


def _decided(text: str) -> Response:
    """Commit, say what was done, and go back to the queue: what now waits longest stands on top."""
    db.session.commit()
    flash(text, "success")
    return redirect(url_for("applications.queue"))


@bp.post("/queue/<reference>/approve")
@access.requires("applications.review")
def approve(reference: str) -> Response:
    """Approve, and have the passes signed."""
    application = _find(reference)
    iss = current_app.config["ISSUER_ID"]
    try:
        services.approve(db.session(), current_user, application, iss, local_time.now())
    except (services.ApplicationError, IssuingError) as error:
        return _failed(error, reference)
    answer = _decided(_("Đã duyệt hồ sơ %(reference)s. Giấy đang được ký.", reference=reference))
    jobs.wake()
    return answer


@bp.route("/queue/<reference>/refuse", methods=["GET", "POST"])
@access.requires("applications.review")
def refuse(reference: str) -> str | Response:
    """Ask for the reason, then refuse."""
    application, now = _find(reference), local_time.now()
    report = run_checks(db.session(), application, now)
    form = RefusalForm(code=report.suggested_refusal.value if report.suggested_refusal else None)
    if not form.validate_on_submit():
        return render_template("applications/refuse.html", form=form, application=application)
    try:
        services.reject(db.session(), current_user, application, form.refusal(), form.note.data, now)
    except services.ApplicationError as error:
        return _failed(error, reference)
    return _decided(_("Đã từ chối hồ sơ %(reference)s.", reference=reference))


@bp.route("/queue/<reference>/return", methods=["GET", "POST"])
@access.requires("applications.review")
def send_back(reference: str) -> str | Response:
    """Ask what is to be put right, then return the application."""
    application = _find(reference)
    form = ReturnForm()
    if not form.validate_on_submit():
        failed = [c for c in run_checks(db.session(), application, local_time.now()) if c.outcome is CheckOutcome.FAIL]
        return render_template("applications/return.html", form=form, application=application, failed=failed)
    try:
        services.send_back(db.session(), current_user, application, form.note.data, local_time.now())
    except services.ApplicationError as error:
        return _failed(error, reference)
    return _decided(_("Đã trả lại hồ sơ %(reference)s để bổ sung.", reference=reference))
