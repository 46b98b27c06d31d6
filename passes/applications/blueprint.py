"""The blueprint of applications, and what its templates need."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, g
from flask_babel import get_locale

from passes.applications import texts
from passes.applications.refusals import all_refusals
from passes.db import db

bp = Blueprint("applications", __name__)

bp.add_app_template_filter(lambda state: texts.STATES[state], "application_state")
bp.add_app_template_filter(lambda outcome: texts.OUTCOMES[outcome], "check_outcome")
bp.add_app_template_filter(lambda decision: texts.DECISIONS[decision], "vehicle_decision")
bp.add_app_template_filter(lambda outcome: texts.POST_AUDITS[outcome], "post_audit")
bp.add_app_template_filter(texts.check_name)
bp.add_app_template_filter(texts.check_finding)
bp.add_app_template_filter(texts.route_words)


def promise_hours() -> timedelta:
    """Return how long the authority promised to take."""
    return timedelta(hours=current_app.config["REVIEW_PROMISE_HOURS"])


def refusal_sentences() -> dict[str, str]:
    """Return the sentence of every refusal code in the reader's language, asked for once in a request."""
    locale = get_locale()
    is_english = locale is not None and locale.language == "en"
    known: dict[bool, dict[str, str]] = g.setdefault("refusals", {})
    if is_english not in known:
        known[is_english] = {row.code: row.en if is_english else row.vi for row in all_refusals(db.session())}
    return known[is_english]


@bp.app_template_filter("refusal")
def refusal_words(code: str) -> str:
    """Return why an application or a vehicle was refused, in words."""
    return refusal_sentences().get(code, code)
