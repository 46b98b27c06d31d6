"""The station's two languages: Vietnamese, which the texts are written in, and English from the catalogue."""

import os
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

LANGUAGES = ("vi", "en")
CATALOGUES = Path(__file__).parent / "translations"


def language_of_environment() -> str:
    """Return the language that the environment asks for: English if it says so, else Vietnamese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.lower().startswith("en") else "vi"
    return "vi"


_language: ContextVar[str] = ContextVar("language")


def use_language(code: str) -> None:
    """Speak this language from here on in the current thread.

    Args:
        code: `vi` or `en`; anything else is Vietnamese.
    """
    _language.set(code if code in LANGUAGES else LANGUAGES[0])


def current_language() -> str:
    """Return the language spoken now, `vi` or `en`."""
    return _language.get(None) or language_of_environment()


@cache
def _catalogue(code: str) -> NullTranslations:
    return translation("messages", CATALOGUES, [code], fallback=True)


def gettext(message: str, /, **params: object) -> str:
    """Say a text in the current language.

    Args:
        message: the Vietnamese text, with `%(name)s` where a parameter stands.
        params: what to fill in.
    """
    text = _catalogue(current_language()).gettext(message) if current_language() != "vi" else message
    return text % params if params else text
