"""Pages on which a district decides about one person: status, stay, transfer, somebody new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, jobs
from passes.areas.forms import is_choosing
from passes.db import db
from passes.followup import deciding, reporting, services, texts, transfers
from passes.followup.forms import ReportForm, StatusForm, StayForm, TransferForm
from passes.followup.models import FollowUpStatus
from passes.followup.person_views import rows_of, to_person
from passes.followup.views import bp
from passes.form_errors import show_error
from passes.local_time import now
from passes.movement import services as movement
from passes.sites.services import all_sites

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@bp.route("/people/<int:person_id>/status/<status>", methods=["GET", "POST"])
@access.requires("followups.decide")
def status(person_id: int, status: str) -> str | Response:
    """Ask for the reason, and say how follow-ups go on."""
    session, rows = db.session(), rows_of(person_id)
    try:
        wanted = FollowUpStatus(status)
    except ValueError:
        abort(404)
    fitting = [row.zone_id for row in rows if wanted in deciding.allowed_statuses(row, now())]
    names = {zone_id: version.name for zone_id, version in movement.latest_versions(session, fitting).items()}
    form = StatusForm(names, deciding.REASONS[wanted])
    if form.validate_on_submit():
        try:
            deciding.change_status(
                session,
                current_user,
                person_id,
                form.zones.data or (),
                wanted,
                reason=form.reason.data,
                note=form.note.data,
                now=now(),
            )
        except services.FollowUpError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(_("Đã đổi trạng thái theo dõi."), "success")
            return to_person(person_id)
    return render_template("followup/status.html", form=form, person=rows[0].person, wanted=wanted, has_choice=names)


@bp.route("/people/<int:person_id>/stay", methods=["GET", "POST"])
@access.requires("followups.decide")
def stay(person_id: int) -> str | Response:
    """Correct where somebody stays, and since when."""
    form, row = StayForm(), rows_of(person_id)[0]
    if not is_choosing() and form.validate_on_submit():
        try:
            deciding.correct_stay(db.session(), current_user, person_id, form.area.data, form.at, now())
        except services.FollowUpError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(_("Đã ghi nơi lưu trú."), "success")
            return to_person(person_id) if _still_sees(person_id) else redirect(url_for("followup.index"))
    return render_template("followup/stay.html", form=form, person=row.person)


def _still_sees(person_id: int) -> bool:
    return bool(services.only_visible(db.session(), current_user, [person_id]))


@bp.route("/people/<int:person_id>/transfer", methods=["GET", "POST"])
@access.requires("followups.decide")
def transfer(person_id: int) -> str | Response:
    """Ask another district to take a person over."""
    form, row = TransferForm(), rows_of(person_id)[0]
    if not is_choosing() and form.validate_on_submit():
        try:
            transfers.ask_transfer(
                db.session(), current_user, person_id, form.area.data, form.at, form.reason.data, now()
            )
        except services.FollowUpError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(
                _("Đã gửi đề nghị chuyển. Người này vẫn ở danh sách của quý vị đến khi nơi kia tiếp nhận."), "success"
            )
            return to_person(person_id)
    return render_template("followup/transfer.html", form=form, person=row.person)


@bp.route("/report", methods=["GET", "POST"])
@access.requires("followups.decide")
def report() -> str | Response:
    """Add somebody who passed no post."""
    form = ReportForm({site.id: site.name for site in all_sites(db.session())})
    if not is_choosing() and form.validate_on_submit():
        said = reporting.Report(
            id_number=form.id_number.data,
            name=form.name.data,
            phone=form.phone.data,
            stay=form.stay.data,
            area=form.area.data,
            at=form.at,
            site=form.site.data or None,
            plate=form.plate.data,
        )
        try:
            person, rows = reporting.report_person(db.session(), current_user, said, now())
        except services.FollowUpError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            jobs.wake()
            if rows:
                flash(_("Đã thêm %(name)s vào danh sách theo dõi.", name=person.name), "success")
                return to_person(person.id)
            flash(
                _("Đã ghi nhận; nơi đã đến hiện không thuộc khu vực nào. Khi có khu vực, người này vào danh sách."),
                "info",
            )
            return redirect(url_for("followup.index"))
    return render_template("followup/report.html", form=form)
