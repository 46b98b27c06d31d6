"""What the issuer tells this station's devices alone: where passes were seen, and receipts for what came on sticks."""

from datetime import datetime

from checkpoint.current_trust import OfCurrentTrust
from checkpoint.errors import StationError
from checkpoint.home import Home
from checkpoint.scanlog import ScanLog
from protocol.receipts import ReceiptsError, parse_receipts, receipts_path
from protocol.sightings import SIGHTINGS_PREFIX, Sighting, Sightings, SightingsError, parse_sightings
from protocol.station_box import BoxError, parse_box


def read_sightings(home: Home) -> Sightings:
    """Open what the trust data in force say of scans at other posts; what does not open is as good as not said.

    Raises:
        HomeError: the station is not enrolled.
        TrustStoreError: there is no sound trust.
    """
    store = home.trust_store()
    issuers = store.load_current().issuers
    seen: list[Sighting] = []
    for path, data in store.targets(SIGHTINGS_PREFIX).items():
        try:
            seen += parse_sightings(home.open_box(parse_box(data, path, issuers)))
        except (BoxError, SightingsError):
            continue
    return Sightings(seen)


def current_sightings(home: Home) -> OfCurrentTrust[Sightings]:
    """Return what gives what is known of scans at other posts; nothing is, as long as nothing can be opened."""

    def read() -> Sightings:
        try:
            return read_sightings(home)
        except StationError:
            return Sightings()

    return OfCurrentTrust(home.trust_store(), read)


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
    store, path = home.trust_store(), receipts_path(home.enrolment().station)
    data = store.targets(path).get(path)
    if data is None:
        return 0
    try:
        receipts = parse_receipts(home.open_box(parse_box(data, path, store.load_current().issuers)))
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
