"""Pages on which a carrier applies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, local_time
from passes.applications import post_audit_views, queue, queue_views, review, services, texts
from passes.applications.blueprint import bp, promise_hours
from passes.applications.checks import run_checks
from passes.applications.forms import ApplicationForm
from passes.applications.models import Application, ApplicationState
from passes.applications.transitions import EDITABLE, TRANSITIONS, Act
from passes.areas.forms import is_choosing
from passes.areas.services import labels
from passes.db import db
from passes.fleet.services import crew_of, vehicles_of
from passes.issuing.register import passes_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

__all__ = ["bp", "post_audit_views", "queue_views", "review"]  # importing these adds the authority's pages to `bp`
_PER_PAGE = 25
_USUAL_DAYS = 7


def _own(reference: str) -> Application:
    return queue.find_application(db.session(), reference, current_user.organisation) or abort(404)


def _area_labels(application: Application) -> dict[str, str]:
    return labels(db.session(), application.route)


@bp.get("/applications")
@access.requires("applications.apply")
def index() -> str:
    """List the carrier's applications, newest first."""
    wanted = request.args.get("state", "")
    state = ApplicationState(wanted) if wanted in set(ApplicationState) else None
    rows = db.paginate(queue.applications_of(current_user.organisation, state), per_page=_PER_PAGE, error_out=False)
    areas = labels(db.session(), [code for row in rows for code in row.route])
    return render_template("applications/index.html", applications=rows, state=wanted, states=texts.STATES, areas=areas)


def _form_page(form: ApplicationForm, application: Application | None) -> str | Response:
    """Show the form, or keep a complete one and go on to the page that checks it."""
    session, carrier, now = db.session(), current_user.organisation, local_time.now()
    vehicles, crew = vehicles_of(session, carrier), crew_of(session, carrier)
    is_unfinished = form.change_rows() or is_choosing()
    form.prepare(vehicles, crew, local_time.local_date(now))
    if not is_unfinished and form.validate_on_submit():
        try:
            if application is None:
                application = services.create_draft(session, current_user, form.draft(), now)
            else:
                services.change_draft(session, current_user, application, form.draft(), now)
        except services.ApplicationError as error:
            session.rollback()
            form.form_errors.append(str(texts.ERRORS[error.code]))
        else:
            session.commit()
            return redirect(url_for("applications.check", reference=application.reference))
    return render_template(
        "applications/form.html", form=form, application=application, has_fleet=bool(vehicles), has_crew=bool(crew)
    )


@bp.route("/applications/new", methods=["GET", "POST"])
@access.requires("applications.apply")
def new() -> str | Response:
    """Begin an application; the window starts as this week."""
    today = local_time.local_date(local_time.now())
    last_day = today + timedelta(days=_USUAL_DAYS - 1)
    return _form_page(ApplicationForm(data={"first_day": today, "last_day": last_day}), None)


@bp.route("/applications/<reference>/edit", methods=["GET", "POST"])
@access.requires("applications.apply")
def edit(reference: str) -> str | Response:
    """Change an application that is not sent, or that came back."""
    application = _own(reference)
    if application.state not in EDITABLE:
        flash(texts.ERRORS["not_editable"], "warning")
        return redirect(url_for("applications.show", reference=application.reference))
    return _form_page(ApplicationForm.of(application), application)


@bp.get("/applications/<reference>/check")
@access.requires("applications.apply")
def check(reference: str) -> str | Response:
    """Show all answers and what the automatic checks say, before sending."""
    application = _own(reference)
    if application.state not in EDITABLE:
        return redirect(url_for("applications.show", reference=application.reference))
    report = run_checks(db.session(), application, local_time.now())
    return render_template(
        "applications/check.html", application=application, report=report, areas=_area_labels(application)
    )


@bp.post("/applications/<reference>/submit")
@access.requires("applications.apply")
def submit(reference: str) -> Response:
    """Send an application."""
    application = _own(reference)
    try:
        services.submit(db.session(), current_user, application, local_time.now())
    except services.ApplicationError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("applications.check", reference=reference))
    db.session.commit()
    return redirect(url_for("applications.submitted", reference=application.reference))


@bp.get("/applications/<reference>/submitted")
@access.requires("applications.apply")
def submitted(reference: str) -> str | Response:
    """Confirm: the reference number, what happens next, and when."""
    application = _own(reference)
    if application.state is not ApplicationState.SUBMITTED:
        return redirect(url_for("applications.show", reference=application.reference))
    promise = queue.promise_of(application, promise_hours(), local_time.now())
    ahead = queue.count_ahead(db.session(), application)
    return render_template("applications/submitted.html", application=application, promise=promise, ahead=ahead)


@bp.get("/applications/<reference>")
@access.requires("applications.apply")
def show(reference: str) -> str:
    """Show an application: where it stands, what it says, which passes came of it."""
    application, now = _own(reference), local_time.now()
    promise = None
    if application.state is ApplicationState.SUBMITTED:
        promise = queue.promise_of(application, promise_hours(), now)
    return render_template(
        "applications/show.html",
        application=application,
        areas=_area_labels(application),
        promise=promise,
        passes=passes_of(db.session(), application),
        is_editable=application.state in EDITABLE,
        can_withdraw=application.state in TRANSITIONS[Act.WITHDRAW].sources,
    )


@bp.route("/applications/<reference>/withdraw", methods=["GET", "POST"])
@access.requires("applications.apply")
def withdraw(reference: str) -> str | Response:
    """Ask, then take an application back."""
    application = _own(reference)
    if request.method == "GET" and application.state in TRANSITIONS[Act.WITHDRAW].sources:
        return render_template("applications/withdraw.html", application=application)
    try:
        services.withdraw(db.session(), current_user, application, local_time.now())
    except services.ApplicationError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        flash(_("Đã rút hồ sơ %(reference)s.", reference=application.reference), "success")
    return redirect(url_for("applications.show", reference=reference))
