"""What the officer does: each entry is on the disk before the page hears of it."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify

from checkpoint.chiefs_only import overrules
from checkpoint.events import Event
from checkpoint.post_book import Deed
from checkpoint.signing_in import OnDuty
from checkpoint.web import parsing
from checkpoint.web.desk import EntryError, desk
from checkpoint.wedge import typed_code
from protocol.claims import Role
from protocol.details import PersonSeen
from protocol.people import CitizenCard, CitizenCardError, IdNumberError, normalise_id_number, parse_citizen_card
from protocol.plates import PlateError, normalise_plate
from protocol.reasons import Outcome
from protocol.scan_record import Action, RecordKind

MAX_TEXT_CHARS, MAX_NAME_CHARS, MAX_PHONE_CHARS, MAX_PLATE_CHARS = 8000, 120, 30, 20
MAX_PEOPLE = 12

bp = Blueprint("entries", __name__)


@bp.post("/scans")
def scan() -> Response:
    """Decide on a text that a scanner in the officer's hand has typed."""
    keys = parsing.text("keys", MAX_TEXT_CHARS, may_be_empty=True)
    desk().watch.decide(typed_code(parsing.text("text", MAX_TEXT_CHARS), keys))
    return _done()


@bp.post("/foreign/decide")
def decide_foreign() -> Response:
    """Decide on the code in view that is none of ours: somebody presents it as a paper."""
    if text := desk().board.shown.foreign:
        desk().watch.decide(text)
    return _done()


@bp.post("/events/<event_id>/action")
def act(event_id: str) -> Response:
    """Record what is done with the vehicle, and free the lane."""
    running, actor, action = desk().running, parsing.actor(), parsing.choice("action", Action)
    now, reason = running.clock.read(), parsing.reason()
    event = running.station.act(event_id, action, now, actor, reason)
    _note_overruling(event, actor, reason)
    if desk().board.shown.event_id in {event.id, None}:
        desk().board.close(event.id)
    else:
        desk().board.touch()
    return _done()


@bp.post("/events/<event_id>/plate-mismatch")
def plate_mismatch(event_id: str) -> Response:
    """Record that the vehicle has another plate than the pass, or that it has not."""
    return _show(_restate(event_id, plate_mismatch=parsing.flag("value")))


@bp.post("/events/<event_id>/crew-mismatch")
def crew_mismatch(event_id: str) -> Response:
    """Record that somebody on board is not on the pass, or that nobody is."""
    return _show(_restate(event_id, crew_mismatch=parsing.flag("value")))


@bp.post("/events/<event_id>/crew")
def crew(event_id: str) -> Response:
    """Record who of the pass's crew is on board."""
    present = parsing.body().get("present")
    if not isinstance(present, list) or not all(type(index) is int for index in present):
        raise EntryError("entry_invalid", field="present")
    return _show(_restate(event_id, crew_present=tuple(sorted(set(present))) or None))


@bp.post("/events/<event_id>/coming-from")
def coming_from(event_id: str) -> Response:
    """Record where the vehicle comes from, as the driver says."""
    return _show(_restate(event_id, coming_from=parsing.area("area")))


@bp.post("/events/<event_id>/lodging")
def lodging(event_id: str) -> Response:
    """Record the ward where one person of the crew will stay."""
    index, ward = parsing.body().get("crew"), parsing.area("area", wards_only=True)
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
    """Record a vehicle without a paper that can be read: its plate, its people, what was done."""
    people = parsing.body().get("people")
    if not isinstance(people, list) or len(people) > MAX_PEOPLE:
        raise EntryError("entry_invalid", field="people")
    plate = _plate()
    seen = tuple(person for number, entry in enumerate(people) if (person := _person(entry, number)))
    kind = RecordKind.TYPED if parsing.body().get("is_unreadable") is True else RecordKind.NO_PAPER
    if not plate and (kind is RecordKind.TYPED or not seen):
        raise EntryError("typed_empty" if kind is RecordKind.TYPED else "no_paper_empty", field="plate")
    running, actor, reason = desk().running, parsing.actor(), parsing.reason()
    action, now = parsing.choice("action", Action), running.clock.read()
    event = running.station.record_no_code(kind, plate, seen, action, now, actor, reason)
    _note_overruling(event, actor, reason)
    desk().board.close(event.id)
    return _done()


@bp.post("/citizen-card")
def citizen_card() -> Response:
    """Read what a citizen card's code says, to fill in a person; nothing is kept."""
    try:
        card = parse_citizen_card(parsing.text("text", MAX_TEXT_CHARS))
    except CitizenCardError as error:
        raise EntryError("citizen_card_invalid", field="card") from error
    return jsonify(_card_entry(card))


@bp.post("/citizen-card/last")
def last_citizen_card() -> Response:
    """Give the citizen card that the camera read last, once."""
    card = desk().board.take_card()
    return jsonify(_card_entry(card) if card else None)


def _restate(event_id: str, **changes: Any) -> Event:
    """Record what the officer says of an event. What was let through automatically waits again if it should not be."""
    running, shown = desk().running, desk().board.shown
    event = running.station.restate(event_id, running.clock.read(), **changes)
    if shown.is_automatic and shown.event_id == event_id and event.outcome is not Outcome.ADMIT:
        event = running.station.restate(event_id, running.clock.read(), action=None)
    return event


def _note_overruling(event: Event, actor: OnDuty, reason: str) -> None:
    if event.statement.action and overrules(event, event.statement.action):
        details = {"event": event.id, "reasons": [str(found) for found in event.reasons], "kind": str(event.kind)}
        running = desk().running
        running.book.add_deed(Deed(running.clock.read().now, "overruled", actor.id, reason, details))


def _show(event: Event) -> Response:
    desk().board.show(event.id)
    return _done()


def _done() -> Response:
    return jsonify({"version": desk().board.shown.version})


def _plate() -> str | None:
    typed = parsing.text("plate", MAX_PLATE_CHARS, may_be_empty=True)
    if not typed or parsing.body().get("is_special_plate") is True:
        return typed.upper() or None
    try:
        return normalise_plate(typed)
    except PlateError as error:
        raise EntryError("plate_invalid", field="plate") from error


def _person(entry: object, number: int) -> PersonSeen | None:
    if not isinstance(entry, Mapping):
        raise EntryError("entry_invalid", field="people")
    prefix = f"people-{number}-"
    name = parsing.checked_text(entry.get("name"), prefix + "name", MAX_NAME_CHARS)
    id_number = parsing.checked_text(entry.get("id_number"), prefix + "id_number", MAX_NAME_CHARS)
    phone = parsing.checked_text(entry.get("phone"), prefix + "phone", MAX_PHONE_CHARS)
    ward = parsing.checked_area(entry.get("lodging"), prefix + "lodging", wards_only=True)
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
