"""Pages on which files that policy approved are looked at afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs, local_time
from passes.accounts.services import user_names
from passes.applications import post_audit, texts
from passes.applications.blueprint import bp
from passes.applications.checks import run_checks
from passes.applications.models import PostAuditOutcome
from passes.applications.review_forms import PostAuditForm
from passes.applications.transitions import ApplicationError
from passes.areas.services import labels
from passes.db import db
from passes.issuing.register import passes_of
from passes.lists import chosen, page_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@bp.get("/post-audits")
@access.requires("applications.review")
def post_audits() -> str:
    """List the files that were drawn, oldest first."""
    outcome = chosen(PostAuditOutcome, "outcome")
    rows = page_of(post_audit.post_audits(outcome))
    names = user_names(db.session(), [row.decided_by_id for row in rows])
    return render_template(
        "applications/post_audits.html", drawn=rows, outcome=outcome, outcomes=texts.POST_AUDITS, names=names
    )


@bp.route("/post-audits/<reference>", methods=["GET", "POST"])
@access.requires("applications.review")
def post_audit_of(reference: str) -> str | Response:
    """Show a file that was drawn, and ask what came of looking at it."""
    session, now, form = db.session(), local_time.now(), PostAuditForm()
    drawn = post_audit.find_post_audit(session, reference) or abort(404)
    if not form.validate_on_submit():
        application = drawn.application
        return render_template(
            "applications/post_audit.html",
            form=form,
            drawn=drawn,
            application=application,
            report=run_checks(session, application, now),
            areas=labels(session, application.route),
            passes=passes_of(session, application),
            decided_by=user_names(session, [drawn.decided_by_id]).get(drawn.decided_by_id),
        )
    try:
        post_audit.conclude(session, current_user, drawn, PostAuditOutcome(form.outcome.data), form.note.data, now)
    except ApplicationError as error:
        session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("applications.post_audit_of", reference=reference))
    session.commit()
    jobs.wake()
    flash(_("Đã ghi kết quả hậu kiểm hồ sơ %(reference)s.", reference=drawn.application.reference), "success")
    return redirect(url_for("applications.post_audits"))
