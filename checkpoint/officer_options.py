"""What an officer says on the command line: options of `checkpoint scan` and `checkpoint no-paper`."""

from typing import Any

from checkpoint import areas
from checkpoint.errors import StationError
from protocol.areas import AreaLevel, level
from protocol.people import IdNumberError, normalise_id_number
from protocol.plates import PlateError, normalise_plate
from protocol.scan_record import Action, PersonSeen

MAX_SPECIAL_PLATE_CHARS = 20


def statement_of(
    *,
    action: str | None,
    wrong_plate: bool,
    wrong_crew: bool,
    present: tuple[int, ...],
    coming_from: str | None,
    lodging: tuple[str, ...],
    reason: str | None,
) -> dict[str, Any]:
    """Return the fields of a `Statement` that were said, and the `reason` of the action; nothing for what was not.

    Args:
        action: value of `Action`.
        wrong_plate: the vehicle has another plate than the pass.
        wrong_crew: somebody on board is not on the pass.
        present: indexes of the crew entries on board.
        coming_from: area code.
        lodging: `INDEX=WARD`, once for each person.
        reason: why it is let through, where that has to be said.

    Raises:
        StationError: an area is unknown, or a lodging is not written as it should be.
    """
    said: dict[str, Any] = {}
    if action:
        said |= {"action": Action(action), "reason": reason or ""}
    if wrong_plate:
        said["plate_mismatch"] = True
    if wrong_crew:
        said["crew_mismatch"] = True
    if present:
        said["crew_present"] = tuple(sorted(set(present)))
    if coming_from:
        said["coming_from"] = _known_area(coming_from)
    if lodging:
        said["lodging"] = tuple(sorted(_lodging(text) for text in lodging))
    return said


def plate_of(text: str | None, *, is_special: bool = False) -> str | None:
    """Return a plate normalised.

    Args:
        text: as typed.
        is_special: it has another form than usual, and is taken as it stands.

    Raises:
        StationError: it is none.
    """
    if not text:
        return None
    try:
        if is_special and len(text) <= MAX_SPECIAL_PLATE_CHARS:
            return text.strip().upper() or None
        return normalise_plate(text)
    except PlateError as error:
        raise StationError("plate_option_invalid", text=text) from error


def person_of(text: str) -> PersonSeen:
    """Read a person written as `ID NUMBER|NAME`; either may be empty.

    Raises:
        StationError: the ID number is none, or nothing was written.
    """
    id_number, _, name = (part.strip() for part in text.partition("|"))
    if not (id_number or name):
        raise StationError("no_paper_empty")
    try:
        return PersonSeen(id_number=normalise_id_number(id_number) if id_number else None, name=name or None)
    except IdNumberError as error:
        raise StationError("id_number_invalid", text=id_number) from error


def _lodging(text: str) -> tuple[int, str]:
    index, _, ward = text.partition("=")
    if not index.isdecimal() or level(_known_area(ward)) is not AreaLevel.WARD:
        raise StationError("area_not_ward", text=text)
    return int(index), ward


def _known_area(code: str) -> str:
    if not areas.is_known(code):
        raise StationError("area_unknown", text=code)
    return code
