"""The record of one scan: what a station writes down, signs in batches and sends home.

A record is never changed. A later record may restate an earlier one whole, or void it; of all that restate one scan,
the one with the greatest `(at, id)` counts. Personal details are sealed to the issuer (`protocol.sealing`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from protocol import areas, cbor, fields, times
from protocol.details import DetailsError, PersonSeen, SealedDetails
from protocol.reasons import Outcome

__all__ = ["Action", "DetailsError", "PersonSeen", "RecordError", "RecordKind", "ScanRecord", "SealedDetails"]

MAX_SEALED_BYTES: Final = 64 * 1024
_FORMAT_VERSION: Final = 1
_ID_BYTES: Final = 16
_CTI_BYTES: Final = 8
_MAX_ID_CHARS: Final = 64
_MAX_REASONS: Final = 64
_MAX_CREW: Final = 64
_VERSION = 0
_ID, _STATION, _SEQ, _AT, _SCANNED_AT, _OF, _KIND, _OUTCOME, _REASONS, _ACTION = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
_ISS, _CTI, _CREW_PRESENT, _PLATE_MISMATCH, _CREW_MISMATCH, _COMING_FROM = 11, 12, 13, 14, 15, 16
_TRUST_GENERATION, _OFFICER, _SEALED = 17, 18, 19


class RecordError(ValueError):
    """Not a record, or one that cannot be written."""


class RecordKind(StrEnum):
    """What a record is about."""

    CODE = "code"
    NO_PAPER = "no_paper"
    TYPED = "typed"
    VOID = "void"


class Action(StrEnum):
    """What the officer did, whatever the verdict was."""

    ADMITTED = "admitted"
    SENT_ASIDE = "sent_aside"
    TURNED_BACK = "turned_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """One scan, or one correction of a scan.

    Attributes:
        id: 32 hexadecimal digits, chosen at random; what makes uploads idempotent.
        station: The id of the station.
        seq: Counts the station's records, from 1.
        at: When this was recorded.
        scanned_at: When the scan happened.
        of: The id of the first record of the scan that this one restates or voids; None if this is the first.
        kind: What it is about.
        outcome: What the verdict came to, None without a code.
        reasons: The verdict's reason codes, in its order.
        action: What the officer did, None if nothing yet.
        iss: The credential's issuer, None unless its signature was verified.
        cti: The credential's number, 8 bytes, None unless its signature was verified.
        crew_present: The indexes of the crew entries who were ticked; None if nobody was.
        plate_mismatch: The officer saw another plate.
        crew_mismatch: The officer saw somebody who is not on the pass.
        coming_from: The area code where the officer was told that the vehicle came from.
        trust_generation: The generation of the trust data that the verdict stands on.
        officer: Who was signed in.
        sealed: `SealedDetails`, sealed to the issuer for this id and station.
    """

    id: str
    station: str
    seq: int
    at: datetime
    scanned_at: datetime
    of: str | None = None
    kind: RecordKind = RecordKind.CODE
    outcome: Outcome | None = None
    reasons: tuple[str, ...] = ()
    action: Action | None = None
    iss: str | None = None
    cti: bytes | None = None
    crew_present: tuple[int, ...] | None = None
    plate_mismatch: bool = False
    crew_mismatch: bool = False
    coming_from: str | None = None
    trust_generation: int = 0
    officer: str | None = None
    sealed: bytes | None = None

    def encode(self) -> bytes:
        """Give the record as deterministic CBOR.

        Raises:
            RecordError: If a value cannot be carried exactly.
        """
        try:
            data = cbor.dumps(_without_none(_labelled(self)))
        except (ValueError, TypeError) as error:
            raise RecordError(str(error)) from error
        if self.decode(data) != self:
            raise RecordError("a value has the wrong type, or one that the record cannot carry exactly")
        return data

    @classmethod
    def decode(cls, data: bytes) -> "ScanRecord":
        """Read a record.

        Raises:
            RecordError: If it is malformed, incomplete or out of range.
        """
        try:
            return _read(fields.mapping(cbor.loads(data)))
        except ValueError as error:
            raise RecordError(str(error)) from error


def _labelled(record: ScanRecord) -> fields.Map:
    return {
        _VERSION: _FORMAT_VERSION,
        _ID: bytes.fromhex(record.id),
        _STATION: record.station,
        _SEQ: record.seq,
        _AT: times.to_microseconds(record.at),
        _SCANNED_AT: times.to_microseconds(record.scanned_at),
        _OF: None if record.of is None else bytes.fromhex(record.of),
        _KIND: str(record.kind),
        _OUTCOME: None if record.outcome is None else str(record.outcome),
        _REASONS: [str(reason) for reason in record.reasons],
        _ACTION: None if record.action is None else str(record.action),
        _ISS: record.iss,
        _CTI: record.cti,
        _CREW_PRESENT: record.crew_present,
        _PLATE_MISMATCH: record.plate_mismatch,
        _CREW_MISMATCH: record.crew_mismatch,
        _COMING_FROM: record.coming_from,
        _TRUST_GENERATION: record.trust_generation,
        _OFFICER: record.officer,
        _SEALED: record.sealed,
    }


def _without_none(labelled: fields.Map) -> fields.Map:
    return {label: value for label, value in labelled.items() if value is not None}


def _read(labelled: fields.Map) -> ScanRecord:
    if labelled.get(_VERSION) != _FORMAT_VERSION:
        raise RecordError("a record of another version")
    of, outcome, action = labelled.get(_OF), labelled.get(_OUTCOME), labelled.get(_ACTION)
    iss, cti, crew = labelled.get(_ISS), labelled.get(_CTI), labelled.get(_CREW_PRESENT)
    coming_from, officer, sealed = labelled.get(_COMING_FROM), labelled.get(_OFFICER), labelled.get(_SEALED)
    return ScanRecord(
        id=fields.byte_string(labelled.get(_ID), _ID_BYTES).hex(),
        station=fields.text(labelled.get(_STATION), _MAX_ID_CHARS),
        seq=fields.integer(labelled.get(_SEQ)),
        at=times.from_microseconds(labelled.get(_AT)),
        scanned_at=times.from_microseconds(labelled.get(_SCANNED_AT)),
        of=None if of is None else fields.byte_string(of, _ID_BYTES).hex(),
        kind=RecordKind(fields.text(labelled.get(_KIND), _MAX_ID_CHARS)),
        outcome=None if outcome is None else Outcome(fields.text(outcome, _MAX_ID_CHARS)),
        reasons=tuple(fields.text(item, _MAX_ID_CHARS) for item in fields.array(labelled.get(_REASONS), _MAX_REASONS)),
        action=None if action is None else Action(fields.text(action, _MAX_ID_CHARS)),
        iss=None if iss is None else fields.text(iss, _MAX_ID_CHARS),
        cti=None if cti is None else fields.byte_string(cti, _CTI_BYTES),
        crew_present=None
        if crew is None
        else tuple(fields.integer(i, _MAX_CREW) for i in fields.array(crew, _MAX_CREW)),
        plate_mismatch=fields.boolean(labelled.get(_PLATE_MISMATCH)),
        crew_mismatch=fields.boolean(labelled.get(_CREW_MISMATCH)),
        coming_from=None if coming_from is None else _area_code(coming_from),
        trust_generation=fields.integer(labelled.get(_TRUST_GENERATION)),
        officer=None if officer is None else fields.text(officer, _MAX_ID_CHARS),
        sealed=None if sealed is None else fields.byte_string(sealed, MAX_SEALED_BYTES, at_least=1),
    )


def _area_code(value: object) -> str:
    code = fields.text(value, _MAX_ID_CHARS)
    areas.level(code)
    return code
