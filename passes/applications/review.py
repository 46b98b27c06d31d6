"""Pages on which the authority decides about one application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs, local_time
from passes.accounts.services import user_names
from passes.applications import claims, queue, services, texts
from passes.applications.blueprint import bp, promise_hours
from passes.applications.checks import CheckOutcome, run_checks
from passes.applications.models import Application, ApplicationState
from passes.applications.review_forms import DecisionForm, RefusalForm, ReturnForm
from passes.applications.seen import mark_of
from passes.areas.services import labels
from passes.db import db
from passes.documents.services import documents_of_application
from passes.errors import RefusedError
from passes.issuing.register import passes_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from werkzeug.wrappers import Response


def _find(reference: str) -> Application:
    """Return an application that was sent; an unsent draft is nobody's business but the carrier's."""
    application = queue.find_application(db.session(), reference)
    if application is None or application.submitted_at is None:
        abort(404)
    return application


@bp.get("/queue/<reference>")
@access.requires("applications.review")
def review(reference: str) -> str:
    """Show one application with its checks and what can be decided; whoever opens one that waits has it for a while."""
    session, application, now = db.session(), _find(reference), local_time.now()
    is_waiting, claim = application.state is ApplicationState.SUBMITTED, None
    if is_waiting:
        claim = claims.claim(session, current_user, application, now)
        session.commit()
    is_mine = claim is not None and claim.user_id == current_user.id
    names = user_names(session, [application.decided_by_id, claim.user_id if claim else None])
    report = run_checks(session, application, now)
    return render_template(
        "applications/review.html",
        application=application,
        report=report,
        seen=mark_of(application, report),
        areas=labels(session, application.route),
        promise=queue.promise_of(application, promise_hours(), now) if is_waiting else None,
        passes=passes_of(session, application),
        documents=documents_of_application(session, application),
        is_mine=is_mine,
        claim=claim,
        claimed_by=names.get(claim.user_id) if claim else None,
        decided_by=names.get(application.decided_by_id),
    )


def _decided(reference: str, act: Callable[[], object], text: str) -> Response:
    """Decide, say what was done, and go on to the next application; of an error, say why on the application's page."""
    try:
        act()
    except RefusedError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("applications.review", reference=reference))
    following = claims.claim_next(db.session(), current_user, queue.waiting(), local_time.now())
    db.session.commit()
    jobs.wake()
    flash(text, "success")
    if following is None:
        return redirect(url_for("applications.queue"))
    return redirect(url_for("applications.review", reference=following.reference))


@bp.post("/queue/<reference>/approve")
@access.requires("applications.review")
def approve(reference: str) -> Response:
    """Approve what the page showed, and have the passes signed."""
    application, iss, seen = _find(reference), current_app.config["ISSUER_ID"], request.form.get("seen", "")
    return _decided(
        reference,
        lambda: services.approve(db.session(), current_user, application, iss, local_time.now(), seen=seen),
        _("Đã duyệt hồ sơ %(reference)s. Giấy đang được ký.", reference=reference),
    )


def _keep(application: Application, now: datetime) -> Response | None:
    """Keep an application for whoever types a decision about it; send back who would type beside somebody else."""
    is_waiting = application.state is ApplicationState.SUBMITTED
    is_mine = is_waiting and claims.claim(db.session(), current_user, application, now).user_id == current_user.id
    db.session.commit()  # before anything else is read: it makes the session forget
    if request.method == "GET" and not is_mine:
        return redirect(url_for("applications.review", reference=application.reference))
    return None


@bp.route("/queue/<reference>/decide", methods=["GET", "POST"])
@access.requires("applications.review")
def decide(reference: str) -> str | Response:
    """Ask what becomes of each vehicle, then decide."""
    session, application, now = db.session(), _find(reference), local_time.now()
    if (elsewhere := _keep(application, now)) is not None:
        return elsewhere
    report = run_checks(session, application, now)
    form = DecisionForm.of(application, report)
    if not form.validate_on_submit():
        return render_template("applications/decide.html", form=form, application=application, report=report)
    refusals, iss = form.refusals(), current_app.config["ISSUER_ID"]
    count = len(application.vehicles) - len(refusals)
    text = _(
        "Đã quyết định hồ sơ %(reference)s: duyệt %(approved)s xe, từ chối %(refused)s xe.",
        reference=reference,
        approved=count,
        refused=len(refusals),
    )
    return _decided(
        reference,
        lambda: services.decide(
            session, current_user, application, refusals, iss, now, note=form.note.data, seen=form.seen.data
        ),
        text,
    )


@bp.route("/queue/<reference>/refuse", methods=["GET", "POST"])
@access.requires("applications.review")
def refuse(reference: str) -> str | Response:
    """Ask for the reason, then refuse."""
    session, application, now = db.session(), _find(reference), local_time.now()
    if (elsewhere := _keep(application, now)) is not None:
        return elsewhere
    form = RefusalForm(code=run_checks(session, application, now).suggested_refusal)
    if not form.validate_on_submit():
        return render_template("applications/refuse.html", form=form, application=application)
    return _decided(
        reference,
        lambda: services.reject(session, current_user, application, form.code.data, form.note.data, now),
        _("Đã từ chối hồ sơ %(reference)s.", reference=reference),
    )


@bp.route("/queue/<reference>/return", methods=["GET", "POST"])
@access.requires("applications.review")
def send_back(reference: str) -> str | Response:
    """Ask what is to be put right, then return the application."""
    session, application, now = db.session(), _find(reference), local_time.now()
    if (elsewhere := _keep(application, now)) is not None:
        return elsewhere
    form = ReturnForm()
    if not form.validate_on_submit():
        failed = [c for c in run_checks(session, application, now) if c.outcome is CheckOutcome.FAIL]
        return render_template("applications/return.html", form=form, application=application, failed=failed)
    return _decided(
        reference,
        lambda: services.send_back(session, current_user, application, form.note.data, now),
        _("Đã trả lại hồ sơ %(reference)s để bổ sung.", reference=reference),
    )


@bp.post("/queue/<reference>/keep")
@access.requires("applications.review")
def keep(reference: str) -> tuple[str, int]:
    """Keep an application that is being read for longer; the page asks for it by itself."""
    application = _find(reference)
    if application.state is not ApplicationState.SUBMITTED:
        return "", 409
    holder = claims.claim(db.session(), current_user, application, local_time.now())
    db.session.commit()
    return ("", 204) if holder.user_id == current_user.id else ("", 409)


@bp.post("/queue/<reference>/release")
@access.requires("applications.review")
def release(reference: str) -> Response:
    """Put an application back, undecided, for whoever comes next."""
    claims.release(db.session(), current_user, _find(reference))
    db.session.commit()
    flash(_("Đã để lại hồ sơ %(reference)s cho người khác xét.", reference=reference), "success")
    return redirect(url_for("applications.queue"))
