"""Pages of organisations: looking through them, adding, approving and closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.accounts import managing
from passes.accounts.models import Organisation, OrganisationKind
from passes.accounts.services import AccountError, create_organisation
from passes.administration import texts
from passes.administration.blueprint import bp
from passes.administration.forms import OrganisationForm
from passes.areas.forms import is_choosing
from passes.areas.services import labels
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
    text, kind = request.args.get("q", "").strip(), chosen(OrganisationKind, "kind")
    is_waiting = request.args.get("state") == "waiting"
    rows = page_of(managing.organisations(text, kind, is_waiting=is_waiting))
    return render_template(
        "administration/organisations.html",
        organisations=rows,
        text=text,
        kind=kind,
        kinds=texts.KINDS,
        is_waiting=is_waiting,
    )


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
        areas=labels(session, [found.area_code]),
    )


@bp.post("/admin/organisations/<int:organisation_id>/approve")
@access.requires("administration.manage")
def approve_organisation(organisation_id: int) -> Response:
    """Let an organisation's users work."""
    found = find_organisation(organisation_id)
    managing.approve_organisation(db.session(), current_user, found, now())
    db.session.commit()
    flash(_("%(name)s được phép hoạt động.", name=found.short_name), "success")
    return redirect(url_for("administration.organisation", organisation_id=organisation_id))


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
