"""What the issuer tells this station's devices alone: where passes were seen, and receipts for what came on sticks."""

from datetime import datetime

from checkpoint.current_trust import CurrentTrust, OfCurrentTrust
from checkpoint.home import Home, HomeError
from checkpoint.scanlog import ScanLog
from checkpoint.trust import InForce
from protocol.receipts import ReceiptsError, parse_receipts, receipts_path
from protocol.sightings import SIGHTINGS_PREFIX, Sighting, Sightings, SightingsError, parse_sightings
from protocol.station_box import BoxError, parse_box


def current_sightings(home: Home, trust: CurrentTrust) -> OfCurrentTrust[Sightings]:
    """Return what gives what the trust in force says of scans at other posts.

    Args:
        home: the station's folder.
        trust: the trust in force there.
    """
    return OfCurrentTrust(trust, lambda held: _open_sightings(home, held))


def _open_sightings(home: Home, held: InForce) -> Sightings:
    """Open what can be opened; what does not open is as good as not said."""
    seen: list[Sighting] = []
    for path, data in held.named(SIGHTINGS_PREFIX).items():
        try:
            seen += parse_sightings(home.open_box(parse_box(data, path, held.trust.issuers)))
        except (BoxError, SightingsError, HomeError):
            continue
    return Sightings(seen)


def take_receipts(home: Home, log: ScanLog, now: datetime) -> int:
    """Note what the issuer has received on sticks.

    Args:
        home: the station's folder.
        log: the station's log.
        now: the station's clock.

    Returns:
        How many records were answered for that waited until now.

    Raises:
        HomeError: the station is not enrolled.
        TrustStoreError: there is no sound trust.
        ScanLogError: it could not be noted.
    """
    held, path = home.trust_store().in_force(), receipts_path(home.enrolment().station)
    data = held.targets.get(path)
    if data is None:
        return 0
    try:
        receipts = parse_receipts(home.open_box(parse_box(data, path, held.trust.issuers)))
    except (BoxError, ReceiptsError):
        return 0
    before = log.counts().pending
    for receipt in receipts:
        ids = log.handed(receipt.batch)
        refused = {named_record(item, ids): code for item, code in receipt.refused.items()}
        refused = {record_id: code for record_id, code in refused.items() if record_id in ids}
        if ids:
            log.settle([record_id for record_id in ids if record_id not in refused], refused, now)
    return before - log.counts().pending


def named_record(item: str, ids: list[str]) -> str:
    """Return the id of the record that the issuer means: `#n` is the n-th of the batch."""
    if item.startswith("#") and item[1:].isdecimal() and int(item[1:]) < len(ids):
        return ids[int(item[1:])]
    return item
