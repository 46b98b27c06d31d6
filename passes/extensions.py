"""The Flask extensions, each set up once."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from flask import Flask, has_request_context, request, session
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, user_logged_out
from flask_mailman import Mail
from flask_migrate import Migrate
from flask_security import Security, SQLAlchemyUserDatastore, password_reset
from flask_talisman import Talisman
from flask_wtf import CSRFProtect

from passes import audit
from passes.accounts import second_factor
from passes.accounts.messages import security_settings
from passes.accounts.models import Role, User
from passes.db import db
from passes.local_time import now
from passes.mail.library import LetterWriter

LEAST_PASSWORD_CHARS = 12
LANGUAGES = ("vi", "en")
CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": ["'self'", "data:"],
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, default_limits=[])
user_datastore = SQLAlchemyUserDatastore(db, User, Role)


def language() -> str:
    """Return the reader's language: what they chose, what their account says, else Vietnamese."""
    if not has_request_context():
        return LANGUAGES[0]
    chosen = session.get("language")
    if chosen is None and current_user and current_user.is_authenticated:
        chosen = current_user.language
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def init_app(app: Flask) -> None:
    """Attach every extension to the application."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(Path(__file__).parent / "translations"))
    Babel(app, locale_selector=language)
    Bootstrap5(app)
    Migrate(app, db, directory=str(Path(__file__).parent / "migrations"), render_as_batch=True, compare_type=True)
    csrf.init_app(app)
    limiter.init_app(app)
    app.config |= (
        security_settings()
        | second_factor.settings(app.config)
        | {
            "SECURITY_DATETIME_FACTORY": now,
            "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
            "SECURITY_PASSWORD_HASH": "argon2",
            "SECURITY_PASSWORD_LENGTH_MIN": LEAST_PASSWORD_CHARS,
            "SECURITY_REGISTERABLE": False,
            "SECURITY_RECOVERABLE": True,
            "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=app.config["RESET_LINK_HOURS"]),
            "SECURITY_EMAIL_HTML": False,
            "SECURITY_CHANGEABLE": True,
            "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
            "SECURITY_TRACKABLE": True,
            "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
            "SECURITY_LOGOUT_METHODS": ["POST"],
            "SECURITY_POST_LOGIN_VIEW": "/",
            "SECURITY_POST_LOGOUT_VIEW": "/login",
            "SECURITY_RETURN_GENERIC_RESPONSES": True,
        }
    )
    app.extensions["security_datastore"] = user_datastore
    Mail(app)
    Security(
        app,
        user_datastore,
        mail_util_cls=LetterWriter,
        totp_cls=second_factor.OnceTotp,
        two_factor_setup_form=second_factor.SetupForm,
        two_factor_rescue_form=second_factor.RescueForm,
    )
    user_logged_out.connect(_forget_cookies, app)
    password_reset.connect(_note_password_reset, app)
    login = app.view_functions["security.login"]
    app.view_functions["security.login"] = limiter.limit(
        "10 per minute; 100 per hour", methods=["POST"], key_func=_login_key, deduct_when=_is_failed_login
    )(login)
    forgotten = app.view_functions["security.forgot_password"]
    for rate, key in (("20 per hour", get_remote_address), ("5 per hour", _asked_address)):
        forgotten = limiter.limit(rate, methods=["POST"], key_func=key)(forgotten)
    app.view_functions["security.forgot_password"] = forgotten
    second_factor.init_app(app, limiter)
    Talisman(
        app,
        force_https=app.config["HTTPS"],
        strict_transport_security=app.config["HTTPS"],
        session_cookie_secure=app.config["HTTPS"],
        content_security_policy=CONTENT_SECURITY_POLICY,
    )


def _forget_cookies(_app: Flask, user: User, **_more: object) -> None:
    """Make every cookie of whoever signs out worthless, also one that was copied: they all name the old secret."""
    user_datastore.set_uniquifier(user)
    user_datastore.commit()


def _note_password_reset(_app: Flask, user: User, **_more: object) -> None:
    """Whoever has the link acts for the account; the library commits both at once."""
    audit.record(db.session(), user, "accounts.reset_password", user, None, now())


def _asked_address() -> str:
    """Count requests for a new password per account, so that nobody's mailbox is flooded."""
    return f"reset:{request.form.get('email', '').strip().lower()}"


def _login_key() -> str:
    """Count failed logins per account and address, so that one office behind one address is not locked out."""
    return f"{get_remote_address()}:{request.form.get('email', '').strip().lower()}"


def _is_failed_login(response: object) -> bool:
    """A successful login redirects; only failed ones count."""
    return getattr(response, "status_code", None) == HTTPStatus.OK  # the form shown again
