"""The list of scans; pages of zones stand beside it."""

from __future__ import annotations

from flask import render_template

from passes import access
from passes.areas.services import labels
from passes.db import db
from passes.lists import page_of
from passes.movement import clock_views, finding_views, people_views, proposal_views, services, zone_views
from passes.movement.blueprint import bp
from passes.movement.forms import ScanFilterForm
from passes.officers.services import names_of
from passes.stations.services import stations_by_id

__all__ = ["bp", "clock_views", "finding_views", "people_views", "proposal_views", "zone_views"]


@bp.get("/scans")
@access.requires("scans.view")
def scans() -> str:
    """List what stations sent home, newest first; late findings can be picked out."""
    session = db.session()
    stations = stations_by_id(session)
    form = ScanFilterForm(stations.values())
    form.validate()
    page = page_of(services.scans_matching(form.filters()), is_capped=True)
    return render_template(
        "movement/scans.html",
        page=page,
        form=form,
        stations=stations,
        areas=labels(session, [scan.coming_from for scan in page.items]),
        officers=names_of(session, [scan.officer for scan in page.items]),
    )
