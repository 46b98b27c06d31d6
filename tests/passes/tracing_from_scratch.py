"""The rules of tracing a second time: from all that is known at once, in plain Python, with none of the issuer's code.

Slow and simple on purpose. It reads areas, stations and people, and takes what happened as plain values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

HANOI = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Said:
    """One record of a scan."""

    id: str
    scan: str
    at: datetime
    scanned_at: datetime
    station: str
    pass_name: str
    ticked: tuple[int, ...] = ()
    is_doubtful: bool = False
    is_void: bool = False
    coming_from: str | None = None
    lodging: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a station stands."""

    area: str
    is_road: bool


@dataclass(frozen=True)
class Paper:
    """A pass: who is on it, by crew index, and where its route begins."""

    crew: tuple[int, ...]
    origin: str


@dataclass(frozen=True)
class ZoneNow:
    """The latest version of a zone."""

    areas: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime | None
    passage: bool
    days: int
    is_withdrawn: bool


@dataclass(frozen=True)
class Correction:
    """Staff said where a person stays."""

    person: int
    at: datetime
    area: str


@dataclass(frozen=True)
class Visited:
    """Somebody went to see a person."""

    person: int
    at: datetime
    outcome: str


@dataclass(frozen=True)
class Judged:
    """Somebody said how one follow-up goes on."""

    person: int
    zone: str
    at: datetime
    status: str
    reason: str


@dataclass(frozen=True)
class Move:
    """One person, one place, one time."""

    person: int
    at: datetime
    area: str
    is_road_scan: bool


@dataclass(frozen=True)
class Expected:
    """A follow-up as it must be."""

    first_at: datetime
    last_at: datetime
    due: datetime
    stay: str | None
    district: str | None
    status: str
    reason: str | None


@dataclass(frozen=True)
class World:
    """Everything that is known."""

    parents: Mapping[str, str | None]
    places: Mapping[str, Place]
    papers: Mapping[str, Paper]
    residences: Mapping[int, str | None]

    def lineage(self, area: str | None) -> list[str]:
        found = []
        while area is not None:
            found.append(area)
            area = self.parents[area]
        return found

    def district(self, area: str | None) -> str | None:
        return next((code for code in self.lineage(area) if len(code) == 3), None)

    def scans(self, records: Iterable[Said]) -> list[Said]:
        """The record that counts of each scan that nobody took back."""
        newest: dict[str, Said] = {}
        for record in sorted(records, key=lambda r: (r.at, r.id)):
            newest[record.scan] = record
        return [record for record in newest.values() if not record.is_void]

    def people(self, scan: Said) -> list[tuple[int, int]]:
        crew = list(enumerate(self.papers[scan.pass_name].crew))
        if scan.ticked:
            return [(index, person) for index, person in crew if index in scan.ticked]
        return [] if scan.is_doubtful else crew

    def moves(self, scans: list[Said]) -> list[Move]:
        firsts: dict[str, Said] = {}
        for scan in sorted(scans, key=lambda s: (s.scanned_at, s.scan), reverse=True):
            firsts[scan.pass_name] = scan
        found = []
        for scan in scans:
            place = self.places[scan.station]
            for _, person in self.people(scan):
                found.append(Move(person, scan.scanned_at, place.area, place.is_road))
                if scan.coming_from:
                    found.append(Move(person, scan.scanned_at, scan.coming_from, is_road_scan=False))
                if firsts[scan.pass_name] is scan:
                    found.append(Move(person, scan.scanned_at, self.papers[scan.pass_name].origin, is_road_scan=False))
        return found

    def is_in(self, move: Move, zone: ZoneNow) -> bool:
        return (
            not zone.is_withdrawn
            and any(area in self.lineage(move.area) for area in zone.areas)
            and zone.starts_at <= move.at
            and (zone.ends_at is None or move.at < zone.ends_at)
            and (zone.passage or not move.is_road_scan)
        )

    def stay(self, person: int, scans: list[Said], corrections: list[Correction]) -> str | None:
        said = [
            ((scan.scanned_at, 0, scan.scan), area)
            for scan in scans
            for index, area in scan.lodging
            if (index, person) in self.people(scan)
        ]
        said += [((c.at, 1, f"{n:09}"), c.area) for n, c in enumerate(corrections) if c.person == person]
        return max(said)[1] if said else self.residences[person]

    def status(self, key: tuple[int, str], due: datetime, deeds: list[Visited | Judged]) -> tuple[str, str | None]:
        """What people made of a follow-up: each deed at its own time, a visit before what is concluded from it."""
        last_day = due - timedelta(days=1)
        status, reason = "FOLLOW_UP", None
        for deed in sorted(deeds, key=lambda d: (d.at, isinstance(d, Judged))):  # stable: then as they were entered
            if deed.person != key[0]:
                continue
            if isinstance(deed, Judged):
                if deed.zone == key[1]:
                    is_early = deed.status == "COMPLETED" and deed.at < last_day
                    status, reason = ("FOLLOW_UP", None) if is_early else (deed.status, deed.reason)
            elif deed.outcome != "not_met":
                if status == "LOST":
                    status, reason = "FOLLOW_UP", None
                if status == "FOLLOW_UP" and deed.outcome == "healthy" and deed.at >= last_day:
                    status, reason = "COMPLETED", None
        return status, reason

    def followups(
        self,
        records: Iterable[Said],
        zones: Mapping[str, ZoneNow],
        corrections: list[Correction],
        deeds: list[Visited | Judged],
    ) -> dict[tuple[int, str], Expected]:
        """Every follow-up that somebody must do, by person and zone."""
        scans = self.scans(records)
        moves = self.moves(scans)
        found = {}
        for zone_id, zone in zones.items():
            for person in {move.person for move in moves}:
                inside = [move.at for move in moves if move.person == person and self.is_in(move, zone)]
                if not inside:
                    continue
                stay = self.stay(person, scans, corrections)
                places = [(m.at, m.area) for m in moves if m.person == person and self.district(m.area)]
                district = self.district(stay) if stay else self.district(max(places)[1])
                last_day = max(inside).astimezone(HANOI).date() + timedelta(days=zone.days + 1)
                due = datetime(last_day.year, last_day.month, last_day.day, tzinfo=HANOI)
                judged = self.status((person, zone_id), due, deeds)
                found[person, zone_id] = Expected(min(inside), max(inside), due, stay, district, *judged)
        return found
