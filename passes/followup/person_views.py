"""Pages about one person: the file, and what is entered into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.accounts.services import user_names
from passes.areas.services import labels
from passes.db import db
from passes.followup import deciding, services, slips, texts, timeline, visits
from passes.followup.events import LookupReason, SampleKind, SampleResult
from passes.followup.forms import (
    ReasonForm,
    SampleForm,
    VisitForm,
)
from passes.followup.models import FollowUp, FollowUpStatus
from passes.followup.person import PersonFile, person_file
from passes.followup.views import as_download, bp, head_of_office
from passes.form_errors import show_error
from passes.local_time import now
from passes.movement.texts import SOURCES, ZONE_KINDS
from passes.people.services import people_by_id
from passes.reports.tables import FileKind
from passes.sites.services import sites_by_id
from passes.stations.services import stations_by_id

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


def rows_of(person_id: int) -> list[FollowUp]:
    """Return the follow-ups of a person, or answer that there is no such page."""
    try:
        return services.followups_of(db.session(), current_user, person_id)
    except services.FollowUpUnknownError:
        abort(404)


def to_person(person_id: int) -> Response:
    """Go to the page of a person."""
    return redirect(url_for("followup.person", person_id=person_id))


@bp.get("/people/<int:person_id>")
@access.requires("followups.view")
def person(person_id: int) -> str | Response:
    """Show why one person is followed up: zones, places, times, visits. Who looks, and why, is written down."""
    session, moment = db.session(), now()
    rows_of(person_id)
    reason = services.reason_of(session, current_user, person_id, moment)
    if reason is None:
        return redirect(url_for("followup.why", person_id=person_id))
    file = person_file(session, current_user, person_id, reason, moment)
    db.session.commit()
    return render_template("followup/person.html", file=file, **_around(file))


def _around(file: PersonFile) -> dict[str, object]:
    """Return what the page of a person says beside the file: words, names, the picture."""
    session, moment = db.session(), now()
    codes = {move.area_code for move in file.movements} | {file.stay.code, file.stay.district}
    codes |= {transfer.to_code for transfer in file.transfers}
    users = [row.by_id for row in (*file.visits, *file.samples, *file.said)] + [row.user_id for row in file.lookups]
    users += [file.assignment.user_id] if file.assignment else []
    companions = people_by_id(session, [companion.person_id for companion in file.companions])
    seen = set(services.only_visible(session, current_user, companions))
    allowed = {row.zone_id: deciding.allowed_statuses(row, moment) for row in file.followups}
    return {
        "areas": labels(session, codes | ({file.assignment.ward_code} if file.assignment else set())),
        "sites": sites_by_id(session, [move.site_id for move in file.movements]),
        "stations": stations_by_id(session),
        "names": user_names(session, users),
        "companions": companions,
        "visible_companions": seen,
        "picture": timeline.draw(file, moment),
        "statuses": [s for s in FollowUpStatus if any(s in found for found in allowed.values())],
        "has_positive": any(sample.result is SampleResult.POSITIVE for sample in file.samples),
        "sources": SOURCES,
        "zone_kinds": ZONE_KINDS,
    }


@bp.route("/people/<int:person_id>/why", methods=["GET", "POST"])
@access.requires("followups.view")
def why(person_id: int) -> str | Response:
    """Ask why somebody looks at a person, before they do."""
    row = rows_of(person_id)[0]
    form = ReasonForm()
    if form.validate_on_submit():
        reason = LookupReason(form.reason.data)
        services.say_why(db.session(), current_user, person_id, reason, form.note.data, now())
        db.session.commit()
        return to_person(person_id)
    return render_template("followup/why.html", form=form, person_id=row.person_id)


@bp.route("/people/<int:person_id>/visit", methods=["GET", "POST"])
@access.requires("followups.view")
def visit(person_id: int) -> str | Response:
    """Keep what somebody found."""
    form, row = VisitForm(), rows_of(person_id)[0]
    if form.validate_on_submit():
        try:
            visits.record_visit(db.session(), current_user, person_id, form.draft(), now())
        except visits.VisitError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(_("Đã ghi lượt thăm."), "success")
            return to_person(person_id)
    return render_template("followup/visit.html", form=form, person=row.person)


@bp.post("/people/<int:person_id>/healthy")
@access.requires("followups.view")
def person_healthy(person_id: int) -> Response:
    """One tap: this person is well and without symptoms."""
    rows_of(person_id)
    count = visits.record_healthy(db.session(), current_user, [person_id], now())
    db.session.commit()
    flash(*((_("Đã ghi lượt thăm."), "success") if count else (_("Hôm nay đã có lượt thăm, hoặc đã hết hạn."), "info")))
    return to_person(person_id)


@bp.post("/people/<int:person_id>/visits/<int:visit_id>/take-back")
@access.requires("followups.view")
def take_back_visit(person_id: int, visit_id: int) -> Response:
    """Take back a visit that was written down by mistake."""
    rows_of(person_id)
    try:
        visits.take_back_visit(db.session(), current_user, person_id, visit_id, now())
    except visits.VisitError:
        abort(404)
    db.session.commit()
    flash(_("Đã gỡ lượt thăm ghi nhầm."), "success")
    return to_person(person_id)


@bp.route("/people/<int:person_id>/sample", methods=["GET", "POST"])
@access.requires("followups.view")
def sample(person_id: int) -> str | Response:
    """Keep a test."""
    form, row = SampleForm(), rows_of(person_id)[0]
    if form.validate_on_submit():
        kind, result = SampleKind(form.kind.data), SampleResult(form.result.data)
        try:
            visits.add_sample(db.session(), current_user, person_id, kind, result, form.at, now())
        except visits.VisitError as error:
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(_("Đã ghi xét nghiệm."), "success")
            return to_person(person_id)
    return render_template("followup/sample.html", form=form, person=row.person)


@bp.post("/people/<int:person_id>/samples/<int:sample_id>/<any(negative, positive):result>")
@access.requires("followups.view")
def sample_result(person_id: int, sample_id: int, result: str) -> Response:
    """Keep what came of a sample."""
    rows_of(person_id)
    try:
        visits.set_result(db.session(), current_user, person_id, sample_id, SampleResult(result), now())
    except visits.VisitError as error:
        flash(str(texts.ERRORS[error.code]), "warning")
        return to_person(person_id)
    db.session.commit()
    flash(_("Đã ghi kết quả xét nghiệm."), "success")
    return to_person(person_id)


@bp.get("/people/<int:person_id>/slip.pdf")
@access.requires("followups.view")
def slip(person_id: int) -> Response:
    """Print the tracing slip of somebody with a positive result."""
    rows_of(person_id)
    try:
        content = slips.tracing_slip(db.session(), current_user, person_id, head_of_office(), now())
    except slips.SlipError:
        abort(404)
    db.session.commit()
    return as_download(content, FileKind.PDF, f"phieu-truy-vet-{person_id}")
