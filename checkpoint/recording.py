"""Events as they are written down, and read again: the record, and what of it only the issuer may read."""

from dataclasses import replace

from checkpoint.combining import MAX_TOGETHER
from checkpoint.events import Code, Event, Statement
from checkpoint.scanlog import Entry
from protocol import sealing
from protocol.assess import Context, assess
from protocol.details import MAX_CODE_CHARS, PersonSeen, SealedDetails
from protocol.envelope import MAX_TEXT_CHARS
from protocol.reasons import Reason
from protocol.scan_record import RecordKind, ScanRecord
from protocol.trust import StationInfo, Trust


def entry_of(event: Event, station: str, seq: int, trust: Trust, officer: str | None) -> Entry:
    """Make the log's entry of an event's newest record, its personal part sealed to the issuer.

    Args:
        event: what to write down.
        station: the station's id.
        seq: the record's number in the log.
        trust: what the event was judged with. Without its sealing key nothing personal is kept at all.
        officer: who did it.
    """
    record = _record_of(event, station, seq, trust, officer)
    return Entry(
        id=record.id,
        first_id=event.id,
        kind=record.kind,
        at=record.at,
        scanned_at=record.scanned_at,
        iss=record.iss,
        cti=record.cti,
        body=record.encode(),
    )


def _record_of(event: Event, station: str, seq: int, trust: Trust, officer: str | None) -> ScanRecord:
    statement, (iss, cti) = event.statement, (event.code and event.code.verdict.identity) or (None, None)
    return ScanRecord(
        id=event.newest_id,
        station=station,
        seq=seq,
        at=event.newest_at,
        scanned_at=event.scanned_at,
        of=None if event.newest_id == event.id else event.id,
        kind=RecordKind.VOID if event.is_void else event.kind,
        outcome=event.outcome,
        reasons=event.reasons,
        action=statement.action,
        iss=iss,
        cti=cti,
        crew_present=statement.crew_present,
        plate_mismatch=statement.plate_mismatch,
        crew_mismatch=statement.crew_mismatch,
        coming_from=statement.coming_from,
        trust_generation=trust.generation,
        officer=officer,
        sealed=_seal(event, station, trust),
    )


def details_of(event: Event) -> SealedDetails:
    """Give what is personal in an event."""
    lodgers = (PersonSeen(crew_index=index, lodging=ward) for index, ward in event.statement.lodging)
    return SealedDetails(
        text=event.code.texts[0][:MAX_CODE_CHARS] if event.code else None,
        beside=tuple(text[:MAX_TEXT_CHARS] for text in event.code.texts[1:MAX_TOGETHER]) if event.code else (),
        plate=event.plate,
        people=(*event.people, *lodgers),
        note=event.statement.note,
    )


def event_of(record: ScanRecord, details: SealedDetails, trust: Trust, station: StationInfo | None) -> Event:
    """Read an event again, from its newest record and what is personal in it.

    Args:
        record: the record.
        details: as `details_of` gave them.
        trust: what to judge it with from now on.
        station: which station this is.
    """
    statement = Statement(
        action=record.action,
        plate_mismatch=record.plate_mismatch,
        crew_present=record.crew_present,
        crew_mismatch=record.crew_mismatch,
        coming_from=record.coming_from,
        lodging=tuple((p.crew_index, p.lodging) for p in details.people if p.crew_index is not None and p.lodging),
        note=details.note,
    )
    event = Event(
        id=record.of or record.id,
        kind=record.kind,
        scanned_at=record.scanned_at,
        statement=statement,
        newest_id=record.id,
        newest_at=record.at,
        plate=details.plate,
        people=tuple(person for person in details.people if person.crew_index is None),
    )
    if not details.texts:
        return event
    context = Context(
        station=station,
        # What only that moment could know is taken from the record.
        last_seen_here=record.scanned_at if Reason.ALREADY_SCANNED in record.reasons else None,
        impossible_travel=Reason.IMPOSSIBLE_TRAVEL in record.reasons,
        clock_in_doubt=Reason.CLOCK_DOUBT in record.reasons,
    )
    code = Code(details.texts, trust, context, assess(details.texts, trust, context, record.scanned_at))
    return replace(event, code=code.judge(statement, record.scanned_at))


def _seal(event: Event, station: str, trust: Trust) -> bytes | None:
    if trust.sealing_key is None:
        return None
    info = sealing.record_info(event.newest_id, station)
    return sealing.seal(details_of(event).encode(), trust.sealing_key.public_key, info)
