"""What goes wrong at a post, what the officer sees of it, and that nothing of it stops the post or loses a scan."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from checkpoint.camera import SourceMissingError
from checkpoint.clock import Clock
from checkpoint.web.app import create_app
from checkpoint.web.desk import Desk
from protocol.scan_record import Action
from tests.checkpoint.conftest import LOCKED_WARD, NOW, Hanoi, Post
from tests.checkpoint.officers import OTHER_PIN
from tests.checkpoint.serving import Served
from tests.checkpoint.test_web import desk_of, scan, send, stage


@pytest.fixture
def desk(post: Post) -> Desk:
    return desk_of(post)


@pytest.fixture
def client(desk: Desk) -> FlaskClient:
    app = create_app(desk)
    app.testing = True
    return app.test_client()


def bar(client: FlaskClient) -> str:
    return client.get("/bar").get_data(as_text=True)


def test_the_log_is_followed_beside_the_work_and_a_change_in_it_is_said(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    scan(client, hanoi.sign())
    assert "Đang kiểm tra nhật ký" in client.get("/shift").get_data(as_text=True)
    assert desk.log_check.check().records == 1
    assert "1 bản ghi nguyên vẹn" in client.get("/shift").get_data(as_text=True)
    assert "Nhật ký bị sửa" not in bar(client)
    with sqlite3.connect(post.home.path / "scans.db") as db:
        db.execute("DROP TRIGGER record_is_never_changed")
        db.execute("UPDATE record SET signature = zeroblob(64)")
    db.close()
    desk.log_check.check()
    assert "Nhật ký bị sửa" in bar(client)
    assert "chuỗi ghi đứt ở bản ghi số 1" in client.get("/shift").get_data(as_text=True)
    scan(client, hanoi.sign(cti=b"pass0002"))  # the post goes on


def test_a_log_that_cannot_be_followed_for_want_of_the_key_is_said_and_accuses_nobody(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    scan(client, hanoi.sign())
    post.home.device_key_path.write_bytes(b"rain")
    checked = desk.log_check.check()
    assert checked.problem is not None
    assert checked.problem.code == "home_damaged"
    assert "Chưa kiểm được nhật ký" in bar(client)
    assert "Nhật ký bị sửa" not in bar(client)


def test_a_power_cut_changes_neither_officer_nor_shift_nor_who_waits(manned: Served, fresh: Hanoi) -> None:
    manned.send("/duty/sign-in", {"officer": "cb-binh", "pin": OTHER_PIN})
    manned.send("/scans", {"text": fresh.sign(route=(LOCKED_WARD, "00007"))})
    manned.send(f"/events/{manned.event()}/action", {"action": "sent_aside"})
    at_the_barrier = fresh.sign(cti=b"barrier1", plate="29C99999")
    manned.send("/scans", {"text": at_the_barrier})
    manned.kill()
    manned.start()
    shown = manned.get("/bar")
    assert "Bùi Thị Bình" in shown
    assert re.search(r"Chờ kiểm tra <b>1</b>", shown)
    assert "Ca <b>2</b>" in shown
    assert "29C-123.45" in manned.get("/waiting")
    manned.send("/scans", {"text": at_the_barrier})
    assert 'data-outcome="ADMIT"' in manned.get("/stage")
    assert [record.officer for record in manned.records()] == ["cb-binh"] * 4
    assert [record.seq for record in manned.records()] == [1, 2, 3, 4]


def test_a_wrong_clock_is_said_in_the_bar_and_beside_each_verdict_which_stays_what_it_is(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    object.__setattr__(desk.running.clock, "last_recorded_at", post.station.log.last_recorded_at)
    send(client, f"/events/{scan(client, hanoi.sign())}/action", {"action": "admitted"})
    post.wait(minutes=-30)
    assert isinstance(desk.running.clock, Clock)
    assert "đồng hồ?" in bar(client)
    scan(client, hanoi.sign(cti=b"second01"))
    page = stage(client)
    assert 'data-outcome="ADMIT"' in page
    assert 'data-reason="CLOCK_DOUBT"' in page
    assert "open" in re.findall(r"<details[^>]*>", client.get("/duty").get_data(as_text=True))[0]
    assert send(client, "/clock", {"time": "2021-09-14T09:05", "reason": "so với điện thoại"}).status_code == 200
    assert "đồng hồ?" not in bar(client)
    scan(client, hanoi.sign(cti=b"third001"))
    assert "CLOCK_DOUBT" not in stage(client)


def test_without_network_for_days_the_light_turns_red_and_every_truck_can_still_be_dealt_with(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    post.wait(hours=60)
    assert "light-red" in bar(client)
    event = scan(client, hanoi.sign())
    page = stage(client)
    assert 'data-outcome="REFER"' in page
    assert 'data-reason="TRUST_EXPIRED"' in page
    assert send(client, f"/events/{event}/action", {"action": "admitted"}).status_code == 200
    assert post.records()[-1].action is Action.ADMITTED


def test_a_camera_that_is_unplugged_is_said_while_a_scanner_and_key_4_go_on(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    desk.board.report_camera(SourceMissingError("camera_missing", 0))
    page = stage(client)
    assert "Chưa có hình" in page
    assert "hãy kiểm tra dây cắm" in page
    scan(client, hanoi.sign())
    assert 'data-outcome="ADMIT"' in stage(client)
    body = {"plate": "29C-555.55", "people": [], "action": "turned_back", "is_unreadable": True}
    assert send(client, "/no-paper", body).status_code == 200
    desk.board.report_camera(None)
    assert "Chưa có hình" not in stage(client)
    assert len(post.records()) == 2


def test_a_book_that_cannot_be_written_is_said_and_the_post_goes_on(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    post.book._db.execute("PRAGMA query_only = ON")
    event = scan(client, hanoi.sign(route=(LOCKED_WARD, "00007")))
    assert send(client, f"/events/{event}/action", {"action": "sent_aside"}).status_code == 200
    assert "Sổ chốt không ghi được" in bar(client)
    assert "29C-123.45" in client.get("/waiting").get_data(as_text=True)
    assert [record.action for record in post.records()] == [None, Action.SENT_ASIDE]


def test_a_clock_that_runs_ahead_of_the_data_is_no_reason_to_refuse(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    post.now = NOW - timedelta(minutes=59)
    event = scan(client, hanoi.sign())
    assert 'data-outcome="ADMIT"' in stage(client)
    assert send(client, f"/events/{event}/action", {"action": "admitted"}).status_code == 200
