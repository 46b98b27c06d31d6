"""Pages on which a carrier's users see how their organisation stands, put right what it said, and keep colleagues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.accounts import colleagues, letters, texts
from passes.accounts.blueprint import bp
from passes.accounts.forms import AddressForm, CompanyForm, ConfirmForm, OwnerForm
from passes.accounts.registration import correct_details
from passes.accounts.services import AccountError
from passes.db import db
from passes.extensions import limiter
from passes.form_errors import show_error
from passes.local_time import now

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_LETTERS = "20 per hour"
"""Of invitations, new and sent again, per organisation."""


def _organisation() -> str:
    return f"invite:{current_user.organisation_id}"


def _to_organisation() -> Response:
    return redirect(url_for("accounts.organisation"))


def _committed(text: str) -> Response:
    db.session.commit()
    jobs.wake()
    flash(text, "success")
    return _to_organisation()


@bp.get("/organisation")
@access.requires("colleagues.manage")
def organisation() -> str:
    """Show the carrier, its users, and who is invited."""
    session, carrier, within = db.session(), current_user.organisation, letters.invitation_within()
    return render_template(
        "accounts/organisation.html",
        organisation=carrier,
        colleagues=colleagues.colleagues_of(session, carrier),
        invitations=[(one, one.sent_at + within) for one in colleagues.open_invitations(session, carrier)],
    )


@bp.route("/organisation/details", methods=["GET", "POST"])
@access.requires("colleagues.manage")
def details() -> str | Response:
    """Put right what the carrier said of itself, as long as nobody approved it; one that was refused asks again."""
    carrier = current_user.organisation
    if not carrier.is_preparing:
        flash(texts.ERRORS["not_waiting"], "info")
        return _to_organisation()
    form = (CompanyForm if carrier.owner_person_id is None else OwnerForm).of(carrier)
    if form.validate_on_submit():
        try:
            correct_details(db.session(), current_user, form.draft(), now())
        except AccountError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            return _committed(_("Đã gửi thông tin đơn vị để cơ quan cấp giấy xem xét."))
    return render_template("accounts/details.html", form=form, organisation=carrier)


@bp.route("/organisation/invite", methods=["GET", "POST"])
@access.requires("colleagues.manage")
@limiter.limit(_LETTERS, methods=["POST"], key_func=_organisation)
def invite() -> str | Response:
    """Ask for a colleague's address and send the invitation; who has an account elsewhere is not told here."""
    form = AddressForm()
    if form.validate_on_submit():
        try:
            invitation = colleagues.invite(db.session(), current_user, form.email.data or "", now())
        except AccountError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            letters.send_invitation(invitation)
            return _committed(_("Đã gửi lời mời đến %(email)s.", email=invitation.email))
    days = letters.invitation_within().days
    return render_template("accounts/invite.html", form=form, days=days)


@bp.post("/organisation/invitations/<int:invitation_id>/<any(send, withdraw):act>")
@access.requires("colleagues.manage")
@limiter.limit(_LETTERS, key_func=_organisation)
def change_invitation(invitation_id: int, act: str) -> Response:
    """Send an invitation again, or make its links worthless."""
    session = db.session()
    found = colleagues.find_invitation(session, current_user.organisation, invitation_id) or abort(404)
    if act == "withdraw":
        colleagues.withdraw_invitation(session, current_user, found, now())
        return _committed(_("Đã rút lại lời mời %(email)s.", email=found.email))
    colleagues.send_again(session, current_user, found, now())
    letters.send_invitation(found)
    return _committed(_("Đã gửi lại lời mời đến %(email)s.", email=found.email))


@bp.route("/organisation/colleagues/<int:colleague_id>/remove", methods=["GET", "POST"])
@access.requires("colleagues.manage")
def remove(colleague_id: int) -> str | Response:
    """Ask, then take a colleague out of the organisation; they are told."""
    form = ConfirmForm()
    user = colleagues.find_colleague(db.session(), current_user, colleague_id) or abort(404)
    if not form.validate_on_submit():
        return render_template("accounts/remove.html", form=form, user=user)
    colleagues.remove_colleague(db.session(), current_user, user, now())
    letters.send_removal(user, current_user)
    return _committed(_("%(name)s không còn vào được tài khoản của đơn vị.", name=user.name))
