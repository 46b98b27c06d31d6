"""The list of what is known later: scans of which we would say something else today, passes that were too fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from flask_login import current_user

from passes import access
from passes.db import db
from passes.lists import page_of
from passes.local_time import now
from passes.movement import services
from passes.movement.blueprint import bp
from passes.stations.services import stations_by_id

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_MOST_ALERTS = 100


@bp.get("/findings")
@access.requires("findings.review")
def findings() -> str:
    """List what nobody of the authority has looked at yet."""
    session = db.session()
    alerts = session.scalars(services.unseen_alerts().limit(_MOST_ALERTS)).all()
    return render_template(
        "movement/findings.html",
        page=page_of(services.unseen_findings()),
        alerts=alerts,
        scans=services.scans_by_id(session, {scan for a in alerts for scan in (a.first_scan_id, a.second_scan_id)}),
        stations=stations_by_id(session),
    )


@bp.post("/findings/seen")
@access.requires("findings.review")
def see_findings() -> Response:
    """Take the chosen findings off the list."""
    done = services.mark_findings_seen(db.session(), current_user, request.form.getlist("scan"), now())
    db.session.commit()
    flash(ngettext("Đã xem %(count)s phát hiện.", "Đã xem %(count)s phát hiện.", done, count=done), "success")
    return redirect(url_for("movement.findings"))


@bp.post("/findings/alerts/<int:alert_id>/seen")
@access.requires("findings.review")
def see_alert(alert_id: int) -> Response:
    """Take an alert off the list."""
    try:
        services.mark_alert_seen(db.session(), current_user, alert_id, now())
    except services.FindingUnknownError:
        abort(404)
    db.session.commit()
    return redirect(url_for("movement.findings"))
