"""What is known of a credential from before: scans here, and at other posts as far as syncs have told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from checkpoint.events import Elsewhere
from checkpoint.scanlog import ScanLog
from protocol.assess import Context
from protocol.scan_record import RecordKind
from protocol.sightings import Sightings
from protocol.travel import is_too_fast
from protocol.trust import Trust


class History:
    """Tells what is known of a credential.

    Args:
        log: this station's scans.
        sightings: gives other stations' scans.
        interrupted: the credential whose vehicle stood at the barrier when the program ended. It was not before.
    """

    def __init__(self, log: ScanLog, sightings: Callable[[], Sightings], interrupted: tuple[str, bytes] | None) -> None:
        self._log = log
        self._sightings = sightings
        self._interrupted = interrupted

    def go_on(self) -> None:
        """Note that another scan has been made since the program started."""
        self._interrupted = None

    def add_to(
        self, context: Context, identity: tuple[str, bytes], trust: Trust, at: datetime
    ) -> tuple[Context, Elsewhere | None]:
        """Say in a context what is known of a credential.

        Args:
            context: with the station in it, if it is known.
            identity: the credential's issuer and number.
            trust: says where stations are.
            at: when it is scanned now.

        Returns:
            The context, and where else it was seen, if it cannot have come from there.
        """
        last_seen = None
        if identity != self._interrupted:
            last_seen = self._log.last_seen(*identity, void_kind=RecordKind.VOID)
        elsewhere = self._too_far(context, identity, trust, at)
        return replace(context, last_seen_here=last_seen, impossible_travel=elsewhere is not None), elsewhere

    def _too_far(self, context: Context, identity: tuple[str, bytes], trust: Trust, at: datetime) -> Elsewhere | None:
        here, tolerance = context.station, timedelta(minutes=trust.policy.clock_tolerance_minutes)
        if here is None:
            return None
        for seen in self._sightings().elsewhere(*identity, here.id):
            there = trust.stations.get(seen.station)
            if there and is_too_fast(here, at, there, seen.at, tolerance):
                return Elsewhere(there.name, seen.at)
        return None
