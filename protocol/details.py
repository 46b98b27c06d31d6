"""The personal details of a scan, before they are sealed and after the issuer has opened them."""

from dataclasses import dataclass
from typing import Final

from protocol import areas, cbor, fields
from protocol.credentials import Role
from protocol.envelope import MAX_TEXT_CHARS

MAX_CODE_CHARS: Final = 8_000
"""The longest text that a QR code can hold has 7,089 characters."""
_MAX_CHARS: Final = 300
_MAX_PEOPLE: Final = 64
MAX_BESIDE: Final = 5
"""Texts kept beside the first: with their 2,000 characters each they fit into a sealed part."""
_FORMAT_VERSION: Final = 1
_VERSION, _TEXT, _PLATE, _PEOPLE, _NOTE, _BESIDE = 0, 1, 2, 3, 4, 5
_ID_NUMBER, _NAME, _ROLE, _PHONE, _LODGING, _CREW_INDEX = 1, 2, 3, 4, 5, 6


class DetailsError(ValueError):
    """Not the details of a scan, or details that cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSeen:
    """One person whom the officer saw, as far as they asked.

    Attributes:
        id_number: The ID number, normalised.
        name: The full name.
        role: Driver or assistant.
        phone: A telephone number.
        lodging: The area code of the ward where the person will lodge.
        crew_index: The index of the pass's crew entry, if the person is on it.
    """

    id_number: str | None = None
    name: str | None = None
    role: Role | None = None
    phone: str | None = None
    lodging: str | None = None
    crew_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDetails:
    """What only the issuer may read of a scan.

    Attributes:
        text: What the reader saw, whatever it was.
        plate: The plate as typed or seen.
        people: Whom the officer saw.
        note: What the officer wrote.
        beside: What the reader saw of the same vehicle beside that text, slips and cards for example.
    """

    text: str | None = None
    plate: str | None = None
    people: tuple[PersonSeen, ...] = ()
    note: str | None = None
    beside: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the vehicle; empty if there was none."""
        return () if self.text is None else (self.text, *self.beside)

    def encode(self) -> bytes:
        """Give the details as deterministic CBOR, to be sealed.

        Raises:
            DetailsError: If a value is too long, or cannot be carried exactly.
        """
        people = [_without_none(_labelled_person(person)) for person in self.people]
        labelled: fields.Map = {
            _VERSION: _FORMAT_VERSION,
            _TEXT: self.text,
            _PLATE: self.plate,
            _PEOPLE: people,
            _NOTE: self.note,
            _BESIDE: list(self.beside) or None,
        }
        try:
            data = cbor.dumps(_without_none(labelled))
        except (ValueError, TypeError) as error:
            raise DetailsError(str(error)) from error
        if self.decode(data) != self:
            raise DetailsError("a value has the wrong type")
        return data

    @classmethod
    def decode(cls, data: bytes) -> "SealedDetails":
        """Read details that were opened.

        Raises:
            DetailsError: If they are malformed.
        """
        try:
            labelled = fields.mapping(cbor.loads(data))
            if labelled.get(_VERSION) != _FORMAT_VERSION:
                raise DetailsError("details of another version")
            people = fields.array(labelled.get(_PEOPLE), _MAX_PEOPLE)
            beside = fields.array(labelled[_BESIDE], MAX_BESIDE, at_least=1) if _BESIDE in labelled else ()
            return cls(
                text=_optional(labelled.get(_TEXT), MAX_CODE_CHARS),
                plate=_optional(labelled.get(_PLATE)),
                people=tuple(_read_person(fields.mapping(person)) for person in people),
                note=_optional(labelled.get(_NOTE), MAX_CODE_CHARS),
                beside=tuple(fields.raw_text(text, MAX_TEXT_CHARS) for text in beside),
            )
        except ValueError as error:
            raise DetailsError(str(error)) from error


def _labelled_person(person: PersonSeen) -> fields.Map:
    return {
        _ID_NUMBER: person.id_number,
        _NAME: person.name,
        _ROLE: None if person.role is None else str(person.role),
        _PHONE: person.phone,
        _LODGING: person.lodging,
        _CREW_INDEX: person.crew_index,
    }


def _without_none(labelled: fields.Map) -> fields.Map:
    return {label: value for label, value in labelled.items() if value is not None}


def _read_person(labelled: fields.Map) -> PersonSeen:
    role, lodging, crew_index = labelled.get(_ROLE), labelled.get(_LODGING), labelled.get(_CREW_INDEX)
    if lodging is not None:
        areas.level(fields.text(lodging, _MAX_CHARS))
    return PersonSeen(
        id_number=_optional(labelled.get(_ID_NUMBER)),
        name=_optional(labelled.get(_NAME)),
        role=None if role is None else Role(fields.raw_text(role, _MAX_CHARS)),
        phone=_optional(labelled.get(_PHONE)),
        lodging=_optional(lodging),
        crew_index=None if crew_index is None else fields.integer(crew_index, _MAX_PEOPLE),
    )


def _optional(value: object, at_most: int = _MAX_CHARS) -> str | None:
    return None if value is None else fields.raw_text(value, at_most)
