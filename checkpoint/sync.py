"""Syncing: old keys are rolled, records go home, newer trust comes in. Without network nothing changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkpoint.enrolling import take_keys
from checkpoint.errors import StationError
from checkpoint.from_issuer import named_record, take_receipts
from checkpoint.home import Home
from checkpoint.issuer_client import IssuerClient, IssuerError
from checkpoint.scanlog import ScanLog
from checkpoint.trust import Imported, TrustImportError, TrustStoreError
from protocol.cose import SoftwareSigner
from protocol.device import BATCH_BODY_BYTES, MAX_BATCH_RECORDS

KEPT_AFTER_RECEIPT = timedelta(days=14)
KEYS_LAST = timedelta(days=90)
LEAST_RECORDS = 10  # a link that does not carry so many at once carries nothing
MOST_FAILURES = 4  # in a row, before the next timed attempt
# What concerns the records themselves. Any other refusal concerns the device or the request, and the records wait.
BATCH_REFUSALS = {"malformed", "too_large"}


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync came to.

    Attributes:
        accepted: how many records the issuer has now that it had not confirmed before.
        refused: how many it refused; they stay in the log, to be looked at.
        imported: the trust that is in force after it; None if none could be fetched.
        problems: what went wrong on the way; empty if nothing did.
    """

    accepted: int
    refused: int
    imported: Imported | None
    problems: tuple[StationError, ...]


def purge(log: ScanLog, now: datetime, keep: timedelta = KEPT_AFTER_RECEIPT) -> int:
    """Empty every record that the issuer has had for long enough, a few at a time; return how many.

    Args:
        log: the station's log.
        now: the station's clock.
        keep: how long a record's content is kept after the issuer has confirmed it.

    Raises:
        ScanLogError: the disk refused; what was not emptied is kept for the next time.
    """
    total = 0
    while count := log.purge(now - keep):
        total += count
    return total


def sync(home: Home, log: ScanLog, now: datetime) -> SyncResult:
    """Hand in every pending record, then fetch newer trust. What cannot be done now is left for the next time.

    Args:
        home: the station's folder.
        log: the station's log.
        now: the station's clock.

    Raises:
        HomeError: the station is not enrolled.
        ScanLogError: the issuer's answer could not be noted; the records stay pending, and are sent again.
    """
    enrolment = home.enrolment()
    problems: list[StationError] = []
    before = log.counts()
    client = IssuerClient(enrolment.url)
    try:
        if refused := _roll_if_due(home, client, now):
            problems.append(refused)
        _push(client, home.device_key(), enrolment.station, log, now)
    except IssuerError as error:
        if error.refusal is None or error.refusal not in {getattr(one, "refusal", None) for one in problems}:
            problems.append(error)
    imported = None
    if not any(problem.code == "issuer_unreachable" for problem in problems):
        try:
            imported = home.trust_store().import_from(f"{enrolment.url}/trust", now)
            take_receipts(home, log, now)
        except (TrustImportError, TrustStoreError) as error:
            problems.append(error)
    after = log.counts()
    return SyncResult(after.accepted - before.accepted, after.refused - before.refused, imported, tuple(problems))


def _roll_if_due(home: Home, client: IssuerClient, now: datetime) -> IssuerError | None:
    """Roll keys if it is time; return the refusal, with which the present keys may still be good for records."""
    try:
        roll_keys(home, client, now)
    except IssuerError as error:
        if error.refusal is None:
            raise  # nothing will go through, or the answer was lost and only asking again tells
        home.forget_coming_keys()
        return error
    return None


def roll_keys(home: Home, client: IssuerClient, now: datetime, *, is_due: bool = False) -> bool:
    """Let new keys take the place of this device's, if it is time; say whether they did.

    What was begun before, and interrupted, is brought to its end.

    Args:
        home: the station's folder.
        client: of the station's issuer.
        now: the station's clock.
        is_due: whatever the age of the present keys.

    Raises:
        IssuerError: the issuer did not take them; the present keys go on.
        HomeError: the disk refused.
        ScanLogError: the log cannot be written.
    """
    keys = home.coming_keys()
    if keys is None and not is_due and home.device_key_age(now) < KEYS_LAST:
        return False
    keys = keys or home.make_coming_keys()
    client.roll(keys, home.device_key(), home.enrolment().station, now)
    take_keys(home)
    return True


def _push(client: IssuerClient, signer: SoftwareSigner, station: str, log: ScanLog, now: datetime) -> None:
    """Send what waits, in smaller batches over a link that breaks off: it may carry those."""
    size, failures = MAX_BATCH_RECORDS, 0
    while batch := log.pending(size, BATCH_BODY_BYTES):
        try:
            if not _push_batch(client, signer, station, log, batch, now):
                raise IssuerError("issuer_answer_invalid", url=client.url)
        except IssuerError as error:
            failures += 1
            if not error.broke_off or failures > MOST_FAILURES:
                raise
            size = max(len(batch) // 4, LEAST_RECORDS)
        else:
            size, failures = min(2 * size, MAX_BATCH_RECORDS), 0


def _push_batch(
    client: IssuerClient,
    signer: SoftwareSigner,
    station: str,
    log: ScanLog,
    batch: Sequence[tuple[str, bytes]],
    now: datetime,
) -> int:
    """Send one batch, in halves if the issuer cannot read it as a whole; return how many records it answered for."""
    ids = [record_id for record_id, _ in batch]
    try:
        answer = client.send([body for _, body in batch], signer, station, now)
    except IssuerError as error:
        if error.refusal not in BATCH_REFUSALS:
            raise
        if len(batch) == 1:
            log.settle([], {ids[0]: str(error.refusal)}, now)
            return 1
        middle = len(batch) // 2
        halves = (batch[:middle], batch[middle:])
        return sum(_push_batch(client, signer, station, log, half, now) for half in halves)
    accepted = [record_id for record_id in ids if record_id in answer.accepted]
    refused = {named_record(item, ids): code for item, code in answer.refused.items()}
    refused = {record_id: code for record_id, code in refused.items() if record_id in ids}
    log.settle(accepted, refused, now)
    return len(accepted) + len(refused)
