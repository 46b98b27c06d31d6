"""Serves the typeface of the pages out of the installed font package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg_be_vietnam_pro
from flask import Blueprint, abort, send_from_directory

from passes import access

if TYPE_CHECKING:
    from flask import Response

FILES = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
SERVED = frozenset({"BeVietnamPro-Regular.ttf", "BeVietnamPro-SemiBold.ttf", "BeVietnamPro-Bold.ttf"})
_MAX_AGE_SECONDS = 30 * 24 * 3600

bp = Blueprint("fonts", __name__)


@bp.get("/fonts/<filename>")
@access.public
def file(filename: str) -> Response:
    """Send one of the weights that `static/passes.css` names."""
    if filename not in SERVED:
        abort(404)
    return send_from_directory(FILES, filename, mimetype="font/ttf", max_age=_MAX_AGE_SECONDS)
