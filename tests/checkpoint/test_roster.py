"""The officers of a station, as its own devices read them and as nobody else does."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from checkpoint.cli import main
from checkpoint.home import Enrolment, Home
from checkpoint.roster import RosterError, read_roster
from checkpoint.sync import sync
from checkpoint.trust import TrustImportError, TrustStore
from passes.db import db
from passes.stations import services as stations
from protocol.roster import OFFICERS_PREFIX, Officer, dump_roster, roster_path
from protocol.station_box import make_box
from tests.checkpoint.live_issuer import STATION, LiveIssuer
from tests.trust_authority import HOUR, START, Authority

OTHER = "kho.so-2"


def enrolled(issuer: LiveIssuer, path: Path) -> Home:
    home = issuer.enrolled_home(path)
    sync(home, home.scan_log(), datetime.now(UTC))
    return home


def test_a_device_reads_its_officers_after_its_first_sync_and_a_revoked_one_reads_no_later_list(
    issuer: LiveIssuer, tmp_path: Path
) -> None:
    lost, kept = enrolled(issuer, tmp_path / "lost"), enrolled(issuer, tmp_path / "kept")
    sync(lost, lost.scan_log(), datetime.now(UTC))
    first = read_roster(kept)
    assert read_roster(lost) == first
    with issuer.app.app_context():
        device = stations.device_for(db.session(), lost.device_key().kid.hex())
        assert device is not None
        stations.revoke_device(db.session(), None, device.id, datetime.now(UTC))
        db.session.commit()
    issuer.publish()
    for home in (kept, lost):
        home.trust_store().import_from(f"{issuer.url}/trust", datetime.now(UTC))
    assert read_roster(kept).epoch > first.epoch
    with pytest.raises(RosterError) as closed:
        read_roster(lost)
    assert closed.value.code == "roster_closed"
    assert lost.trust_store().load_current().generation == kept.trust_store().load_current().generation


def test_the_status_says_whether_the_officers_are_known(issuer: LiveIssuer, tmp_path: Path) -> None:
    home = enrolled(issuer, tmp_path / "home")
    done = CliRunner().invoke(main, ["--home", str(home.path), "status", "--json"])
    assert json.loads(done.output)["roster"] == {"epoch": read_roster(home).epoch, "officers": 0}
    assert (home.path / "device-x25519.pem").stat().st_mode & 0o777 == 0o600
    (home.path / "device-x25519.pem").unlink()
    done = CliRunner().invoke(main, ["--home", str(home.path), "status", "--json"])
    assert json.loads(done.output)["roster"] == {"problem": "roster_closed"}


# An authority whose online keys were stolen


@dataclass
class Post:
    """A station of an authority, with a key of its own."""

    authority: Authority
    home: Home

    @property
    def key(self) -> X25519PrivateKey:
        return self.home.encryption_key()

    def box(self, epoch: int, *officers: Officer, station: str = STATION) -> dict[str, bytes]:
        public = self.key.public_key().public_bytes_raw()
        path = roster_path(station)
        return {path: make_box(dump_roster(officers), path, epoch, bytes(16), [public], self.authority.signer)}

    def publish(self, boxes: dict[str, bytes]) -> None:
        repository = self.authority.repository
        live = self.authority.live_targets(START + HOUR, repository.next_version()) | boxes
        repository.publish_live(live, self.authority.online, START + HOUR)

    def sync(self) -> None:
        self.home.trust_store().import_from(self.authority.repository.directory, START + HOUR)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    authority, home = Authority(tmp_path / "issuer"), Home(tmp_path / "home")
    home.save_enrolment(Enrolment("http://127.0.0.1:9", STATION, authority.repository.root_sha256().hex()))
    home.encryption_key(make=True)
    return Post(authority, home)


def test_officers_are_read_and_those_of_other_stations_are_not_even_fetched(post: Post) -> None:
    binh = Officer("o-1", "Nguyễn Văn Bình")
    post.publish(post.box(2, binh) | post.box(2, binh, station=OTHER))
    post.sync()
    assert read_roster(post.home).officers == (binh,)
    kept = {path.name for path in post.home.path.rglob("officers*")}
    assert kept == {f"officers%2F{STATION}"}


def test_a_station_id_may_hold_dots(post: Post) -> None:
    enrolment = post.home.enrolment()
    post.home.save_enrolment(replace(enrolment, station=OTHER))
    post.publish(post.box(2, station=OTHER))
    post.sync()
    assert read_roster(post.home).epoch == 2


def test_a_station_without_a_list_says_so_and_decides_all_the_same(post: Post) -> None:
    post.publish({})
    post.sync()
    with pytest.raises(RosterError) as missing:
        read_roster(post.home)
    assert missing.value.code == "roster_missing"
    assert post.home.trust_store().load_current().generation == 2


def test_the_thief_of_the_online_keys_brings_back_no_earlier_list(post: Post) -> None:
    dismissed = Officer("o-9", "Người đã thôi việc")
    earlier = post.box(2, dismissed)
    post.publish(post.box(3))
    post.sync()
    post.publish(earlier)
    with pytest.raises(TrustImportError) as refused:
        post.sync()
    assert refused.value.code == "trust_rollback"
    # Nor by leaving it out, or breaking it, in between.
    for between in ({}, {roster_path(STATION): b"nothing"}):
        post.publish(between)
        post.sync()
        assert read_roster(post.home).epoch == 3
        post.publish(earlier)
        with pytest.raises(TrustImportError):
            post.sync()
    post.publish(post.box(9))
    post.sync()
    assert read_roster(post.home).epoch == 9


def test_a_list_that_no_issuing_key_signed_is_not_believed(post: Post, tmp_path: Path) -> None:
    thief = Authority(tmp_path / "thief")
    honest = post.authority.signer
    post.authority.signer = thief.signer
    forged = post.box(5, Officer("o-0", "Kẻ trộm"))
    post.authority.signer = honest
    post.publish(forged)
    post.sync()
    with pytest.raises(RosterError) as closed:
        read_roster(post.home)
    assert closed.value.code == "roster_closed"


def test_a_store_of_no_station_keeps_no_officers(post: Post, tmp_path: Path) -> None:
    post.publish(post.box(2))
    store = TrustStore(tmp_path / "store", post.authority.repository.root_sha256())
    store.import_from(post.authority.export(), START + HOUR)
    assert store.in_force().named(OFFICERS_PREFIX) == {}
    assert list((tmp_path / "store").rglob("officers*")) == []
