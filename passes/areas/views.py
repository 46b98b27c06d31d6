"""The search that area fields ask while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from passes import access
from passes.areas.services import search_areas
from passes.db import db
from passes.typed import read_row
from protocol.areas import AreaLevel

_LEVELS = {level.name.lower(): level for level in AreaLevel}
_MAX_QUERY_CHARS = 100

bp = Blueprint("areas", __name__)


def _digits(levels: str) -> tuple[int, ...]:
    """Read `level`: names or code lengths, separated by commas; every level when none is readable."""
    found = {_LEVELS.get(word, read_row(word)) for word in levels.split(",")}
    return tuple(sorted(found & set(AreaLevel))) or tuple(AreaLevel)


@bp.get("/areas/search")
@access.requires(access.SIGNED_IN)
def search() -> Response:
    """Answer with the divisions that fit what was typed: a list of `{"code", "label"}`, best first."""
    query = request.args.get("q", "")[:_MAX_QUERY_CHARS]
    found = search_areas(db.session(), query, digits=_digits(request.args.get("level", "")))
    return jsonify([{"code": area.code, "label": area.label} for area in found])
