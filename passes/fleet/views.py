"""Pages of a carrier's fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, local_time
from passes.areas.forms import is_choosing
from passes.areas.services import fold, labels
from passes.db import db
from passes.fleet import services
from passes.fleet.forms import CrewForm, VehicleForm
from passes.fleet.texts import ERRORS, TEST_RESULTS
from passes.form_errors import show_error
from protocol.plates import format_plate

if TYPE_CHECKING:
    from flask_wtf import FlaskForm
    from werkzeug.wrappers import Response

    from passes.fleet.models import CrewMember, Vehicle

bp = Blueprint("fleet", __name__, url_prefix="/fleet")

bp.add_app_template_filter(lambda result: TEST_RESULTS[result], "test_result")


def _is_sent(form: FlaskForm) -> bool:
    """Say whether a form was posted to be acted on, and is without errors."""
    return not is_choosing() and bool(form.validate_on_submit())


def _vehicle(vehicle_id: int) -> Vehicle:
    return services.find_vehicle(db.session(), current_user.organisation, vehicle_id) or abort(404)


def _member(member_id: int) -> CrewMember:
    return services.find_crew_member(db.session(), current_user.organisation, member_id) or abort(404)


@bp.get("/vehicles")
@access.requires("fleet.manage")
def vehicles() -> str:
    """List the carrier's vehicles."""
    rows = services.vehicles_of(db.session(), current_user.organisation)
    query = request.args.get("q", "")
    wanted = "".join(c for c in query.upper() if c.isalnum())
    found = [vehicle for vehicle in rows if wanted in vehicle.plate]
    today = local_time.local_date(local_time.now())
    return render_template("fleet/vehicles.html", vehicles=found, total=len(rows), query=query, today=today)


@bp.route("/vehicles/new", methods=["GET", "POST"])
@access.requires("fleet.manage")
def new_vehicle() -> str | Response:
    """Register a vehicle."""
    form = VehicleForm()
    if _is_sent(form):
        try:
            vehicle = services.add_vehicle(db.session(), current_user, form.draft(), local_time.now())
        except services.FleetError as error:
            show_error(form, error, ERRORS)
        else:
            db.session.commit()
            flash(_("Đã thêm phương tiện %(plate)s.", plate=format_plate(vehicle.plate)), "success")
            return redirect(url_for("fleet.vehicles"))
    return render_template("fleet/vehicle_form.html", form=form, vehicle=None)


@bp.route("/vehicles/<int:vehicle_id>", methods=["GET", "POST"])
@access.requires("fleet.manage")
def edit_vehicle(vehicle_id: int) -> str | Response:
    """Correct or renew a vehicle."""
    vehicle = _vehicle(vehicle_id)
    form = VehicleForm.of(vehicle)
    if _is_sent(form):
        try:
            services.change_vehicle(db.session(), current_user, vehicle, form.draft(), local_time.now())
        except services.FleetError as error:
            show_error(form, error, ERRORS)
        else:
            db.session.commit()
            flash(_("Đã lưu phương tiện %(plate)s.", plate=format_plate(vehicle.plate)), "success")
            return redirect(url_for("fleet.vehicles"))
    return render_template("fleet/vehicle_form.html", form=form, vehicle=vehicle)


@bp.route("/vehicles/<int:vehicle_id>/retire", methods=["GET", "POST"])
@access.requires("fleet.manage")
def retire_vehicle(vehicle_id: int) -> str | Response:
    """Ask, then take a vehicle out of the list."""
    vehicle = _vehicle(vehicle_id)
    if request.method == "GET":
        return render_template("fleet/retire_vehicle.html", vehicle=vehicle)
    services.retire_vehicle(db.session(), current_user, vehicle, local_time.now())
    db.session.commit()
    flash(_("Đã ngừng sử dụng phương tiện %(plate)s.", plate=format_plate(vehicle.plate)), "success")
    return redirect(url_for("fleet.vehicles"))


@bp.get("/crew")
@access.requires("fleet.manage")
def crew() -> str:
    """List the carrier's drivers and assistants."""
    rows = services.crew_of(db.session(), current_user.organisation)
    query = request.args.get("q", "")
    found = [member for member in rows if fold(query) in fold(member.person.name or "")]
    areas = labels(db.session(), [member.person.residence_code for member in found])
    moment = local_time.now()
    return render_template(
        "fleet/crew.html",
        crew=found,
        total=len(rows),
        query=query,
        areas=areas,
        moment=moment,
        today=local_time.local_date(moment),
    )


def _crew_page(form: CrewForm, **context: Any) -> str:
    return render_template("fleet/crew_form.html", form=form, **context)


@bp.route("/crew/new", methods=["GET", "POST"])
@access.requires("fleet.manage")
def new_crew() -> str | Response:
    """Register a driver or assistant."""
    form = CrewForm()
    if _is_sent(form):
        try:
            member = services.add_crew_member(db.session(), current_user, form.draft(), local_time.now())
        except services.FleetError as error:
            db.session.rollback()
            show_error(form, error, ERRORS)
        else:
            db.session.commit()
            flash(_("Đã thêm %(name)s.", name=member.person.name), "success")
            return redirect(url_for("fleet.crew"))
    return _crew_page(form, member=None)


@bp.route("/crew/<int:member_id>", methods=["GET", "POST"])
@access.requires("fleet.manage")
def edit_crew(member_id: int) -> str | Response:
    """Correct or renew a person's papers."""
    member = _member(member_id)
    form = CrewForm.of(member)
    if _is_sent(form):
        try:
            services.change_crew_member(db.session(), current_user, member, form.draft(), local_time.now())
        except services.FleetError as error:
            db.session.rollback()
            show_error(form, error, ERRORS)
        else:
            db.session.commit()
            flash(_("Đã lưu %(name)s.", name=member.person.name), "success")
            return redirect(url_for("fleet.crew"))
    return _crew_page(form, member=member)


@bp.route("/crew/<int:member_id>/retire", methods=["GET", "POST"])
@access.requires("fleet.manage")
def retire_crew(member_id: int) -> str | Response:
    """Ask, then take a person out of the list."""
    member = _member(member_id)
    if request.method == "GET":
        return render_template("fleet/retire_crew.html", member=member)
    services.retire_crew_member(db.session(), current_user, member, local_time.now())
    db.session.commit()
    flash(_("Đã đưa %(name)s ra khỏi danh sách.", name=member.person.name), "success")
    return redirect(url_for("fleet.crew"))
