"""Pages on which clocks of stations are put right afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.accounts.services import user_names
from passes.db import db
from passes.form_errors import show_error
from passes.local_time import now
from passes.movement import services
from passes.movement.blueprint import bp
from passes.movement.clock_forms import ERRORS, FIELDS, ClockForm
from passes.stations.services import stations_by_id

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@bp.route("/scans/clocks", methods=["GET", "POST"])
@access.requires("stations.manage")
def clocks() -> str | Response:
    """List corrections; say that a clock was wrong."""
    session = db.session()
    stations = stations_by_id(session)
    form = ClockForm(stations.values())
    if form.validate_on_submit():
        try:
            services.correct_clock(session, current_user, *form.correction(), now())
        except services.ClockError as error:
            session.rollback()
            show_error(form, error, ERRORS, FIELDS)
        else:
            session.commit()
            jobs.wake()
            flash(_("Đã hiệu chỉnh. Lượt quét và di biến động được tính lại."), "success")
            return redirect(url_for("movement.clocks"))
    corrections = services.all_corrections(session)
    names = user_names(session, [one.made_by_id for one in corrections])
    return render_template("movement/clocks.html", form=form, corrections=corrections, stations=stations, names=names)


@bp.post("/scans/clocks/<int:correction_id>/take-back")
@access.requires("stations.manage")
def take_back_clock(correction_id: int) -> Response:
    """Say that the clock was right after all."""
    try:
        services.take_back_correction(db.session(), current_user, correction_id, now())
    except services.ClockError:
        abort(404)
    db.session.commit()
    jobs.wake()
    flash(_("Đã rút lại hiệu chỉnh."), "success")
    return redirect(url_for("movement.clocks"))
