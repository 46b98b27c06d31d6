"""A station's keys: rolled, revoked, enrolled again, restored from a copy. Its records: carried on a stick and back."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from checkpoint import sync
from checkpoint.cli import main
from checkpoint.clock import Reading
from checkpoint.current_trust import CurrentTrust
from checkpoint.enrolling import EnrolError, enrol
from checkpoint.errors import StationError
from checkpoint.from_issuer import current_sightings
from checkpoint.home import Home
from checkpoint.issuer_client import IssuerClient, IssuerError
from checkpoint.messages import sentence
from checkpoint.roster import read_roster
from checkpoint.station import Station
from passes.db import db
from passes.movement.models import Scan, ScanRecord
from passes.stations import services
from passes.stations.cli import group as stations_cli
from passes.stations.models import Device
from passes.trust.cli import group as trust_cli
from passes.trust.repository import TrustRepository
from protocol.sightings import Sighting
from protocol.trust import StationKind
from tests.checkpoint.live_issuer import STATION, LiveIssuer
from tests.checkpoint.pictures import draw_code, put_on_road, save
from tests.killing import SWITCH


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path, issuer: LiveIssuer) -> Home:
    return issuer.enrolled_home(tmp_path / "home")


def scan(home: Home, count: int = 1) -> list[str]:
    station = Station(STATION, home.scan_log(), CurrentTrust(home.trust_store()))
    reading = Reading(now(), is_in_doubt=False)
    return [station.handle_scan(f"foreign code {number}", reading).id for number in range(count)]


def received(issuer: LiveIssuer, ids: list[str]) -> int:
    """How many of some records the issuer has; it keeps each id once by its primary key."""
    with issuer.app.app_context():
        found = sa.select(sa.func.count()).select_from(ScanRecord).where(ScanRecord.id.in_(ids))
        return db.session.scalar(found)


def revoke(issuer: LiveIssuer, home: Home) -> None:
    with issuer.app.app_context():
        device = services.device_for(db.session(), home.device_key().kid.hex())
        assert device
        services.revoke_device(db.session(), None, device.id, now())
        db.session.commit()
        issuer.app.extensions["worker"].drain()


def typed(home: Home, *arguments: object) -> Result:
    return CliRunner(env={"LANG": "vi_VN.UTF-8", "LC_ALL": ""}).invoke(
        main, ["--home", str(home.path), *map(str, arguments)]
    )


def anchor(issuer: LiveIssuer) -> bytes:
    return TrustRepository(issuer.app.extensions["instance"].trust_dir).root_sha256()


def is_whole(home: Home) -> int:
    return home.scan_log().check_chain(home.device_key().public_raw)


# Rolling


def test_old_keys_are_rolled_by_the_next_sync_and_nothing_notices(home: Home, issuer: LiveIssuer) -> None:
    ids, old = scan(home, 2), home.device_key().kid
    made_at = (now() - sync.KEYS_LAST).timestamp()
    os.utime(home.device_key_path, (made_at, made_at))
    done = sync.sync(home, home.scan_log(), now())
    assert (done.accepted, done.problems) == (2, ())
    assert home.device_key().kid != old
    ids += scan(home, 1)
    assert is_whole(home) == 3
    assert read_roster(home).officers == ()
    assert sync.sync(home, home.scan_log(), now()).problems == ()
    assert received(issuer, ids) == 3
    with issuer.app.app_context():
        before = services.device_for(db.session(), old.hex())
        assert before
        assert before.replaced_by == home.device_key().kid.hex()


def test_a_running_station_signs_with_its_new_key_at_once(home: Home, issuer: LiveIssuer) -> None:
    station = Station(STATION, home.scan_log(), CurrentTrust(home.trust_store()))
    station.handle_scan("one", Reading(now(), is_in_doubt=False))
    done = typed(home, "roll-key")
    assert (done.exit_code, home.device_key().kid.hex() in done.output) == (0, True)
    station.handle_scan("two", Reading(now(), is_in_doubt=False))
    assert is_whole(home) == 2
    del issuer


def test_a_lost_answer_leaves_the_roll_to_be_finished_by_the_next_sync(home: Home, issuer: LiveIssuer) -> None:
    sync.sync(home, home.scan_log(), now())
    ids, old = scan(home, 1), home.device_key().kid
    issuer.link.faults[:] = ["lose_answer"]
    with pytest.raises(IssuerError):
        sync.roll_keys(home, IssuerClient(issuer.url), now(), is_due=True)
    assert home.device_key().kid == old
    assert read_roster(home).officers == ()
    assert sync.sync(home, home.scan_log(), now()).problems == ()
    assert home.device_key().kid != old
    assert (received(issuer, ids), is_whole(home)) == (1, 1)


def test_a_machine_that_dies_while_it_rolls_its_keys_goes_on_afterwards(home: Home, issuer: LiveIssuer) -> None:
    ids: list[str] = []
    step = 0
    while SWITCH.kill_at(step, home.path, sync.roll_keys, home, IssuerClient(issuer.url), now()):
        step += 1  # counts what a roll that is not due touches
    for count in range(step, step + 40):
        ids += scan(home, 1)
        os.utime(home.device_key_path, (0, 0))
        died = SWITCH.kill_at(count, home.path, sync.roll_keys, home, IssuerClient(issuer.url), now())
        ids += scan(home, 1)
        done = sync.sync(home, home.scan_log(), now())
        assert done.problems == (), count
        assert home.coming_keys() is None
        assert is_whole(home) == len(ids)
        if not died:
            break
    assert not died
    assert received(issuer, ids) == len(ids)


# Revoked, and enrolled again


def test_a_revoked_station_says_so_keeps_everything_and_sends_it_once_enrolled_again(
    home: Home, issuer: LiveIssuer
) -> None:
    ids = scan(home, 3)
    revoke(issuer, home)
    refused = sync.sync(home, home.scan_log(), now())
    assert "đã bị cơ quan cấp thu hồi" in sentence(refused.problems[0])
    assert refused.imported  # it goes on deciding with fresh data
    with pytest.raises(StationError):
        read_roster(home)
    ids += scan(home, 1)
    assert home.scan_log().counts().pending == 4
    with pytest.raises(EnrolError, match="enrolled_already"):
        enrol(home, issuer.enrolment_code(), now())
    done = typed(home, "enroll", "--again", issuer.enrolment_code())
    assert done.exit_code == 0, done.output
    assert sync.sync(home, home.scan_log(), now()).accepted == 4
    assert (received(issuer, ids), is_whole(home)) == (4, 4)
    assert read_roster(home).officers == ()


def test_a_revoked_device_cannot_roll_itself_back_in(home: Home, issuer: LiveIssuer) -> None:
    revoke(issuer, home)
    done = typed(home, "roll-key")
    assert done.exit_code == 2
    assert "thu hồi" in done.stderr


def test_enrolling_again_after_a_lost_answer_takes_the_same_code(home: Home, issuer: LiveIssuer) -> None:
    code = issuer.enrolment_code()
    issuer.link.faults[:] = ["lose_answer"]
    with pytest.raises(IssuerError):
        enrol(home, code, now(), is_again=True)
    assert enrol(home, code, now(), is_again=True).station == STATION
    assert sync.sync(home, home.scan_log(), now()).problems == ()


def test_a_station_enrolled_again_after_an_interrupted_roll_takes_fresh_keys(home: Home, issuer: LiveIssuer) -> None:
    issuer.link.faults[:] = ["lose_answer"]
    with pytest.raises(IssuerError):
        sync.roll_keys(home, IssuerClient(issuer.url), now(), is_due=True)
    assert enrol(home, issuer.enrolment_code(), now(), is_again=True).station == STATION
    assert sync.sync(home, home.scan_log(), now()).problems == ()


def test_a_code_is_read_from_a_picture_of_it(tmp_path: Path, issuer: LiveIssuer) -> None:
    home = Home(tmp_path / "home")
    nothing = save(tmp_path / "road.png", put_on_road(draw_code("MENU")))
    assert "Không thấy mã ghi danh" in typed(home, "enroll", "--picture", nothing).stderr
    assert "Hãy nhập mã ghi danh" in typed(home, "enroll").stderr
    picture = save(tmp_path / "page.png", put_on_road(draw_code("MENU"), draw_code(issuer.enrolment_code())))
    done = typed(home, "enroll", "--picture", picture)
    assert done.exit_code == 0, done.output
    assert home.enrolment().station == STATION


# Copies


def test_a_home_restored_from_a_copy_doubles_nothing_and_loses_nothing_that_it_has(
    home: Home, issuer: LiveIssuer, tmp_path: Path
) -> None:
    first = scan(home, 5)
    shutil.copytree(home.path, tmp_path / "backup", symlinks=True)
    second = scan(home, 5)
    sync.sync(home, home.scan_log(), now())
    restored = Home(tmp_path / "backup")
    third = scan(restored, 3)  # under the numbers of the second, which it never had
    assert is_whole(restored) == 8
    done = sync.sync(restored, restored.scan_log(), now())
    assert (done.accepted, done.refused, done.problems) == (8, 0, ())
    assert received(issuer, [*first, *second, *third]) == 13
    with issuer.app.app_context():
        of_this_key = sa.select(Device.station_id).where(Device.kid == home.device_key().kid.hex())
        assert db.session.scalars(of_this_key).all() == [STATION]


def test_a_home_whose_log_is_gone_begins_anew_and_disturbs_nothing(home: Home, issuer: LiveIssuer) -> None:
    first = scan(home, 4)
    sync.sync(home, home.scan_log(), now())
    for path in home.path.glob("scans.db*"):
        path.unlink()
    second = scan(home, 2)
    assert sync.sync(home, home.scan_log(), now()).accepted == 2
    assert received(issuer, first + second) == 6


def test_a_home_restored_from_before_its_keys_were_rolled_is_told_to_enrol_again(
    home: Home, issuer: LiveIssuer, tmp_path: Path
) -> None:
    ids = scan(home, 1)
    shutil.copytree(home.path, tmp_path / "backup", symlinks=True)
    typed(home, "roll-key")
    restored = Home(tmp_path / "backup")
    done = sync.sync(restored, restored.scan_log(), now())
    assert "phục hồi từ bản sao" in sentence(done.problems[0])
    enrol(restored, issuer.enrolment_code(), now(), is_again=True)
    assert sync.sync(restored, restored.scan_log(), now()).accepted == 1
    assert received(issuer, ids) == 1


# Sticks


def carry(issuer: LiveIssuer, stick: Path, archive: Path) -> str:
    """At the issuer: take in a stick, and put the newest trust archive on it."""
    with issuer.app.app_context():
        run = issuer.app.test_cli_runner()
        done = run.invoke(stations_cli, ["import", str(stick)])
        assert done.exit_code == 0, done.output
        assert run.invoke(trust_cli, ["export", str(archive)]).exit_code == 0
    return done.output


def test_records_go_on_a_stick_and_their_receipts_come_back_on_it(
    home: Home, issuer: LiveIssuer, tmp_path: Path
) -> None:
    ids = scan(home, 4)
    stick = tmp_path / "stick"
    stick.mkdir()
    done = typed(home, "export", stick)
    assert done.exit_code == 0, done.output
    (file,) = stick.iterdir()
    assert file.name.startswith(f"{STATION}-")
    assert home.scan_log().counts().pending == 4
    later = scan(home, 1)
    assert "4 records are new" in carry(issuer, file, stick / "trust.tar")
    done = typed(home, "trust", "import", stick / "trust.tar")
    assert done.exit_code == 0, done.output
    assert "4 bản ghi" in done.output
    counts = home.scan_log().counts()
    assert (counts.pending, counts.accepted) == (1, 4)
    assert received(issuer, ids) == 4
    assert home.scan_log().purge(now() + timedelta(days=15)) == 4
    assert is_whole(home) == 5
    assert [record_id for record_id, _ in home.scan_log().pending(9, 10**9)] == later


def test_a_stick_that_was_carried_twice_or_after_a_sync_changes_nothing(
    home: Home, issuer: LiveIssuer, tmp_path: Path
) -> None:
    ids = scan(home, 3)
    typed(home, "export", tmp_path / "one.vpx")
    sync.sync(home, home.scan_log(), now())
    for _ in range(2):
        assert "0 records are new, 3 were here" in carry(issuer, tmp_path / "one.vpx", tmp_path / "trust.tar")
    assert typed(home, "trust", "import", tmp_path / "trust.tar").exit_code == 0
    assert received(issuer, ids) == 3
    assert home.scan_log().counts().accepted == 3


def test_an_issuer_that_lost_its_last_hours_gets_them_again(home: Home, issuer: LiveIssuer, tmp_path: Path) -> None:
    ids = scan(home, 3)
    sync.sync(home, home.scan_log(), now())
    assert "không cần xuất" in typed(home, "export", tmp_path / "all.vpx").stderr
    with issuer.app.app_context():  # as after a backup of the day before
        db.session.execute(sa.text("DELETE FROM scans"))
        db.session.execute(sa.text("DELETE FROM scan_records"))
        db.session.commit()
    assert '"records": 3' in typed(home, "export", tmp_path / "all.vpx", "--all", "--json").stdout
    carry(issuer, tmp_path / "all.vpx", tmp_path / "trust.tar")
    assert received(issuer, ids) == 3


def test_a_stick_that_cannot_be_written_is_said(home: Home, tmp_path: Path) -> None:
    scan(home, 1)
    done = typed(home, "export", tmp_path / "no" / "such" / "place.vpx")
    assert done.exit_code == 2
    assert "hãy kiểm tra USB" in done.stderr


# What other posts have seen


def test_a_station_hears_where_a_pass_was_seen_once_it_has_synced(
    home: Home, issuer: LiveIssuer, tmp_path: Path
) -> None:
    here = current_sightings(home, CurrentTrust(home.trust_store()))
    cti, at = b"pass0001", now().replace(microsecond=0)
    assert here().elsewhere("VN-HN", cti, STATION) == ()
    with issuer.app.app_context():
        session = db.session()
        services.create_station(
            session, None, station_id="chot-2", name="Chốt 2", kind=StationKind.ROAD, area_code="00337", now=at
        )
        code = services.issue_enrolment_code(session, None, "chot-2", issuer.url, anchor(issuer), at)
        session.commit()
    enrol(Home(tmp_path / "other"), code.to_text(), now())
    with issuer.app.app_context():
        seen = {"iss": "VN-HN", "cti": cti.hex(), "scanned_at": at, "received_at": at, "kind": "code", "reasons": []}
        db.session.add(Scan(id="5" * 32, station_id="chot-2", **seen))
        db.session.commit()
    issuer.publish()
    assert here().elsewhere("VN-HN", cti, STATION) == ()
    sync.sync(home, home.scan_log(), now())
    assert here().elsewhere("VN-HN", cti, STATION) == (Sighting("VN-HN", cti, "chot-2", at),)
    assert here().elsewhere("VN-HN", cti, "chot-2") == ()
    typed(home, "roll-key")  # and with new keys, before the issuer has published again, too
    assert len(current_sightings(home, CurrentTrust(home.trust_store()))()) == 1
