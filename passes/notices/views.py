"""Pages of notices: the list, marking them read, and whether they come by e-mail too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.db import db
from passes.lists import page_of
from passes.local_time import now
from passes.notices import services
from passes.notices.texts import words_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from passes.notices.models import Notice

bp = Blueprint("notices", __name__)


def _find(notice_id: int) -> Notice:
    return services.find_notice(db.session(), current_user, notice_id) or abort(404)


@bp.get("/notices")
@access.requires(access.SIGNED_IN)
def index() -> str:
    """List the reader's notices, unread ones first."""
    return render_template(
        "notices/index.html",
        notices=page_of(services.notices_of(current_user)),
        words_of=words_of,
        kept_days=current_app.config["NOTICE_RETENTION_DAYS"],
    )


@bp.get("/notices/<int:notice_id>")
@access.requires(access.SIGNED_IN)
def show(notice_id: int) -> Response:
    """Lead to what a notice tells of; whoever goes there has read it."""
    notice = _find(notice_id)
    services.mark_read(notice, now())
    words = words_of(notice)
    db.session.commit()
    return redirect(url_for(words.endpoint, **words.values))


@bp.post("/notices/<int:notice_id>/read")
@access.requires(access.SIGNED_IN)
def read(notice_id: int) -> Response:
    """Mark one notice as read."""
    services.mark_read(_find(notice_id), now())
    db.session.commit()
    return redirect(url_for("notices.index"))


@bp.post("/notices/read")
@access.requires(access.SIGNED_IN)
def read_all() -> Response:
    """Mark every notice as read."""
    services.mark_all_read(db.session(), current_user, now())
    db.session.commit()
    return redirect(url_for("notices.index"))


@bp.post("/notices/mail")
@access.requires(access.SIGNED_IN)
def switch_mail() -> Response:
    """Let notices come by e-mail too, or in the application only."""
    is_wanted = request.form.get("mail") == "on"
    services.switch_mail(db.session(), current_user, now(), is_wanted=is_wanted)
    db.session.commit()
    flash(_("Đã bật thông báo qua thư điện tử.") if is_wanted else _("Đã tắt thông báo qua thư điện tử."), "success")
    return redirect(url_for("notices.index"))
