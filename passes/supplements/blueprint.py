"""The blueprint of slips and cards, and what its templates need."""

from __future__ import annotations

from flask import Blueprint

from passes.supplements import texts

bp = Blueprint("supplements", __name__)

bp.add_app_template_filter(lambda supplement, now: texts.STATES[texts.state_of(supplement, now)], "supplement_state")
bp.add_app_template_filter(lambda kind: texts.KINDS[kind], "supplement_kind")
bp.add_app_template_filter(lambda change: texts.CHANGES[change], "crew_change")
