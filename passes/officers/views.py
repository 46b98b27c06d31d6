"""Pages for officers: the list, one officer, a new PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.db import db
from passes.form_errors import show_error
from passes.local_time import now
from passes.officers import services
from passes.officers.forms import ERRORS, ROLES, OfficerForm
from passes.stations.services import stations_by_id
from protocol.roster import OfficerRole

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from passes.officers.models import Officer

bp = Blueprint("officers", __name__, url_prefix="/officers")


def _officer(officer_id: str) -> Officer:
    try:
        officer = services.get_officer(db.session(), officer_id)
    except services.OfficerError:
        abort(404)
    return officer if officer.left_at is None else abort(404)


def _values(form: OfficerForm) -> dict[str, Any]:
    return {
        "name": form.name.data or "",
        "role": OfficerRole(form.role.data),
        "station_ids": form.stations.data or [],
        "now": now(),
    }


@bp.get("")
@access.requires("officers.manage")
def index() -> str:
    """List the officers who serve, at one station or everywhere."""
    session = db.session()
    stations = stations_by_id(session)
    chosen = request.args.get("station", "")
    return render_template(
        "officers/index.html",
        officers=services.list_officers(session, chosen if chosen in stations else None),
        stations=stations,
        chosen=chosen if chosen in stations else "",
        roles=ROLES,
        without_chief=[stations[station_id].name for station_id in services.stations_without_chief(session)],
    )


@bp.route("/new", methods=["GET", "POST"])
@access.requires("officers.manage")
def new() -> str | Response:
    """Add an officer."""
    form = OfficerForm(stations_by_id(db.session()).values())
    if form.validate_on_submit():
        try:
            officer = services.add_officer(db.session(), current_user, **_values(form))
        except services.OfficerError as error:
            show_error(form, error, ERRORS)
        else:
            db.session.commit()
            jobs.wake()
            flash(_("Đã thêm %(name)s. Hãy cấp mã PIN để đăng nhập tại máy chốt.", name=officer.name), "success")
            return redirect(url_for("officers.pin", officer_id=officer.id))
    return render_template("officers/edit.html", form=form, officer=None)


@bp.route("/<officer_id>", methods=["GET", "POST"])
@access.requires("officers.manage")
def edit(officer_id: str) -> str | Response:
    """Change an officer's name, role or stations."""
    officer = _officer(officer_id)
    given = {"name": officer.name, "role": officer.role.value, "stations": officer.station_ids}
    form = OfficerForm(stations_by_id(db.session()).values(), data=given)
    if form.validate_on_submit():
        try:
            services.change_officer(db.session(), current_user, officer.id, **_values(form))
        except services.OfficerError as error:
            show_error(form, error, ERRORS)
        else:
            db.session.commit()
            jobs.wake()
            flash(_("Đã lưu thông tin của %(name)s.", name=officer.name), "success")
            return redirect(url_for("officers.index"))
    return render_template("officers/edit.html", form=form, officer=officer)


@bp.route("/<officer_id>/pin", methods=["GET", "POST"])
@access.requires("officers.manage")
def pin(officer_id: str) -> str:
    """Explain, then make a PIN. It is shown this once and kept nowhere."""
    officer, session = _officer(officer_id), db.session()
    stations = stations_by_id(session)
    places = [stations[station_id].name for station_id in officer.station_ids]
    if request.method == "GET" or not places:
        return render_template("officers/ask_pin.html", officer=officer, places=places)
    made = services.give_pin(session, current_user, officer.id, now())
    db.session.commit()
    jobs.wake()
    return render_template("officers/pin.html", officer=officer, places=places, pin=f"{made[:3]} {made[3:]}")


@bp.route("/<officer_id>/dismiss", methods=["GET", "POST"])
@access.requires("officers.manage")
def dismiss(officer_id: str) -> str | Response:
    """Ask, then take an officer off every list."""
    officer = _officer(officer_id)
    if request.method == "GET":
        return render_template("officers/dismiss.html", officer=officer)
    services.dismiss_officer(db.session(), current_user, officer.id, now())
    db.session.commit()
    jobs.wake()
    flash(_("%(name)s không còn đăng nhập được từ lần đồng bộ tới của máy chốt.", name=officer.name), "success")
    return redirect(url_for("officers.index"))
