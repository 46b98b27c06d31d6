"""Pages of the authority's queue: what waits, the next one, and many clean ones at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from passes import access, jobs, local_time
from passes.accounts.services import user_names
from passes.applications import batch, claims, queue, texts
from passes.applications.blueprint import bp, promise_hours
from passes.applications.checks import run_all_checks
from passes.applications.seen import mark_of
from passes.areas.services import labels
from passes.db import db
from passes.labels import cargo_class_choices
from passes.lists import chosen, page_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


def _wanted() -> queue.QueueFilter:
    cargo = request.args.get("cargo", "")
    return queue.QueueFilter(
        text=request.args.get("q", "").strip(),
        checks=chosen(queue.CheckSummary, "checks"),
        urgency=chosen(queue.Urgency, "due"),
        cargo=int(cargo) if cargo in dict(cargo_class_choices()) else None,
    )


@bp.get("/queue", endpoint="queue")
@access.requires("applications.review")
def waiting_list() -> str:
    """List what waits, oldest first, with the hours left of the promise and who has it open."""
    session, wanted, now = db.session(), _wanted(), local_time.now()
    rows = page_of(queue.waiting(wanted, promise_hours(), now))
    holders = claims.holders(session, [row.id for row in rows], now)
    return render_template(
        "applications/queue.html",
        applications=rows,
        wanted=wanted,
        choices={"checks": texts.QUEUE_CHECKS, "due": texts.QUEUE_URGENCY, "cargo": cargo_class_choices()},
        promises={row.id: queue.promise_of(row, promise_hours(), now) for row in rows},
        reports=run_all_checks(session, rows.items, now),
        areas=labels(session, [code for row in rows for code in row.route]),
        holders=holders,
        names=user_names(session, list(holders.values())),
    )


@bp.post("/queue/next")
@access.requires("applications.review")
def next_one() -> Response:
    """Take the oldest application of the list that nobody has, and open it."""
    now = local_time.now()
    found = claims.claim_next(db.session(), current_user, queue.waiting(_wanted(), promise_hours(), now), now)
    db.session.commit()
    if found is None:
        flash(_("Không còn hồ sơ nào chờ mà chưa có người xét."), "info")
        return redirect(url_for("applications.queue"))
    return redirect(url_for("applications.review", reference=found.reference))


@bp.post("/queue/take")
@access.requires("applications.review")
def take_batch() -> Response:
    """Take the oldest clean applications of the list and show them for one confirmation."""
    batch.take_batch(db.session(), current_user, _wanted(), promise_hours(), local_time.now())
    db.session.commit()
    return redirect(url_for("applications.confirm_batch"))


@bp.get("/queue/batch")
@access.requires("applications.review")
def confirm_batch() -> str:
    """Show the clean applications that the reviewer has, to be approved together."""
    now = local_time.now()
    found = batch.batch_of(db.session(), current_user, now)
    return render_template(
        "applications/batch.html",
        applications=list(found),
        marks={row.id: mark_of(row, report) for row, report in found.items()},
        promises={row.id: queue.promise_of(row, promise_hours(), now) for row in found},
        areas=labels(db.session(), [code for row in found for code in row.route]),
        minutes=int(claims.CLAIM_LIFETIME.total_seconds() // 60),
    )


@bp.post("/queue/batch")
@access.requires("applications.review")
def approve_batch() -> Response:
    """Approve the chosen applications."""
    iss, now = current_app.config["ISSUER_ID"], local_time.now()
    seen = {reference: request.form.get(f"seen-{reference}", "") for reference in request.form.getlist("reference")}
    result = batch.approve_batch(db.session(), current_user, seen, iss, now)
    db.session.commit()
    if result.approved:
        jobs.wake()
        text = ngettext(
            "Đã duyệt %(count)s hồ sơ", "Đã duyệt %(count)s hồ sơ", len(result.approved), count=len(result.approved)
        )
        flash(_("%(files)s, %(passes)s giấy đang được ký.", files=text, passes=result.passes), "success")
    elif not result.left:
        flash(_("Chưa chọn hồ sơ nào."), "warning")
    for reference, code in result.left:
        flash(f"{reference}: {texts.ERRORS[code]}", "warning")
    return redirect(url_for("applications.queue"))
