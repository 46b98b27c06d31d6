"""The blueprint of movements and zones, and what its templates need."""

from __future__ import annotations

from flask import Blueprint

from passes.movement import texts

bp = Blueprint("movement", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {"texts": texts}
