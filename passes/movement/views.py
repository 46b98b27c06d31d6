"""Pages for zones and for the list of scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.accounts.services import user_names
from passes.areas.forms import is_choosing
from passes.areas.services import labels
from passes.db import db
from passes.local_time import now
from passes.movement import services, texts
from passes.movement.forms import LiftForm, ScanFilterForm, ZoneForm, show_error
from passes.sites.services import all_sites, sites_by_id
from passes.stations.services import stations_by_id

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from passes.movement.models import Zone

bp = Blueprint("movement", __name__)

_SCANS_A_PAGE = 50


@bp.context_processor
def _words() -> dict[str, object]:
    return {"texts": texts}


def _zone(zone_id: str) -> Zone:
    try:
        return services.get_zone(db.session(), zone_id)
    except services.ZoneError:
        abort(404)


@bp.get("/zones")
@access.requires("zones.manage")
def zones() -> str:
    """List every zone, those published last on top."""
    session = db.session()
    versions = sorted(
        services.latest_versions(session).values(), key=lambda v: (v.published_at, v.zone_id), reverse=True
    )
    return render_template(
        "movement/zones.html",
        versions=versions,
        areas=labels(session, [code for version in versions for code in version.areas]),
        sites=sites_by_id(session, [site for version in versions for site in version.sites]),
        people=services.exposed_people(session),
        waiting=services.waiting_rematches(session),
    )


@bp.route("/zones/new", methods=["GET", "POST"])
@access.requires("zones.manage")
def new_zone() -> str | Response:
    """Describe a zone, look at what it would hit, choose whether passing counts, publish."""
    form = ZoneForm(all_sites(db.session()))
    is_changing = is_choosing() or (form.is_submitted() and form.change_rows())
    step = "edit" if is_changing else request.form.get("step", "edit")
    if step == "edit" or not form.validate_on_submit():
        return render_template("movement/zone_form.html", form=form)
    if step == "publish" and not form.passage.data:
        form.passage.errors = [_("Chọn một trong hai cách tính.")]
        step = "preview"
    try:
        if step == "publish":
            zone = services.publish_zone(db.session(), current_user, form.draft(), now())
            db.session.commit()
            jobs.wake()
            return redirect(url_for("movement.zone", zone_id=zone.id, is_new=1))
        preview = services.preview_zone(db.session(), current_user, form.draft(), now())
    except services.ZoneError as error:
        show_error(form, error)
        return render_template("movement/zone_form.html", form=form)
    db.session.commit()
    return _preview(form, preview)


def _preview(form: ZoneForm, preview: services.ZonePreview) -> str:
    draft = form.draft()
    return render_template(
        "movement/zone_preview.html",
        form=form,
        draft=draft,
        preview=preview,
        areas=labels(db.session(), draft.areas),
        sites=sites_by_id(db.session(), draft.sites),
    )


@bp.get("/zones/<zone_id>")
@access.requires("zones.manage")
def zone(zone_id: str) -> str:
    """Show one zone with all its versions and how many people it exposes."""
    found = _zone(zone_id)
    session = db.session()
    return render_template(
        "movement/zone.html",
        zone=found,
        version=found.latest,
        areas=labels(session, [code for version in found.versions for code in version.areas]),
        sites=sites_by_id(session, [site for version in found.versions for site in version.sites]),
        names=user_names(session, [version.published_by_id for version in found.versions]),
        people=services.exposed_people(session).get(found.id, 0),
        progress=services.waiting_rematches(session).get(found.id),
    )


@bp.route("/zones/<zone_id>/lift", methods=["GET", "POST"])
@access.requires("zones.manage")
def lift_zone(zone_id: str) -> str | Response:
    """Ask when a zone ends, and end it."""
    found = _zone(zone_id)
    form = LiftForm()
    if form.validate_on_submit():
        try:
            services.lift_zone(db.session(), current_user, zone_id, form.at, now())
        except services.ZoneError as error:
            show_error(form, error)
        else:
            db.session.commit()
            jobs.wake()
            flash(_("Đã công bố thời điểm kết thúc của %(name)s.", name=found.latest.name), "success")
            return redirect(url_for("movement.zone", zone_id=zone_id))
    return render_template("movement/lift.html", form=form, zone=found, version=found.latest)


@bp.route("/zones/<zone_id>/withdraw", methods=["GET", "POST"])
@access.requires("zones.manage")
def withdraw_zone(zone_id: str) -> str | Response:
    """Ask, then take a zone back."""
    found = _zone(zone_id)
    if request.method == "GET":
        people = services.exposed_people(db.session()).get(found.id, 0)
        return render_template("movement/withdraw.html", zone=found, version=found.latest, people=people)
    services.withdraw_zone(db.session(), current_user, zone_id, now())
    db.session.commit()
    jobs.wake()
    flash(_("Đã rút lại %(name)s.", name=found.latest.name), "success")
    return redirect(url_for("movement.zone", zone_id=zone_id))


@bp.get("/scans")
@access.requires("scans.view")
def scans() -> str:
    """List what stations sent home, newest first; late findings can be picked out."""
    session = db.session()
    stations = stations_by_id(session)
    form = ScanFilterForm(stations.values())
    form.validate()
    page = db.paginate(services.scans_matching(form.filters()), per_page=_SCANS_A_PAGE, error_out=False)
    return render_template(
        "movement/scans.html",
        page=page,
        form=form,
        stations=stations,
        areas=labels(session, [scan.coming_from for scan in page.items]),
    )
