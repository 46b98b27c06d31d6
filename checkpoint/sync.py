"""Enrolling, and syncing: records go home, then newer trust comes in. Without network nothing changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from checkpoint.errors import StationError
from checkpoint.home import Enrolment, Home
from checkpoint.issuer_client import IssuerClient, IssuerError
from checkpoint.scanlog import ScanLog
from checkpoint.trust import Imported, TrustStore
from protocol.cose import SoftwareSigner
from protocol.device import MAX_BATCH_BYTES, MAX_BATCH_RECORDS
from protocol.enrolment import EnrolmentCode, EnrolmentError

ENVELOPE_BYTES_PER_RECORD = 16  # what the batch adds around a record, with room to spare
BATCH_BODY_BYTES = MAX_BATCH_BYTES - MAX_BATCH_RECORDS * ENVELOPE_BYTES_PER_RECORD - 1024
# What concerns the records themselves. Any other refusal concerns the device or the request, and the records wait.
BATCH_REFUSALS = {"malformed", "too_large"}


class EnrolError(StationError):
    """The station cannot be enrolled: `enrolment_code_invalid`, `enrolled_already`, `enrolled_elsewhere`."""


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


def enrol(home: Home, code_text: str, now: datetime) -> Enrolment:
    """Enrol this station: fetch the trust that the code vouches for, then make this device's key known.

    Args:
        home: the station's folder; made if it is not there.
        code_text: the code, as typed or scanned.
        now: the machine's clock.

    Returns:
        What the station is enrolled as.

    Raises:
        EnrolError: the code is not one, the station is enrolled, or the issuer means another station.
        TrustImportError: the trust could not be fetched, or is not what the code vouches for.
        IssuerError: the issuer did not take the code.
        HomeError: the folder cannot be written.
    """
    try:
        code = EnrolmentCode.from_text(code_text)
    except EnrolmentError as error:
        raise EnrolError("enrolment_code_invalid") from error
    if home.is_enrolled:
        raise EnrolError("enrolled_already", station=home.enrolment().station)
    home.make()
    # First the anchor: a code whose root does not match must not get to see this device's key.
    store = TrustStore(home.path / "trust", code.root_sha256, station=code.station)
    store.import_from(f"{code.url.rstrip('/')}/trust", now)
    encryption_key = home.encryption_key(make=True).public_key().public_bytes_raw()
    station = IssuerClient(code.url).enrol(home.device_key(make=True), code.secret, encryption_key)
    if station != code.station:
        raise EnrolError("enrolled_elsewhere", station=station, expected=code.station)
    enrolment = Enrolment(code.url.rstrip("/"), code.station, code.root_sha256.hex())
    home.save_enrolment(enrolment)
    return enrolment


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
    try:
        _push(IssuerClient(enrolment.url), home.device_key(), enrolment.station, log, now)
    except IssuerError as error:
        problems.append(error)
    after = log.counts()
    imported = None
    if not any(problem.code == "issuer_unreachable" for problem in problems):
        try:
            imported = home.trust_store().import_from(f"{enrolment.url}/trust", now)
        except StationError as error:
            problems.append(error)
    return SyncResult(after.accepted - before.accepted, after.refused - before.refused, imported, tuple(problems))


def _push(client: IssuerClient, signer: SoftwareSigner, station: str, log: ScanLog, now: datetime) -> None:
    while batch := log.pending(MAX_BATCH_RECORDS, BATCH_BODY_BYTES):
        settled = _push_batch(client, signer, station, log, batch, now)
        if not settled:
            raise IssuerError("issuer_answer_invalid", url=client.url)


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
    refused = {_named(item, ids): code for item, code in answer.refused.items()}
    refused = {record_id: code for record_id, code in refused.items() if record_id in ids}
    log.settle(accepted, refused, now)
    return len(accepted) + len(refused)


def _named(item: str, ids: Sequence[str]) -> str:
    """Return the id that the issuer means: `#n` is the n-th record of the batch."""
    if item.startswith("#") and item[1:].isdecimal() and int(item[1:]) < len(ids):
        return ids[int(item[1:])]
    return item
