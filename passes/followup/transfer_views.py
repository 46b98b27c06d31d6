"""Transfers between districts: what waits for an answer, and the receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.accounts.services import user_names
from passes.areas.services import labels
from passes.db import db
from passes.followup import services, texts, transfers
from passes.followup.forms import AnswerForm
from passes.followup.views import bp
from passes.local_time import now
from passes.people.services import people_by_id

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@bp.get("/transfers")
@access.requires("followups.decide")
def transfer_list() -> str:
    """List what waits for this office's answer, and what it handed over, with the receipts."""
    session = db.session()
    waiting, sent = transfers.incoming(session, current_user), transfers.outgoing(session, current_user)
    rows = [*waiting, *sent]
    return render_template(
        "followup/transfers.html",
        waiting=waiting,
        sent=sent,
        people=people_by_id(session, [row.person_id for row in rows]),
        areas=labels(session, {code for row in rows for code in (row.to_code, row.from_district)}),
        names=user_names(session, [user for row in rows for user in (row.asked_by_id, row.decided_by_id)]),
        form=AnswerForm(),
    )


@bp.post("/transfers/<int:transfer_id>/<any(accept, decline):answer>")
@access.requires("followups.decide")
def decide_transfer(transfer_id: int, answer: str) -> Response:
    """Take a person over, or say why not."""
    is_accepted = answer == "accept"
    note = request.form.get("answer", "")[:1000]
    try:
        transfer = transfers.decide_transfer(
            db.session(), current_user, transfer_id, is_accepted=is_accepted, answer=note, now=now()
        )
    except services.FollowUpError as error:
        db.session.rollback()
        flash(str(texts.ERRORS[error.code]), "warning")
        return redirect(url_for("followup.transfer_list"))
    db.session.commit()
    if not is_accepted:
        flash(_("Đã trả lời không tiếp nhận."), "success")
        return redirect(url_for("followup.transfer_list"))
    flash(_("Đã tiếp nhận. Người này nay ở danh sách của quý vị."), "success")
    if services.only_visible(db.session(), current_user, [transfer.person_id]):
        return redirect(url_for("followup.person", person_id=transfer.person_id))
    return redirect(url_for("followup.transfer_list"))


@bp.post("/transfers/<int:transfer_id>/take-back")
@access.requires("followups.decide")
def take_back_transfer(transfer_id: int) -> Response:
    """Take back a transfer that nobody has answered."""
    try:
        transfers.take_back_transfer(db.session(), current_user, transfer_id, now())
    except (services.FollowUpError, services.FollowUpUnknownError):
        db.session.rollback()
        flash(str(texts.ERRORS["transfer_unknown"]), "warning")
    else:
        db.session.commit()
        flash(_("Đã rút lại đề nghị chuyển."), "success")
    return redirect(url_for("followup.transfer_list"))
