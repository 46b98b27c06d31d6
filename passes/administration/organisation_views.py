"""Pages of organisations: looking through them, adding, approving and closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.accounts import managing
from passes.accounts import texts as account_texts
from passes.accounts.letters import send_decision
from passes.accounts.models import Organisation, OrganisationKind, OrganisationState
from passes.accounts.services import AccountError, create_organisation
from passes.administration import texts
from passes.administration.blueprint import bp
from passes.administration.forms import OrganisationForm, RefuseOrganisationForm
from passes.areas.forms import is_choosing
from passes.areas.services import fold, labels
from passes.db import db
from passes.form_errors import show_error
from passes.lists import chosen, page_of
from passes.local_time import now

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@bp.get("/admin/organisations")
@access.requires("administration.manage")
def organisations() -> str:
    """List organisations, those that wait for approval first."""
    text, kind, state = (
        request.args.get("q", "").strip(),
        chosen(OrganisationKind, "kind"),
        chosen(OrganisationState, "state"),
    )
    rows = page_of(managing.organisations(text, kind, state))
    return render_template(
        "administration/organisations.html",
        organisations=rows,
        text=text,
        kind=kind,
        kinds=texts.KINDS,
        state=state,
        states=account_texts.STATES,
    )


@bp.get("/admin/organisations/waiting")
@access.requires("administration.manage")
def waiting_organisations() -> str:
    """List the organisations that wait for approval, whoever asked first at the head."""
    rows = page_of(managing.waiting_organisations())
    return render_template("administration/waiting.html", organisations=rows)


def find_organisation(organisation_id: int) -> Organisation:
    """Return an organisation, or answer that there is none."""
    return managing.find_organisation_by_id(db.session(), organisation_id) or abort(404)


@bp.route("/admin/organisations/new", methods=["GET", "POST"])
@access.requires("administration.manage")
def new_organisation() -> str | Response:
    """Add an organisation; it may work at once."""
    form = OrganisationForm()
    if not is_choosing() and form.validate_on_submit():
        try:
            organisation = create_organisation(db.session(), current_user, form.draft(), now())
        except AccountError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(_("Đã thêm %(name)s. Thêm tài khoản cho đơn vị ở dưới.", name=organisation.name), "success")
            return redirect(url_for("administration.organisation", organisation_id=organisation.id))
    return render_template("administration/organisation_form.html", form=form)


@bp.get("/admin/organisations/<int:organisation_id>")
@access.requires("administration.manage")
def organisation(organisation_id: int) -> str:
    """Show an organisation with its users."""
    session, found = db.session(), find_organisation(organisation_id)
    return render_template(
        "administration/organisation.html",
        organisation=found,
        users=page_of(managing.users(organisation=found)),
        similar=managing.similar_organisations(session, found),
        has_other_name=found.owner is not None and fold(found.owner.name or found.name) != fold(found.name),
        areas=labels(session, [found.area_code]),
    )


@bp.post("/admin/organisations/<int:organisation_id>/approve")
@access.requires("administration.manage")
def approve_organisation(organisation_id: int) -> Response:
    """Let an organisation's users work; those of a new one get a letter."""
    found = find_organisation(organisation_id)
    try:
        is_first = managing.approve_organisation(db.session(), current_user, found, now())
    except AccountError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("administration.organisation", organisation_id=organisation_id))
    if is_first:
        send_decision(found)
    return _decided(_("%(name)s được phép hoạt động.", name=found.short_name), is_first=is_first, found=found)


@bp.route("/admin/organisations/<int:organisation_id>/refuse", methods=["GET", "POST"])
@access.requires("administration.manage")
def refuse_organisation(organisation_id: int) -> str | Response:
    """Ask for a reason, then refuse an organisation that waits; its users get a letter with it."""
    found, form = find_organisation(organisation_id), RefuseOrganisationForm()
    if form.validate_on_submit():
        try:
            managing.refuse_organisation(db.session(), current_user, found, form.reason.data or "", now())
        except AccountError as error:
            db.session.rollback()
            flash(texts.ERRORS[error.code], "error")
            return redirect(url_for("administration.organisation", organisation_id=organisation_id))
        send_decision(found)
        return _decided(_("Đã báo cho %(name)s biết lý do.", name=found.short_name), is_first=True, found=found)
    return render_template("administration/refuse_organisation.html", form=form, organisation=found)


def _decided(text: str, *, is_first: bool, found: Organisation) -> Response:
    """Commit a decision; on to the next that waits, if this one was of those."""
    db.session.commit()
    jobs.wake()
    flash(text, "success")
    if is_first and managing.count_waiting_organisations(db.session()):
        return redirect(url_for("administration.waiting_organisations"))
    return redirect(url_for("administration.organisation", organisation_id=found.id))


@bp.post("/admin/organisations/<int:organisation_id>/close")
@access.requires("administration.manage")
def close_organisation(organisation_id: int) -> Response:
    """Let an organisation's users do nothing any more."""
    found = find_organisation(organisation_id)
    try:
        managing.close_organisation(db.session(), current_user, found, now())
    except AccountError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        flash(_("Đã đóng %(name)s.", name=found.short_name), "success")
    return redirect(url_for("administration.organisation", organisation_id=organisation_id))
