"""Taking persons out of what stations recorded. The scan stays, and what it says of everybody else with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.movement.derivation import people_in, usable_id_number
from passes.movement.models import Scan
from passes.movement.readings import write_details
from passes.movement.resolving import resolve, told_records
from passes.names import tidy
from protocol import scan_record, sealing
from protocol.scan_record import RecordKind, SealedDetails

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from sqlalchemy.orm import Session

    from passes.movement.derivation import Resolved
    from passes.movement.models import ScanRecord
    from protocol.trust import Trust

_ONCE = 1000


@dataclass(frozen=True)
class Whom:
    """Who is taken out: row ids, with those who were merged into them, and by what an officer may have named them."""

    ids: frozenset[int]
    id_numbers: frozenset[str]
    names: frozenset[str]

    def is_named_in(self, seen: Mapping[str, object]) -> bool:
        """Say whether what an officer took down of somebody (fields of `PersonSeen`) speaks of them."""
        number = seen.get("id_number")
        if number:
            return usable_id_number(str(number)) in self.id_numbers
        return seen.get("crew_index") is None and tidy(str(seen.get("name") or "")).casefold() in self.names


@dataclass(frozen=True)
class Redacted:
    """What became of scans: how many say nothing of the persons any more, and how many say nothing of anybody."""

    redacted: int
    emptied: int


def mentions(session: Session, whom: Whom) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Yield the scans at which an officer took these persons down, with what was taken down.

    Every sealed part is opened: nothing outside of it tells whom it names.
    """
    told = sa.select(Scan.id, Scan.details).where(Scan.details.is_not(None)).execution_options(yield_per=_ONCE)
    for scan_id, details in session.execute(told):
        found = [seen for seen in json.loads(details or "{}").get("people", ()) if whom.is_named_in(seen)]
        if found:
            yield scan_id, found


def redact(
    session: Session,
    scan_ids: Collection[str],
    whom: Whom,
    sealing_keys: Mapping[bytes, X25519PrivateKey],
    trust: Trust | None,
    now: datetime,
) -> Redacted:
    """Take persons out of scans: record and row then say what they would say, had only the others been there.

    The papers that were read and the officer's note go: they are signed, or free, and cannot be shortened. Who else
    was ticked stays ticked, with their lodging; whatever is derived anew gives the movements of the others as before.
    A scan at which nobody else was says nothing of anybody any more. Older statements of a scan, which count no more,
    are emptied.

    Args:
        session: the caller's transaction, which has taken its turn at deriving.
        scan_ids: at which the persons were, or whose papers name them.
        whom: the persons.
        sealing_keys: private keys by their id.
        trust: what is known today; None where nothing is published.
        now: when.
    """
    redacted = 0
    for batch in in_batches(sorted(scan_ids)):
        rows = told_records(session, batch)
        resolved = resolve(session, sealing_keys, trust, rows)
        scans = {scan.id: scan for scan in session.scalars(sa.select(Scan).where(Scan.id.in_(batch)))}
        for scan_id in batch:
            found = resolved.get(scan_id)
            people = people_in(session, found, now) if found else {}
            others = {index for index, person_id in people.items() if person_id not in whom.ids}
            if found is None or (found.is_proof and not others):
                _empty(scans.get(scan_id), rows.get(scan_id, []), now)
                continue
            details = _without(found.reading.details, whom, others)
            _shorten(rows[scan_id], found, others, details, sealing_keys, now)
            if scan_id in scans:
                scans[scan_id].details = write_details(details)
                scans[scan_id].crew_present = sorted(others) or scans[scan_id].crew_present
            redacted += 1
    session.flush()
    return Redacted(redacted, len(scan_ids) - redacted)


def _without(details: SealedDetails, whom: Whom, others: Collection[int]) -> SealedDetails:
    """Return what was sealed without these persons, and without the papers that name them."""
    people = [
        seen
        for seen in details.people
        if not whom.is_named_in(asdict(seen)) and (seen.crew_index is None or seen.crew_index in others)
    ]
    return SealedDetails(plate=details.plate, people=tuple(people))


def _shorten(
    rows: Collection[ScanRecord],
    found: Resolved,
    others: Collection[int],
    details: SealedDetails,
    sealing_keys: Mapping[bytes, X25519PrivateKey],
    now: datetime,
) -> None:
    """Let the records of a scan say only what is left of it."""
    named = found.reading.record
    for row in rows:
        record = scan_record.ScanRecord.decode(row.body)
        if record.id == named.id:
            ticked = tuple(sorted(others)) or record.crew_present
            sealed = _sealed(record, details, sealing_keys)
            row.body = replace(record, iss=named.iss, cti=named.cti, crew_present=ticked, sealed=sealed).encode()
        elif record.kind is RecordKind.VOID:
            row.body = replace(record, sealed=None).encode()
        else:
            _empty(None, [row], now)


def _sealed(
    record: scan_record.ScanRecord, details: SealedDetails, sealing_keys: Mapping[bytes, X25519PrivateKey]
) -> bytes | None:
    """Seal what is left to the key that the whole was sealed to; what did not open is gone."""
    key = None if record.sealed is None else sealing_keys.get(sealing.sealing_kid(record.sealed))
    if key is None:
        return None
    info = sealing.record_info(record.id, record.station)
    return sealing.seal(details.encode(), key.public_key().public_bytes_raw(), info)


def _empty(scan: Scan | None, rows: Collection[ScanRecord], now: datetime) -> None:
    """Let a scan, or records of it, say nothing of anybody."""
    if scan is not None:
        scan.details = None
    for row in rows:
        row.body, row.processed_at = b"", row.processed_at or now
