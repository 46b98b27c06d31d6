"""The text of a QR code: prefix, Base45, one byte for the form, then the signed message in that form.

One credential has one text. The prefix says which kind it claims to be; the signed claims must agree with it, and the
form is covered by the signature.
"""

from enum import StrEnum
from typing import Final

from protocol import base45

MAX_TEXT_CHARS: Final = 2_000
"""Longer texts are refused unread: six crew with the longest names need fewer than 1,000."""

FORM_PLAIN: Final = 0
"""The whole COSE message follows."""


class Prefix(StrEnum):
    """How a text begins, and what it claims to be."""

    VEHICLE_PASS = "VP1:"  # noqa: S105 - not a password
    CREW_CARD = "CC1:"
    AMENDMENT = "AM1:"


_PREFIXES: Final = {prefix.value: prefix for prefix in Prefix}


class EnvelopeError(ValueError):
    """The text begins like a credential and is not one."""


class NotAPassError(EnvelopeError):
    """The text does not begin like a credential: some other QR code, or noise."""


class FormUnsupportedError(EnvelopeError):
    """The text is of a form that this version cannot unpack."""


def pack(prefix: Prefix, form: int, message: bytes) -> str:
    """Give the text of a message.

    Args:
        prefix: The kind of credential.
        form: How the message is written, 0 to 255.
        message: The message in that form.

    Raises:
        EnvelopeError: If the text would be longer than `MAX_TEXT_CHARS`.
    """
    text = prefix + base45.encode(bytes([form]) + message)
    if len(text) > MAX_TEXT_CHARS:
        raise EnvelopeError(f"{len(text)} characters are more than {MAX_TEXT_CHARS}")
    return text


def unpack(text: str) -> tuple[Prefix, int, bytes]:
    """Give the kind that a text claims, the form of its message, and the message.

    Args:
        text: What a reader saw, untrimmed.

    Raises:
        NotAPassError: If it begins with no prefix of ours.
        EnvelopeError: If it is too long, not Base45, or empty.
    """
    prefix = _PREFIXES.get(text[:4])
    if prefix is None:
        raise NotAPassError("no known prefix")
    if len(text) > MAX_TEXT_CHARS:
        raise EnvelopeError("too long")
    try:
        data = base45.decode(text[4:])
    except base45.Base45Error as error:
        raise EnvelopeError(str(error)) from error
    if not data:
        raise EnvelopeError("empty")
    return prefix, data[0], data[1:]
