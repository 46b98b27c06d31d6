"""From scans to movements and stays, exactly as the rules of tracing say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from passes.followup.services import SaidAtScan
from passes.issuing import services as issuing
from passes.movement.models import MovementSource
from passes.movement.readings import credential_in
from passes.people.services import find_person, keep_person
from protocol.areas import AreaLevel
from protocol.claims import CrewCard
from protocol.claims import VehiclePass as PassClaims
from protocol.people import IdNumberError, normalise_id_number
from protocol.reasons import Reason
from protocol.trust import StationKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.issuing.models import VehiclePass
    from passes.movement.readings import Reading
    from passes.stations.models import Station
    from protocol.claims import Amendment

MovementKey = tuple[str, int, MovementSource, str]
"""Scan, person named, source and area: what makes a movement one and the same."""

_ONLY_TICKED = frozenset({Reason.PLATE_MISMATCH, Reason.CREW_MISMATCH, Reason.IMPOSSIBLE_TRAVEL})
"""Where one of these was said, whoever is on the paper need not be in the vehicle."""


@dataclass(frozen=True)
class Place:
    """Of whom it is today, where and how one movement was, beside what makes it one and the same."""

    person_id: int
    at: datetime
    site_id: str | None = None
    station_id: str | None = None
    is_road_scan: bool = False
    pass_id: int | None = None
    plate: str | None = None


@dataclass(frozen=True)
class Resolved:
    """A scan together with what the issuer knows of the credential that was scanned.

    Args:
        reading: the scan.
        station: where it was.
        vehicle_pass: the pass, where the issuer has it.
        plate: of the vehicle that was seen.
        coming_from: the officer's entry, if it names a known area.
        slips: verified slips to the pass that were shown with it, or for it.
    """

    reading: Reading
    station: Station
    vehicle_pass: VehiclePass | None
    plate: str | None
    coming_from: str | None
    slips: tuple[Amendment, ...] = ()

    @property
    def credential(self) -> PassClaims | CrewCard | None:
        """The claims in that text whose identity is the one that the station verified."""
        record = self.reading.record
        for found in map(credential_in, self.reading.details.texts):
            if isinstance(found, PassClaims | CrewCard) and (found.iss, found.cti) == (record.iss, record.cti):
                return found
        return None

    @property
    def slips_in_force(self) -> tuple[Amendment, ...]:
        """Those of the slips whose own window the scan was in."""
        at = self.reading.record.scanned_at
        return tuple(slip for slip in self.slips if slip.not_before <= at < slip.expires_at)

    @property
    def origin(self) -> str | None:
        """The first area of the pass's route."""
        if self.vehicle_pass is not None:
            return self.vehicle_pass.application_vehicle.application.route[0]
        credential = self.credential
        return credential.route[0] if isinstance(credential, PassClaims) else None

    @property
    def areas(self) -> set[str]:
        """Every area that the verdict looks at: where the vehicle came from, and where its papers say that it goes."""
        credential = self.credential
        found = set(credential.route) if isinstance(credential, PassClaims) else set()
        if self.vehicle_pass is not None:
            found |= set(self.vehicle_pass.application_vehicle.application.route)
        for slip in self.slips:
            found |= set(slip.leg)
        return found | ({self.coming_from} if self.coming_from else set())

    @property
    def is_proof(self) -> bool:
        """Whether it proves movements: a verified signature, and not taken back."""
        record = self.reading.record
        return not self.reading.is_voided and record.iss is not None and record.cti is not None


def find_pass(session: Session, reading: Reading) -> VehiclePass | None:
    """Return the pass that was scanned, if a verified signature names one of ours."""
    record = reading.record
    if record.iss is None or record.cti is None:
        return None
    return issuing.find_pass(session, record.iss, record.cti.hex())


def people_in(session: Session, scan: Resolved, now: datetime) -> dict[int, int]:
    """Return who was in the vehicle: person by crew index.

    Those who were ticked; all of the crew if nobody was, unless something says that paper and vehicle differ. Slips
    change who the crew is; a person whom they took off the pass and who was ticked was there all the same.
    """
    if not scan.is_proof:
        return {}
    record = scan.reading.record
    ticked = set(record.crew_present or ())
    doubts = {Reason.PLATE_MISMATCH: record.plate_mismatch, Reason.CREW_MISMATCH: record.crew_mismatch}
    is_doubtful = any(doubts.values()) or not _ONLY_TICKED.isdisjoint(record.reasons)
    if not ticked and is_doubtful:
        return {}
    crew = _crew_of(session, scan, now)
    riding = ticked or crew.keys() - _not_riding(scan)
    return {index: person_id for index, person_id in crew.items() if index in riding}


def _not_riding(scan: Resolved) -> set[int]:
    """Return the crew indexes of those who left by a slip in force, and of those who joined only by another."""
    left = {index for slip in scan.slips_in_force for index in slip.leaving}
    joined = {index for slip in scan.slips for index, _ in slip.joining}
    return left | (joined - {index for slip in scan.slips_in_force for index, _ in slip.joining})


def _crew_of(session: Session, scan: Resolved, now: datetime) -> dict[int, int]:
    """Return every crew entry of the papers, as persons; those on the pass itself first.

    Whoever joined by a slip of ours is known by the index, whether or not that slip came with the scan.
    """
    crew = _crew_of_pass(session, scan, now)
    if scan.vehicle_pass is not None:
        issued = issuing.joined_by_slips(session, [scan.vehicle_pass.id])[scan.vehicle_pass.id]
        named = {index for slip in scan.slips for index, _ in slip.joining} | set(
            scan.reading.record.crew_present or ()
        )
        crew |= {index: person_id for index, person_id in issued.items() if index in named and index not in crew}
    joined = {index: entry.name for slip in scan.slips for index, entry in slip.joining if index not in crew}
    return crew | {index: _provisional(session, scan, index, name, now) for index, name in joined.items()}


def _crew_of_pass(session: Session, scan: Resolved, now: datetime) -> dict[int, int]:
    """Return every crew entry of the pass or card, as persons; without either, whoever was ticked and no slip names."""
    if scan.vehicle_pass is not None:
        return {entry.position: entry.person_id for entry in scan.vehicle_pass.crew}
    credential = scan.credential
    if isinstance(credential, PassClaims):
        names: dict[int, str | None] = {index: entry.name for index, entry in enumerate(credential.crew)}
    elif credential is not None:
        names = {0: credential.name}
    else:
        named = {index for slip in scan.slips for index, _ in slip.joining}
        names = dict.fromkeys(index for index in scan.reading.record.crew_present or () if index not in named)
    return {index: _provisional(session, scan, index, name, now) for index, name in names.items()}


def _provisional(session: Session, scan: Resolved, index: int, name: str | None, now: datetime) -> int:
    """Return the person of a credential that is not in the register: by ID number if the officer took it down."""
    record = scan.reading.record
    seen = next((seen for seen in scan.reading.details.people if seen.crew_index == index), None)
    key = f"{record.iss}:{(record.cti or b'').hex()}:{index}"
    person = keep_person(
        session,
        id_number=usable_id_number(seen.id_number if seen else None),
        name=name or (seen.name if seen else None),
        provisional_key=key,
        now=now,
    )
    return person.id


def usable_id_number(text: str | None) -> str | None:
    """Return an ID number that an officer took down, normalised; None where it is none."""
    try:
        return normalise_id_number(text) if text else None
    except IdNumberError:
        return None


def movements_of_scan(
    scan: Resolved,
    people: Mapping[int, int],
    today: Mapping[int, int],
    known_areas: Mapping[str, object],
    *,
    is_first_of_pass: bool,
) -> dict[MovementKey, Place]:
    """Return the movements that a scan proves.

    Args:
        scan: the scan.
        people: who was there, by crew index, as named.
        today: the person whom each of them was merged into; themselves where nobody was.
        known_areas: area codes that exist.
        is_first_of_pass: no scan under the same pass was before it; it also tells where the pass's journey began.
    """
    scan_id, at, station = scan.reading.scan_id, scan.reading.record.scanned_at, scan.station
    pass_id = scan.vehicle_pass.id if scan.vehicle_pass else None
    origin = scan.origin if is_first_of_pass else None
    found: dict[MovementKey, Place] = {}
    for person_id in people.values():
        declared = Place(today[person_id], at, pass_id=pass_id, plate=scan.plate)
        is_road = station.kind is StationKind.ROAD
        here = replace(declared, site_id=station.site_id, station_id=station.id, is_road_scan=is_road)
        found[scan_id, person_id, MovementSource.SCAN, station.area_code] = here
        for area in (scan.coming_from, origin):
            if area is not None and area in known_areas:
                found[scan_id, person_id, MovementSource.DECLARED, area] = declared
    return found


def stays_of_scan(
    session: Session,
    scan: Resolved,
    people: Mapping[int, int],
    today: Mapping[int, int],
    known_areas: Mapping[str, object],
) -> dict[tuple[str, int], SaidAtScan]:
    """Return where the people in the vehicle told the officer that they lodge, by scan and person named."""
    found: dict[tuple[str, int], SaidAtScan] = {}
    present = set(people.values())
    for seen in scan.reading.details.people:
        if seen.lodging not in known_areas or len(seen.lodging or "") < AreaLevel.DISTRICT:
            continue
        person_id = people.get(seen.crew_index) if seen.crew_index is not None else None
        if person_id is None and (id_number := usable_id_number(seen.id_number)):
            person = find_person(session, id_number)
            person_id = person.id if person is not None and person.id in present else None
        if person_id is not None:
            at = scan.reading.record.scanned_at
            found[scan.reading.scan_id, person_id] = SaidAtScan(at, seen.lodging or "", today[person_id])
    return found
