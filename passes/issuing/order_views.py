"""Pages of orders about many passes: what one would hit, placing it, and the second person's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from passes import access, jobs, local_time
from passes.accounts.services import organisation_names, user_names
from passes.db import db
from passes.issuing import orders, texts
from passes.issuing.blueprint import bp
from passes.issuing.forms import OrderForm
from passes.issuing.models import OrderState, StatusAct, StatusOrder
from passes.issuing.register_views import wanted_passes
from passes.issuing.standing import IssuingError
from passes.lists import chosen, page_of
from passes.typed import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response


def _selection() -> orders.Selection:
    """Return what the register's page chose: passes by hand, or everything that its filter finds."""
    ids = read_rows(request.args.getlist("pass"))
    is_all = request.args.get("scope") == "all"
    return orders.Selection(wanted_passes(), () if is_all else tuple(ids))


@bp.route("/register/orders/new", methods=["GET", "POST"])
@access.requires("passes.revoke")
def new_order() -> str | Response:
    """Show what an order would hit, ask for its reason, then place it."""
    session, now, limit = db.session(), local_time.now(), current_app.config["DUAL_CONTROL_ABOVE"]
    act, selection = chosen(StatusAct, "act") or abort(404), _selection()
    if not selection.pass_ids and request.args.get("scope") != "all":
        flash(_("Chưa chọn giấy nào. Đánh dấu các giấy trong sổ rồi chọn lại."), "warning")
        return redirect(url_for("issuing.register"))
    form, hit = OrderForm(act), orders.preview(session, act, selection, now)
    if not form.validate_on_submit():
        names = organisation_names(session, {carrier_id for carrier_id, _number in hit.carriers})
        return render_template(
            "issuing/order_form.html",
            form=form,
            act=act,
            words=texts.ACTS[act],
            hit=hit,
            selection=selection,
            names=names,
            limit=limit,
        )
    try:
        order = orders.place_order(
            session, current_user, act, form.chosen(), form.note.data or "", selection, limit, now
        )
    except IssuingError as error:
        session.rollback()
        flash(texts.ERRORS[error.code], "error")
        return redirect(url_for("issuing.register"))
    session.commit()
    _tell(order)
    return redirect(url_for("issuing.order", order_id=order.id))


def _tell(order: StatusOrder) -> None:
    """Say what became of an order, and have stations told."""
    if order.state is OrderState.DONE:
        jobs.wake()
        count = order.changed or 0
        words = ngettext("Đã áp dụng cho %(count)s giấy", "Đã áp dụng cho %(count)s giấy", count, count=count)
        flash(_("%(words)s. Các máy chốt nhận được khi đồng bộ.", words=words), "success")
    else:
        flash(_("Lệnh đã được ghi và chờ người thứ hai đồng ý. Chưa giấy nào thay đổi."), "warning")


@bp.get("/register/orders")
@access.requires("passes.revoke")
def order_list() -> str:
    """List orders, newest first."""
    state = chosen(OrderState, "state")
    rows = page_of(orders.orders(state))
    names = user_names(db.session(), [i for row in rows for i in (row.requested_by_id, row.decided_by_id)])
    return render_template("issuing/orders.html", orders=rows, state=state, states=texts.ORDERS, names=names)


def _find(order_id: int) -> StatusOrder:
    return orders.find_order(db.session(), order_id) or abort(404)


@bp.get("/register/orders/<int:order_id>")
@access.requires("passes.revoke")
def order(order_id: int) -> str:
    """Show an order and its passes; the second person answers here."""
    session, found = db.session(), _find(order_id)
    rows = page_of(orders.passes_in(found), is_capped=True)
    return render_template(
        "issuing/order.html",
        order=found,
        passes=rows,
        carriers=organisation_names(session, {row.carrier_id for row in rows}),
        names=user_names(session, [found.requested_by_id, found.decided_by_id]),
        is_waiting=found.state is OrderState.WAITING,
        is_own=found.requested_by_id == current_user.id,
    )


def _answer(order_id: int, answer: Callable[[StatusOrder], None]) -> Response:
    found = _find(order_id)
    try:
        answer(found)
    except IssuingError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        if found.state is OrderState.DONE:
            _tell(found)
        else:
            flash(_("Lệnh không được thực hiện. Chưa giấy nào thay đổi."), "success")
    return redirect(url_for("issuing.order", order_id=order_id))


@bp.post("/register/orders/<int:order_id>/agree")
@access.requires("passes.revoke")
def agree_to_order(order_id: int) -> Response:
    """Agree to somebody else's order."""
    return _answer(order_id, lambda found: orders.agree(db.session(), current_user, found, local_time.now()))


@bp.post("/register/orders/<int:order_id>/decline")
@access.requires("passes.revoke")
def decline_order(order_id: int) -> Response:
    """Decline an order, or take one's own back."""
    return _answer(order_id, lambda found: orders.decline(db.session(), current_user, found, local_time.now()))
