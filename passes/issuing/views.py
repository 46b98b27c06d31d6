"""Pages of issued passes for the carrier; the authority's stand in `register_views` and `order_views`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, local_time
from passes.db import db
from passes.issuing import order_views, print_views, printing, register, register_views, services, texts
from passes.issuing.blueprint import bp
from passes.issuing.models import PassStatus
from passes.issuing.pdf import render_side_copies, render_windscreen
from passes.issuing.sheets import letterhead, sheet_of
from passes.lists import chosen, page_of
from passes.press.pages import SheetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from passes.issuing.pdf import Sheet

__all__ = ["bp", "order_views", "print_views", "register_views"]  # importing these adds their pages to `bp`


@bp.get("/passes")
@access.requires("passes.print")
def index() -> str:
    """List the carrier's passes, newest first."""
    query, state, now = request.args.get("q", ""), chosen(register.PassState, "state"), local_time.now()
    rows = page_of(register.search(query, state, carrier=current_user.organisation, now=now))
    is_signing = any(register.state_of(row, now) is register.PassState.SIGNING for row in rows)
    return render_template(
        "issuing/index.html",
        passes=rows,
        query=query,
        state=state,
        states=texts.STATES,
        is_signing=is_signing,
        printable=printing.count_printable(db.session(), current_user.organisation, now),
        prints=printing.recent_jobs(db.session(), current_user.organisation),
        print_states=texts.PRINTS,
        print_kinds=texts.PRINT_KINDS,
    )


def _send(number: str, render: Callable[[list[Sheet]], bytes], name: str) -> Response:
    """Send what is printed of one of the carrier's passes, or say why there is nothing to print."""
    session = db.session()
    vehicle_pass = register.find_by_number(session, number, current_user.organisation) or abort(404)
    if vehicle_pass.status is PassStatus.REVOKED:
        flash(_("Giấy %(number)s đã bị thu hồi, không in được nữa.", number=number), "error")
        return redirect(url_for("issuing.index"))
    if vehicle_pass.status is PassStatus.SUSPENDED:
        text = _("Giấy %(number)s đang tạm dừng, chưa in được. Khi giấy được khôi phục thì in ở đây.", number=number)
        flash(text, "error")
        return redirect(url_for("issuing.index"))
    try:
        pdf = render([sheet_of(session, vehicle_pass, letterhead(current_app.config))])
    except services.IssuingError as error:
        flash(texts.ERRORS[error.code], "warning")
        return redirect(url_for("issuing.index"))
    except SheetError:
        text = _("Tên trên giấy %(number)s quá dài, không in vừa trang. Hãy liên hệ cơ quan cấp.", number=number)
        flash(text, "error")
        return redirect(url_for("issuing.index"))
    name = f"{vehicle_pass.plate}-{vehicle_pass.number}{name}.pdf"
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.get("/passes/<number>.pdf")
@access.requires("passes.print")
def download(number: str) -> Response:
    """Send the windscreen sheet of one of the carrier's passes."""
    return _send(number, render_windscreen, "")


@bp.get("/passes/<number>/side.pdf")
@access.requires("passes.print")
def side_copies(number: str) -> Response:
    """Send the copies for the two sides of the vehicle."""
    return _send(number, render_side_copies, "-thanh-xe")
