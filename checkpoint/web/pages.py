"""What the officer sees: the page, and the parts of it that are fetched again when something changes."""

from datetime import datetime, timedelta
from pathlib import Path

import fontpkg_be_vietnam_pro
from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from checkpoint import areas, i18n
from checkpoint.counting import Report
from checkpoint.errors import StationError
from checkpoint.i18n import gettext as _
from checkpoint.messages import refusal_sentence, sentence
from checkpoint.moments import LOCAL, show_age, show_moment, show_time
from checkpoint.reporting import data_light, pending_light
from checkpoint.station import EventError
from checkpoint.web.desk import LANGUAGE_COOKIE, desk
from checkpoint.web.presenting import action_name, panel_of, row_of, undo_seconds
from checkpoint.web.watch import AUTOMATIC
from protocol.trust import Direction

RECENT_ROWS = 40
FONTS = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
WEIGHTS = {f"BeVietnamPro-{weight}.ttf" for weight in ("Regular", "SemiBold", "Bold", "ExtraBold")}
FONT_AGE_S = 7 * 24 * 3600

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> str:
    """Show the page."""
    return render_template("page.html", **_bar())


@bp.get("/stage")
def stage() -> str:
    """Show what fills the page: the live picture, a verdict, or what is wrong."""
    station_desk = desk()
    shown = station_desk.board.shown
    values: dict[str, object] = {"shown": shown, "problem": _sentence(shown.problem), "panel": None, "done": None}
    values["automatic_seconds"] = 0
    values["camera_problem"] = _sentence(shown.camera_problem)
    station, now = station_desk.running.station, station_desk.running.clock.read().now
    if shown.event_id and not shown.problem:
        zone_names = {zone.id: zone.name for zone in station.trust.zones}
        event = station.event(shown.event_id)
        values["panel"] = panel_of(event, zone_names)
        values["automatic_seconds"] = undo_seconds(event, now) if shown.is_automatic else 0
    if shown.done_id:
        event = station.event(shown.done_id)
        values["done"] = {
            "row": row_of(event),
            "action": action_name(event.statement.action),
            "seconds": undo_seconds(event, now),
        }
    return render_template("_stage.html", **values)


@bp.get("/bar")
def bar() -> str:
    """Show the thin bar."""
    return render_template("_bar.html", **_bar())


@bp.get("/recent")
def recent() -> str:
    """Show the newest scans of this run, and records that the issuer refused."""
    station = desk().running.station
    rows = [row_of(event) for event in station.recent(RECENT_ROWS)]
    words = {"show_moment": show_moment, "refusal_sentence": refusal_sentence}
    return render_template("_recent.html", rows=rows, refusals=station.log.refusals(), **words)


@bp.get("/waiting")
def waiting() -> str:
    """Show the vehicles that wait aside until the post chief decides."""
    running = desk().running
    now = running.clock.read().now
    rows = [(row_of(event), show_age(now - event.scanned_at)) for event in running.station.waiting()]
    return render_template("_waiting.html", rows=rows, is_chief=running.duty.on_duty.is_chief)


@bp.get("/areas")
def search_areas() -> Response:
    """Find areas by what the officer has typed."""
    found = areas.search(request.args.get("q", "")[:80], wards_only=request.args.get("wards") == "1")
    return jsonify([{"code": area.code, "name": area.name, "path": area.path} for area in found])


@bp.get("/language/<code>")
def language(code: str) -> AnyResponse:
    """Speak another language from now on."""
    if code not in i18n.LANGUAGES:
        abort(404)
    response = redirect("/")
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=timedelta(days=365), httponly=True, samesite="Strict")
    return response


@bp.get("/fonts/<name>")
def font(name: str) -> Response:
    """Send one weight of the page's type out of its package."""
    if name not in WEIGHTS:
        abort(404)
    return send_from_directory(FONTS, name, max_age=FONT_AGE_S)


@bp.get("/healthz")
def healthz() -> Response:
    """Say that the program runs."""
    return jsonify({"station": desk().running.station.id})


def _bar() -> dict[str, object]:
    station_desk = desk()
    running = station_desk.running
    station, clock, duty = running.station, running.clock.read(), running.duty
    shift = running.shifts.report(running.shifts.current(clock.now))
    on_duty = duty.on_duty
    trust, info, counts = station.trust, station.info, station.log.counts()
    age = clock.now - trust.published_at
    lanes = {Direction.IN: _("Làn vào"), Direction.OUT: _("Làn ra"), Direction.BOTH: _("Hai chiều")}
    synced = station_desk.last_sync
    return {
        "name": info.name if info else station.id,
        "lane": lanes[info.direction] if info else "",
        "officer": on_duty.name,
        "is_chief": on_duty.is_chief and duty.officers is not None,
        "has_roster": duty.officers is not None,
        "is_automatic": bool(running.book.note(AUTOMATIC)),
        "waiting": len(station.waiting()),
        "shift_total": shift.total,
        "hour_total": _this_hour(shift, clock.now),
        "is_book_kept": running.book.is_kept,
        "is_clock_set": running.setting.is_set,
        "age": show_age(age),
        "age_light": data_light(age, trust.policy),
        "published": show_moment(trust.published_at),
        "pending": counts.pending,
        "pending_light": pending_light(station.log.waiting_since(), counts.refused, clock.now),
        "is_disk_full": not station_desk.running.home.reserve.is_held,
        "refused": counts.refused,
        "time": show_time(clock.now),
        "clock_in_doubt": clock.is_in_doubt,
        "log_check": station_desk.log_check.last,
        "is_online": bool(synced) and not synced.problems if synced else None,
        "sync_problem": sentence(synced.problems[0]) if synced and synced.problems else "",
    }


def _this_hour(shift: Report, now: datetime) -> int:
    hour = now.astimezone(LOCAL).replace(minute=0, second=0, microsecond=0)
    return sum(counted.total for counted in shift.hours if counted.starts_at == hour)


def _sentence(problem: StationError | None) -> str:
    return sentence(problem) if problem else ""


@bp.app_errorhandler(EventError)
def _forget_event(error: EventError) -> tuple[Response, int]:
    """An event that nobody knows any more is taken off the pages."""
    if error.code == "event_unknown":
        desk().board.close()
    return jsonify({"code": error.code, "message": sentence(error)}), 409
