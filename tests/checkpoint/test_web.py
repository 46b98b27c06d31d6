"""The officer's page, asked through its own requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from checkpoint.clock import Clock
from checkpoint.clock_setting import ClockSetting, Forward
from checkpoint.current_trust import CurrentTrust
from checkpoint.running import Running
from checkpoint.scanlog import ScanLogError
from checkpoint.shifts import ShiftDesk
from checkpoint.web.app import create_app
from checkpoint.web.desk import Desk, make_desk
from protocol.reasons import Outcome
from protocol.scan_record import Action, RecordKind
from tests.checkpoint.conftest import LOCKED_WARD, LODGING_WARD, NOW, Hanoi, Post
from tests.checkpoint.pictures import put_on_road

HERE = "http://localhost"
CITIZEN = "001095001234|012345678|Lê Văn Tám|01011995|Nam|Số 5, Hà Nội|01052021"


@pytest.fixture
def desk(post: Post) -> Desk:
    return desk_of(post)


def desk_of(post: Post) -> Desk:
    """The desk of a station whose clock only the test moves on."""
    setting = ClockSetting(post.book, lambda: Forward("this boot", (post.now - NOW).total_seconds()))
    clock = Clock(system=lambda: post.now, setting=setting)
    shifts = ShiftDesk(post.station.log, post.book)
    trust = CurrentTrust(post.home.trust_store())
    return make_desk(Running(post.home, post.station, clock, trust, post.book, post.duty, shifts, setting))


@pytest.fixture
def client(desk: Desk) -> Iterator[FlaskClient]:
    app = create_app(desk)
    app.testing = True
    with app.test_client() as client:
        yield client


def token(client: FlaskClient) -> str:
    found = re.search(r'name="station-token" content="([^"]+)"', client.get("/").get_data(as_text=True))
    assert found
    return found[1]


def send(client: FlaskClient, path: str, body: object = None, **headers: str) -> TestResponse:
    given = {"Origin": HERE, "X-Station-Token": token(client), **headers}
    return client.post(path, json={} if body is None else body, headers={k: v for k, v in given.items() if v})


def scan(client: FlaskClient, text: str) -> str:
    assert send(client, "/scans", {"text": text}).status_code == 200
    found = re.search(r'data-event="([0-9a-f]{32})"', stage(client))
    assert found
    return found[1]


def stage(client: FlaskClient) -> str:
    return client.get("/stage").get_data(as_text=True)


def test_a_good_pass_fills_the_page_with_phrase_shape_plate_and_crew(client: FlaskClient, hanoi: Hanoi) -> None:
    scan(client, hanoi.sign())
    page = stage(client)
    for part in (
        "CHO QUA",
        "29C-123.45",
        "Nguyễn Văn Bình",
        "Trần Đức Anh",
        "Lái xe",
        "****4821",
        'data-outcome="ADMIT"',
    ):
        assert part in page
    assert page.count("<svg") == 1


def test_the_page_speaks_english_when_asked(client: FlaskClient, hanoi: Hanoi) -> None:
    scan(client, hanoi.sign())
    assert client.get("/language/en").status_code == 302
    assert "ADMIT</h1>" in stage(client)
    assert '<html lang="en">' in client.get("/").get_data(as_text=True)
    client.get("/language/vi")
    assert "CHO QUA" in stage(client)
    assert client.get("/language/xx").status_code == 404


def test_a_scan_is_on_the_disk_before_the_page_hears_of_it(desk: Desk, client: FlaskClient, hanoi: Hanoi) -> None:
    counts = []
    show = desk.board.show
    desk.board.show = lambda event_id, **how: (
        counts.append(desk.running.station.log.counts().pending),
        show(event_id, **how),
    )
    scan(client, hanoi.sign())
    assert counts == [1]


def test_an_unsigned_code_shows_reason_and_instruction_and_no_facts(client: FlaskClient, hanoi: Hanoi) -> None:
    text = hanoi.sign()
    altered = text[:50] + ("A" if text[50] != "A" else "B") + text[51:]
    scan(client, altered)
    page = stage(client)
    assert "KHÔNG CHO QUA" in page
    assert "29C-123.45" not in page
    assert "Nguyễn" not in page
    assert page.count('class="reason refuse"') == 1


def test_at_most_three_reasons_are_shown_and_the_others_counted(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    post.wait(hours=50)
    event = scan(client, hanoi.sign(route=(LOCKED_WARD, "00007")))
    send(client, f"/events/{event}/crew-mismatch", {"value": True})
    send(client, f"/events/{event}/plate-mismatch", {"value": True})
    page = stage(client)
    assert page.count("data-reason=") == 3
    assert "và 2 lý do khác" in page


def test_wrong_plate_is_one_press_and_can_be_taken_back(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    event = scan(client, hanoi.sign())
    assert send(client, f"/events/{event}/plate-mismatch", {"value": True}).status_code == 200
    assert 'data-outcome="REFUSE"' in stage(client)
    assert "Sai biển số" in stage(client)
    send(client, f"/events/{event}/plate-mismatch", {"value": False})
    assert 'data-outcome="ADMIT"' in stage(client)
    assert [record.plate_mismatch for record in post.records()] == [False, True, False]


def test_ticked_crew_is_recorded(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    event = scan(client, hanoi.sign())
    send(client, f"/events/{event}/crew", {"present": [1, 0]})
    assert post.records()[-1].crew_present == (0, 1)
    assert stage(client).count("checked") == 2
    send(client, f"/events/{event}/crew", {"present": []})
    assert post.records()[-1].crew_present is None


def test_arrival_from_a_zone_asks_where_each_person_will_stay(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    event = scan(client, hanoi.sign())
    assert "Nơi lưu trú" not in stage(client)
    send(client, f"/events/{event}/coming-from", {"area": LOCKED_WARD})
    page = stage(client)
    assert page.count("Nơi lưu trú") == 2
    assert "Phường Khương Trung" in page
    send(client, f"/events/{event}/lodging", {"crew": 1, "area": LODGING_WARD})
    assert [(p.crew_index, p.lodging) for p in hanoi.open(post.records()[-1]).people] == [(1, LODGING_WARD)]
    assert send(client, f"/events/{event}/lodging", {"crew": 1, "area": "281"}).get_json()["code"] == "area_not_ward"
    assert send(client, f"/events/{event}/coming-from", {"area": "99999"}).get_json()["code"] == "area_unknown"


@pytest.mark.parametrize("action", Action)
def test_an_action_frees_the_lane_and_can_be_undone(
    client: FlaskClient, post: Post, hanoi: Hanoi, action: Action
) -> None:
    event = scan(client, hanoi.sign())
    assert send(client, f"/events/{event}/action", {"action": action}).status_code == 200
    page = stage(client)
    assert 'data-outcome=""' in page
    assert f"/events/{event}/undo" in page
    assert send(client, f"/events/{event}/undo").status_code == 200
    assert "đã hoàn tác" in stage(client)
    assert [record.kind for record in post.records()] == [RecordKind.CODE, RecordKind.CODE, RecordKind.VOID]


def test_undo_is_no_longer_offered_nor_taken_after_ten_seconds(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    event = scan(client, hanoi.sign())
    send(client, f"/events/{event}/action", {"action": "admitted"})
    post.wait(seconds=11)
    assert "undo" not in stage(client)
    answer = send(client, f"/events/{event}/undo")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "event_undo_late")


def test_a_vehicle_without_paper_is_recorded(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    person = {
        "name": "Lê Văn Tám",
        "id_number": "001095001234",
        "role": "driver",
        "phone": "0912 345 678",
        "lodging": LODGING_WARD,
    }
    body = {"plate": "29c 123.45", "people": [person, {}], "action": "turned_back"}
    assert send(client, "/no-paper", body).status_code == 200
    (record,) = post.records()
    assert (record.kind, record.outcome, record.action) == (RecordKind.NO_PAPER, None, Action.TURNED_BACK)
    details = hanoi.open(record)
    assert details.plate == "29C12345"
    assert [(p.name, p.id_number, p.lodging) for p in details.people] == [("Lê Văn Tám", "001095001234", LODGING_WARD)]
    assert "29C-123.45" in stage(client)
    assert "KHÔNG CÓ GIẤY" in client.get("/recent").get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"plate": "29C-12"}, "plate_invalid", "plate"),
        ({"plate": ""}, "no_paper_empty", "plate"),
        ({"plate": "", "people": [{"id_number": "12"}]}, "id_number_invalid", "people-0-id_number"),
        ({"people": [{}, {"name": "A", "lodging": "99999"}]}, "area_unknown", "people-1-lodging"),
        ({"action": "waved"}, "entry_invalid", "action"),
        ({"people": "nobody"}, "entry_invalid", "people"),
        ({"people": [{"name": "x" * 200}]}, "entry_invalid", "people-0-name"),
    ],
)
def test_a_wrong_entry_names_its_field_and_records_nothing(
    client: FlaskClient, post: Post, change: dict, code: str, field: str
) -> None:
    answer = send(client, "/no-paper", {"plate": "29C-123.45", "people": [], "action": "turned_back"} | change)
    said = answer.get_json()
    assert (answer.status_code, said["code"], said["field"]) == (400, code, field)
    assert said["message"]
    assert post.records() == []


def test_a_special_plate_is_taken_as_it_is_seen(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    body = {"plate": "la 1234 กข", "is_special_plate": True, "people": [], "action": "sent_aside"}
    assert send(client, "/no-paper", body).status_code == 200
    assert hanoi.open(post.records()[0]).plate == "LA 1234 กข"


def test_a_citizen_card_fills_in_a_person_and_is_not_kept(client: FlaskClient, post: Post) -> None:
    card = {"name": "Lê Văn Tám", "id_number": "001095001234"}
    assert send(client, "/citizen-card", {"text": CITIZEN}).get_json() == card
    assert send(client, "/citizen-card", {"text": "a|b"}).get_json()["code"] == "citizen_card_invalid"
    assert post.records() == []


def test_a_citizen_card_before_the_camera_waits_for_the_form_once(desk: Desk, client: FlaskClient, post: Post) -> None:
    desk.watch.see([CITIZEN], 0.0)
    assert "bấm 4" in stage(client)
    assert send(client, "/citizen-card/last").get_json()["name"] == "Lê Văn Tám"
    assert send(client, "/citizen-card/last").get_json() is None
    assert post.records() == []


def test_a_full_disk_is_said_in_the_verdicts_place(desk: Desk, client: FlaskClient, hanoi: Hanoi) -> None:
    db = desk.running.station.log._db
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    for number in range(300):
        send(client, "/scans", {"text": hanoi.sign(cti=number.to_bytes(8))})
        if desk.board.shown.problem:
            break
    page = stage(client)
    assert isinstance(desk.board.shown.problem, ScanLogError)
    assert "CHƯA GHI ĐƯỢC LƯỢT NÀY" in page
    assert "CHO QUA" not in page
    db.execute("PRAGMA max_page_count = 100000")
    scan(client, hanoi.sign())
    assert 'data-outcome="ADMIT"' in stage(client)


def test_the_recent_list_shows_events_newest_first_and_opens_them_again(client: FlaskClient, hanoi: Hanoi) -> None:
    first = scan(client, hanoi.sign())
    scan(client, "https://example.org")
    page = client.get("/recent").get_data(as_text=True)
    assert page.index("Không phải mã") < page.index("29C-123.45")
    assert send(client, f"/events/{first}/show").status_code == 200
    assert "29C-123.45" in stage(client)
    send(client, "/close")
    assert 'data-event=""' in stage(client)


def test_refused_records_are_shown(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    event = scan(client, hanoi.sign())
    post.station.log.settle([], {event: "wrong_station"}, post.now)
    page = client.get("/recent").get_data(as_text=True)
    assert event[:8] in page
    assert "Bản ghi mang tên máy chốt khác" in page
    assert "wrong_station" not in page
    assert "bị từ chối" in client.get("/bar").get_data(as_text=True)


def test_the_bar_tells_the_age_of_the_data_as_a_traffic_light(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    del hanoi
    for hours, light in ((0, "green"), (30, "amber"), (20, "red")):
        post.wait(hours=hours)
        assert f"light-{light}" in client.get("/bar").get_data(as_text=True)


def test_the_officer_is_named_in_the_bar_and_in_the_records(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    send(client, "/officer", {"name": "Cán bộ 12"})
    assert "Cán bộ 12" in client.get("/bar").get_data(as_text=True)
    scan(client, hanoi.sign())
    assert post.records()[0].officer == "Cán bộ 12"


def test_areas_are_found_without_diacritics(client: FlaskClient) -> None:
    found = client.get("/areas?q=chuong+duong&wards=1").get_json()
    assert {"00067", "10237"} <= {area["code"] for area in found}


def test_an_unknown_event_is_said_and_the_page_goes_back_to_the_picture(client: FlaskClient) -> None:
    answer = send(client, f"/events/{'0' * 32}/action", {"action": "admitted"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "event_unknown")
    assert 'data-event=""' in stage(client)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": ""}, {"X-Station-Token": "guess"}, {"X-Station-Token": ""}],
)
def test_another_site_cannot_change_anything(client: FlaskClient, post: Post, headers: dict) -> None:
    assert send(client, "/scans", {"text": "x"}, **headers).status_code == 403
    assert post.records() == []


def test_another_name_for_this_machine_is_not_answered(client: FlaskClient) -> None:
    for path in ("/", "/stage", "/recent", "/live.mjpg"):
        assert client.get(path, headers={"Host": "rebound.example:8100"}).status_code == 421
    assert client.get("/", headers={"Host": "localhost:8100"}).status_code == 200
    assert client.get("/", headers={"Host": "[::1]:8100"}).status_code == 200


def test_another_site_cannot_look_either(client: FlaskClient) -> None:
    cross = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert client.get("/live.mjpg", headers=cross).status_code == 403
    assert client.get("/", headers=cross | {"Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_every_answer_forbids_foreign_and_inline_scripts(client: FlaskClient) -> None:
    for path in ("/", "/stage", "/bar", "/recent", "/static/station.js", "/fonts/BeVietnamPro-Bold.ttf", "/nothing"):
        policy = client.get(path, buffered=True).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    page = client.get("/").get_data(as_text=True) + stage(client)
    assert not re.search(r"\son\w+=|style=|<script>", page)


def test_the_type_comes_out_of_its_package_and_nothing_else_does(client: FlaskClient) -> None:
    assert client.get("/fonts/BeVietnamPro-ExtraBold.ttf", buffered=True).status_code == 200
    for name in ("LICENSE", "..%2F__init__.py", "BeVietnamPro-Thin.ttf"):
        assert client.get(f"/fonts/{name}").status_code == 404


def test_the_live_picture_is_a_stream_of_jpegs(desk: Desk, client: FlaskClient) -> None:
    desk.picture.put(put_on_road())
    desk.is_stopping = iter([False, False, True]).__next__
    answer = client.get("/live.mjpg")
    body = answer.get_data()
    assert answer.mimetype == "multipart/x-mixed-replace"
    assert body.count(b"--frame") == 2
    assert cv2.imdecode(np.frombuffer(body[body.index(b"\xff\xd8") :], np.uint8), 1).shape == (
        720,
        1280,
        3,
    )


def test_news_come_as_server_sent_events(desk: Desk, client: FlaskClient) -> None:
    desk.is_stopping = iter([False, True]).__next__
    answer = client.get("/events")
    assert answer.mimetype == "text/event-stream"
    assert answer.get_data(as_text=True).startswith("event: changed\ndata: 0")


def test_malformed_entries_are_refused(client: FlaskClient, hanoi: Hanoi) -> None:
    event = scan(client, hanoi.sign())
    for path, body in (
        ("/scans", {"text": 5}),
        ("/scans", []),
        (f"/events/{event}/action", {"action": None}),
        (f"/events/{event}/crew", {"present": ["0"]}),
        (f"/events/{event}/crew", {"present": 1}),
        (f"/events/{event}/plate-mismatch", {"value": "yes"}),
        (f"/events/{event}/lodging", {"crew": "0", "area": LODGING_WARD}),
        (f"/events/{event}/coming-from", {"area": 7}),
    ):
        assert send(client, path, body).status_code == 400, path
    assert send(client, f"/events/{event}/crew", {"present": [9]}).get_json()["code"] == "crew_unknown"


def test_a_code_held_in_view_counts_once(desk: Desk, post: Post, hanoi: Hanoi) -> None:
    text = hanoi.sign()
    for tenth in range(100):
        desk.watch.see([text], tenth / 10)
    assert len(post.records()) == 1


def test_a_shaken_paper_is_the_same_scan_until_the_officer_acts(desk: Desk, post: Post, hanoi: Hanoi) -> None:
    text = hanoi.sign()
    for at in (0.0, 5.0, 14.0):
        desk.watch.see([text], at)
    assert len(post.records()) == 1
    desk.running.station.restate(post.records()[0].id, post.reading, action=Action.ADMITTED)
    desk.watch.see([text], 15.0)
    assert len(post.records()) == 2
    post.wait(minutes=1)
    desk.watch.see([text], 25.0)
    assert post.records()[-1].outcome == Outcome.REFER


def test_foreign_codes_never_hide_a_pass(desk: Desk, post: Post, hanoi: Hanoi) -> None:
    desk.watch.see(["https://example.org", hanoi.sign(), "MENU"], 0.0)
    desk.watch.see(["https://example.org"], 2.0)
    desk.watch.see(["MENU"], 9.0)
    assert len(post.records()) == 1
    assert desk.board.shown.foreign is None


def test_a_foreign_code_alone_is_said_without_flicker_and_judged_when_the_officer_says_so(
    desk: Desk, client: FlaskClient, post: Post
) -> None:
    for tenth in range(30):
        desk.watch.see(["https://example.org"] if tenth % 3 else [], tenth / 10)
    assert (post.records(), desk.board.shown.version) == ([], 1)
    assert "không phải giấy của cơ quan cấp" in stage(client)
    send(client, "/foreign/decide")
    assert [record.outcome for record in post.records()] == [Outcome.REFUSE]
    assert 'data-reason="NOT_A_PASS"' in stage(client)
    desk.watch.see(["https://example.org"], 3.0)
    send(client, "/close")
    desk.watch.see([], 40.0)
    assert "không phải giấy của cơ quan cấp" not in stage(client)
    assert len(post.records()) == 1


def test_a_picture_laid_down_by_hand_is_always_decided_on(desk: Desk, post: Post, hanoi: Hanoi) -> None:
    desk.watch.is_deliberate = True
    desk.watch.see([hanoi.sign()], 0.0)
    desk.watch.see(["MENU"], 1.0)
    assert len(post.records()) == 2


def test_the_next_pass_replaces_the_one_that_nobody_acted_upon(desk: Desk, post: Post, hanoi: Hanoi) -> None:
    desk.watch.see([hanoi.sign()], 0.0)
    desk.watch.see([hanoi.sign(cti=b"pass0009", plate="30H1234")], 1.0)
    assert len(post.records()) == 2
    assert desk.board.shown.event_id == post.records()[1].id


def test_papers_in_view_of_one_vehicle_give_one_verdict(desk: Desk, post: Post, hanoi: Hanoi) -> None:
    papers = [hanoi.sign_slip(), hanoi.sign()]
    for tenth in range(20):
        desk.watch.see(papers, tenth / 10)
    (record,) = post.records()
    assert (record.outcome, set(hanoi.open(record).texts)) == (Outcome.ADMIT, set(papers))


@pytest.mark.parametrize("is_pass_first", [True, False])
def test_papers_held_up_one_after_another_give_one_verdict(
    desk: Desk, post: Post, hanoi: Hanoi, *, is_pass_first: bool
) -> None:
    papers = [hanoi.sign(), hanoi.sign_slip()]
    first, second = papers if is_pass_first else papers[::-1]
    desk.watch.see([first], 0.0)
    desk.watch.see([second], 8.0)
    desk.watch.see([first, second], 9.0)
    one, two = post.records()
    assert (two.of, two.outcome, set(hanoi.open(two).texts)) == (one.id, Outcome.ADMIT, set(papers))
    assert desk.board.shown.event_id == one.id


def test_a_slip_that_is_read_late_joins_the_pass_in_view_until_the_officer_acts(
    desk: Desk, post: Post, hanoi: Hanoi
) -> None:
    papers = [hanoi.sign(), hanoi.sign_slip(pass_cti=b"pass0002")]
    desk.watch.see(papers[:1], 0.0)
    desk.watch.see(papers, 1.0)
    assert [list(record.reasons) for record in post.records()] == [[], ["SUPPLEMENT_UNUSABLE"]]
    desk.running.station.restate(post.records()[0].id, post.reading, action=Action.ADMITTED)
    desk.watch.see([*papers, hanoi.sign_slip()], 2.0)
    assert len(post.records()) == 3


def test_a_paper_of_another_vehicle_is_not_added(client: FlaskClient, post: Post, hanoi: Hanoi) -> None:
    first = scan(client, hanoi.sign())
    second = scan(client, hanoi.sign_slip(pass_cti=b"pass0002"))
    third = scan(client, hanoi.sign(cti=b"pass0002", plate="30H12345"))
    assert first != second == third
    assert [record.of for record in post.records()] == [None, None, second]


def test_a_scanner_in_the_hand_adds_to_the_verdict_that_is_shown(client: FlaskClient, hanoi: Hanoi) -> None:
    event = scan(client, hanoi.sign())
    assert scan(client, hanoi.sign_slip()) == event
    assert "Phạm Quốc Toàn" in stage(client)
    assert scan(client, hanoi.sign()) != event
