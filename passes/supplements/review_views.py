"""Pages of the authority: slips and cards that wait, those to be looked at afterwards, and what is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs, local_time
from passes.accounts.services import organisation_names
from passes.applications.models import PostAuditOutcome
from passes.applications.review_forms import RefusalForm
from passes.areas.services import labels
from passes.db import db
from passes.errors import RefusedError
from passes.issuing.forms import StatusForm
from passes.issuing.models import PassStatus, StatusAct
from passes.lists import page_of
from passes.supplements import deciding, services, texts
from passes.supplements.blueprint import bp
from passes.supplements.findings import run_checks

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from passes.issuing.models import Supplement


def _find(number: str) -> Supplement:
    return services.find_supplement(db.session(), number) or abort(404)


@bp.get("/queue/supplements")
@access.requires("applications.review")
def queue() -> str:
    """List what waits for a decision, oldest first, and what is to be looked at afterwards."""
    session = db.session()
    rows, drawn = page_of(deciding.waiting()), list(session.scalars(deciding.drawn().limit(50)))
    names = organisation_names(session, {row.carrier_id for row in (*rows.items, *drawn)})
    return render_template("supplements/queue.html", supplements=rows, drawn=drawn, carriers=names)


@bp.get("/queue/supplements/<number>")
@access.requires("applications.review")
def review(number: str) -> str:
    """Show one slip or card with what the automatic checks find now."""
    return _page(_find(number), RefusalForm(), StatusForm(StatusAct.REVOKE))


def _page(found: Supplement, refusal: RefusalForm, status: StatusForm) -> str:
    session = db.session()
    is_drawn = found.decision is not None and found.decision.audit is PostAuditOutcome.PENDING
    return render_template(
        "supplements/review.html",
        supplement=found,
        report=run_checks(session, found, local_time.now()),
        places=labels(session, found.leg),
        carrier=organisation_names(session, {found.carrier_id})[found.carrier_id],
        form=refusal if refusal.errors else status,
        refusal=refusal,
        status=status,
        is_drawn=is_drawn,
        is_revocable=found.is_approved and found.status is not PassStatus.REVOKED,
    )


def _answer(number: str, act: Callable[[Supplement], None], done: str) -> Response:
    try:
        act(_find(number))
    except RefusedError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("supplements.review", number=number))
    db.session.commit()
    jobs.wake()
    flash(done, "success")
    return redirect(url_for("supplements.queue"))


@bp.post("/queue/supplements/<number>/approve")
@access.requires("applications.review")
def approve(number: str) -> Response:
    """Approve a slip or card."""
    done = _("Đã duyệt %(number)s, đang ký.", number=number)
    return _answer(number, lambda s: deciding.approve(db.session(), current_user, s, local_time.now()), done)


@bp.post("/queue/supplements/<number>/refuse")
@access.requires("applications.review")
def refuse(number: str) -> str | Response:
    """Refuse a slip or card with a reason."""
    form = RefusalForm()
    if not form.validate_on_submit():
        return _page(_find(number), form, StatusForm(StatusAct.REVOKE))
    done = _("Đã từ chối %(number)s.", number=number)
    return _answer(
        number,
        lambda s: deciding.refuse(db.session(), current_user, s, form.code.data, form.note.data, local_time.now()),
        done,
    )


@bp.post("/queue/supplements/<number>/in-order")
@access.requires("applications.review")
def in_order(number: str) -> Response:
    """Write down that what policy approved is in order."""
    done = _("Đã ghi %(number)s đúng quy định.", number=number)
    return _answer(number, lambda s: deciding.find_in_order(db.session(), current_user, s, local_time.now()), done)


@bp.post("/queue/supplements/<number>/revoke")
@access.requires("passes.revoke")
def revoke(number: str) -> str | Response:
    """Revoke a slip or card."""
    form = StatusForm(StatusAct.REVOKE)
    if not form.validate_on_submit():
        return _page(_find(number), RefusalForm(formdata=None), form)
    done = _("Đã thu hồi %(number)s. Các máy chốt nhận được khi đồng bộ.", number=number)
    return _answer(
        number,
        lambda s: deciding.revoke(db.session(), current_user, s, form.chosen(), local_time.now()),
        done,
    )
