"""Pages on which a carrier asks for slips and cards, downloads them and sees what became of them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from passes import access, jobs, local_time
from passes.applications.sending import SendingRules, sending_rules
from passes.areas.forms import is_choosing
from passes.areas.services import labels
from passes.db import db
from passes.errors import RefusedError
from passes.fleet.renewing import renew_test
from passes.fleet.services import crew_of, find_crew_member
from passes.issuing.models import PassStatus, SupplementKind
from passes.issuing.picture import to_png
from passes.issuing.printing import printable_supplements
from passes.issuing.register import find_by_number
from passes.issuing.sheets import letterhead
from passes.issuing.small_papers import render_small
from passes.issuing.supplement_papers import paper_of
from passes.lists import chosen, page_of
from passes.press.pages import SheetError
from passes.supplements import review_views, services, texts
from passes.supplements.blueprint import bp
from passes.supplements.crews import members_by_person, seats_of
from passes.supplements.forms import CardForm, SlipForm

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from passes.issuing.models import Supplement, VehiclePass

__all__ = ["bp", "review_views"]  # importing these adds the authority's pages to `bp`


def _rules() -> SendingRules:
    return sending_rules(db.session(), current_app.config["ISSUER_ID"])


def _own(number: str) -> Supplement:
    return services.find_supplement(db.session(), number, current_user.organisation_id) or abort(404)


@bp.get("/supplements")
@access.requires("passes.print")
def index() -> str:
    """List the carrier's slips and cards, newest first."""
    kind = chosen(SupplementKind, "kind")
    rows = page_of(services.supplements_of(current_user.organisation_id, kind))
    printable = len(printable_supplements(db.session(), current_user.organisation, local_time.now()))
    return render_template(
        "supplements/index.html", supplements=rows, kind=kind, kinds=texts.KINDS, printable=printable
    )


@bp.get("/supplements/<number>")
@access.requires("passes.print")
def show(number: str) -> str:
    """Show one slip or card: where it stands, what it changes, and its downloads."""
    found = _own(number)
    places = labels(db.session(), found.leg)
    return render_template("supplements/show.html", supplement=found, places=places, state=texts.state_of)


@bp.route("/passes/<number>/amend", methods=["GET", "POST"])
@access.requires("applications.apply")
def amend(number: str) -> str | Response:
    """Ask what changes under a pass; then it is done."""
    session, now = db.session(), local_time.now()
    vehicle_pass = find_by_number(session, number, current_user.organisation) or abort(404)
    members = members_by_person(session, current_user.organisation)
    form = SlipForm(seats_of(session, vehicle_pass), members, now)
    if not is_choosing() and form.validate_on_submit():
        try:
            return _ask_for_slip(form, vehicle_pass)
        except services.SupplementError as error:
            session.rollback()
            form.form_errors.append(str(texts.ERRORS[error.code]))
    return render_template("supplements/amend.html", form=form, vehicle_pass=vehicle_pass)


def _ask_for_slip(form: SlipForm, vehicle_pass: VehiclePass) -> Response:
    session, now = db.session(), local_time.now()
    for renewal in form.renewals():
        renew_test(session, current_user, form.members[renewal.person_id], renewal.until, now)
    made = services.request_slip(session, current_user, vehicle_pass, form.draft(), _rules(), now)
    session.commit()
    jobs.wake()
    return redirect(url_for("supplements.show", number=made.number))


@bp.route("/supplements/cards", methods=["GET", "POST"])
@access.requires("applications.apply")
def cards() -> str | Response:
    """Choose whose cards are wanted, by the tests and licences on file."""
    session, now, made = db.session(), local_time.now(), []
    crew = crew_of(session, current_user.organisation)
    if request.method == "GET":
        return render_template("supplements/cards.html", crew=crew, moment=now, today=local_time.local_date(now))
    wanted = set(request.form.getlist("member"))
    for member in (member for member in crew if str(member.id) in wanted):
        try:
            with session.begin_nested():
                made.append(services.request_card(session, current_user, member, _rules(), now))
        except services.SupplementError as error:
            flash(f"{member.person.name}: {texts.ERRORS[error.code]}", "warning")
    session.commit()
    if not made:
        flash(_("Chưa lập thẻ nào. Đánh dấu những người cần thẻ rồi thử lại."), "warning")
        return redirect(url_for("supplements.cards"))
    jobs.wake()
    flash(ngettext("Đã lập %(count)s thẻ.", "Đã lập %(count)s thẻ.", len(made), count=len(made)), "success")
    return redirect(url_for("supplements.index", kind=SupplementKind.CARD.value))


@bp.route("/supplements/cards/<int:member_id>", methods=["GET", "POST"])
@access.requires("applications.apply")
def card(member_id: int) -> str | Response:
    """Make one person's card, with a new test if there is one."""
    session, now = db.session(), local_time.now()
    member = find_crew_member(session, current_user.organisation, member_id) or abort(404)
    form = CardForm.of(member)
    if form.validate_on_submit():
        try:
            if form.test_until is not None and form.test_until != member.test_expires_at:
                renew_test(session, current_user, member, form.test_until, now)
            made = services.request_card(session, current_user, member, _rules(), now)
        except services.SupplementError as error:
            session.rollback()
            form.form_errors.append(str(texts.ERRORS[error.code]))
        else:
            session.commit()
            jobs.wake()
            return redirect(url_for("supplements.show", number=made.number))
    return render_template("supplements/card.html", form=form, member=member)


def _printed(number: str) -> bytes | Response:
    """Return the print of a slip or card, or where to read why there is none."""
    found = _own(number)
    if found.status is PassStatus.REVOKED:
        flash(_("%(number)s đã bị thu hồi, không in được nữa.", number=number), "error")
        return redirect(url_for("supplements.show", number=number))
    try:
        return render_small([paper_of(db.session(), found, letterhead(current_app.config))])
    except (RefusedError, SheetError) as error:
        code = error.code if isinstance(error, RefusedError) else "too_long"
        flash(texts.ERRORS[code], "warning")
        return redirect(url_for("supplements.show", number=number))


@bp.get("/supplements/<number>.pdf")
@access.requires("passes.print")
def download(number: str) -> Response:
    """Send a slip or card for the printer."""
    pdf = _printed(number)
    if not isinstance(pdf, bytes):
        return pdf
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=f"{number}.pdf")


@bp.get("/supplements/<number>.png")
@access.requires("passes.print")
def picture(number: str) -> Response:
    """Send a slip or card as a picture for the driver's phone."""
    pdf = _printed(number)
    if not isinstance(pdf, bytes):
        return pdf
    png = io.BytesIO(to_png(pdf))
    return send_file(png, mimetype="image/png", as_attachment=True, download_name=f"{number}.png")
