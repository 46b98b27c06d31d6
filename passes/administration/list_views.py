"""Pages of the lists that everybody's work refers to: refusal codes and cargo classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.administration import texts
from passes.administration.blueprint import bp
from passes.administration.forms import CargoForm, RefusalCodeForm
from passes.applications import refusals
from passes.applications.cargo import allow_cargoes, stopped_cargoes
from passes.applications.models import Refusal
from passes.db import db
from passes.form_errors import show_error
from passes.local_time import now

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


def _find(code: str) -> Refusal:
    return refusals.find_refusal(db.session(), code) or abort(404)


@bp.get("/admin/refusals")
@access.requires("administration.manage")
def refusal_codes() -> str:
    """List every refusal code, retired ones last."""
    return render_template("administration/refusals.html", refusals=refusals.all_refusals(db.session()))


@bp.route("/admin/refusals/new", methods=["GET", "POST"])
@access.requires("administration.manage")
def new_refusal() -> str | Response:
    """Add a refusal code."""
    form = RefusalCodeForm()
    if form.validate_on_submit():
        try:
            refusals.add_refusal(
                db.session(), current_user, form.code.data or "", form.vi.data or "", form.en.data or "", now()
            )
        except refusals.RefusalError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            return _kept(_("Đã thêm lý do từ chối."))
    return render_template("administration/refusal_form.html", form=form, refusal=None)


@bp.route("/admin/refusals/<code>", methods=["GET", "POST"])
@access.requires("administration.manage")
def change_refusal(code: str) -> str | Response:
    """Say a refusal code in other words."""
    refusal = _find(code)
    form = RefusalCodeForm(data={"code": refusal.code, "vi": refusal.vi, "en": refusal.en})
    if form.validate_on_submit():
        refusals.change_refusal(db.session(), current_user, refusal, form.vi.data or "", form.en.data or "", now())
        return _kept(_("Đã sửa lý do từ chối."))
    return render_template("administration/refusal_form.html", form=form, refusal=refusal)


@bp.post("/admin/refusals/<code>/<any(retire, restore):act>")
@access.requires("administration.manage")
def retire_refusal(code: str, act: str) -> Response:
    """Take a refusal code from the list, or put it back."""
    refusals.retire_refusal(db.session(), current_user, _find(code), now(), is_retired=act == "retire")
    return _kept(_("Đã ngừng dùng lý do này.") if act == "retire" else _("Lý do này được dùng lại."))


def _kept(text: str) -> Response:
    db.session.commit()
    flash(text, "success")
    return redirect(url_for("administration.refusal_codes"))


@bp.route("/admin/cargoes", methods=["GET", "POST"])
@access.requires("administration.manage")
def cargoes() -> str | Response:
    """Say which cargo classes are let through at present."""
    form = CargoForm(stopped_cargoes(db.session()))
    if form.validate_on_submit():
        allow_cargoes(db.session(), current_user, form.classes(), now())
        db.session.commit()
        flash(_("Đã lưu. Hồ sơ đang chờ cũng được kiểm tra theo danh sách mới."), "success")
        return redirect(url_for("administration.cargoes"))
    return render_template("administration/cargoes.html", form=form)
