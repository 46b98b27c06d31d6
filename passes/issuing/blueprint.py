"""The blueprint of issued passes, and what its templates need."""

from __future__ import annotations

from flask import Blueprint

from passes.issuing import register, texts

bp = Blueprint("issuing", __name__)

bp.add_app_template_filter(lambda vehicle_pass, now: texts.STATES[register.state_of(vehicle_pass, now)], "pass_state")
bp.add_app_template_filter(lambda reason: texts.REVOCATIONS[reason], "revocation")
bp.add_app_template_filter(lambda verb: texts.HISTORY.get(verb, verb), "pass_event")
bp.add_app_template_filter(lambda state: texts.ORDERS[state], "order_state")
bp.add_app_template_filter(lambda act: texts.ACTS[act].name, "status_act")
