"""A shift comes to what its records say: forty trucks, by what was done with each at the barrier."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from checkpoint.counting import KEPT_LINES, HourCount, Tally
from checkpoint.post_book import Deed
from checkpoint.scanlog import Entry
from checkpoint.shifts import ShiftDesk
from checkpoint.signing_in import OnDuty
from checkpoint.web.app import create_app
from protocol.reasons import Reason
from protocol.roster import OfficerRole
from protocol.scan_record import Action, RecordKind, ScanRecord
from tests.checkpoint.conftest import LOCKED_WARD, Hanoi, Post
from tests.checkpoint.serving import Served
from tests.checkpoint.test_web import desk_of

INSPECTOR = OnDuty("cb-binh", "Bùi Thị Bình", OfficerRole.INSPECTOR)
CHIEF = OnDuty("cb-an", "Đào Văn An", OfficerRole.CHIEF)


def count(page: str, name: str) -> int:
    found = re.search(rf'data-count="{name}">(\d+)<', page)
    assert found, page
    return int(found[1])


def test_a_shift_of_forty_trucks_shows_exactly_what_was_done(served: Served, fresh: Hanoi) -> None:
    """Through a running station: 31 admitted, 6 sent aside, 3 turned back, of which one without paper."""
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    served.get("/")

    def pass_by(number: int, action: Action, **changes: object) -> None:
        served.send("/scans", {"text": fresh.sign(cti=number.to_bytes(8), **changes)})
        served.send(f"/events/{served.event()}/action", {"action": action})

    for number in range(31):
        pass_by(number, Action.ADMITTED)
    for number in range(31, 37):
        pass_by(number, Action.SENT_ASIDE, route=(LOCKED_WARD, "00007"))
    for number in range(37, 39):
        pass_by(number, Action.TURNED_BACK, expires_at=past)
    served.send("/no-paper", {"plate": "30F-555.12", "people": [], "action": "turned_back"})

    page = served.get("/shift")
    shown = {name: count(page, name) for name in ("total", "admitted", "sent_aside", "turned_back", "without_paper")}
    assert shown == {"total": 40, "admitted": 31, "sent_aside": 6, "turned_back": 3, "without_paper": 1}
    assert 'data-count="undecided"' not in page
    assert 'data-count="overruled"' not in page
    assert "Không có giấy, cho quay lại:" in page
    assert "chốt trưởng cho qua 0, cho quay lại 0, còn chờ 6" in page
    assert "Ca <b>40</b>" in served.get("/bar")

    served.send("/shift/hand-over", {})
    served.send("/scans", {"text": fresh.sign(cti=b"nextturn")})
    assert count(served.get("/shift/1"), "total") == 40
    assert count(served.get("/shift"), "total") == 1
    served.kill()


def test_what_becomes_of_a_vehicle_that_was_sent_aside_is_told_apart(post: Post, hanoi: Hanoi) -> None:
    desk = ShiftDesk(post.station.log, post.book)
    ids = []
    for number in range(4):
        ids.append(post.station.handle_scan(hanoi.sign(cti=number.to_bytes(8)), post.reading).id)
        post.station.act(ids[-1], Action.SENT_ASIDE, post.reading, INSPECTOR)
        post.wait(minutes=20)
    post.station.act(ids[0], Action.ADMITTED, post.reading, CHIEF)
    post.station.act(ids[1], Action.TURNED_BACK, post.reading, CHIEF)
    report = desk.report(desk.current(post.now))
    assert (report.total, report.sent_aside, report.admitted, report.turned_back) == (4, 4, 0, 0)
    assert (report.aside_admitted, report.aside_turned_back, report.aside_waiting) == (1, 1, 2)
    assert report.officers == (("cb-binh", 4),)
    assert [(hour.total, hour.sent_aside) for hour in report.hours] == [(3, 3), (1, 1)]


def test_a_count_goes_on_where_it_stood(post: Post, hanoi: Hanoi) -> None:
    desk = ShiftDesk(post.station.log, post.book)
    for number in range(3):
        event = post.station.handle_scan(hanoi.sign(cti=number.to_bytes(8)), post.reading)
        assert desk.report(desk.current(post.now)).undecided == 1
        post.station.act(event.id, Action.ADMITTED, post.reading, INSPECTOR)
        report = desk.report(desk.current(post.now))
        assert (report.total, report.admitted, report.undecided) == (number + 1, number + 1, 0)
    assert desk.report(desk.current(post.now)) == ShiftDesk(post.station.log, post.book).report(desk.current(post.now))


def test_what_was_taken_back_counts_by_what_was_done_then(post: Post, hanoi: Hanoi) -> None:
    desk = ShiftDesk(post.station.log, post.book)
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.station.act(event.id, Action.SENT_ASIDE, post.reading, INSPECTOR)
    post.station.undo(event.id, post.reading)
    assert desk.report(desk.current(post.now)).total == 0
    post.station.act(event.id, Action.TURNED_BACK, post.reading, INSPECTOR)
    report = desk.report(desk.current(post.now))
    assert (report.total, report.sent_aside, report.turned_back) == (1, 0, 1)


def test_a_shift_ends_where_the_next_begins_whatever_the_clock_does(post: Post, hanoi: Hanoi) -> None:
    desk = ShiftDesk(post.station.log, post.book)
    desk.current(post.now)
    waiting = post.station.handle_scan(hanoi.sign(cti=b"aside001"), post.reading)
    post.station.act(waiting.id, Action.SENT_ASIDE, post.reading, INSPECTOR)
    post.book.add_deed(Deed(post.now, "clock_set", "cb-an", "sai 3 giờ", {}))
    ended = desk.hand_over(post.now, CHIEF)
    post.wait(hours=-3)
    event = post.station.handle_scan(hanoi.sign(cti=b"second01"), post.reading)
    post.station.act(event.id, Action.ADMITTED, post.reading, INSPECTOR)
    post.station.act(waiting.id, Action.ADMITTED, post.reading, CHIEF)
    first, second = desk.report(ended), desk.report(desk.current(post.now))
    assert (ended.number, ended.closed_by, first.total, first.sent_aside, first.aside_waiting) == (1, "cb-an", 1, 1, 1)
    assert (second.total, second.admitted) == (1, 1)
    assert [deed.reason for deed in desk.deeds(ended)] == ["sai 3 giờ"]
    assert desk.deeds(desk.current(post.now)) == []
    assert ShiftDesk(post.station.log, post.book).shift(1, post.now) == ended
    assert desk.shift(3, post.now) is None


def test_reasons_and_overrulings_are_counted(post: Post, hanoi: Hanoi) -> None:
    desk = ShiftDesk(post.station.log, post.book)
    for number in range(3):
        expired = hanoi.sign(cti=number.to_bytes(8), expires_at=post.now - timedelta(hours=1))
        event = post.station.handle_scan(expired, post.reading)
        post.station.act(event.id, Action.ADMITTED if number else Action.TURNED_BACK, post.reading, CHIEF, "cấp cứu")
    post.station.record_no_code(RecordKind.TYPED, "29C55555", (), Action.SENT_ASIDE, post.reading, INSPECTOR)
    report = desk.report(desk.current(post.now))
    assert report.reasons == ((Reason.EXPIRED, 3),)
    assert (report.overruled, report.unreadable, report.without_paper) == (2, 1, {})


def test_records_that_cannot_be_counted_any_more_are_said_and_stop_no_report(post: Post, hanoi: Hanoi) -> None:
    desk, log = ShiftDesk(post.station.log, post.book), post.station.log
    desk.current(post.now)
    expired = hanoi.sign(cti=b"received", expires_at=post.now - timedelta(hours=1))
    event = post.station.handle_scan(expired, post.reading)
    later = replace(ScanRecord.decode(post.records()[0].encode()), id="0" * 32, reasons=("OF_A_LATER_RELEASE",))
    for record_id, body in ((later.id, later.encode()), ("1" * 32, b"of a later release")):
        log.append(
            lambda _seq, record_id=record_id, body=body: Entry(
                record_id, record_id, "code", post.now, post.now, None, None, body
            )
        )
    report = desk.report(desk.current(post.now))
    assert (report.total, report.unread, report.purged) == (2, 1, 0)
    assert dict(report.reasons) == {Reason.EXPIRED: 1, None: 1}
    log.settle([event.id], {}, post.now)
    log.purge(post.now + timedelta(days=20))
    after = ShiftDesk(log, post.book)
    assert (after.report(after.current(post.now)).total, after.report(after.current(post.now)).purged) == (1, 1)
    page = create_app(desk_of(post)).test_client().get("/shift").get_data(as_text=True)
    assert (count(page, "total"), count(page, "unread"), count(page, "purged")) == (1, 1, 1)
    assert "Lý do khác" in page


@pytest.mark.parametrize(("minutes", "hours"), [(59, [9]), (61, [9, 10])])
def test_hours_are_those_of_vietnam(minutes: int, hours: list[int]) -> None:
    tally, start = Tally(), datetime(2021, 9, 14, 2, tzinfo=UTC)
    for number, at in enumerate((start, start + timedelta(minutes=minutes))):
        tally.add(ScanRecord(id=f"{number:032x}", station="chot-1", seq=number + 1, at=at, scanned_at=at))
    counted = tally.report().hours
    assert all(isinstance(hour, HourCount) for hour in counted)
    assert [hour.starts_at.hour for hour in counted] == hours


def test_a_shift_without_end_is_counted_whole_and_keeps_only_its_newest_vehicles_and_those_that_wait() -> None:
    tally, start = Tally(), datetime(2021, 9, 14, 2, tzinfo=UTC)
    vehicles = 5 * KEPT_LINES
    for number in range(vehicles):
        scan = ScanRecord(id=f"{number:032x}", station="chot-1", seq=number + 1, at=start, scanned_at=start)
        tally.add(scan)
        action = Action.ADMITTED if number % 100 else Action.SENT_ASIDE
        tally.add(replace(scan, id=f"a{number:031x}", of=scan.id, action=action, officer="cb-binh"))
    first = ScanRecord(id="b" * 32, of="0" * 32, station="chot-1", seq=1, at=start, scanned_at=start)
    tally.add(replace(first, action=Action.TURNED_BACK))  # the chief decides on the first one that waits
    report = tally.report()
    aside = vehicles // 100
    assert (report.total, report.admitted, report.sent_aside) == (vehicles, vehicles - aside, aside)
    assert (report.aside_waiting, report.aside_turned_back) == (aside - 1, 1)
    assert report.officers == (("cb-binh", vehicles),)
    assert tally.kept <= 2 * KEPT_LINES + aside


def test_a_vehicle_that_waited_aside_for_long_may_be_decided_twice() -> None:
    tally, start = Tally(), datetime(2021, 9, 14, 2, tzinfo=UTC)

    def let_pass(numbers: range) -> None:
        for number in numbers:
            scan = ScanRecord(id=f"{number:032x}", station="chot-1", seq=number + 1, at=start, scanned_at=start)
            tally.add(replace(scan, action=Action.ADMITTED))

    waiting = ScanRecord(id="f" * 32, station="chot-1", seq=1, at=start, scanned_at=start)
    tally.add(replace(waiting, action=Action.SENT_ASIDE))
    others = 2 * KEPT_LINES + KEPT_LINES // 2
    let_pass(range(others))
    decided = replace(waiting, id="a" * 32, of=waiting.id)
    tally.add(replace(decided, action=Action.ADMITTED))
    let_pass(range(others, others + KEPT_LINES - 1))  # enough for older ones to be summed up, too few for this one
    tally.add(replace(decided, id="b" * 32, action=Action.TURNED_BACK))
    report = tally.report()
    assert (report.sent_aside, report.aside_admitted, report.aside_turned_back) == (1, 0, 1)
    assert tally.kept < others
