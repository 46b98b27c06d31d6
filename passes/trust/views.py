"""The trust repository, public and static: it is signed, so it needs no account."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, send_from_directory

from passes import access

bp = Blueprint("trust", __name__, url_prefix="/trust")


@bp.get("/<any(metadata, targets):part>/<path:name>")
@access.public
def file(part: str, name: str) -> Response:
    """Serve one file of the repository."""
    response = send_from_directory(
        current_app.extensions["instance"].trust_dir / part, name, mimetype="application/octet-stream"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response
