"""The page of the application mode: what is in force, what a change would mean, and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.accounts.services import user_names
from passes.administration import texts
from passes.administration.blueprint import bp
from passes.administration.forms import ModeForm
from passes.applications import modes
from passes.db import db
from passes.form_errors import show_error
from passes.local_time import now

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@bp.route("/admin/mode", methods=["GET", "POST"])
@access.requires("administration.manage")
def application_mode() -> str | Response:
    """Show the mode in force; of another one first what it means, then put it in force."""
    session, row = db.session(), modes.mode_in_force(db.session())
    form, preview = ModeForm.of(row), None
    if form.validate_on_submit():
        try:
            if form.is_meant():
                modes.change_mode(session, current_user, form.chosen(), form.audit_percent.data, now())
                session.commit()
                flash(_("Đã đổi cách xét hồ sơ. Hồ sơ nộp từ bây giờ theo cách mới."), "success")
                return redirect(url_for("administration.application_mode"))
            preview = modes.preview_mode(session, form.chosen(), form.audit_percent.data)
        except modes.ModeError as error:
            session.rollback()
            show_error(form, error, texts.ERRORS)
    return render_template(
        "administration/mode.html",
        form=form,
        row=row,
        preview=preview,
        modes=texts.MODES,
        meanings=texts.MODE_MEANINGS,
        names=user_names(session, [row.changed_by_id]),
    )
