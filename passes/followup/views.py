"""The desk: the list of those who are followed up, and what is done for many of them at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from passes import access, audit
from passes.accounts.services import user_names
from passes.areas.services import labels, wards_of
from passes.db import db
from passes.followup import deciding, export, services, slips, texts, transfers, visits
from passes.followup.forms import AssignForm
from passes.followup.list_forms import ListFilterForm, keep_search
from passes.followup.listing import MOST_DAYS_MISSED
from passes.form_errors import show_error
from passes.lists import page_of
from passes.local_time import local_date, now
from passes.movement import services as movement
from passes.reports.arrivals import arrivals_per_day
from passes.reports.charts import bar_chart
from passes.reports.tables import MIME_TYPES, FileKind, TableError
from passes.typed import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response as BaseResponse

bp = Blueprint("followup", __name__, url_prefix="/followups")

PAGE_SIZES = (50, 100, 300)
"""Whole lists are ticked off at once: longer pages than those of other lists."""

_FILTERS = ("status", "zone", "area", "work", "missed", "outside")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"texts": texts}


def _zone_names(session: Session) -> dict[str, str]:
    return {zone_id: version.name for zone_id, version in movement.latest_versions(session).items()}


def _filter_form(session: Session, names: Mapping[str, str]) -> ListFilterForm:
    """Return the filters, offering only zones (by their names) and areas that occur on this user's list."""
    zones, areas = services.choices_for(session, current_user)
    return ListFilterForm({zone_id: names[zone_id] for zone_id in sorted(zones)}, labels(session, areas))


def _filters(session: Session) -> services.Filters:
    return _filter_form(session, _zone_names(session)).filters()


def _back_to_list() -> BaseResponse:
    """Go back to the list as it was narrowed."""
    kept = {name: value for name, value in request.args.items() if name in {*_FILTERS, "per_page"}}
    return redirect(url_for("followup.index", **kept))


def _selected() -> list[int]:
    """Return the persons that a button was pressed for: its own, or those ticked."""
    chosen = request.form.getlist("only") or request.form.getlist("person")
    return read_rows(chosen)


def head_of_office() -> slips.Head:
    """Return the head of the papers that this user's office prints."""
    config = current_app.config
    return slips.Head(config["HEALTH_PARENT_AGENCY"], current_user.organisation.name.upper(), config["ISSUING_PLACE"])


@bp.get("")
@access.requires("followups.view")
def index() -> str:
    """List the people whom this user's office follows up, one row a person, new ones on top."""
    session, moment = db.session(), now()
    zones = _zone_names(session)
    form = _filter_form(session, zones)
    people = services.people_on_list(session, current_user, form.filters(), moment)
    page = page_of(people, sizes=PAGE_SIZES)
    rows = services.desk_rows(session, current_user, page.items, moment)
    codes = {code for row in rows for entry in row.followups for code in (entry.stay_code, entry.district_code)}
    codes |= {row.assignment.ward_code for row in rows if row.assignment}
    works = {
        work: services.count_people(session, current_user, services.Filters(work=work), moment)
        for work in services.Work
        if work is not services.Work.MINE or access.has_permission(current_user, "followups.decide")
    }
    return render_template(
        "followup/index.html",
        page=page,
        rows=rows,
        form=form,
        filters=form.filters(),
        zones=zones,
        areas=labels(session, codes),
        names=user_names(session, [row.assignment.user_id for row in rows if row.assignment]),
        works=works,
        most_missed=MOST_DAYS_MISSED,
        incoming=len(transfers.incoming(session, current_user)),
        deadline=timedelta(hours=current_app.config["ACKNOWLEDGE_HOURS"]),
        sees_everything=services.sees_everything(current_user),
    )


@bp.post("/search")
@access.requires("followups.view")
def search() -> BaseResponse:
    """Keep what is searched for, outside of any address, and show the list."""
    if request.form.get("clear"):
        keep_search("")
        return redirect(url_for("followup.index"))
    keep_search(request.form.get("q", ""))
    if request.form.get("q", "").strip():  # what was searched for is nobody's business afterwards; that it was, is
        audit.record(db.session(), current_user, "followups.search", "FollowUps:desk", None, now())
        db.session.commit()
    kept = {name: request.form[name] for name in _FILTERS if request.form.get(name)}
    return redirect(url_for("followup.index", **kept))


@bp.post("/healthy")
@access.requires("followups.view")
def healthy() -> str | BaseResponse:
    """Write down for one person, for those ticked or for the whole list that they are well."""
    session, moment = db.session(), now()
    if request.form.get("everybody"):
        filters = _filters(session)
        people = list(session.scalars(services.people_on_list(session, current_user, filters, moment)))
        if request.form["everybody"] != "sure":
            return render_template("followup/everybody.html", count=len(people))
    else:
        people = _selected()
    count = visits.record_healthy(session, current_user, people, moment)
    db.session.commit()
    words = ngettext(
        "Đã ghi %(num)s người khỏe, không triệu chứng.", "Đã ghi %(num)s người khỏe, không triệu chứng.", count
    )
    flash(words if count else _("Chọn ít nhất một người cần thăm hôm nay."), "success" if count else "warning")
    return _back_to_list()


@bp.post("/acknowledge")
@access.requires("followups.decide")
def acknowledge() -> BaseResponse:
    """Say that this office has taken note of these people."""
    count = deciding.acknowledge(db.session(), current_user, _selected(), now())
    db.session.commit()
    words = ngettext("Đã tiếp nhận %(num)s người.", "Đã tiếp nhận %(num)s người.", count)
    flash(words if count else _("Chọn ít nhất một người mới."), "success" if count else "warning")
    return _back_to_list()


@bp.post("/complete")
@access.requires("followups.decide")
def complete() -> BaseResponse:
    """Close the follow-ups of these people whose end has passed."""
    count = deciding.complete_overdue(db.session(), current_user, _selected(), now())
    db.session.commit()
    words = ngettext("Đã kết thúc %(num)s lượt theo dõi.", "Đã kết thúc %(num)s lượt theo dõi.", count)
    flash(words if count else _("Chọn ít nhất một người đã hết hạn theo dõi."), "success" if count else "warning")
    return _back_to_list()


@bp.post("/assign")
@access.requires("followups.decide")
def assign() -> str | BaseResponse:
    """Ask who sees to these people, and keep it."""
    session, people = db.session(), _selected()
    if not people:
        flash(_("Chọn ít nhất một người."), "warning")
        return _back_to_list()
    wards = wards_of(session, current_user.organisation.area_code)
    form = AssignForm(wards, {user.id: user.name for user in deciding.colleagues(session, current_user)})
    if "to" in request.form and form.validate_on_submit():
        try:
            count = deciding.assign(
                session, current_user, people, ward_code=form.ward_code, user_id=form.user_id, now=now()
            )
        except services.FollowUpError as error:
            show_error(form, error, texts.ERRORS)
        else:
            db.session.commit()
            flash(ngettext("Đã giao %(num)s người.", "Đã giao %(num)s người.", count), "success")
            return _back_to_list()
    return render_template("followup/assign.html", form=form, people=people)


@bp.get("/export.<any(xlsx, csv, pdf):kind>")
@access.requires("followups.view")
def export_file(kind: str) -> BaseResponse:
    """Give the list, as it is narrowed, as a file. Who takes it is written down."""
    moment = now()
    try:
        content = export.export_list(
            db.session(),
            current_user,
            _filters(db.session()),
            [str(heading) for heading in texts.EXPORT_HEADINGS],
            {status: str(text) for status, text in texts.STATUSES.items()},
            moment,
            FileKind(kind),
        )
    except TableError as error:
        flash(str(texts.ERRORS[error.code]), "warning")
        return _back_to_list()
    db.session.commit()
    return as_download(content, FileKind(kind), f"theo-doi-y-te-{local_date(moment):%Y-%m-%d}")


def as_download(content: bytes, kind: FileKind, name: str) -> Response:
    """Return a file with personal data: nothing on the way keeps it."""
    answer = Response(content, mimetype=MIME_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind.value}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/daily-form.pdf")
@access.requires("followups.view")
def daily_form() -> BaseResponse:
    """Print today's visits with room to write."""
    moment = now()
    try:
        content = slips.daily_form(db.session(), current_user, _filters(db.session()), head_of_office(), moment)
    except slips.SlipError as error:
        flash(str(texts.ERRORS[error.code]), "warning")
        return _back_to_list()
    db.session.commit()
    return as_download(content, FileKind.PDF, f"phieu-theo-doi-{local_date(moment):%Y-%m-%d}")


@bp.get("/arrivals")
@access.requires("followups.view")
def arrivals() -> str:
    """Show how many people came onto the list on each day, as a picture and as a table."""
    counts = arrivals_per_day(db.session(), current_user, now())
    chart = bar_chart(
        _("Số người vào danh sách theo ngày"),
        [f"{day:%d/%m}" for day in counts],
        list(counts.values()),
        x_title=_("Ngày"),
        y_title=_("Số người"),
    )
    return render_template("followup/arrivals.html", counts=counts, chart=chart)
