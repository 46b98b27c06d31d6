"""Pages for stations and their devices. What stations themselves ask stands in `api.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.areas.forms import is_choosing
from passes.areas.services import labels
from passes.db import db
from passes.form_errors import show_error
from passes.local_time import now
from passes.press.symbol import draw_symbol
from passes.sites.services import all_sites, sites_by_id
from passes.stations import positions, services
from passes.stations.api import api
from passes.stations.forms import DIRECTIONS, ERRORS, KINDS, PositionForm, StationForm
from passes.trust.repository import TrustRepository
from protocol.trust import Direction, StationKind

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

__all__ = ["api", "bp"]


bp = Blueprint("stations", __name__, url_prefix="/stations")


@bp.get("")
@access.requires("stations.manage")
def index() -> str:
    """List every station with its devices."""
    session = db.session()
    stations = services.stations_by_id(session).values()
    return render_template(
        "stations/index.html",
        stations=list(stations),
        devices=services.devices_of(session),
        areas=labels(session, [station.area_code for station in stations]),
        sites=sites_by_id(session, [station.site_id for station in stations]),
        kinds=KINDS,
        directions=DIRECTIONS,
    )


@bp.route("/new", methods=["GET", "POST"])
@access.requires("stations.manage")
def new() -> str | Response:
    """Add a station."""
    form = StationForm(all_sites(db.session()))
    if not is_choosing() and form.validate_on_submit():
        try:
            station = services.create_station(
                db.session(),
                current_user,
                station_id=form.station_id.data or "",
                name=form.name.data or "",
                kind=StationKind(form.kind.data),
                area_code=form.area.data,
                site_id=form.site_id.data or None,
                direction=Direction(form.direction.data),
                position=positions.parse_position(form.position.data or ""),
                now=now(),
            )
        except services.StationError as error:
            show_error(form, error, ERRORS, {"area_code": "area"})
        else:
            db.session.commit()
            jobs.wake()
            flash(_("Đã thêm máy chốt %(name)s.", name=station.name), "success")
            return redirect(url_for("stations.index"))
    return render_template("stations/new.html", form=form)


@bp.route("/<station_id>/position", methods=["GET", "POST"])
@access.requires("stations.manage")
def locate(station_id: str) -> str | Response:
    """Say where exactly a station stands."""
    session = db.session()
    try:
        station = services.get_station(session, station_id)
    except services.StationError:
        abort(404)
    at = station.position
    form = PositionForm(data={"position": f"{at.latitude:.6f}, {at.longitude:.6f}" if at else ""})
    if form.validate_on_submit():
        try:
            position = positions.parse_position(form.position.data or "")
        except services.StationError as error:
            show_error(form, error, ERRORS)
        else:
            positions.locate_station(session, current_user, station.id, position, now())
            session.commit()
            jobs.wake()
            flash(_("Đã lưu tọa độ của %(name)s.", name=station.name), "success")
            return redirect(url_for("stations.index"))
    return render_template("stations/position.html", form=form, station=station)


@bp.route("/<station_id>/code", methods=["GET", "POST"])
@access.requires("stations.manage")
def enrolment_code(station_id: str) -> str:
    """Explain, then make a code with which one device enrols. It is shown this once and kept nowhere."""
    session = db.session()
    try:
        station = services.get_station(session, station_id)
    except services.StationError:
        abort(404)
    if request.method == "GET":
        return render_template("stations/ask_code.html", station=station)
    root = TrustRepository(current_app.extensions["instance"].trust_dir).root_sha256()
    moment = now()
    code = services.issue_enrolment_code(
        session, current_user, station.id, current_app.config["PUBLIC_URL"], root, moment
    )
    db.session.commit()
    return render_template(
        "stations/code.html",
        station=station,
        code=code.to_text(),
        symbol=draw_symbol(code.to_text()),
        expires_at=moment + services.ENROLMENT_LIFETIME,
    )


@bp.route("/devices/<int:device_id>/revoke", methods=["GET", "POST"])
@access.requires("stations.manage")
def revoke(device_id: int) -> str | Response:
    """Ask, then revoke a device."""
    session = db.session()
    device = services.get_device(session, device_id) or abort(404)
    station = services.get_station(session, device.station_id)
    if request.method == "GET":
        return render_template("stations/revoke.html", device=device, station=station)
    services.revoke_device(session, current_user, device_id, now())
    db.session.commit()
    jobs.wake()
    flash(_("Đã thu hồi máy của %(name)s.", name=station.name), "success")
    return redirect(url_for("stations.index"))
