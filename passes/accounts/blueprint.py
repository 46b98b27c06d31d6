"""The blueprint of accounts, what its templates need, and the language that a user keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, session
from flask_login import user_logged_in, user_logged_out

from passes.accounts import texts
from passes.accounts.services import keep_language
from passes.db import db
from passes.extensions import LANGUAGES

if TYPE_CHECKING:
    from flask import Flask
    from flask.blueprints import BlueprintSetupState

    from passes.accounts.models import User

bp = Blueprint("accounts", __name__)

bp.add_app_template_filter(lambda organisation: texts.STATES[organisation.state], "organisation_state")
bp.add_app_template_filter(texts.user_state)


def choose_language(code: str, user: User | None) -> None:
    """Show the reader's pages in a language from now on; of a signed-in user it is remembered."""
    if code not in LANGUAGES:
        return
    session["language"] = code
    if user is not None and user.language != code:
        keep_language(user, code)
        db.session.commit()


def _keep_chosen(_app: Flask, user: User, **_more: object) -> None:
    """Whoever chose a language and then signed in meant it."""
    if "language" in session:
        choose_language(session["language"], user)


def _forget_chosen(_app: Flask, **_more: object) -> None:
    """Whoever sits at this machine next reads their own language."""
    session.pop("language", None)


@bp.record_once
def _follow_signing_in(state: BlueprintSetupState) -> None:
    user_logged_in.connect(_keep_chosen, state.app)
    user_logged_out.connect(_forget_chosen, state.app)
