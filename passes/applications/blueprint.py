"""The blueprint of applications, and what its templates need."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app

from passes.applications import texts

bp = Blueprint("applications", __name__)

bp.add_app_template_filter(lambda state: texts.STATES[state], "application_state")
bp.add_app_template_filter(lambda outcome: texts.OUTCOMES[outcome], "check_outcome")
bp.add_app_template_filter(lambda code: texts.REFUSALS[code], "refusal")
bp.add_app_template_filter(texts.check_name)
bp.add_app_template_filter(texts.check_finding)
bp.add_app_template_filter(texts.route_words)


def promise_hours() -> timedelta:
    """Return how long the authority promised to take."""
    return timedelta(hours=current_app.config["REVIEW_PROMISE_HOURS"])
