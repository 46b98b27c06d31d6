"""The officer's page as a Flask app."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

import checkpoint
from checkpoint import i18n
from checkpoint.errors import StationError
from checkpoint.messages import sentence
from checkpoint.scanlog import ScanLogError
from checkpoint.web import guard
from checkpoint.web.desk import LANGUAGE_COOKIE, Desk, EntryError, desk
from checkpoint.web.duty import bp as duty
from checkpoint.web.entries import bp as entries
from checkpoint.web.pages import bp as pages
from checkpoint.web.shift_page import bp as shift_page
from checkpoint.web.streams import bp as streams

TEMPLATES = Path(checkpoint.__file__).parents[1] / "templates" / "station"
MAX_BODY_BYTES = 64 * 1024
CONFLICT, INSUFFICIENT_STORAGE, BAD_REQUEST = 409, 507, 400


def create_app(station_desk: Desk, language: str = "vi") -> Flask:
    """Make the app.

    Args:
        station_desk: what the pages show and act upon.
        language: the pages' language until somebody chooses one.
    """
    app = Flask("checkpoint.web", template_folder=str(TEMPLATES), static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.extensions["desk"] = station_desk
    app.jinja_env.globals.update(_=i18n.gettext, language=i18n.current_language)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    token = guard.init_app(app)

    @app.before_request
    def _speak() -> None:
        i18n.use_language(request.cookies.get(LANGUAGE_COOKIE, language))

    @app.context_processor
    def _page_values() -> dict[str, Any]:
        return {"token": token}

    app.register_error_handler(StationError, _station_error)
    app.register_error_handler(HTTPException, _http_error)
    for blueprint in (pages, entries, duty, shift_page, streams):
        app.register_blueprint(blueprint)
    return app


def _station_error(error: StationError) -> tuple[Response, int]:
    if isinstance(error, ScanLogError):
        desk().board.report(error)
        status = INSUFFICIENT_STORAGE
    else:
        status = BAD_REQUEST if isinstance(error, EntryError) else CONFLICT
    body = {"code": error.code, "message": sentence(error), "field": error.params.get("field")}
    return jsonify(body), status


def _http_error(error: HTTPException) -> tuple[Response, int]:
    message = i18n.gettext("Máy chốt không nhận yêu cầu này (%(code)s).", code=error.code)
    return jsonify({"code": "http", "message": message}), error.code or 500
