"""What a carrier sees first: what ends soon, what waits for the authority, and renewing with one button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from passes import access, jobs, local_time
from passes.applications import queue, texts
from passes.applications.blueprint import bp, promise_hours
from passes.applications.models import Application, ApplicationState
from passes.applications.pace import places_of
from passes.applications.renewal import HORIZONS_DAYS, Renewal, expiring_passes, renew
from passes.applications.sending import sending_rules
from passes.applications.transitions import ApplicationError
from passes.db import db
from passes.fleet.papers import expiring_papers
from passes.issuing.services import IssuingError
from passes.moments import grouped
from protocol.plates import format_plate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

_MOST_PLACES = 10


def overview() -> dict[str, Any]:
    """Return what the first page shows a carrier."""
    session, carrier, now = db.session(), current_user.organisation, local_time.now()
    waiting = queue.applications_of(carrier, ApplicationState.SUBMITTED).order_by(None)
    returned = queue.applications_of(carrier, ApplicationState.RETURNED)
    rows = session.scalars(waiting.order_by(Application.submitted_at, Application.id).limit(_MOST_PLACES + 1)).all()
    return {
        "returned": session.scalars(returned.limit(_MOST_PLACES)).all(),
        "expiring": expiring_passes(session, carrier, now),
        "papers": expiring_papers(session, carrier, HORIZONS_DAYS[-1], now),
        "places": places_of(session, rows[:_MOST_PLACES], promise_hours(), now),
        "are_more_waiting": len(rows) > _MOST_PLACES,
    }


@bp.post("/renewals")
@access.requires("applications.apply")
def renewals() -> Response:
    """Renew the passes that were named: with one button, or one by one."""
    session, now = db.session(), local_time.now()
    numbers = set(request.form.getlist("number"))
    soon = [one for group in expiring_passes(session, current_user.organisation, now) for one in group.passes]
    wanted = [one for one in soon if one.number in numbers]
    if not wanted:
        flash(_("Không còn giấy nào cần gia hạn trong số đã chọn."), "warning")
        return redirect(url_for("home.index"))
    try:
        done = renew(session, current_user, wanted, sending_rules(session, current_app.config["ISSUER_ID"]), now)
    except (ApplicationError, IssuingError) as error:
        session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("home.index"))
    session.commit()
    jobs.wake()
    return _renewed(done)


def _renewed(done: Renewal) -> Response:
    """Say what a renewal came to, and lead to where the reader goes on."""
    if count := _vehicles(done.approved):
        text = ngettext(
            "Đã gia hạn %(count)s giấy; giấy mới đang được ký.",
            "Đã gia hạn %(count)s giấy; giấy mới đang được ký.",
            count,
            count=grouped(count),
        )
        flash(text, "success")
    if count := _vehicles(done.sent):
        text = ngettext(
            "Đã nộp hồ sơ gia hạn cho %(count)s xe, chờ duyệt.",
            "Đã nộp hồ sơ gia hạn cho %(count)s xe, chờ duyệt.",
            count,
            count=grouped(count),
        )
        flash(text, "success")
    if done.left_out:
        plates = ", ".join(format_plate(vehicle.plate) for vehicle in done.left_out)
        flash(
            _("Chưa gia hạn được: %(plates)s. Kiểm tra đăng kiểm và lái xe của các xe này.", plates=plates), "warning"
        )
    if done.unfinished:
        flash(_("Có hồ sơ gia hạn chưa nộp được. Sửa các mục không đạt rồi nộp."), "warning")
        return redirect(url_for("applications.check", reference=done.unfinished[0].reference))
    everything = [*done.sent, *done.approved]
    if len(everything) == 1:
        return redirect(url_for("applications.submitted", reference=everything[0].reference))
    return redirect(url_for("applications.index"))


def _vehicles(applications: Sequence[Application]) -> int:
    return sum(len(application.vehicles) for application in applications)
