"""Reading what the page sent; nothing that it should not send is taken."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from checkpoint import areas
from checkpoint.signing_in import OnDuty
from checkpoint.web.desk import EntryError, desk
from protocol.areas import AreaLevel, level

MAX_PIN_CHARS, MAX_OFFICER_CHARS, MAX_REASON_CHARS = 30, 60, 300

Chosen = TypeVar("Chosen", bound=StrEnum)


def body() -> dict[str, Any]:
    """Return the body, a JSON object."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise EntryError("entry_invalid", field="body")
    return sent


def text(field: str, at_most: int, *, may_be_empty: bool = False) -> str:
    """Return a text field without the space around it."""
    return checked_text(body().get(field), field, at_most, may_be_empty=may_be_empty)


def checked_text(value: object, field: str, at_most: int, *, may_be_empty: bool = True) -> str:
    """Return a value as a text without the space around it."""
    found = value.strip() if isinstance(value, str) else "" if value is None else None
    if found is None or len(found) > at_most or not (found or may_be_empty):
        raise EntryError("entry_invalid", field=field)
    return found


def flag(field: str) -> bool:
    """Return a field that is true or false."""
    value = body().get(field)
    if not isinstance(value, bool):
        raise EntryError("entry_invalid", field=field)
    return value


def choice(field: str, choices: Callable[[Any], Chosen]) -> Chosen:
    """Return a field that holds one of a few words."""
    try:
        return choices(body().get(field))
    except ValueError as error:
        raise EntryError("entry_invalid", field=field) from error


def area(field: str, *, wards_only: bool = False) -> str | None:
    """Return a field that holds the code of an area, None if it is empty."""
    return checked_area(body().get(field), field, wards_only=wards_only)


def checked_area(value: object, field: str, *, wards_only: bool) -> str | None:
    """Return a value as the code of an area that there is, None if it is empty."""
    if value in {None, ""}:
        return None
    if not isinstance(value, str) or not areas.is_known(value):
        raise EntryError("area_unknown", field=field)
    if wards_only and level(value) is not AreaLevel.WARD:
        raise EntryError("area_not_ward", field=field)
    return value


def actor() -> OnDuty:
    """Return who does this: the officer whose PIN was sent along, else the one on duty.

    Raises:
        SignInError: the PIN is not that officer's.
    """
    running = desk().running
    if officer := text("officer", MAX_OFFICER_CHARS, may_be_empty=True):
        pin = text("pin", MAX_PIN_CHARS, may_be_empty=True)
        return running.duty.check(officer, pin, running.clock.read().now)
    return running.duty.on_duty


def reason() -> str:
    """Return why this is done, as written; empty if nothing was."""
    return text("reason", MAX_REASON_CHARS, may_be_empty=True)
