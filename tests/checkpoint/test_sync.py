"""Records reach the issuer once, whatever happens on the way; trust comes back; without network nothing is lost."""

from __future__ import annotations

import socket
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checkpoint import enrolling, sync
from checkpoint.clock import Reading
from checkpoint.current_trust import CurrentTrust
from checkpoint.errors import StationError
from checkpoint.home import Home
from checkpoint.scanlog import Entry
from checkpoint.station import Station
from checkpoint.trust import TrustStoreError
from passes.db import db
from passes.stations import services
from protocol.enrolment import EnrolmentCode
from tests.checkpoint.live_issuer import STATION, LiveIssuer


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path, issuer: LiveIssuer) -> Home:
    return issuer.enrolled_home(tmp_path / "home")


def scan(home: Home, count: int = 1) -> list[str]:
    station = Station(STATION, home.scan_log(), CurrentTrust(home.trust_store()))
    return [station.handle_scan(f"foreign code {number}", Reading(now(), False)).id for number in range(count)]  # noqa: FBT003 - the clock is not in doubt


def test_enrolling_anchors_trust_and_makes_a_private_key(home: Home) -> None:
    assert home.enrolment().station == STATION
    assert stat.S_IMODE((home.path / "device.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert home.trust_store().load_current().stations[STATION].name == "Chốt Pháp Vân"


def test_a_mistyped_code_is_refused_before_anything_is_made(tmp_path: Path, issuer: LiveIssuer) -> None:
    home = Home(tmp_path / "home")
    code = issuer.enrolment_code()
    for wrong in ("", "EN1-AAAA", code[:-3], code.replace(code[10], "A" if code[10] != "A" else "B", 1)):
        with pytest.raises(StationError) as caught:
            enrolling.enrol(home, wrong, now())
        assert caught.value.code == "enrolment_code_invalid"
    assert not home.path.exists()


def test_a_used_code_is_refused_and_leaves_the_station_not_enrolled(tmp_path: Path, issuer: LiveIssuer) -> None:
    code = issuer.enrolment_code()
    enrolling.enrol(Home(tmp_path / "one"), code, now())
    with pytest.raises(StationError) as caught:
        enrolling.enrol(Home(tmp_path / "two"), code, now())
    assert caught.value.params["refusal"] == "secret_used"
    assert not Home(tmp_path / "two").is_enrolled


def test_enrolling_again_after_a_lost_answer_succeeds(tmp_path: Path, issuer: LiveIssuer) -> None:
    code = issuer.enrolment_code()
    issuer.link.faults[:] = ["lose_answer"]
    with pytest.raises(StationError):
        enrolling.enrol(Home(tmp_path / "home"), code, now())
    assert enrolling.enrol(Home(tmp_path / "home"), code, now()).station == STATION


def test_an_enrolled_station_is_not_enrolled_over(home: Home, issuer: LiveIssuer) -> None:
    with pytest.raises(StationError) as caught:
        enrolling.enrol(home, issuer.enrolment_code(), now())
    assert caught.value.code == "enrolled_already"


def test_a_code_for_another_root_never_shows_the_secret_to_the_issuer(tmp_path: Path, issuer: LiveIssuer) -> None:
    good = EnrolmentCode.from_text(issuer.enrolment_code())
    asked = issuer.link.requests
    forged = EnrolmentCode(good.url, good.station, good.secret, bytes(32))
    with pytest.raises(StationError) as caught:
        enrolling.enrol(Home(tmp_path / "home"), forged.to_text(), now())
    assert caught.value.code == "trust_wrong_anchor"
    assert issuer.link.requests == asked


def test_records_arrive_once_and_are_settled(home: Home, issuer: LiveIssuer) -> None:
    ids = scan(home, 7)
    done = sync.sync(home, home.scan_log(), now())
    assert (done.accepted, done.refused, done.problems) == (7, 0, ())
    assert done.imported
    assert home.scan_log().counts().pending == 0
    assert sync.sync(home, home.scan_log(), now()).accepted == 0
    assert [i for i in issuer.received() if i in ids] == ids


@pytest.mark.parametrize("fault", ["lose_request", "lose_answer", "error"])
def test_a_link_that_fails_loses_nothing_and_doubles_nothing(home: Home, issuer: LiveIssuer, fault: str) -> None:
    ids = scan(home, 3)
    issuer.link.faults[:] = [fault] * (sync.MOST_FAILURES + 1)
    failed = sync.sync(home, home.scan_log(), now())
    assert failed.problems
    assert home.scan_log().counts().pending == 3
    issuer.link.faults.clear()
    done = sync.sync(home, home.scan_log(), now())
    assert (done.accepted, done.problems) == (3, ())
    assert sorted(i for i in issuer.received() if i in ids) == sorted(ids)


@pytest.mark.parametrize("fault", ["lose_request", "lose_answer", "twice"])
def test_a_link_that_fails_now_and_then_is_tried_again_at_once(home: Home, issuer: LiveIssuer, fault: str) -> None:
    ids = scan(home, 3)
    issuer.link.faults[:] = [fault, fault]
    done = sync.sync(home, home.scan_log(), now())
    assert (done.accepted, done.problems) == (3, ())
    assert sorted(i for i in issuer.received() if i in ids) == sorted(ids)


def test_many_records_go_in_several_batches(home: Home, issuer: LiveIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "MAX_BATCH_RECORDS", 5)
    scan(home, 12)
    asked = issuer.link.requests
    assert sync.sync(home, home.scan_log(), now()).accepted == 12
    assert issuer.link.requests == asked + 3


def test_a_record_that_the_issuer_cannot_read_is_set_aside_and_the_others_arrive(
    home: Home, issuer: LiveIssuer
) -> None:
    del issuer
    scan(home, 2)
    log = home.scan_log()
    log.append(lambda _seq: Entry("0" * 32, "0" * 32, "code", now(), now(), None, None, b"no record"))
    scan(home, 1)
    done = sync.sync(home, log, now())
    assert (done.accepted, done.refused) == (3, 1)
    assert [(r.id, r.code) for r in log.refusals()] == [("0" * 32, "malformed")]
    assert log.check_chain() == 4


def test_a_wrong_clock_at_the_station_does_not_stop_its_records(home: Home) -> None:
    scan(home, 1)
    done = sync.sync(home, home.scan_log(), now() + timedelta(days=3))
    assert (done.accepted, done.problems) == (1, ())


def test_a_full_disk_while_noting_the_answer_leaves_the_records_pending(home: Home) -> None:
    scan(home, 3)
    log = home.scan_log()
    log._db.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON main.delivery BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(StationError):
        sync.sync(home, log, now())
    assert log.counts().pending == 3
    assert sync.sync(home, home.scan_log(), now()).accepted == 3


def test_without_network_a_sync_returns_and_everything_waits(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    scan(home, 2)

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    done = sync.sync(home, home.scan_log(), now())
    assert [problem.code for problem in done.problems] == ["issuer_unreachable"]
    assert (done.imported, home.scan_log().counts().pending) == (None, 2)
    assert scan(home, 1)


def test_a_revoked_device_keeps_its_records(home: Home, issuer: LiveIssuer) -> None:
    scan(home, 1)
    with issuer.app.app_context():
        device = services.device_for(db.session(), home.device_key().kid.hex())
        assert device
        services.revoke_device(db.session(), None, device.id, now())
        db.session.commit()
    done = sync.sync(home, home.scan_log(), now())
    assert [problem.params.get("refusal") for problem in done.problems] == ["device_revoked"]
    assert home.scan_log().counts().pending == 1


def test_a_station_that_was_never_enrolled_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(StationError) as caught:
        sync.sync(home, home.scan_log(), now())
    assert caught.value.code == "not_enrolled"


def test_a_running_station_sees_trust_that_another_program_imported(home: Home, issuer: LiveIssuer) -> None:
    current = CurrentTrust(home.trust_store())
    before = current().generation
    issuer.publish()
    sync.sync(home, home.scan_log(), now())
    assert current.newest().trust.generation > before
    assert current().generation > before


def test_a_running_station_goes_on_with_the_trust_that_it_has_read(home: Home) -> None:
    store = home.trust_store()
    current = CurrentTrust(store)
    before = current()
    for path in (home.path / "trust").rglob("*"):
        if path.name == "manifest.json":
            path.write_bytes(b"{}")
    link = next((home.path / "trust").rglob("current"))
    name = link.readlink().name
    link.unlink()
    link.symlink_to(link.parent / "generations" / name.replace(name[:10], "9999999999", 1))
    assert current.newest().trust is before
    assert current() is before


def test_without_trust_there_is_no_station(tmp_path: Path, home: Home) -> None:
    empty = Home(tmp_path / "other")
    empty.save_enrolment(home.enrolment())
    with pytest.raises(TrustStoreError):
        CurrentTrust(empty.trust_store())


def test_the_log_of_a_synced_station_cannot_be_opened_for_personal_details(home: Home) -> None:
    scan(home, 1)
    with sqlite3.connect(home.path / "scans.db") as db:
        bodies = db.execute("SELECT body FROM record").fetchall()
    db.close()
    assert len(bodies) == 1
    assert all(b"foreign code" not in body for (body,) in bodies)
