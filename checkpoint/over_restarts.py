"""What a station must find again when the program starts anew, after a power cut for example."""

import logging

from checkpoint.events import Event
from checkpoint.post_book import PostBook
from checkpoint.recording import details_of, event_of
from checkpoint.scanlog import ScanLog
from protocol.details import DetailsError, SealedDetails
from protocol.scan_record import RecordError, RecordKind, ScanRecord
from protocol.trust import StationInfo, Trust

logger = logging.getLogger(__name__)


def note_waiting(book: PostBook, before: Event | None, event: Event, record: bytes) -> None:
    """Keep an event whose vehicle waits aside, and forget one that waits no more.

    Args:
        book: where they are kept.
        before: the event as it was; None if it is new.
        event: the event as it is now.
        record: its newest record.
    """
    if event.is_waiting:
        book.keep_waiting(event.id, record, details_of(event).encode())
    elif before and before.is_waiting:
        book.drop_waiting(event.id)


def find_waiting(book: PostBook, trust: Trust, station: StationInfo | None) -> list[Event]:
    """Return the events whose vehicles wait aside, to be judged with today's trust from now on."""
    found = []
    for body, details in book.waiting():
        try:
            found.append(event_of(ScanRecord.decode(body), SealedDetails.decode(details), trust, station))
        except (RecordError, DetailsError) as error:
            logger.warning("a vehicle that waits aside cannot be read again: %s", error)
    return found


def find_interrupted(log: ScanLog) -> tuple[str, bytes] | None:
    """Return the pass whose vehicle stood at the barrier when the program ended: nothing was done with it yet."""
    for body in log.bodies_after(log.last_seq() - 1):
        try:
            record = ScanRecord.decode(body)
        except RecordError:  # another release wrote it; nothing depends on it that would stop the post
            continue
        if record.kind is RecordKind.CODE and record.action is None and record.iss and record.cti:
            return record.iss, record.cti
    return None
