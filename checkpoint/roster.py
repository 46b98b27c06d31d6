"""The officers of this station, as the issuer has told only its own devices."""

from dataclasses import dataclass

from checkpoint.current_trust import CurrentTrust, OfCurrentTrust
from checkpoint.errors import StationError
from checkpoint.home import Home, HomeError
from checkpoint.trust import InForce
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


def read_roster(home: Home, held: InForce | None = None) -> Roster:
    """Open the box of officers in force, with this device's own key. Needs no network.

    Args:
        home: the station's folder.
        held: what is in force, if it was read already.

    Raises:
        RosterError: there is none, or it does not open for this device.
        HomeError: the station is not enrolled.
        TrustStoreError: there is no sound trust.
    """
    held, path = held or home.trust_store().in_force(), roster_path(home.enrolment().station)
    data = held.targets.get(path)
    if data is None:
        raise RosterError("roster_missing")
    try:
        box = parse_box(data, path, held.trust.issuers)
        content = parse_roster(home.open_box(box))
        return Roster(box.epoch, content.officers, content.pepper)
    except (BoxError, DocumentError, HomeError) as error:
        raise RosterError("roster_closed", detail=str(error)) from error


class CurrentRoster:
    """Gives the officers in force.

    Args:
        home: the station's folder.
        trust: the trust in force there.
    """

    def __init__(self, home: Home, trust: CurrentTrust) -> None:
        self._home = home
        self._found = OfCurrentTrust(trust, self._read)

    def __call__(self) -> Roster | None:
        """Return the officers; None while there is no list.

        Raises:
            RosterError: there is a list, but not for this device (`roster_closed`).
        """
        found = self._found()
        if isinstance(found, RosterError):
            raise RosterError(found.code, **found.params)
        return found

    def _read(self, held: InForce) -> Roster | RosterError | None:
        try:
            return read_roster(self._home, held)
        except RosterError as error:
            return None if error.code == "roster_missing" else error
