"""Pages of issued passes: the carrier's, and the authority's register."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, audit, jobs, local_time
from passes.accounts.services import organisation_names, user_names
from passes.areas.services import labels
from passes.db import db
from passes.issuing import register, services, texts
from passes.issuing.forms import RevocationForm
from passes.issuing.models import PassStatus, VehiclePass
from passes.issuing.pdf import SheetError, render_windscreen
from passes.issuing.sheets import letterhead, sheet_of
from passes.issuing.symbol import draw_symbol

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

bp = Blueprint("issuing", __name__)
_PER_PAGE = 25
_SCREEN_CODE_MM = 60.0

bp.add_app_template_filter(lambda vehicle_pass, now: texts.STATES[register.state_of(vehicle_pass, now)], "pass_state")
bp.add_app_template_filter(lambda reason: texts.REVOCATIONS[reason], "revocation")
bp.add_app_template_filter(lambda verb: texts.HISTORY.get(verb, verb), "pass_event")


def _wanted_state() -> register.PassState | None:
    wanted = request.args.get("state", "")
    return register.PassState(wanted) if wanted in set(register.PassState) else None


def _find(number: str) -> VehiclePass:
    return register.find_by_number(db.session(), number) or abort(404)


@bp.get("/passes")
@access.requires("passes.print")
def index() -> str:
    """List the carrier's passes, newest first."""
    query, state, now = request.args.get("q", ""), _wanted_state(), local_time.now()
    statement = register.search(query, state, carrier=current_user.organisation, now=now)
    rows = db.paginate(statement, per_page=_PER_PAGE, error_out=False)
    is_signing = any(register.state_of(row, now) is register.PassState.SIGNING for row in rows)
    return render_template(
        "issuing/index.html", passes=rows, query=query, state=state, states=texts.STATES, is_signing=is_signing
    )


@bp.get("/passes/<number>.pdf")
@access.requires("passes.print")
def download(number: str) -> Response:
    """Send the windscreen sheet of one of the carrier's passes."""
    session = db.session()
    vehicle_pass = register.find_by_number(session, number, current_user.organisation) or abort(404)
    if vehicle_pass.status is PassStatus.REVOKED:
        flash(_("Giấy %(number)s đã bị thu hồi, không in được nữa.", number=number), "error")
        return redirect(url_for("issuing.index"))
    try:
        pdf = render_windscreen([sheet_of(session, vehicle_pass, letterhead(current_app.config))])
    except services.IssuingError as error:
        flash(texts.ERRORS[error.code], "warning")
        return redirect(url_for("issuing.index"))
    except SheetError:
        text = _("Tên trên giấy %(number)s quá dài, không in vừa trang. Hãy liên hệ cơ quan cấp.", number=number)
        flash(text, "error")
        return redirect(url_for("issuing.index"))
    name = f"{vehicle_pass.plate}-{vehicle_pass.number}.pdf"
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.get("/register", endpoint="register")
@access.requires("passes.revoke")
def authority_register() -> str:
    """List every pass, newest first, by plate or number and by where it stands."""
    query, state, now = request.args.get("q", ""), _wanted_state(), local_time.now()
    rows = db.paginate(register.search(query, state, now=now), per_page=_PER_PAGE, error_out=False)
    carriers = organisation_names(db.session(), {row.carrier_id for row in rows})
    return render_template(
        "issuing/register.html", passes=rows, query=query, state=state, states=texts.STATES, carriers=carriers
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
        symbol=draw_symbol(vehicle_pass.text, _SCREEN_CODE_MM) if vehicle_pass.text else None,
        can_revoke=vehicle_pass.status is not PassStatus.REVOKED,
    )


@bp.route("/register/<number>/revoke", methods=["GET", "POST"])
@access.requires("passes.revoke")
def revoke(number: str) -> str | Response:
    """Ask for the reason and a confirmation, then revoke a pass."""
    vehicle_pass, form = _find(number), RevocationForm()
    if not form.validate_on_submit():
        return render_template("issuing/revoke.html", form=form, vehicle_pass=vehicle_pass)
    try:
        services.revoke(db.session(), current_user, vehicle_pass, form.revocation(), local_time.now())
    except services.IssuingError as error:
        db.session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        db.session.commit()
        jobs.wake()
        flash(_("Đã thu hồi giấy %(number)s. Các máy chốt nhận được khi đồng bộ.", number=number), "success")
    return redirect(url_for("issuing.show", number=number))
