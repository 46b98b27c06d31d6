"""The authority's register of passes: looking one up, and revoking, suspending or resuming it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from passes import access, audit, jobs, local_time
from passes.accounts.services import organisation_names, user_names
from passes.areas.services import labels
from passes.db import db
from passes.issuing import register, texts
from passes.issuing.blueprint import bp
from passes.issuing.forms import StatusForm
from passes.issuing.models import StatusAct, VehiclePass
from passes.issuing.orders import count_waiting_orders
from passes.issuing.standing import CHANGES, IssuingError, change_status
from passes.lists import chosen, page_of
from passes.press.symbol import draw_symbol

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


def wanted_passes() -> register.RegisterFilter:
    """Return what the request narrows the register to."""
    return register.RegisterFilter(
        text=request.args.get("q", "").strip(),
        state=chosen(register.PassState, "state"),
        carrier=request.args.get("carrier", "").strip(),
    )


def _find(number: str) -> VehiclePass:
    return register.find_by_number(db.session(), number) or abort(404)


@bp.get("/register", endpoint="register")
@access.requires("passes.revoke")
def authority_register() -> str:
    """List every pass, newest first, by plate or number, by where it stands and by carrier."""
    session, wanted, now = db.session(), wanted_passes(), local_time.now()
    statement = register.search(
        wanted.text,
        wanted.state,
        carrier_text=wanted.carrier,
        plates=register.plates_with(session, wanted.text),
        now=now,
    )
    rows = page_of(statement, is_capped=True)
    return render_template(
        "issuing/register.html",
        passes=rows,
        wanted=wanted,
        states=texts.STATES,
        acts=StatusAct,
        carriers=organisation_names(session, {row.carrier_id for row in rows}),
        unsignable=len(register.unsignable_numbers(session)),
        waiting_orders=count_waiting_orders(session),
    )


@bp.get("/register/<number>")
@access.requires("passes.revoke")
def show(number: str) -> str:
    """Show one pass: what its code holds, where it stands, what happened to it."""
    session, vehicle_pass = db.session(), _find(number)
    application = vehicle_pass.application_vehicle.application
    history = audit.entries_about(session, vehicle_pass)
    return render_template(
        "issuing/show.html",
        vehicle_pass=vehicle_pass,
        application=application,
        areas=labels(session, application.route),
        history=history,
        names=user_names(session, [entry.actor_id for entry in history]),
        symbol=draw_symbol(vehicle_pass.text) if vehicle_pass.text else None,
        acts=[act for act, change in CHANGES.items() if vehicle_pass.status in change.sources],
    )


@bp.route("/register/<number>/<any(revoke, suspend, resume):act>", methods=["GET", "POST"])
@access.requires("passes.revoke")
def change(number: str, act: str) -> str | Response:
    """Ask for the reason and a confirmation, then revoke, suspend or resume a pass."""
    vehicle_pass, wanted = _find(number), StatusAct(act)
    form, words = StatusForm(wanted), texts.ACTS[wanted]
    if not form.validate_on_submit():
        return render_template("issuing/change.html", form=form, vehicle_pass=vehicle_pass, act=wanted, words=words)
    try:
        change_status(db.session(), current_user, vehicle_pass, wanted, form.chosen(), local_time.now())
    except IssuingError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        jobs.wake()
        flash(words.done % {"number": number}, "success")
    return redirect(url_for("issuing.show", number=number))
