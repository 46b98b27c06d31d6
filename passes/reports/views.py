"""Pages for lists across areas: organisations and individuals concerned, and who looked at whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, audit
from passes.accounts.services import user_names
from passes.areas.services import districts_of, labels
from passes.db import db
from passes.followup import services as followup
from passes.followup.events import LookupReason
from passes.followup.texts import ERRORS, LOOKUP_REASONS
from passes.followup.views import as_download
from passes.form_fields import national_phone
from passes.labels import crew_role
from passes.lists import narrowed_url, page_of
from passes.local_time import local_date, now
from passes.people.services import people_by_id
from passes.reports.concerned import ConcernedPerson, carriers_concerned, describe, people_concerned
from passes.reports.forms import LookupFilterForm
from passes.reports.tables import Column, FileKind, Table, TableError, write_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.wrappers import Response

    from passes.reports.tables import Cell

bp = Blueprint("reports", __name__)


def _district() -> str | None:
    """Return whose list is asked for: an office's own; whoever sees everything chooses."""
    if not followup.sees_everything(current_user):
        return str(current_user.organisation.area_code)
    return request.args.get("district") or None


@bp.get("/concerned")
@access.requires("followups.decide")
def concerned() -> str:
    """List carriers and crew registered or lodging in a district, with what they did last."""
    session, district = db.session(), _district()
    choices = labels(session, districts_of(session, _provinces())) if followup.sees_everything(current_user) else {}
    if district is None or (choices and district not in choices):
        return render_template("reports/concerned.html", district=None, choices=choices)
    page = page_of(people_concerned(session, district))
    rows = describe(session, page.items)
    audit.record(session, current_user, "reports.concerned", f"Area:{district}", {"rows": page.total}, now())
    db.session.commit()
    return render_template(
        "reports/concerned.html",
        district=district,
        choices=choices,
        page=page,
        rows=rows,
        carriers=carriers_concerned(session, district),
        areas=_areas(district, rows),
    )


def _provinces() -> tuple[str, ...]:
    return tuple(current_app.config["ISSUER_AREAS"])


def _areas(district: str, rows: Sequence[ConcernedPerson]) -> dict[str, str]:
    codes = {code for row in rows for code in (row.stay.code, row.stay.district)}
    codes |= {row.last.area_code for row in rows if row.last}
    return labels(db.session(), codes | {district})


@bp.get("/concerned/export.<any(xlsx, csv, pdf):kind>")
@access.requires("followups.decide")
def export_concerned(kind: str) -> Response:
    """Give the list as a file. Who takes it is written down."""
    session, district, moment = db.session(), _district(), now()
    if district is None or district not in labels(session, [district]):
        abort(404)
    rows = describe(session, session.scalars(people_concerned(session, district)).all())
    areas = _areas(district, rows)
    columns = tuple(
        Column(heading, width)
        for heading, width in (
            (_("Đơn vị vận tải"), 30),
            (_("Họ và tên"), 24),
            (_("Việc trên xe"), 10),
            (_("Số giấy tờ tùy thân"), 18),
            (_("Điện thoại"), 18),
            (_("Nơi lưu trú"), 36),
            (_("Nơi có mặt gần nhất"), 36),
            (_("Lúc (giờ Việt Nam)"), 18),
        )
    )
    table = Table(
        _("Tổ chức, cá nhân liên quan"), columns, [_line(row, areas) for row in rows], (areas.get(district, district),)
    )
    try:
        content = write_table(table, FileKind(kind))
    except TableError as error:
        flash(str(ERRORS[error.code]), "warning")
        return redirect(narrowed_url("reports.concerned"))
    audit.record(session, current_user, "reports.export_concerned", f"Area:{district}", {"rows": len(rows)}, moment)
    db.session.commit()
    return as_download(content, FileKind(kind), f"to-chuc-ca-nhan-lien-quan-{local_date(moment):%Y-%m-%d}")


def _line(row: ConcernedPerson, areas: Mapping[str, str]) -> tuple[Cell, ...]:
    person = row.person
    return (
        "; ".join(carrier.name for carrier in row.carriers) or None,
        person.name,
        crew_role(row.role) if row.role else None,
        person.id_number,
        national_phone(person.phone) if person.phone else None,
        areas.get(row.stay.code or ""),
        areas.get(row.last.area_code) if row.last else None,
        row.last.at if row.last else None,
    )


@bp.get("/lookups")
@access.requires("lookups.review")
def lookups() -> str:
    """Show who looked at whom, when and why, newest first."""
    session = db.session()
    form = LookupFilterForm(followup.lookers(session))
    form.validate()
    matching = followup.lookups_matching(
        user_id=form.user_id, person_id=form.person_id, reason=form.looked_why, day=form.day.data
    )
    page = page_of(matching)
    sees_names = access.has_permission(current_user, "followups.view")
    return render_template(
        "reports/lookups.html",
        page=page,
        form=form,
        names=user_names(session, [row.user_id for row in page.items]),
        people=people_by_id(session, [row.person_id for row in page.items]) if sees_names else {},
        reasons=LOOKUP_REASONS,
        duty=LookupReason.DUTY,
    )
