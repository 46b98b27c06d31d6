"""Pages that need no account: registering a carrier, and joining one by invitation.

An e-mail address comes first. Everything else is asked for behind the link that is sent there, so that nothing is kept
of anybody, and no number is taken, before the address is known to be theirs; and the link serves on any device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_security import hash_password, login_user

from passes import access, jobs
from passes.accounts import letters, texts
from passes.accounts.blueprint import bp
from passes.accounts.colleagues import accept_invitation, invitation_by_id
from passes.accounts.forms import JoinForm, NewCompanyForm, NewOwnerForm, RegisterForm
from passes.accounts.links import LinkError, LinkPurpose, read_link
from passes.accounts.models import Invitation
from passes.accounts.registration import Applicant, address_mark, register_carrier
from passes.accounts.services import AccountError, find_user
from passes.db import db
from passes.extensions import language, limiter
from passes.form_errors import show_error
from passes.local_time import now

if TYPE_CHECKING:
    from flask_wtf import FlaskForm
    from werkzeug.wrappers import Response

    from passes.accounts.models import User

_FORMS = {"company": NewCompanyForm, "owner": NewOwnerForm}


def _asked_address() -> str:
    """Count letters per address, so that nobody's mailbox is flooded."""
    return f"register:{request.form.get('email', '').strip().lower()}"


@bp.route("/registration", methods=["GET", "POST"])
@access.public
@limiter.limit("20 per hour", methods=["POST"], key_func=get_remote_address)
@limiter.limit("5 per hour", methods=["POST"], key_func=_asked_address)
def register() -> str | Response:
    """Ask for an e-mail address and send a link there; the answer is the same whether or not it has an account."""
    form = RegisterForm()
    if not form.validate_on_submit():
        return render_template("accounts/register.html", form=form)
    letters.send_registration_link(form.email.data or "", form.kind.data)
    db.session.commit()
    jobs.wake()
    session["registering"] = [form.email.data, form.kind.data]
    return redirect(url_for("accounts.register_sent"))


@bp.get("/registration/sent")
@access.public
def register_sent() -> str | Response:
    """Say that a letter is on its way, until when its link serves, and what to do if it does not come."""
    if "registering" not in session:
        return redirect(url_for("accounts.register"))
    email, kind = session["registering"]
    form = RegisterForm(formdata=None, email=email, kind=kind)
    return render_template(
        "accounts/register_sent.html", form=form, hours=current_app.config["REGISTRATION_LINK_HOURS"]
    )


def _confirmed_address(token: str) -> str | Response:
    """Return the address that a link confirms, or where to go because it serves no longer."""
    try:
        email, mark = map(str, read_link(LinkPurpose.REGISTRATION, token, letters.registration_within()))
    except LinkError:
        flash(_("Đường dẫn đã quá hạn hoặc không đúng. Nhập thư điện tử để nhận đường dẫn mới."), "error")
        return redirect(url_for("accounts.register"))
    if address_mark(db.session(), email) != mark:
        flash(_("Đường dẫn này đã được dùng. Hãy đăng nhập bằng tài khoản đã tạo."), "info")
        return redirect(url_for("security.login"))
    return email


@bp.route("/registration/<token>", methods=["GET", "POST"])
@access.public
@limiter.limit("30 per hour", methods=["POST"], key_func=get_remote_address)
def complete_registration(token: str) -> str | Response:
    """Behind the link of the letter: take what the carrier says of itself, and let its first user in."""
    email = _confirmed_address(token)
    if not isinstance(email, str):
        return email
    kind = request.args.get("kind", "")
    kind = kind if kind in _FORMS else "company"
    form = _FORMS[kind]()
    if form.validate_on_submit():
        try:
            user = register_carrier(db.session(), form.draft(), _applicant(form, email, form.user_name.data), now())
        except AccountError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            sent = _("Đã xác nhận thư điện tử và tạo tài khoản. Kết quả phê duyệt được gửi đến %(email)s.", email=email)
            return _let_in(user, sent)
    return render_template("accounts/complete.html", form=form, kind=kind, email=email, token=token)


def _applicant(form: FlaskForm, email: str, name: str | None) -> Applicant:
    return Applicant(email, name or "", hash_password(form.password.data), language())


def _let_in(user: User, said: str) -> Response:
    """Sign in whoever just chose a password; not past a second factor that the role must have."""
    db.session.commit()
    flash(said, "success")
    if user.check_tf_required_setup():
        return redirect(url_for("security.login"))
    login_user(user, authn_via=["password"])
    session.pop("registering", None)
    db.session.commit()
    return redirect(url_for("home.index"))


def _invitation_of(token: str) -> Invitation | Response:
    """Return the invitation that a link names, or where to go because it serves no longer."""
    try:
        (invitation_id,) = read_link(LinkPurpose.INVITATION, token, letters.invitation_within())
    except LinkError:
        flash(_("Lời mời đã quá hạn hoặc đường dẫn không đúng. Nhờ người mời gửi lại."), "error")
        return redirect(url_for("security.login"))
    found = invitation_by_id(db.session(), int(invitation_id))
    if found is None:
        flash(texts.ERRORS["link_used"], "info")
        return redirect(url_for("security.login"))
    known = find_user(db.session(), found.email)
    if known is not None and known.removed_at is None:
        flash(_("Thư điện tử này đã có tài khoản. Muốn vào đơn vị mới, hãy nhờ mời bằng thư điện tử khác."), "warning")
        return redirect(url_for("security.login"))
    return found


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@access.public
@limiter.limit("30 per hour", methods=["POST"], key_func=get_remote_address)
def join(token: str) -> str | Response:
    """Behind the link of an invitation: take name and password, and let the new colleague in."""
    invitation = _invitation_of(token)
    if not isinstance(invitation, Invitation):
        return invitation
    form = JoinForm()
    if form.validate_on_submit():
        applicant = _applicant(form, invitation.email, form.name.data)
        try:
            user = accept_invitation(db.session(), invitation, applicant, now())
        except AccountError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            return _let_in(user, _("Đã tạo tài khoản tại %(name)s.", name=user.organisation.name))
    return render_template("accounts/join.html", form=form, invitation=invitation)
