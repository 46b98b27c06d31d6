"""What the officer does: each entry is on the disk before the page hears of it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request

from checkpoint import areas
from checkpoint.events import Event
from checkpoint.web.app import EntryError, desk
from protocol.areas import AreaLevel, level
from protocol.claims import Role
from protocol.details import PersonSeen
from protocol.people import CitizenCard, CitizenCardError, IdNumberError, normalise_id_number, parse_citizen_card
from protocol.plates import PlateError, normalise_plate
from protocol.scan_record import Action

MAX_TEXT_CHARS, MAX_NAME_CHARS, MAX_PHONE_CHARS, MAX_PLATE_CHARS, MAX_OFFICER_CHARS = 8000, 120, 30, 20, 60
MAX_PEOPLE = 12

Chosen = TypeVar("Chosen", bound=StrEnum)

bp = Blueprint("entries", __name__)


@bp.post("/scans")
def scan() -> Response:
    """Decide on a text that a scanner in the officer's hand has typed."""
    desk().watch.decide(_text("text", MAX_TEXT_CHARS))
    return _done()


@bp.post("/events/<event_id>/action")
def act(event_id: str) -> Response:
    """Record what is done with the vehicle, and free the lane."""
    event = _restate(event_id, action=_choice("action", Action))
    desk().board.close(event.id)
    return _done()


@bp.post("/events/<event_id>/plate-mismatch")
def plate_mismatch(event_id: str) -> Response:
    """Record that the vehicle has another plate than the pass, or that it has not."""
    return _show(_restate(event_id, plate_mismatch=_flag("value")))


@bp.post("/events/<event_id>/crew-mismatch")
def crew_mismatch(event_id: str) -> Response:
    """Record that somebody on board is not on the pass, or that nobody is."""
    return _show(_restate(event_id, crew_mismatch=_flag("value")))


@bp.post("/events/<event_id>/crew")
def crew(event_id: str) -> Response:
    """Record who of the pass's crew is on board."""
    present = _body().get("present")
    if not isinstance(present, list) or not all(type(index) is int for index in present):
        raise EntryError("entry_invalid", field="present")
    return _show(_restate(event_id, crew_present=tuple(sorted(set(present))) or None))


@bp.post("/events/<event_id>/coming-from")
def coming_from(event_id: str) -> Response:
    """Record where the vehicle comes from, as the driver says."""
    return _show(_restate(event_id, coming_from=_area("area")))


@bp.post("/events/<event_id>/lodging")
def lodging(event_id: str) -> Response:
    """Record the ward where one person of the crew will stay."""
    index, ward = _body().get("crew"), _area("area", wards_only=True)
    if type(index) is not int:
        raise EntryError("entry_invalid", field="crew")
    known = dict(desk().running.station.event(event_id).statement.lodging)
    known.pop(index, None)
    if ward:
        known[index] = ward
    return _show(_restate(event_id, lodging=tuple(sorted(known.items()))))


@bp.post("/events/<event_id>/undo")
def undo(event_id: str) -> Response:
    """Take back what was just done with the vehicle; the verdict is open again."""
    running = desk().running
    event = running.station.undo(event_id, running.clock.read())
    if event.code:
        return _show(event)
    desk().board.close()
    return _done()


@bp.post("/events/<event_id>/show")
def show(event_id: str) -> Response:
    """Show the verdict of an earlier scan again."""
    event = desk().running.station.event(event_id)
    if event.code is None:
        raise EntryError("entry_invalid", field="event")
    return _show(event)


@bp.post("/close")
def close() -> Response:
    """Go back to the live picture; what is open stays open, in the list of recent scans."""
    desk().board.close()
    return _done()


@bp.post("/no-paper")
def no_paper() -> Response:
    """Record a vehicle without paper: its plate, its people, what was done."""
    people = _body().get("people")
    if not isinstance(people, list) or len(people) > MAX_PEOPLE:
        raise EntryError("entry_invalid", field="people")
    plate = _plate()
    seen = tuple(person for number, entry in enumerate(people) if (person := _person(entry, number)))
    if not plate and not seen:
        raise EntryError("no_paper_empty", field="plate")
    running = desk().running
    event = running.station.record_no_paper(plate, seen, _choice("action", Action), running.clock.read())
    desk().board.close(event.id)
    return _done()


@bp.post("/citizen-card")
def citizen_card() -> Response:
    """Read what a citizen card's code says, to fill in a person; nothing is kept."""
    try:
        card = parse_citizen_card(_text("text", MAX_TEXT_CHARS))
    except CitizenCardError as error:
        raise EntryError("citizen_card_invalid", field="card") from error
    return jsonify(_card_entry(card))


@bp.post("/citizen-card/last")
def last_citizen_card() -> Response:
    """Give the citizen card that the camera read last, once."""
    card = desk().board.take_card()
    return jsonify(_card_entry(card) if card else None)


@bp.post("/officer")
def officer() -> Response:
    """Note who is at the post."""
    desk().running.station.officer = _text("name", MAX_OFFICER_CHARS, may_be_empty=True) or None
    return _done()


def _restate(event_id: str, **changes: Any) -> Event:
    running = desk().running
    return running.station.restate(event_id, running.clock.read(), **changes)


def _show(event: Event) -> Response:
    desk().board.show(event.id)
    return _done()


def _done() -> Response:
    return jsonify({"version": desk().board.shown.version})


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise EntryError("entry_invalid", field="body")
    return body


def _text(field: str, at_most: int, *, may_be_empty: bool = False) -> str:
    return _checked_text(_body().get(field), field, at_most, may_be_empty=may_be_empty)


def _checked_text(value: object, field: str, at_most: int, *, may_be_empty: bool = True) -> str:
    text = value.strip() if isinstance(value, str) else "" if value is None else None
    if text is None or len(text) > at_most or not (text or may_be_empty):
        raise EntryError("entry_invalid", field=field)
    return text


def _flag(field: str) -> bool:
    value = _body().get(field)
    if not isinstance(value, bool):
        raise EntryError("entry_invalid", field=field)
    return value


def _choice(field: str, choices: Callable[[Any], Chosen]) -> Chosen:
    try:
        return choices(_body().get(field))
    except ValueError as error:
        raise EntryError("entry_invalid", field=field) from error


def _area(field: str, *, wards_only: bool = False) -> str | None:
    return _checked_area(_body().get(field), field, wards_only=wards_only)


def _checked_area(value: object, field: str, *, wards_only: bool) -> str | None:
    if value in {None, ""}:
        return None
    if not isinstance(value, str) or not areas.is_known(value):
        raise EntryError("area_unknown", field=field)
    if wards_only and level(value) is not AreaLevel.WARD:
        raise EntryError("area_not_ward", field=field)
    return value


def _plate() -> str | None:
    typed = _text("plate", MAX_PLATE_CHARS, may_be_empty=True)
    if not typed or _body().get("is_special_plate") is True:
        return typed.upper() or None
    try:
        return normalise_plate(typed)
    except PlateError as error:
        raise EntryError("plate_invalid", field="plate") from error


def _person(entry: object, number: int) -> PersonSeen | None:
    if not isinstance(entry, dict):
        raise EntryError("entry_invalid", field="people")
    prefix = f"people-{number}-"
    name = _checked_text(entry.get("name"), prefix + "name", MAX_NAME_CHARS)
    id_number = _checked_text(entry.get("id_number"), prefix + "id_number", MAX_NAME_CHARS)
    phone = _checked_text(entry.get("phone"), prefix + "phone", MAX_PHONE_CHARS)
    ward = _checked_area(entry.get("lodging"), prefix + "lodging", wards_only=True)
    if not (name or id_number or phone or ward):
        return None
    try:
        id_number = normalise_id_number(id_number) if id_number else ""
        role = Role(entry["role"]) if entry.get("role") else None
    except IdNumberError as error:
        raise EntryError("id_number_invalid", field=prefix + "id_number") from error
    except ValueError as error:
        raise EntryError("entry_invalid", field=prefix + "role") from error
    return PersonSeen(id_number=id_number or None, name=name or None, role=role, phone=phone or None, lodging=ward)


def _card_entry(card: CitizenCard) -> dict[str, str]:
    return {"name": card.name, "id_number": card.id_number}
