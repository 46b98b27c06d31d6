"""The trust repository, public and static: it is signed, so it needs no account."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, current_app, send_from_directory
from werkzeug.exceptions import NotFound

from passes import access

bp = Blueprint("trust", __name__, url_prefix="/trust")


@bp.get("/<any(metadata, targets):part>/<path:name>")
@access.public
def file(part: str, name: str) -> Response:
    """Serve one file of the repository.

    At every sync a station asks for the root after the one it has: that there is none is an answer, not an error that
    somebody reads a page about, or finds in the log.
    """
    folder = current_app.extensions["instance"].trust_dir / part
    try:
        response = send_from_directory(folder, name, mimetype="application/octet-stream")
    except NotFound:
        return Response(status=HTTPStatus.NOT_FOUND)
    response.headers["Cache-Control"] = "no-cache"
    return response
