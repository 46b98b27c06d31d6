"""What every page shares: blueprints, navigation, language, errors, and how times and codes are shown."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    has_request_context,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from passes import access, audit_texts, fonts, labels, moments
from passes.accounts.blueprint import choose_language
from passes.db import db
from passes.extensions import csrf, language
from passes.lists import narrowed_url
from passes.local_time import now
from passes.notices.services import count_unread
from passes.typed import ROW_DIGITS

if TYPE_CHECKING:
    from werkzeug.routing import Map
    from werkzeug.wrappers import Response as BaseResponse

log = logging.getLogger(__name__)
home = Blueprint("home", __name__)
lang = Blueprint("lang", __name__)

# One slash, then anything but what browsers read as a second one, or leave out on the way to it.
_OUR_PAGE = re.compile(r"/(?:[^/\\\s\x00-\x20\x7f][^\s\x00-\x20\x7f]*)?")


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation."""

    label: Any
    url: str
    is_active: bool


# Permission, endpoint and label of each area's front page, in the order of the navigation.
AREAS = (
    ("applications.apply", "applications.index", _lp("list", "Hồ sơ")),
    ("passes.print", "issuing.index", _l("Giấy đã cấp")),
    ("passes.print", "supplements.index", _l("Phiếu bổ sung, thẻ")),
    ("fleet.manage", "fleet.vehicles", _lp("list", "Phương tiện")),
    ("fleet.manage", "fleet.crew", _l("Lái xe, phụ xe")),
    ("colleagues.manage", "accounts.organisation", _l("Đơn vị, đồng nghiệp")),
    ("applications.review", "applications.queue", _l("Hồ sơ chờ duyệt")),
    ("applications.review", "supplements.queue", _l("Phiếu, thẻ chờ duyệt")),
    ("applications.review", "applications.post_audits", _l("Hậu kiểm")),
    ("passes.revoke", "issuing.register", _l("Sổ giấy đã cấp")),
    ("followups.view", "followup.index", _l("Theo dõi y tế")),
    ("followups.decide", "reports.concerned", _l("Tổ chức, cá nhân liên quan")),
    ("zones.manage", "movement.zones", _l("Khu vực phong tỏa, ổ dịch")),
    ("scans.view", "movement.scans", _l("Lượt quét")),
    ("findings.review", "movement.findings", _l("Phát hiện muộn")),
    ("people.merge", "movement.provisional_people", _l("Người chưa rõ danh tính")),
    ("stations.manage", "stations.index", _lp("list", "Máy chốt")),
    ("officers.manage", "officers.index", _l("Cán bộ chốt")),
    ("lookups.review", "reports.lookups", _l("Lượt xem thông tin")),
    ("administration.manage", "administration.index", _l("Quản trị")),
    ("audit.view", "administration.audit_log", _l("Nhật ký hệ thống")),
)


def navigation() -> list[NavigationItem]:
    """Return the areas that the signed-in user may enter."""
    if not current_user.is_authenticated:
        return []
    allowed = access.permissions_of(current_user)
    entries = [(label, url_for(endpoint)) for permission, endpoint, label in AREAS if permission in allowed]
    return [NavigationItem(label, url, f"{request.path}/".startswith(f"{url}/")) for label, url in entries]


@home.get("/")
@access.requires(access.SIGNED_IN)
def index() -> str:
    """Show the tasks of the signed-in user, and how much waits there."""
    from passes.applications.dashboard import overview

    has_passes = "passes.print" in access.permissions_of(current_user)
    return render_template("home.html", counts=_waiting(), overview=overview() if has_passes else None)


def _waiting() -> dict[str, int]:
    """Return how much waits for the signed-in user, by the endpoint of the area."""
    from passes.accounts.managing import count_waiting_organisations
    from passes.applications.post_audit import count_pending
    from passes.applications.queue import count_unsent, count_waiting
    from passes.followup.services import count_followed_up
    from passes.supplements.deciding import count_open

    allowed, counts = access.permissions_of(current_user), {}
    if "applications.apply" in allowed:
        counts["applications.index"] = count_unsent(db.session(), current_user.organisation)
    if "applications.review" in allowed:
        counts["applications.queue"] = count_waiting(db.session())
        counts["supplements.queue"] = count_open(db.session())
        counts["applications.post_audits"] = count_pending(db.session())
    if "followups.view" in allowed:
        counts["followup.index"] = count_followed_up(db.session(), current_user)
    if "administration.manage" in allowed:
        counts["administration.index"] = count_waiting_organisations(db.session())
    return counts


@home.get("/healthz")
@access.public
def health() -> Response:
    """Say that the process answers and reaches its database."""
    db.session.execute(db.text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


@lang.get("/lang/<code>")
@access.public
def switch(code: str) -> BaseResponse:
    """Keep the reader's language, for letters too, and go back to the page they came from."""
    choose_language(code, current_user if current_user.is_authenticated else None)
    target = request.args.get("next", "/")
    return redirect(target if _OUR_PAGE.fullmatch(target) else "/")


def _show_error(error: Exception) -> tuple[str, int]:
    """Answer with a page that says what to do, and with a code that the log has too."""
    status = error.code if isinstance(error, HTTPException) and error.code else 500
    reference = secrets.token_hex(4).upper()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        db.session.rollback()
        log.error("error %s at %r", reference, request.path, exc_info=error)
    else:
        log.info("answered %s (%s) at %r", status, reference, request.path)
    return render_template("errors/error.html", status=status, reference=reference), status


class RowNumber(IntegerConverter):
    """A row's number in an address: one that no database counts up to names no page."""

    def __init__(self, url_map: Map) -> None:
        """Bound the number."""
        super().__init__(url_map, max=10**ROW_DIGITS)


def _refuse_what_no_database_takes() -> None:
    """No list has so many pages; and nobody types the character NUL, which PostgreSQL answers with an error."""
    if len(request.args.get("page", "")) > ROW_DIGITS:
        abort(404)
    if request.blueprint == "api":  # reads its bodies itself, up to its own limit
        return
    typed = [value for _name, values in request.values.lists() for value in values]
    if any("\0" in value for value in (*typed, request.path)):
        abort(400)


def _context() -> dict[str, Any]:
    if not has_request_context():
        return {}  # a letter that the worker writes is no page
    is_signed_in = current_user.is_authenticated
    return {
        "language": language(),
        "navigation": navigation(),
        "unread": count_unread(db.session(), current_user) if is_signed_in else 0,
        "user_name": current_user.name if is_signed_in else "",
        "organisation_name": current_user.organisation.short_name if is_signed_in else "",
        "permissions": access.permissions_of(current_user) if is_signed_in else frozenset(),
        "now": now(),
    }


def init_app(app: Flask) -> None:
    """Register every blueprint, the error pages and what templates need."""
    from passes.accounts.views import bp as accounts
    from passes.administration.views import bp as administration
    from passes.applications.views import bp as applications
    from passes.areas.views import bp as areas
    from passes.documents.views import bp as documents
    from passes.fleet.views import bp as fleet
    from passes.followup import decision_views, person_views, transfer_views
    from passes.followup.views import bp as followup
    from passes.imports.views import bp as imports
    from passes.issuing.views import bp as issuing
    from passes.movement.views import bp as movement
    from passes.notices.views import bp as notices
    from passes.officers.views import bp as officers
    from passes.reports.views import bp as reports
    from passes.stations.views import api
    from passes.stations.views import bp as stations
    from passes.supplements.views import bp as supplements
    from passes.trust.views import bp as trust

    del decision_views, person_views, transfer_views  # their pages belong to the blueprint that they were imported for
    app.url_map.converters["int"] = RowNumber  # before any address is registered
    app.before_request(_refuse_what_no_database_takes)
    csrf.exempt(api)  # a device proves itself with a signature; there is no cookie to ride on
    for blueprint in (
        home,
        lang,
        fonts.bp,
        accounts,
        areas,
        fleet,
        imports,
        documents,
        applications,
        issuing,
        supplements,
        notices,
        stations,
        officers,
        api,
        trust,
        movement,
        followup,
        reports,
        administration,
    ):
        app.register_blueprint(blueprint)
    moments.init_app(app)
    labels.init_app(app)
    audit_texts.init_app(app)
    app.context_processor(_context)
    app.jinja_env.globals["narrowed_url"] = narrowed_url
    app.register_error_handler(HTTPException, _show_error)
    if not app.debug and not app.testing:
        app.register_error_handler(Exception, _show_error)
