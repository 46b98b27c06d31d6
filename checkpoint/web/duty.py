"""Who is at the post, and what only its chief may do: PINs, the clock, automatic mode. And handing over the shift."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template

from checkpoint.clock import system_time
from checkpoint.errors import StationError
from checkpoint.messages import sentence
from checkpoint.moments import LOCAL, parse_moment
from checkpoint.post_book import Deed
from checkpoint.signing_in import OnDuty, SignInError, require_reason
from checkpoint.web import parsing
from checkpoint.web.desk import desk
from checkpoint.web.watch import AUTOMATIC
from protocol.roster import OfficerRole

bp = Blueprint("duty", __name__)


@bp.get("/duty")
def show() -> str:
    """Show who can sign in, who is on duty, and what a chief can set."""
    running = desk().running
    officers, problem = running.duty.officers, running.duty.problem
    now = running.clock.read()
    return render_template(
        "_duty.html",
        officers=officers,
        problem=sentence(problem) if problem else "",
        on_duty=running.duty.on_duty,
        chief=OfficerRole.CHIEF,
        is_automatic=bool(running.book.note(AUTOMATIC)),
        clock=now,
        clock_value=now.now.astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M"),
        is_clock_set=running.setting.is_set,
        machine_time=system_time().astimezone(LOCAL).strftime("%d/%m/%Y %H:%M"),
    )


@bp.get("/chief")
def ask_chief() -> str:
    """Show what a chief has to enter so that something is theirs."""
    duty = desk().running.duty
    return render_template("_chief.html", officers=duty.officers, on_duty=duty.on_duty, chief=OfficerRole.CHIEF)


@bp.post("/duty/sign-in")
def sign_in() -> Response:
    """Put an officer on duty."""
    running = desk().running
    officer = parsing.text("officer", parsing.MAX_OFFICER_CHARS)
    pin = parsing.text("pin", parsing.MAX_PIN_CHARS, may_be_empty=True)
    running.duty.sign_in(officer, pin, running.clock.read().now)
    return _done()


@bp.post("/duty/sign-out")
def sign_out() -> Response:
    """Leave the post to nobody in particular."""
    desk().running.duty.sign_out()
    return _done()


@bp.post("/officer")
def name() -> Response:
    """Note who is at a post that has no list of officers."""
    duty = desk().running.duty
    if duty.officers is not None:
        raise SignInError("pin_invalid", field="pin")
    duty.name(parsing.text("name", parsing.MAX_OFFICER_CHARS, may_be_empty=True))
    return _done()


@bp.post("/duty/reset-pin")
def reset_pin() -> Response:
    """Give an officer another PIN at this device, which the officer has just typed."""
    chief, duty = _chief(), desk().running.duty
    officer = duty.reset_pin(parsing.text("whose", parsing.MAX_OFFICER_CHARS), parsing.text("new_pin", 30))
    _note("pin_reset", chief, "", {"officer": officer.id})
    return _done()


@bp.post("/clock")
def set_clock() -> Response:
    """Set the clock, with a reason, never below what is proven."""
    chief, reason = _chief(), require_reason(parsing.reason())
    running = desk().running
    before, chosen = running.clock.read().now, parse_moment(parsing.text("time", 40))
    running.setting.set(chosen, system_time(), running.trust.floor())
    _note("clock_set", chief, reason, {"before": before.isoformat(), "after": chosen.isoformat()}, before)
    return _done()


@bp.post("/clock/release")
def release_clock() -> Response:
    """Go by the machine's own clock again."""
    chief, running = _chief(), desk().running
    before = running.clock.read().now
    running.setting.release()
    _note("clock_released", chief, "", {"before": before.isoformat(), "after": system_time().isoformat()}, before)
    return _done()


@bp.post("/automatic")
def automatic() -> Response:
    """Let vehicles through without a button when the verdict admits them, or no longer."""
    chief, is_on = _chief(), parsing.text("value", 5) == "true"
    desk().running.book.put_note(AUTOMATIC, {"by": chief.id} if is_on else None)
    _note("automatic_on" if is_on else "automatic_off", chief, "", {})
    return _done()


@bp.post("/shift/hand-over")
def hand_over() -> Response:
    """End the shift; who comes next signs in."""
    running = desk().running
    ended = running.shifts.hand_over(running.clock.read().now, running.duty.on_duty)
    running.duty.sign_out()
    desk().board.touch()
    return jsonify({"report": f"/shift/{ended.number}"})


def _chief() -> OnDuty:
    actor = parsing.actor()
    if not actor.is_chief:
        raise SignInError("chief_needed", field="officer")
    return actor


def _note(kind: str, chief: OnDuty, reason: str, details: dict[str, Any], at: datetime | None = None) -> None:
    running = desk().running
    running.book.add_deed(Deed(at or running.clock.read().now, kind, chief.id, reason, details))


def _done() -> Response:
    desk().board.touch()
    return jsonify({"version": desk().board.shown.version})


@bp.app_errorhandler(SignInError)
def _say_who(error: StationError) -> tuple[Response, int]:
    return jsonify({"code": error.code, "message": sentence(error), "field": error.params.get("field")}), 403
