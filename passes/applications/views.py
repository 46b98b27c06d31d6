"""Pages on which a carrier sends applications and sees what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs, local_time
from passes.applications import dashboard, drafts, post_audit_views, queue, queue_views, review, services, texts
from passes.applications.blueprint import bp, promise_hours
from passes.applications.checks import run_checks
from passes.applications.models import ApplicationState
from passes.applications.pace import places_of
from passes.applications.preparing import area_labels, own
from passes.applications.sending import send, sending_rules
from passes.applications.transitions import EDITABLE, TRANSITIONS, Act
from passes.areas.services import labels
from passes.db import db
from passes.issuing.register import passes_of
from passes.issuing.services import IssuingError
from passes.lists import chosen, page_of
from protocol.plates import format_plate

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

__all__ = [
    "bp",
    "dashboard",
    "post_audit_views",
    "queue_views",
    "review",
]  # importing these adds the authority's pages to `bp`


@bp.get("/applications")
@access.requires("applications.apply")
def index() -> str:
    """List the carrier's applications, newest first."""
    state = chosen(ApplicationState, "state")
    rows = page_of(queue.applications_of(current_user.organisation, state))
    areas = labels(db.session(), [code for row in rows for code in row.route])
    return render_template("applications/index.html", applications=rows, state=state, states=texts.STATES, areas=areas)


@bp.get("/applications/<reference>/check")
@access.requires("applications.apply")
def check(reference: str) -> str | Response:
    """Show all answers and what the automatic checks say, before sending."""
    application = own(reference)
    if application.state not in EDITABLE:
        return redirect(url_for("applications.show", reference=application.reference))
    if drafts.missing_parts(application):
        flash(texts.ERRORS["incomplete"], "warning")
        return redirect(url_for("applications.edit", reference=application.reference))
    report = run_checks(db.session(), application, local_time.now())
    return render_template(
        "applications/check.html", application=application, report=report, areas=area_labels(application)
    )


@bp.post("/applications/<reference>/submit")
@access.requires("applications.apply")
def submit(reference: str) -> Response:
    """Send an application."""
    application, rules = own(reference), sending_rules(db.session(), current_app.config["ISSUER_ID"])
    try:
        send(db.session(), current_user, application, rules, local_time.now())
    except (services.ApplicationError, IssuingError) as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("applications.check", reference=reference))
    db.session.commit()
    jobs.wake()
    return redirect(url_for("applications.submitted", reference=application.reference))


@bp.post("/applications/<reference>/drop-failed")
@access.requires("applications.apply")
def drop_failed(reference: str) -> Response:
    """Take the vehicles out for which no pass could be made, so that the others need not wait for them."""
    application, now = own(reference), local_time.now()
    try:
        dropped = services.drop_blocked(db.session(), current_user, application, now)
    except services.ApplicationError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        plates = ", ".join(format_plate(vehicle.plate) for vehicle in dropped)
        flash(_("Đã bỏ khỏi hồ sơ: %(plates)s.", plates=plates), "success")
    return redirect(url_for("applications.check", reference=reference))


@bp.get("/applications/<reference>/submitted")
@access.requires("applications.apply")
def submitted(reference: str) -> str | Response:
    """Confirm: the reference number, what happens next, and when."""
    application = own(reference)
    if application.state is ApplicationState.APPROVED and application.decided_by_id is None:
        return render_template("applications/approved.html", application=application)
    if application.state is not ApplicationState.SUBMITTED:
        return redirect(url_for("applications.show", reference=application.reference))
    (place,) = places_of(db.session(), [application], promise_hours(), local_time.now())
    return render_template("applications/submitted.html", application=application, place=place)


@bp.get("/applications/<reference>")
@access.requires("applications.apply")
def show(reference: str) -> str:
    """Show an application: where it stands, what it says, which passes came of it."""
    application, now = own(reference), local_time.now()
    promise = place = None
    if application.state is ApplicationState.SUBMITTED:
        promise = queue.promise_of(application, promise_hours(), now)
        (place,) = places_of(db.session(), [application], promise_hours(), now)
    return render_template(
        "applications/show.html",
        application=application,
        areas=area_labels(application),
        promise=promise,
        place=place,
        passes=passes_of(db.session(), application),
        is_editable=application.state in EDITABLE,
        can_withdraw=application.state in TRANSITIONS[Act.WITHDRAW].sources,
    )


@bp.route("/applications/<reference>/withdraw", methods=["GET", "POST"])
@access.requires("applications.apply")
def withdraw(reference: str) -> str | Response:
    """Ask, then take an application back."""
    application = own(reference)
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
