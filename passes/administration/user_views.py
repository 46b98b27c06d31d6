"""Pages of users and roles: adding, giving roles, closing, letting somebody in again."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import hash_password

from passes import access
from passes.accounts import managing
from passes.accounts.models import User
from passes.accounts.services import AccountError, create_user
from passes.administration import texts
from passes.administration.blueprint import bp
from passes.administration.forms import RolesForm, UserForm
from passes.administration.organisation_views import find_organisation
from passes.db import db
from passes.form_errors import show_error
from passes.lists import page_of
from passes.local_time import now

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_PASSWORD_BYTES = 12


def _find(user_id: int) -> User:
    return managing.find_user_by_id(db.session(), user_id) or abort(404)


@bp.get("/admin/users")
@access.requires("administration.manage")
def users() -> str:
    """List users by name."""
    text, role = request.args.get("q", "").strip(), request.args.get("role", "")
    role = role if role in texts.ROLES else ""
    rows = page_of(managing.users(text, role))
    return render_template("administration/users.html", users=rows, text=text, role=role, roles=texts.ROLES)


@bp.get("/admin/roles")
@access.requires("administration.manage")
def roles() -> str:
    """Show what each role may do, and how many have it."""
    return render_template(
        "administration/roles.html", roles=access.ROLES, counts=managing.users_per_role(db.session())
    )


@bp.route("/admin/organisations/<int:organisation_id>/users/new", methods=["GET", "POST"])
@access.requires("administration.manage")
def new_user(organisation_id: int) -> str | Response:
    """Add a user to an organisation; the first password is shown this once."""
    organisation = find_organisation(organisation_id)
    form, password = UserForm(organisation), secrets.token_urlsafe(_PASSWORD_BYTES)
    if form.validate_on_submit():
        try:
            user = create_user(
                db.session(),
                current_user,
                organisation,
                email=form.email.data or "",
                name=form.name.data or "",
                password_hash=hash_password(password),
                roles=form.roles.data or None,
                now=now(),
            )
        except AccountError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            return render_template("administration/password.html", user=user, password=password)
    return render_template("administration/user_form.html", form=form, organisation=organisation)


@bp.route("/admin/users/<int:user_id>", methods=["GET", "POST"])
@access.requires("administration.manage")
def user(user_id: int) -> str | Response:
    """Show a user and change their roles."""
    found = _find(user_id)
    form = RolesForm(found.organisation, data={"roles": [role.name for role in found.roles]})
    if form.validate_on_submit():
        try:
            managing.change_roles(db.session(), current_user, found, form.roles.data or (), now())
        except AccountError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(_("Đã đổi vai trò của %(name)s.", name=found.name), "success")
            return redirect(url_for("administration.user", user_id=user_id))
    return render_template("administration/user.html", form=form, user=found)


@bp.post("/admin/users/<int:user_id>/<any(open, close):act>")
@access.requires("administration.manage")
def set_user_active(user_id: int, act: str) -> Response:
    """Close an account, or open it again."""
    found = _find(user_id)
    try:
        managing.set_active(db.session(), current_user, found, now(), is_active=act == "open")
    except AccountError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        text = _("Đã mở lại tài khoản %(email)s.") if act == "open" else _("Đã khóa tài khoản %(email)s.")
        flash(text % {"email": found.email}, "success")
    return redirect(url_for("administration.user", user_id=user_id))


@bp.post("/admin/users/<int:user_id>/reset")
@access.requires("administration.manage")
def reset_user(user_id: int) -> str:
    """Give a user a new password, shown this once, and take the second factor away."""
    found, password = _find(user_id), secrets.token_urlsafe(_PASSWORD_BYTES)
    managing.reset_access(db.session(), current_user, found, hash_password(password), now())
    db.session.commit()
    return render_template("administration/password.html", user=found, password=password)
