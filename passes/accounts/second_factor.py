"""The second factor: a code from an authenticator app (TOTP, RFC 6238), and recovery codes for a lost phone.

Everybody may use it; the roles that the configuration names in `two_factor_roles` must, and are led through setting it
up when they sign in for the first time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, session
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_security import (
    Totp,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    tf_code_confirmed,
    tf_disabled,
    tf_profile_changed,
)
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from passes import audit
from passes.access import ROLES
from passes.config import ConfigError
from passes.db import db
from passes.lists import narrowed_url
from passes.local_time import now

if TYPE_CHECKING:
    from flask import Flask
    from flask_limiter import Limiter
    from werkzeug.wrappers import Response

    from passes.accounts.models import User

RECOVERY_CODES = 8
_STEP_SECONDS = 30


class OnceTotp(Totp):
    """Takes each code once (RFC 6238 §5.2): who looks over a shoulder comes too late."""

    def get_last_counter(self, user: User) -> int | None:
        """Return the time step of the last code that was taken."""
        return user.tf_last_counter

    def set_last_counter(self, user: User, tmatch: Any) -> None:
        """Remember the time step of a code that was just taken."""
        user.tf_last_counter = tmatch.counter


class SetupForm(TwoFactorSetupForm):
    """The library's form with choices as WTForms takes them from now on; the page has their words."""

    setup = RadioField(choices=[SelectChoice("disable"), SelectChoice("authenticator")], validate_choice=False)


class RescueForm(TwoFactorRescueForm):
    """Offers nothing: a recovery code is typed on a page of its own."""

    help_setup = RadioField(choices=[], validate_choice=False)


def settings(config: dict[str, Any]) -> dict[str, Any]:
    """Return Flask-Security's settings; its secrets are encrypted under keys derived from the data key.

    Raises:
        passes.config.ConfigError: `two_factor_roles` names a role that does not exist.
    """
    roles = config["TWO_FACTOR_ROLES"]
    if unknown := sorted(set(roles) - set(ROLES)):
        raise ConfigError(f"two_factor_roles in config.toml names {', '.join(unknown)}; there are {', '.join(ROLES)}.")
    derived = {use: hmac.digest(config["DATA_KEY"], use.encode(), hashlib.sha256) for use in ("totp", "recovery codes")}
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ROLES": tuple(roles),
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": _STEP_SECONDS,  # how far a phone's clock may be off
        "SECURITY_TWO_FACTOR_SETUP_WITHIN": timedelta(minutes=30),
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,  # a mailbox is no second factor: it resets the password already
        "SECURITY_TOTP_SECRETS": {"1": derived["totp"].hex()},
        "SECURITY_TOTP_ISSUER": config["ISSUER_ID"],
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(derived["recovery codes"])],
    }


def init_app(app: Flask, limiter: Limiter) -> None:
    """Bound how often a code is guessed, and note in the log who sets the second factor up or drops it."""
    for endpoint in ("security.two_factor_token_validation", "security.mf_recovery"):
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(
            "10 per 5 minutes; 30 per hour", methods=["POST"], key_func=_guessing_key
        )(view)
    app.view_functions["security.two_factor_rescue"] = _enter_recovery_code
    tf_profile_changed.connect(_note_setup, app)
    tf_disabled.connect(_note_end, app)
    tf_code_confirmed.connect(_note_code, app)


def _guessing_key() -> str:
    """Count per account that is being entered, whatever address the guesses come from."""
    return f"code:{session.get('tf_user_id') or get_remote_address()}"


def _enter_recovery_code() -> Response:
    """Whoever lost the phone has recovery codes, or asks an administrator; nothing is sent by e-mail."""
    return redirect(narrowed_url("security.mf_recovery"))


def _note_code(app: Flask, user: User, **_more: object) -> None:
    """After the password: a first code sets the second factor up, every later one only signs in."""
    if session.get("tf_state") == "validating_profile":
        _note_setup(app, user)
    else:
        _remind_of_recovery_codes(user)


def _note_setup(_app: Flask, user: User, **_more: object) -> None:
    audit.record(db.session(), user, "accounts.set_second_factor", user, None, now())
    _remind_of_recovery_codes(user)


def _note_end(_app: Flask, user: User, **_more: object) -> None:
    user.mf_recovery_codes = None
    audit.record(db.session(), user, "accounts.drop_second_factor", user, None, now())


def _remind_of_recovery_codes(user: User) -> None:
    if not user.mf_recovery_codes:
        flash(
            _("Hãy tạo mã dự phòng ở mục Xác thực hai bước và cất kỹ, để còn đăng nhập được khi mất điện thoại."),
            "info",
        )
