"""The officers of this station, as the issuer has told only its own devices."""

from dataclasses import dataclass

from checkpoint.errors import StationError
from checkpoint.home import Home, HomeError
from protocol.documents import DocumentError
from protocol.roster import Officer, parse_roster, roster_path
from protocol.station_box import BoxError, parse_box


class RosterError(StationError):
    """The officers cannot be read: `roster_missing` (none published yet), `roster_closed` (not for this device)."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Who works at this station.

    Attributes:
        epoch: the publication that it was made for; it counts up.
        officers: each officer once.
        pepper: the secret of this station that PINs are keyed with; None as long as nobody has one.
    """

    epoch: int
    officers: tuple[Officer, ...]
    pepper: bytes | None = None


def read_roster(home: Home) -> Roster:
    """Open the box of officers in force, with this device's own key. Needs no network.

    Raises:
        RosterError: there is none, or it does not open for this device.
        HomeError: the station is not enrolled.
        TrustStoreError: there is no sound trust.
    """
    store = home.trust_store()
    trust, data = store.load_current(), store.station_box()
    if data is None:
        raise RosterError("roster_missing")
    path = roster_path(home.enrolment().station)
    try:
        box = parse_box(data, path, trust.issuers)
        content = parse_roster(box.open(home.encryption_key()))
        return Roster(box.epoch, content.officers, content.pepper)
    except (BoxError, DocumentError, HomeError) as error:
        raise RosterError("roster_closed", detail=str(error)) from error
