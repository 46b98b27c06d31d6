"""Putting a station together from its folder."""

from collections.abc import Callable
from dataclasses import dataclass

from checkpoint.clock import Clock, system_time
from checkpoint.clock_setting import ClockSetting
from checkpoint.current_trust import CurrentTrust
from checkpoint.from_issuer import current_sightings
from checkpoint.home import Home
from checkpoint.post_book import PostBook
from checkpoint.roster import CurrentRoster
from checkpoint.shifts import ShiftDesk
from checkpoint.signing_in import DutyDesk
from checkpoint.station import Station
from protocol.sightings import Sightings

BOOK_FILE = "post.db"


@dataclass(frozen=True, slots=True)
class Running:
    """A station that is ready to scan.

    Attributes:
        home: its folder.
        station: what decides and records.
        clock: its clock.
        trust: what it trusts, renewed when an import replaces it.
        book: what it remembers beside its scans.
        duty: who is at the post.
        shifts: what was done in each shift.
        setting: the clock as the chief has set it.
        sightings: where other posts have seen passes lately, renewed likewise.
    """

    home: Home
    station: Station
    clock: Clock
    trust: CurrentTrust
    book: PostBook
    duty: DutyDesk
    shifts: ShiftDesk
    setting: ClockSetting
    sightings: Callable[[], Sightings] = Sightings


def open_station(home: Home, trust: CurrentTrust | None = None) -> Running:
    """Open the station of a folder; needs no network.

    Args:
        home: the folder.
        trust: what is in force there, if it was read already.

    Raises:
        HomeError: the station is not enrolled.
        TrustStoreError: there is no sound trust to decide with.
        ScanLogError: the log cannot be opened.
    """
    enrolment = home.enrolment()
    trust = trust or CurrentTrust(home.trust_store())
    log = home.scan_log()
    home.reserve.hold()
    book = PostBook(home.path / BOOK_FILE)
    setting = ClockSetting(book)
    duty = DutyDesk(CurrentRoster(home, trust), book)
    booted_at, _ = setting.correct(system_time())
    clock = Clock(trust.floor, log.last_recorded_at, booted_at, log.note_boot(booted_at), setting=setting)
    sightings = current_sightings(home, trust)
    station = Station(enrolment.station, log, trust, book, lambda: duty.on_duty.id, sightings)
    return Running(home, station, clock, trust, book, duty, ShiftDesk(log, book), setting, sightings)


def open_duty(home: Home) -> DutyDesk:
    """Open what a folder says of its officers, and nothing else.

    Raises:
        HomeError: the station is not enrolled.
    """
    return DutyDesk(CurrentRoster(home, CurrentTrust(home.trust_store())), PostBook(home.path / BOOK_FILE))
