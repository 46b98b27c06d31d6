"""Putting a station together from its folder."""

from dataclasses import dataclass
from datetime import datetime

from checkpoint.clock import Clock, system_time
from checkpoint.current_trust import CurrentTrust
from checkpoint.home import Home
from checkpoint.station import Station


@dataclass(frozen=True, slots=True)
class Running:
    """A station that is ready to scan.

    Attributes:
        home: its folder.
        station: what decides and records.
        clock: its clock.
        trust: what it trusts, renewed when an import replaces it.
    """

    home: Home
    station: Station
    clock: Clock
    trust: CurrentTrust


def open_station(home: Home) -> Running:
    """Open the station of a folder; needs no network.

    Raises:
        HomeError: the station is not enrolled.
        TrustStoreError: there is no sound trust to decide with.
        ScanLogError: the log cannot be opened.
    """
    enrolment = home.enrolment()
    trust = CurrentTrust(home.trust_store())
    log = home.scan_log()
    home.reserve.hold()
    booted_at: datetime = system_time()
    clock = Clock(trust.floor, log.last_recorded_at, booted_at, log.note_boot(booted_at))
    return Running(home, Station(enrolment.station, log, trust), clock, trust)
