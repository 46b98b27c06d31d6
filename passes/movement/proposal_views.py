"""Pages on which a zone is prepared: described, looked at, handed to a second person, published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.accounts.services import user_names
from passes.areas.forms import is_choosing
from passes.areas.services import labels
from passes.db import db
from passes.form_errors import show_error
from passes.local_time import now
from passes.movement import services
from passes.movement.blueprint import bp
from passes.movement.forms import ERRORS, FIELDS, PublishForm, ZoneForm
from passes.movement.texts import PROPOSAL_ERRORS
from passes.movement.zone_views import zone_or_404
from passes.sites.services import all_sites, sites_by_id

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from passes.movement.models import Zone, ZoneProposal
    from passes.movement.services import ZoneDraft

_CHANGING = "zones.manage"


def _proposal(proposal_id: int) -> ZoneProposal:
    try:
        return services.get_proposal(db.session(), proposal_id)
    except services.ZoneError:
        abort(404)


@bp.route("/zones/new", methods=["GET", "POST"])
@access.requires(_CHANGING)
def new_zone() -> str | Response:
    """Describe a zone that is not published yet."""
    return _edit(None, None, None)


@bp.route("/zones/<zone_id>/amend", methods=["GET", "POST"])
@access.requires(_CHANGING)
def amend_zone(zone_id: str) -> str | Response:
    """Describe what a published zone is to be from now on."""
    zone = zone_or_404(zone_id)
    return _edit(services.draft_of(zone.latest), zone, None)


@bp.route("/zones/drafts/<int:proposal_id>/edit", methods=["GET", "POST"])
@access.requires(_CHANGING)
def edit_proposal(proposal_id: int) -> str | Response:
    """Change a draft."""
    proposal = _proposal(proposal_id)
    zone = zone_or_404(proposal.zone_id) if proposal.zone_id else None
    return _edit(services.draft_in(proposal), zone, proposal)


def _edit(draft: ZoneDraft | None, zone: Zone | None, proposal: ZoneProposal | None) -> str | Response:
    """Show the form, or keep what it says and go on to the preview."""
    form = ZoneForm(all_sites(db.session()), draft)
    session = db.session()
    is_changing_rows = is_choosing() or (form.is_submitted() and form.change_rows())
    if not is_changing_rows and form.validate_on_submit():
        try:
            document = draft.document_id if draft else None
            if upload := form.read_upload():
                document = services.keep_document(session, current_user, *upload, now()).id
            said = form.draft(zone.id if zone else None, document)
            kept = services.save_proposal(session, current_user, said, now(), proposal)
        except services.ZoneError as error:
            session.rollback()
            show_error(form, error, ERRORS, FIELDS)
        else:
            session.commit()
            if request.form.get("step") == "save":
                flash(_("Đã lưu bản nháp. Chưa công bố gì."), "success")
                return redirect(url_for("movement.zones"))
            return redirect(url_for("movement.proposal", proposal_id=kept.id))
    documents = services.documents_by_id(session, {draft.document_id if draft else None})
    return render_template("movement/zone_form.html", form=form, zone=zone, documents=list(documents.values()))


@bp.route("/zones/drafts/<int:proposal_id>", methods=["GET", "POST"])
@access.requires(_CHANGING)
def proposal(proposal_id: int) -> str | Response:
    """Show what a draft would hit; hand it over or publish it."""
    found = _proposal(proposal_id)
    form = PublishForm(found.passage)
    if form.validate_on_submit():
        try:
            return _decide(found, form)
        except services.ZoneError as error:
            db.session.rollback()
            found = _proposal(proposal_id)
            form.passage.errors = [str(PROPOSAL_ERRORS[error.code])]
    return _preview(found, form)


def _decide(found: ZoneProposal, form: PublishForm) -> Response:
    session, needs_two = db.session(), current_app.config["ZONES_NEED_TWO_PEOPLE"]
    if request.form.get("step") == "propose":
        services.hand_over(session, current_user, found, passage=form.is_counted, now=now())
        session.commit()
        flash(_("Đã trình. Một người khác cần duyệt và công bố."), "success")
        return redirect(url_for("movement.zones"))
    zone = services.publish_proposal(
        session, current_user, found, passage=form.is_counted, needs_two=needs_two, now=now()
    )
    session.commit()
    jobs.wake()
    return redirect(url_for("movement.zone", zone_id=zone.id, is_new=1))


def _preview(found: ZoneProposal, form: PublishForm) -> str:
    session, draft = db.session(), services.draft_in(found)
    preview = services.preview_zone(session, current_user, draft, now())
    session.commit()
    return render_template(
        "movement/zone_preview.html",
        form=form,
        proposal=found,
        draft=draft,
        preview=preview,
        before=zone_or_404(found.zone_id).latest if found.zone_id else None,
        needs_two=current_app.config["ZONES_NEED_TWO_PEOPLE"],
        areas=labels(session, draft.areas),
        sites=sites_by_id(session, draft.sites),
        documents=services.documents_by_id(session, {found.document_id}),
        names=user_names(session, [found.changed_by_id, found.proposed_by_id]),
    )


@bp.post("/zones/drafts/<int:proposal_id>/discard")
@access.requires(_CHANGING)
def discard_proposal(proposal_id: int) -> Response:
    """Throw a draft away."""
    services.discard_proposal(db.session(), current_user, _proposal(proposal_id), now())
    db.session.commit()
    flash(_("Đã bỏ bản nháp."), "success")
    return redirect(url_for("movement.zones"))
