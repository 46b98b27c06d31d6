"""Pages for zones that are published: the list, one zone with its versions, lifting and withdrawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.accounts.services import user_names
from passes.areas.services import labels
from passes.db import db
from passes.form_errors import show_error
from passes.local_time import now
from passes.movement import services
from passes.movement.blueprint import bp
from passes.movement.forms import ERRORS, FIELDS, LiftForm
from passes.sites.services import sites_by_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from passes.movement.models import Zone, ZoneVersion


def zone_or_404(zone_id: str) -> Zone:
    """Return a zone, or answer that there is none."""
    try:
        return services.get_zone(db.session(), zone_id)
    except services.ZoneError:
        abort(404)


@bp.get("/zones")
@access.requires("zones.manage")
def zones() -> str:
    """List what is being prepared, then every zone, those published last on top."""
    session = db.session()
    versions = sorted(
        services.latest_versions(session).values(), key=lambda v: (v.published_at, v.zone_id), reverse=True
    )
    proposals = services.open_proposals(session)
    return render_template(
        "movement/zones.html",
        versions=versions,
        proposals=proposals,
        names=user_names(session, [proposal.changed_by_id for proposal in proposals]),
        areas=labels(session, [code for version in versions for code in version.areas]),
        sites=sites_by_id(session, [site for version in versions for site in version.sites]),
        people=services.exposed_people(session),
        waiting=services.waiting_rematches(session),
    )


def _parts(versions: Sequence[ZoneVersion]) -> dict[str, object]:
    """Return what a page needs to say what versions of a zone say."""
    session = db.session()
    people = [user for version in versions for user in (version.published_by_id, version.proposed_by_id)]
    return {
        "areas": labels(session, [code for version in versions for code in version.areas]),
        "sites": sites_by_id(session, [site for version in versions for site in version.sites]),
        "names": user_names(session, people),
        "documents": services.documents_by_id(session, {version.document_id for version in versions}),
    }


@bp.get("/zones/<zone_id>")
@access.requires("zones.manage")
def zone(zone_id: str) -> str:
    """Show one zone with all its versions and how many people it exposes."""
    found = zone_or_404(zone_id)
    session = db.session()
    return render_template(
        "movement/zone.html",
        zone=found,
        version=found.latest,
        people=services.exposed_people(session).get(found.id, 0),
        progress=services.waiting_rematches(session).get(found.id),
        **_parts(found.versions),
    )


@bp.get("/zones/<zone_id>/versions/<int:version_number>")
@access.requires("zones.manage")
def zone_version(zone_id: str, version_number: int) -> str:
    """Show what was published at one time, and what it changed."""
    found = zone_or_404(zone_id)
    version = next((version for version in found.versions if version.version == version_number), None)
    if version is None:
        abort(404)
    before = next((version for version in found.versions if version.version == version_number - 1), None)
    return render_template(
        "movement/zone_version.html", zone=found, version=version, before=before, **_parts(found.versions)
    )


@bp.get("/zones/documents/<int:document_id>")
@access.requires("zones.manage")
def zone_document(document_id: int) -> FlaskResponse:
    """Give out the decision that somebody attached."""
    try:
        document = services.get_document(db.session(), document_id)
    except services.ZoneError:
        abort(404)
    answer = FlaskResponse(document.content, mimetype=document.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=document.name)
    return answer


@bp.route("/zones/<zone_id>/lift", methods=["GET", "POST"])
@access.requires("zones.manage")
def lift_zone(zone_id: str) -> str | Response:
    """Ask when a zone ends, and end it."""
    found = zone_or_404(zone_id)
    form = LiftForm()
    if form.validate_on_submit():
        try:
            services.lift_zone(db.session(), current_user, zone_id, form.at, now())
        except services.ZoneError as error:
            show_error(form, error, ERRORS, FIELDS)
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
    found = zone_or_404(zone_id)
    if request.method == "GET":
        people = services.exposed_people(db.session()).get(found.id, 0)
        return render_template("movement/withdraw.html", zone=found, version=found.latest, people=people)
    services.withdraw_zone(db.session(), current_user, zone_id, now())
    db.session.commit()
    jobs.wake()
    flash(_("Đã rút lại %(name)s.", name=found.latest.name), "success")
    return redirect(url_for("movement.zone", zone_id=zone_id))
