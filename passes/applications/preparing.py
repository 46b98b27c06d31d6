"""Pages on which a carrier prepares an application: the trip, the vehicles, who goes with each, what is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, local_time
from passes.applications import drafts, queue, tasks, texts
from passes.applications.blueprint import bp
from passes.applications.forms import ChoiceForm, TripForm
from passes.applications.transitions import EDITABLE, ApplicationError
from passes.areas.forms import is_choosing
from passes.areas.services import fold, labels
from passes.db import db
from passes.fleet.services import crew_of, usual_crew, vehicles_of
from protocol.plates import format_plate

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from passes.applications.models import Application, ApplicationVehicle
    from passes.fleet.models import CrewMember


def own(reference: str) -> Application:
    """Return the carrier's application with this reference, or answer that there is no such page."""
    return queue.find_application(db.session(), reference, current_user.organisation) or abort(404)


def _to(endpoint: str, application: Application, **values: Any) -> Response:
    return redirect(url_for(f"applications.{endpoint}", reference=application.reference, **values))


def _editable(reference: str) -> Application:
    """Return an application that is not sent, or that came back; lead to the page of another one."""
    application = own(reference)
    if application.state not in EDITABLE:
        flash(texts.ERRORS["not_editable"], "warning")
        abort(_to("show", application))
    return application


def _changed(change: Callable[[], object]) -> bool:
    """Make a change and commit it; of one that is refused, say why."""
    try:
        change()
    except ApplicationError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return False
    db.session.commit()
    return True


def _trip_page(form: TripForm, application: Application | None) -> str | Response:
    """Show the form of a trip, or keep it and go on; an unfinished one is kept with "save for later"."""
    session, now = db.session(), local_time.now()
    is_for_later = "later" in request.form
    is_unfinished = form.change_rows() or is_choosing()
    if is_unfinished or not (form.is_readable() if is_for_later else form.validate_on_submit()):
        return render_template("applications/trip.html", form=form, application=application)
    if application is None:
        trip = form.trip()
        application = drafts.create_draft(session, current_user, drafts.ApplicationDraft(**vars(trip)), now)
    else:
        drafts.change_trip(session, current_user, application, form.trip(), now)
    session.commit()
    if is_for_later or application.vehicles:
        return _to("edit", application)
    return _to("vehicles", application)


@bp.route("/applications/new", methods=["GET", "POST"])
@access.requires("applications.apply")
def new() -> str | Response:
    """Begin an application; the window starts as this week."""
    first, last = drafts.usual_window(local_time.local_date(local_time.now()))
    return _trip_page(TripForm(data={"first_day": first, "last_day": last}), None)


@bp.get("/applications/<reference>/edit")
@access.requires("applications.apply")
def edit(reference: str) -> str:
    """Show what is done and what is left to do before an application can be sent."""
    application = _editable(reference)
    items = tasks.tasks_of(application)
    return render_template("applications/edit.html", application=application, tasks=items)


@bp.route("/applications/<reference>/trip", methods=["GET", "POST"])
@access.requires("applications.apply")
def trip(reference: str) -> str | Response:
    """Change where an application goes, with what, and when."""
    application = _editable(reference)
    return _trip_page(TripForm.of(application), application)


@bp.route("/applications/<reference>/vehicles", methods=["GET", "POST"])
@access.requires("applications.apply")
def vehicles(reference: str) -> str | Response:
    """Choose the vehicles; each brings the people who usually go with it."""
    application = _editable(reference)
    session, carrier, query = db.session(), current_user.organisation, request.args.get("q", "")
    fleet, form = vehicles_of(session, carrier), ChoiceForm()
    form.offer([*(vehicle.id for vehicle in fleet), *(item.vehicle_id for item in application.vehicles)])
    if form.validate_on_submit():
        ids = form.selection([item.vehicle_id for item in application.vehicles])
        if "all" in request.form:
            ids = [vehicle.id for vehicle in fleet]
        now = local_time.now()
        if _changed(lambda: drafts.choose_vehicles(session, current_user, application, ids, now)):
            return _to("crews" if drafts.without_driver(application) else "edit", application)
        return _to("vehicles", application)
    wanted = "".join(c for c in query.upper() if c.isalnum())
    return render_template(
        "applications/vehicles.html",
        form=form,
        application=application,
        vehicles=[vehicle for vehicle in fleet if wanted in vehicle.plate],
        total=len(fleet),
        query=query,
        chosen={item.vehicle_id: item for item in application.vehicles},
        usual=usual_crew(session, carrier),
        today=local_time.local_date(local_time.now()),
    )


@bp.get("/applications/<reference>/crews")
@access.requires("applications.apply")
def crews(reference: str) -> str:
    """List the vehicles with who goes with them, those without a driver first."""
    application = _editable(reference)
    lacking = drafts.without_driver(application)
    rest = [item for item in application.vehicles if item not in lacking]
    return render_template("applications/crews.html", application=application, lacking=lacking, rest=rest)


def _item(application: Application, item_id: int) -> ApplicationVehicle:
    return next((item for item in application.vehicles if item.id == item_id), None) or abort(404)


def _in_groups(
    application: Application, item: ApplicationVehicle, crew: list[CrewMember]
) -> tuple[list[CrewMember], list[CrewMember], dict[int, str]]:
    """Return who is or usually goes with a vehicle, everybody else, and in which other vehicle somebody is."""
    elsewhere = {
        entry.crew_member_id: format_plate(other.vehicle.plate)
        for other in application.vehicles
        if other is not item
        for entry in other.crew
    }
    seated = {entry.crew_member_id for entry in item.crew}
    near = [m for m in crew if m.id in seated or m.usual_vehicle_id == item.vehicle_id]
    rest = [member for member in crew if member not in near]
    return near, sorted(rest, key=lambda member: member.id in elsewhere), elsewhere


@bp.route("/applications/<reference>/crews/<int:item_id>", methods=["GET", "POST"])
@access.requires("applications.apply")
def crew(reference: str, item_id: int) -> str | Response:
    """Choose who goes with one vehicle, then go on to the next one without a driver."""
    application = _editable(reference)
    session, item, query = db.session(), _item(application, item_id), request.args.get("q", "")
    members, form = crew_of(session, current_user.organisation), ChoiceForm()
    form.offer(member.id for member in members)
    if form.validate_on_submit():
        ids = form.selection([entry.crew_member_id for entry in item.crew])
        now = local_time.now()
        if not _changed(lambda: drafts.assign_crew(session, current_user, application, item, ids, now)):
            is_there = any(other.id == item_id for other in application.vehicles)
            return _to("crew", application, item_id=item_id) if is_there else _to("edit", application)
        lacking = [other for other in drafts.without_driver(application) if other is not item]
        return _to("crew", application, item_id=lacking[0].id) if lacking else _to("edit", application)
    found = [member for member in members if fold(query) in fold(member.person.name or "")]
    near, rest, elsewhere = _in_groups(application, item, found)
    return render_template(
        "applications/crew.html",
        form=form,
        application=application,
        item=item,
        near=near,
        rest=rest,
        elsewhere=elsewhere,
        query=query,
        seated={entry.crew_member_id for entry in item.crew},
    )


@bp.post("/applications/<reference>/copy")
@access.requires("applications.apply")
def copy(reference: str) -> Response:
    """Ask for the same again, for the days after."""
    made = drafts.copy_application(db.session(), current_user, own(reference), local_time.now())
    db.session.commit()
    flash(_("Đã lập hồ sơ %(reference)s theo hồ sơ cũ. Xem lại rồi nộp.", reference=made.reference), "success")
    return _to("edit", made)


def area_labels(application: Application) -> dict[str, str]:
    """Return the labels of the places of an application's route."""
    return labels(db.session(), application.route)
