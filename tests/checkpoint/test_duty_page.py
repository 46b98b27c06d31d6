"""Who is at the post, and what only its chief may do, asked through the page's own requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from checkpoint.roster import Roster
from checkpoint.web.app import create_app
from checkpoint.web.desk import Desk
from checkpoint.web.watch import AUTOMATIC
from protocol.scan_record import Action
from tests.checkpoint.conftest import LOCKED_WARD, NOW, SUBSTITUTE, Hanoi, Post
from tests.checkpoint.officers import AN, BINH, OTHER_PIN, PEPPER, PIN
from tests.checkpoint.test_web import desk_of, scan, send, stage

BY_CHIEF = {"officer": "cb-an", "pin": PIN}


@pytest.fixture
def desk(post: Post) -> Desk:
    post.roster = Roster(1, (AN, BINH), PEPPER)
    return desk_of(post)


@pytest.fixture
def client(desk: Desk) -> Iterator[FlaskClient]:
    app = create_app(desk)
    app.testing = True
    with app.test_client() as client:
        yield client


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json().get("code", "")


def sign_in(client: FlaskClient, officer: str = "cb-binh", pin: str = OTHER_PIN) -> None:
    assert send(client, "/duty/sign-in", {"officer": officer, "pin": pin}).status_code == 200


def test_the_post_works_before_anybody_has_signed_in_and_the_bar_says_so(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    assert "Chưa đăng nhập" in client.get("/bar").get_data(as_text=True)
    event = scan(client, hanoi.sign())
    assert send(client, f"/events/{event}/action", {"action": "admitted"}).status_code == 200
    assert [record.officer for record in post.records()] == [None, None]


def test_an_officer_signs_in_with_name_and_pin_and_stands_in_records_by_id(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    sheet = client.get("/duty").get_data(as_text=True)
    assert "Bùi Thị Bình" in sheet
    assert "Đào Văn An · Chốt trưởng" in sheet
    wrong = send(client, "/duty/sign-in", {"officer": "cb-binh", "pin": PIN})
    assert code(wrong) == (403, "pin_wrong")
    assert wrong.get_json()["field"] == "pin"
    sign_in(client)
    assert "Bùi Thị Bình" in client.get("/bar").get_data(as_text=True)
    scan(client, hanoi.sign())
    assert post.records()[-1].officer == "cb-binh"
    send(client, "/duty/sign-out")
    assert "Chưa đăng nhập" in client.get("/bar").get_data(as_text=True)


def test_where_there_is_a_list_no_name_is_taken_without_a_pin(client: FlaskClient) -> None:
    assert send(client, "/officer", {"name": "Đào Văn An"}).status_code == 403
    assert "Chưa đăng nhập" in client.get("/bar").get_data(as_text=True)


def test_a_chief_confirms_one_deed_with_pin_and_reason_and_the_inspector_stays_on_duty(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    sign_in(client)
    event = scan(client, hanoi.sign(expires_at=NOW - timedelta(hours=1)))
    url, body = f"/events/{event}/action", {"action": "admitted"}
    assert code(send(client, url, body)) == (403, "chief_needed")
    assert code(send(client, url, body | {"officer": "cb-binh", "pin": OTHER_PIN})) == (403, "chief_needed")
    assert code(send(client, url, body | BY_CHIEF)) == (403, "reason_needed")
    assert code(send(client, url, body | BY_CHIEF | {"pin": "111222", "reason": "x"})) == (403, "pin_wrong")
    assert len(post.records()) == 1
    assert send(client, url, body | BY_CHIEF | {"reason": "Xe cấp cứu"}).status_code == 200
    last = post.records()[-1]
    assert (last.action, last.officer, hanoi.open(last).note) == (Action.ADMITTED, "cb-an", "Xe cấp cứu")
    report = client.get("/shift").get_data(as_text=True)
    for part in ("Xe cấp cứu", "Đào Văn An (cb-an)", "Cho qua khi máy báo không cho qua", 'data-count="overruled">1'):
        assert part in report
    scan(client, hanoi.sign(cti=b"next0001"))
    assert post.records()[-1].officer == "cb-binh"


def test_a_referral_frees_the_lane_and_waits_on_the_list_that_the_chief_closes(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    sign_in(client)
    event = scan(client, hanoi.sign(route=(LOCKED_WARD, "00007")))
    assert 'data-outcome="REFER"' in stage(client)
    send(client, f"/events/{event}/action", {"action": "sent_aside"})
    assert 'data-event=""' in stage(client)
    post.wait(minutes=12)
    waiting = client.get("/waiting").get_data(as_text=True)
    assert "29C-123.45" in waiting
    assert "chờ 12 phút" in waiting
    assert "<b>1</b>" in client.get("/bar").get_data(as_text=True)
    next_one = scan(client, hanoi.sign(cti=b"next0001", plate="29C99999"))
    url = f"/events/{event}/action"
    assert code(send(client, url, {"action": "admitted"})) == (403, "chief_needed")
    assert send(client, url, BY_CHIEF | {"action": "admitted"}).status_code == 200
    assert f'data-event="{next_one}"' in stage(client)
    assert "Không có xe nào" in client.get("/waiting").get_data(as_text=True)
    assert [(record.action, record.officer) for record in post.records() if record.of == event] == [
        (Action.SENT_ASIDE, "cb-binh"),
        (Action.ADMITTED, "cb-an"),
    ]


def test_a_paper_whose_code_cannot_be_read_is_typed_and_marked_as_such(
    client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    sign_in(client)
    body = {"plate": "", "people": [{"name": "Ai đó"}], "action": "sent_aside", "is_unreadable": True}
    assert code(send(client, "/no-paper", body)) == (400, "typed_empty")
    assert send(client, "/no-paper", body | {"plate": "29C-123.45"}).status_code == 200
    assert [record.kind for record in post.records()] == ["typed"]
    assert hanoi.open(post.records()[0]).plate == "29C12345"
    assert "MÃ KHÔNG ĐỌC ĐƯỢC" in client.get("/waiting").get_data(as_text=True)
    through = body | {"plate": "29C-999.99", "action": "admitted"}
    assert code(send(client, "/no-paper", through)) == (403, "chief_needed")
    assert send(client, "/no-paper", through | BY_CHIEF | {"reason": "đã gọi"}).status_code == 200


def test_automatic_mode_is_the_chiefs_and_records_the_action_at_once(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    sign_in(client)
    assert code(send(client, "/automatic", {"value": "true"})) == (403, "chief_needed")
    assert send(client, "/automatic", {"value": "true"} | BY_CHIEF).status_code == 200
    assert "Tự động cho qua" in client.get("/bar").get_data(as_text=True)
    event = scan(client, hanoi.sign())
    assert [record.action for record in post.records()] == [None, Action.ADMITTED]
    page = stage(client)
    assert "Đã tự động cho qua" in page
    assert f"/events/{event}/undo" in page
    desk.board.close_automatic(event)
    assert 'data-event=""' in stage(client)
    refused = scan(client, hanoi.sign(cti=b"expired1", expires_at=NOW - timedelta(hours=1)))
    assert [record.action for record in post.records()[2:]] == [None]
    desk.board.close_automatic(refused)
    assert f'data-event="{refused}"' in stage(client)
    send(client, "/automatic", {"value": "false"} | BY_CHIEF)
    scan(client, hanoi.sign(cti=b"again001"))
    assert [record.action for record in post.records()[3:]] == [None]


def test_what_was_let_through_automatically_waits_again_when_the_officer_sees_another_plate(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    desk.running.book.put_note(AUTOMATIC, {"by": None})
    event = scan(client, hanoi.sign())
    send(client, f"/events/{event}/plate-mismatch", {"value": True})
    assert post.records()[-1].action is None
    assert 'data-outcome="REFUSE"' in stage(client)
    desk.board.close_automatic(event)
    assert f'data-event="{event}"' in stage(client)


def test_a_slip_that_comes_late_takes_back_what_was_automatic(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    desk.running.book.put_note(AUTOMATIC, {"by": None})
    event = scan(client, hanoi.sign())
    ran_out = hanoi.sign_slip(joining=((2, SUBSTITUTE),), leaving=(0,), expires_at=NOW - timedelta(minutes=1))
    send(client, "/scans", {"text": ran_out})
    assert [record.of for record in post.records()[1:]] == [event] * (len(post.records()) - 1)
    assert post.records()[-1].action is None
    assert 'data-outcome="REFER"' in stage(client)


def test_the_chief_sets_the_clock_with_a_reason_and_never_below_what_is_proven(
    desk: Desk, client: FlaskClient, post: Post, hanoi: Hanoi
) -> None:
    sign_in(client)
    right = {"time": "2021-09-14T12:30", "reason": "pin CMOS hết"}
    assert code(send(client, "/clock", right)) == (403, "chief_needed")
    assert code(send(client, "/clock", right | BY_CHIEF | {"reason": " "})) == (403, "reason_needed")
    assert code(send(client, "/clock", right | BY_CHIEF | {"time": "2021-09-13T12:30"})) == (409, "clock_below_floor")
    assert code(send(client, "/clock", right | BY_CHIEF | {"time": "noon"})) == (409, "time_invalid")
    assert desk.running.clock.read().now == NOW
    assert send(client, "/clock", right | BY_CHIEF).status_code == 200
    post.wait(minutes=2)
    assert "12:32" in client.get("/bar").get_data(as_text=True)
    scan(client, hanoi.sign())
    assert post.records()[-1].scanned_at == NOW + timedelta(hours=3, minutes=32)
    report = client.get("/shift").get_data(as_text=True)
    assert "Chỉnh đồng hồ từ 14/09/2021 09:00 thành 14/09/2021 12:30" in report
    assert "pin CMOS hết" in report
    assert send(client, "/clock/release", BY_CHIEF).status_code == 200
    assert desk.running.clock.read().now == post.now


def test_a_chief_resets_a_pin_at_the_post(client: FlaskClient) -> None:
    body = {"whose": "cb-binh", "new_pin": "716204"}
    assert code(send(client, "/duty/reset-pin", body)) == (403, "chief_needed")
    assert code(send(client, "/duty/reset-pin", body | BY_CHIEF | {"new_pin": "111111"})) == (403, "pin_guessable")
    assert send(client, "/duty/reset-pin", body | BY_CHIEF).status_code == 200
    sign_in(client, "cb-binh", "716204")
    assert "Đặt lại mã PIN của Bùi Thị Bình (cb-binh)" in client.get("/shift").get_data(as_text=True)


def test_handing_over_ends_the_shift_and_signs_out(client: FlaskClient, hanoi: Hanoi) -> None:
    sign_in(client)
    event = scan(client, hanoi.sign())
    send(client, f"/events/{event}/action", {"action": "admitted"})
    answer = send(client, "/shift/hand-over").get_json()
    report = client.get(answer["report"]).get_data(as_text=True)
    assert 'data-count="admitted">1<' in report
    assert "Người kết thúc ca: Bùi Thị Bình (cb-binh)" in report
    assert "Chưa đăng nhập" in client.get("/bar").get_data(as_text=True)
    assert 'data-count="total">0<' in client.get("/shift").get_data(as_text=True)
    assert client.get("/shift/9").status_code == 404


def test_a_station_without_a_list_works_with_the_chiefs_rights(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    post.roster = None
    event = scan(client, hanoi.sign(expires_at=NOW - timedelta(hours=1)))
    url, body = f"/events/{event}/action", {"action": "admitted"}
    assert code(send(client, url, body)) == (403, "reason_needed")
    assert send(client, url, body | {"reason": "Xe cứu hỏa"}).status_code == 200
    assert "ai trực cũng có quyền của chốt trưởng" in client.get("/duty").get_data(as_text=True)
