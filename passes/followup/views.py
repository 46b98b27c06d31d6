"""Pages for those who follow people up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, render_template
from flask_login import current_user

from passes import access
from passes.areas.services import labels
from passes.db import db
from passes.followup import export, services, texts
from passes.followup.forms import ListFilterForm
from passes.local_time import local_date, now
from passes.movement import services as movement
from passes.movement.texts import SOURCES, ZONE_KINDS
from passes.sites.services import sites_by_id
from passes.stations.services import stations_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

bp = Blueprint("followup", __name__, url_prefix="/followups")

_PEOPLE_A_PAGE = 50


def _zone_names(session: Session) -> dict[str, str]:
    return {zone_id: version.name for zone_id, version in movement.latest_versions(session).items()}


def _filter_form(session: Session, names: Mapping[str, str]) -> ListFilterForm:
    """Return the filters, offering only zones (by their names) and areas that occur on this user's list."""
    zones, areas = services.choices_for(session, current_user)
    return ListFilterForm({zone_id: names[zone_id] for zone_id in sorted(zones)}, labels(session, areas))


@bp.get("")
@access.requires("followups.view")
def index() -> str:
    """List the people whom this user's office follows up, one row a person, new ones on top."""
    session = db.session()
    zones = _zone_names(session)
    form = _filter_form(session, zones)
    page = db.paginate(
        services.people_on_list(session, current_user, form.filters()), per_page=_PEOPLE_A_PAGE, error_out=False
    )
    rows = services.desk_rows(session, current_user, page.items)
    codes = {code for row in rows for entry in row.followups for code in (entry.stay_code, entry.district_code)}
    return render_template(
        "followup/index.html",
        page=page,
        rows=rows,
        form=form,
        zones=zones,
        areas=labels(session, codes),
        texts=texts,
        sees_everything=services.sees_everything(current_user),
    )


@bp.get("/people/<int:person_id>")
@access.requires("followups.view")
def person(person_id: int) -> str:
    """Show why one person is followed up: zones, places, times. Who looks is written down."""
    session = db.session()
    try:
        file = services.person_file(session, current_user, person_id, now())
    except services.FollowUpUnknownError:
        abort(404)
    db.session.commit()
    codes = {move.area_code for move in file.movements} | {file.stay.code, file.stay.district}
    return render_template(
        "followup/person.html",
        file=file,
        areas=labels(session, codes),
        sites=sites_by_id(session, [move.site_id for move in file.movements]),
        stations=stations_by_id(session),
        texts=texts,
        sources=SOURCES,
        zone_kinds=ZONE_KINDS,
    )


@bp.get("/export.xlsx")
@access.requires("followups.view")
def export_xlsx() -> Response:
    """Give the list, as it is narrowed, as a spreadsheet. Who takes it is written down."""
    session = db.session()
    moment = now()
    content = export.export_list(
        session,
        current_user,
        _filter_form(session, _zone_names(session)).filters(),
        [str(heading) for heading in texts.EXPORT_HEADINGS],
        {status: str(text) for status, text in texts.STATUSES.items()},
        moment,
    )
    db.session.commit()
    answer = Response(content, mimetype=export.XLSX_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="theo-doi-y-te-{local_date(moment):%Y-%m-%d}.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
