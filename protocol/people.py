"""ID numbers, and the QR code on the back of a citizen's ID card (CCCD)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

_CMND: Final = re.compile(r"[0-9]{9}")
_BIRTH_PROVINCE: Final = (
    "0(?:0[12468]|1[0124579]|2[024567]|3[01345678]|4[0245689]|5[12468]|6[024678]|7[024579]|8[0234679]|9[1-6])"
)
_CCCD: Final = re.compile(_BIRTH_PROVINCE + "[0-9]{9}")
_SEPARATORS: Final = str.maketrans("", "", " .-")
_CARD_FIELDS: Final = 7
_MAX_CARD_CHARS: Final = 500
_DATE: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")


class IdNumberError(ValueError):
    """Not an ID number."""


class CitizenCardError(ValueError):
    """Not the text of a citizen card's QR code."""


@dataclass(frozen=True, slots=True)
class CitizenCard:
    """What the QR code of a citizen card says. It is unsigned: a hint for typing, no proof.

    Attributes:
        id_number: Twelve digits.
        old_id_number: The nine digits of an earlier card, if any.
        name: The full name.
        born_on: The date of birth.
        sex: As printed.
        address: The residence as printed.
        issued_on: When the card was issued.
    """

    id_number: str
    old_id_number: str | None
    name: str
    born_on: date
    sex: str
    address: str
    issued_on: date


def normalise_id_number(text: str) -> str:
    """Give an ID number as digits only.

    Args:
        text: Twelve digits (CCCD, the first three a province of birth) or nine (CMND), spaces and dots allowed.

    Raises:
        IdNumberError: If it is neither.
    """
    digits = unicodedata.normalize("NFKC", text).strip().translate(_SEPARATORS)
    if _CCCD.fullmatch(digits) or (_CMND.fullmatch(digits) and digits.strip("0")):
        return digits
    raise IdNumberError("an ID number has 12 digits that begin with a province of birth, or 9 digits")


def parse_citizen_card(text: str) -> CitizenCard:
    """Read the QR code of a citizen card: `id|old id|name|birth|sex|address|issued`, dates as `ddmmyyyy`.

    Raises:
        CitizenCardError: If it is no such text.
    """
    parts = [part.strip() for part in text.split("|")] if len(text) <= _MAX_CARD_CHARS else []
    if len(parts) != _CARD_FIELDS or not text.isprintable():
        raise CitizenCardError("not seven fields")
    id_number, old, name, born_on, sex, address, issued_on = parts
    if not name:
        raise CitizenCardError("no name")
    try:
        return CitizenCard(
            id_number=normalise_id_number(id_number),
            old_id_number=normalise_id_number(old) if old else None,
            name=unicodedata.normalize("NFC", name),
            born_on=_date(born_on),
            sex=unicodedata.normalize("NFC", sex),
            address=unicodedata.normalize("NFC", address),
            issued_on=_date(issued_on),
        )
    except ValueError as error:
        raise CitizenCardError(str(error)) from error


def _date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise CitizenCardError("not a date as ddmmyyyy")
    return date(int(match[3]), int(match[2]), int(match[1]))
