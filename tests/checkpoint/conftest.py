"""A station with real trust: an authority that publishes, passes that it signs, a home that has imported it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from checkpoint.clock import Reading
from checkpoint.home import Enrolment, Home
from checkpoint.post_book import PostBook
from checkpoint.roster import Roster
from checkpoint.running import BOOK_FILE
from checkpoint.signing_in import DutyDesk
from checkpoint.station import Station
from passes.trust.keys import load_sealing_keys
from protocol import claims, sealing
from protocol.claims import Amendment, CargoClass, CrewCard, CrewEntry, Role, StatusRef, VehicleClass, VehiclePass
from protocol.details import SealedDetails
from protocol.roster import RosterContent, dump_roster, roster_path
from protocol.scan_record import ScanRecord
from protocol.station_box import make_box
from protocol.trust import StationInfo, StationKind, dump_stations, dump_zones
from protocol.zones import Zone, ZoneKind
from tests.checkpoint.live_issuer import LiveIssuer, run_issuer
from tests.checkpoint.officers import AN, BINH, PEPPER
from tests.checkpoint.serving import Served
from tests.trust_authority import PASSPHRASE, Authority

NOW = datetime(2021, 9, 14, 2, 0, tzinfo=UTC)
STATION = "chot-1"
SUBSTITUTE = CrewEntry(Role.DRIVER, "Phạm Quốc Toàn", "7788")
LOCKED_WARD, LODGING_WARD, FREE_DISTRICT = "00355", "10354", "281"


def zone(area: str = LOCKED_WARD) -> Zone:
    return Zone(
        id="z1",
        version=1,
        name="Phường Khương Trung",
        kind=ZoneKind.LOCKDOWN,
        areas=(area,),
        covers=frozenset({area}),
        sites=frozenset(),
        starts_at=datetime(2021, 9, 10, 17, tzinfo=UTC),
        ends_at=None,
        passage=False,
        monitoring_days=14,
        decision="123/QĐ",
    )


class Hanoi(Authority):
    """Publishes one road post and one locked ward."""

    def live_targets(self, published_at: datetime, generation: int) -> dict[str, bytes]:
        station = StationInfo(STATION, "Chốt Pháp Vân", StationKind.ROAD, "00001")
        return {
            **super().live_targets(published_at, generation),
            "stations": dump_stations([station]),
            "zones": dump_zones([zone()]),
        }

    def vehicle_pass(self, **changes: object) -> VehiclePass:
        plain = VehiclePass(
            iss="VN-HN",
            cti=b"pass0001",
            issued_at=NOW - timedelta(days=2),
            not_before=NOW - timedelta(days=2),
            expires_at=NOW + timedelta(days=5),
            plate="29C12345",
            vehicle_class=VehicleClass.TRUCK,
            payload_tonnes=Decimal("8.5"),
            carrier="Công ty TNHH Vận tải Hoàng Long",
            crew=(
                CrewEntry(Role.DRIVER, "Nguyễn Văn Bình", "4821"),
                CrewEntry(Role.ASSISTANT, "Trần Đức Anh", "0077", NOW + timedelta(hours=5)),
            ),
            route=(FREE_DISTRICT, "00007"),
            cargo=CargoClass.FOOD,
            status=StatusRef("status/0", 1),
        )
        return plain._replace(**changes)

    def sign(self, **changes: object) -> str:
        return claims.issue(self.vehicle_pass(**changes), self.signer)

    def sign_card(self) -> str:
        card = CrewCard(
            iss="VN-HN",
            cti=b"card0001",
            issued_at=NOW - timedelta(days=2),
            not_before=NOW - timedelta(days=2),
            expires_at=NOW + timedelta(days=3),
            role=Role.DRIVER,
            name="Nguyễn Văn Bình",
            id_last4="4821",
            licence_class="FC",
            district=FREE_DISTRICT,
            status=StatusRef("status/0", 2),
        )
        return claims.issue(card, self.signer)

    def sign_slip(self, **changes: object) -> str:
        """A slip by which another driver takes over, and the truck goes on empty to Sơn Tây."""
        plain = Amendment(
            iss="VN-HN",
            cti=b"slip0001",
            issued_at=NOW - timedelta(hours=3),
            not_before=NOW - timedelta(hours=3),
            expires_at=NOW + timedelta(days=5),
            pass_cti=b"pass0001",
            joining=((2, SUBSTITUTE),),
            renewed=(),
            leaving=(0,),
            leg=("269",),
            cargo=CargoClass.EMPTY,
            status=StatusRef("status/0", 20),
        )
        return claims.issue(plain._replace(**changes), self.signer)

    def sign_card_of(self, entry: CrewEntry) -> str:
        """A newer card of a person on a pass."""
        card = CrewCard(
            iss="VN-HN",
            cti=b"card0009",
            issued_at=NOW - timedelta(hours=1),
            not_before=NOW - timedelta(hours=1),
            expires_at=NOW + timedelta(days=3),
            role=entry.role,
            name=entry.name,
            id_last4=entry.id_last4,
            licence_class="",
            district=FREE_DISTRICT,
            status=StatusRef("status/0", 21),
        )
        return claims.issue(card, self.signer)

    def publish_roster(self, home: Home, roster: RosterContent, now: datetime) -> None:
        """Tell a station's device who its officers are, and let it take that in."""
        path, public = roster_path(STATION), home.encryption_key(make=True).public_key().public_bytes_raw()
        epoch = self.repository.next_version()
        content = dump_roster(roster.officers, roster.pepper)
        box = make_box(content, path, epoch, bytes(16), [public], self.signer)
        self.repository.publish_live(self.live_targets(now, epoch) | {path: box}, self.online, now)
        home.trust_store().import_from(self.repository.directory, now)

    def open(self, record: ScanRecord) -> SealedDetails:
        """What the issuer reads of a record."""
        key = load_sealing_keys(self.directory / "sealing", PASSPHRASE)[self.sealing.kid]
        assert record.sealed
        info = sealing.record_info(record.id, record.station)
        return SealedDetails.decode(sealing.open_(record.sealed, key, info))


@pytest.fixture(scope="session")
def hanoi(tmp_path_factory: pytest.TempPathFactory) -> Hanoi:
    """Published an hour before the clock of the tests."""
    return Hanoi(tmp_path_factory.mktemp("authority"), NOW - timedelta(hours=1))


@pytest.fixture(scope="session")
def home_template(tmp_path_factory: pytest.TempPathFactory, hanoi: Hanoi) -> Path:
    """An enrolled station that has imported what the authority published; tests get copies."""
    return enrol_by_hand(tmp_path_factory.mktemp("station") / "home", hanoi).path


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIssuer]:
    """A real issuer that answers over HTTP."""
    with run_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, home_template: Path) -> Home:
    """The folder of this test's station."""
    shutil.copytree(home_template, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def enrol_by_hand(path: Path, hanoi: Hanoi, url: str = "http://127.0.0.1:9") -> Home:
    home = Home(path)
    anchor = (hanoi.repository.metadata_dir / "1.root.json").read_bytes()
    home.save_enrolment(Enrolment(url, STATION, sha256(anchor).hexdigest()))
    home.device_key(make=True)
    home.trust_store().import_from(hanoi.repository.directory, NOW)
    return home


@dataclass
class Post:
    """A running station whose clock, and whose list of officers, the test sets."""

    station: Station
    home: Home
    book: PostBook
    duty: DutyDesk
    now: datetime = NOW
    roster: Roster | None = None

    @property
    def reading(self) -> Reading:
        return Reading(self.now, is_in_doubt=False)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def records(self) -> list[ScanRecord]:
        return [ScanRecord.decode(body) for _, body in self.station.log.pending(10_000, 10**9)]


@pytest.fixture
def post(home: Home) -> Post:
    return open_post(home)


def open_post(home: Home) -> Post:
    """Open the station of a folder, as after a restart."""
    trust, book = home.trust_store().load_current(), PostBook(home.path / BOOK_FILE)
    opened: list[Post] = []
    duty = DutyDesk(lambda: opened[0].roster, book)
    station = Station(STATION, home.scan_log(), lambda: trust, book, lambda: duty.on_duty.id)
    opened.append(Post(station, home, book, duty))
    return opened[0]


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hanoi:
    """An authority that published just now, for a process that reads the real clock."""
    monkeypatch.setattr(sys.modules[__name__], "NOW", datetime.now(UTC).replace(second=0, microsecond=0))
    return Hanoi(tmp_path / "authority", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def served(tmp_path: Path, fresh: Hanoi) -> Iterator[Served]:
    running = Served(enrol_by_hand(tmp_path / "home", fresh), tmp_path, "--sync-every", 1)
    yield running
    running.kill()


@pytest.fixture
def manned(tmp_path: Path, fresh: Hanoi) -> Iterator[Served]:
    """A running station with a list of officers: a post chief and an inspector."""
    home = enrol_by_hand(tmp_path / "home", fresh)
    fresh.publish_roster(home, RosterContent((AN, BINH), PEPPER), datetime.now(UTC).replace(microsecond=0))
    running = Served(home, tmp_path, "--sync-every", 0)
    yield running
    running.kill()
