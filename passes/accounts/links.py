"""Links in letters: signed and bounded in time by the login library, for more purposes than it knows."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from flask import current_app
from flask_security.utils import check_and_get_token_status

if TYPE_CHECKING:
    from datetime import timedelta


class LinkPurpose(enum.StrEnum):
    """What a link is for; one made for something else is worthless."""

    REGISTRATION = "registration"
    INVITATION = "invitation"


class LinkError(Exception):
    """A link does not serve, or no longer."""


def link_token(purpose: LinkPurpose, *values: str | int) -> str:
    """Return what a link bears: readable by whoever has it, and altered by nobody."""
    return str(current_app.extensions["security"].confirm_serializer.dumps([purpose.value, *values]))


def read_link(purpose: LinkPurpose, token: str, within: timedelta) -> list[str | int]:
    """Return the values of a link.

    Args:
        purpose: what it must have been made for.
        token: as it came.
        within: how old it may be.

    Raises:
        LinkError: it is too old, altered, or for something else.
    """
    is_expired, is_invalid, data = check_and_get_token_status(token, "confirm", within)
    if is_expired or is_invalid or not isinstance(data, list) or data[:1] != [purpose.value]:
        raise LinkError(purpose)
    return data[1:]
