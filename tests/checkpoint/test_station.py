"""One scan, start to end, with what the officer says about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checkpoint.events import Elsewhere
from checkpoint.scanlog import ScanLogError
from checkpoint.signing_in import OnDuty, SignInError
from checkpoint.station import EventError, Station, asks_where_from
from protocol.claims import issue
from protocol.cose import SoftwareSigner
from protocol.details import PersonSeen
from protocol.reasons import Outcome, Reason
from protocol.roster import OfficerRole
from protocol.scan_record import Action, RecordKind
from protocol.sightings import Sighting, Sightings
from protocol.trust import Position
from tests.checkpoint.conftest import (
    FREE_DISTRICT,
    LOCKED_WARD,
    LODGING_WARD,
    NOW,
    STATION,
    Hanoi,
    Post,
    open_post,
)


def test_a_good_pass_is_admitted_and_recorded(post: Post, hanoi: Hanoi) -> None:
    text = hanoi.sign()
    event = post.station.handle_scan(text, post.reading)
    assert (event.outcome, event.reasons) == (Outcome.ADMIT, ())
    (record,) = post.records()
    assert (record.id, record.of, record.seq, record.station) == (event.id, None, 1, STATION)
    assert (record.at, record.scanned_at) == (NOW, NOW)
    assert (record.kind, record.outcome, record.action) == (RecordKind.CODE, Outcome.ADMIT, None)
    assert (record.iss, record.cti) == ("VN-HN", b"pass0001")
    assert hanoi.open(record).text == text


def test_nothing_personal_stands_in_a_record_in_the_clear(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.station.restate(event.id, post.reading, lodging=((0, LODGING_WARD),))
    people = (PersonSeen(name="Lê Văn Tám", id_number="001095001234", phone="0912345678"),)
    post.station.record_no_code(RecordKind.NO_PAPER, "29C55555", people, None, post.reading, post.duty.on_duty)
    stored = (post.home.path / "scans.db").read_bytes() + (post.home.path / "scans.db-wal").read_bytes()
    for record in post.records():  # its id is drawn: any digits may be in it
        assert record.id.encode() in stored
        stored = stored.replace(record.id.encode(), b"")
    for personal in (
        hanoi.sign(),
        "Nguyễn Văn Bình",
        "29C12345",
        LODGING_WARD,
        "Lê Văn Tám",
        "001095001234",
        "29C55555",
        "0912345678",
    ):
        assert personal.encode() not in stored


@pytest.mark.parametrize(
    ("text", "reason"),
    [("https://example.org/menu", Reason.NOT_A_PASS), ("VP1:AAAA", Reason.FORMAT_INVALID), ("", Reason.NOT_A_PASS)],
)
def test_what_is_no_pass_is_refused_and_recorded_like_any_other(
    post: Post, hanoi: Hanoi, text: str, reason: Reason
) -> None:
    event = post.station.handle_scan(text, post.reading)
    assert (event.outcome, event.reasons, event.credential) == (Outcome.REFUSE, (reason,), None)
    (record,) = post.records()
    assert (record.outcome, record.reasons, record.iss, record.cti) == (Outcome.REFUSE, (reason,), None, None)
    assert hanoi.open(record).text == text


def test_a_self_signed_code_gives_no_facts(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(issue(hanoi.vehicle_pass(), SoftwareSigner.from_seed(bytes(32))), post.reading)
    assert event.reasons == (Reason.ISSUER_UNKNOWN,)
    assert event.credential is None
    assert post.records()[0].cti is None


def test_a_very_long_foreign_code_is_no_trouble(post: Post, hanoi: Hanoi) -> None:
    post.station.handle_scan("9" * 7089, post.reading)
    assert hanoi.open(post.records()[0]).text == "9" * 7089


def test_another_plate_on_the_truck_refuses_the_pass(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.wait(seconds=2)
    event = post.station.restate(event.id, post.reading, plate_mismatch=True)
    assert (event.outcome, event.reasons) == (Outcome.REFUSE, (Reason.PLATE_MISMATCH,))
    first, second = post.records()
    assert (second.of, second.kind, second.plate_mismatch) == (first.id, RecordKind.CODE, True)
    assert second.scanned_at == first.scanned_at
    assert hanoi.open(second).text == hanoi.open(first).text
    event = post.station.restate(event.id, post.reading, plate_mismatch=False)
    assert event.outcome == Outcome.ADMIT


def test_saying_the_same_again_writes_nothing(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    assert post.station.restate(event.id, post.reading, plate_mismatch=False) is event
    assert len(post.records()) == 1


def test_ticking_only_the_assistant_leaves_no_valid_driver(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    event = post.station.restate(event.id, post.reading, crew_present=(1,))
    assert Reason.NO_VALID_DRIVER in event.reasons
    assert post.records()[-1].crew_present == (1,)


def test_only_the_expired_occupant_who_is_on_board_counts(post: Post, hanoi: Hanoi) -> None:
    post.wait(hours=6)
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    assert (event.outcome, event.reasons) == (Outcome.REFER, (Reason.CREW_EXPIRED,))
    assert event.code
    assert event.code.verdict.findings[0].crew == (1,)
    assert post.station.restate(event.id, post.reading, crew_present=(0,)).outcome == Outcome.ADMIT


def test_a_stranger_on_board_refers(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    event = post.station.restate(event.id, post.reading, crew_mismatch=True)
    assert event.reasons == (Reason.CREW_MISMATCH,)


def test_coming_from_a_locked_ward_asks_for_the_lodging_which_is_sealed(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    assert not asks_where_from(event)
    event = post.station.restate(event.id, post.reading, coming_from=LOCKED_WARD)
    assert event.reasons == (Reason.ARRIVED_FROM_ZONE,)
    assert asks_where_from(event)
    post.station.restate(event.id, post.reading, lodging=((0, LODGING_WARD), (1, "10357")))
    record = post.records()[-1]
    assert record.coming_from == LOCKED_WARD
    assert [(p.crew_index, p.lodging) for p in hanoi.open(record).people] == [(0, LODGING_WARD), (1, "10357")]


def test_a_crew_entry_that_is_not_on_the_pass_is_refused(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    for change in ({"crew_present": (2,)}, {"lodging": ((5, LODGING_WARD),)}):
        with pytest.raises(EventError) as caught:
            post.station.restate(event.id, post.reading, **change)
        assert caught.value.code == "crew_unknown"
    assert len(post.records()) == 1


def test_the_action_is_kept_apart_from_the_verdict(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    event = post.station.restate(event.id, post.reading, action=Action.TURNED_BACK)
    assert (event.outcome, event.statement.action, event.is_open) == (Outcome.ADMIT, Action.TURNED_BACK, False)
    assert post.records()[-1].action == Action.TURNED_BACK


def test_undo_is_a_record_that_voids_and_a_new_action_states_it_again(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.station.restate(event.id, post.reading, action=Action.TURNED_BACK)
    post.wait(seconds=9)
    event = post.station.undo(event.id, post.reading)
    assert event.is_open
    post.wait(seconds=3)
    post.station.restate(event.id, post.reading, action=Action.ADMITTED)
    first, *others = post.records()
    assert [r.kind for r in others] == [RecordKind.CODE, RecordKind.VOID, RecordKind.CODE]
    assert {r.of for r in others} == {first.id}
    assert others[-1].action == Action.ADMITTED


def test_undo_comes_too_late_after_ten_seconds(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.station.restate(event.id, post.reading, action=Action.ADMITTED)
    post.wait(seconds=11)
    with pytest.raises(EventError) as caught:
        post.station.undo(event.id, post.reading)
    assert caught.value.code == "event_undo_late"
    assert len(post.records()) == 2


def test_of_two_records_of_an_event_the_later_has_the_greater_time_even_if_the_clock_goes_back(
    post: Post, hanoi: Hanoi
) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.wait(hours=-1)
    post.station.restate(event.id, post.reading, plate_mismatch=True)
    post.station.restate(event.id, post.reading, action=Action.TURNED_BACK)
    times = [record.at for record in post.records()]
    assert times == sorted(set(times))


def test_the_same_pass_again_within_minutes_was_already_scanned(post: Post, hanoi: Hanoi) -> None:
    post.station.handle_scan(hanoi.sign(), post.reading)
    post.wait(minutes=3)
    assert post.station.handle_scan(hanoi.sign(), post.reading).reasons == (Reason.ALREADY_SCANNED,)
    post.wait(minutes=30)
    assert post.station.handle_scan(hanoi.sign(), post.reading).reasons == ()


def test_a_scan_that_was_taken_back_does_not_count_as_seen(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.station.restate(event.id, post.reading, action=Action.ADMITTED)
    post.station.undo(event.id, post.reading)
    post.wait(minutes=1)
    assert post.station.handle_scan(hanoi.sign(), post.reading).reasons == ()


def test_the_history_survives_a_restart(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    post.station.act(event.id, Action.ADMITTED, post.reading, post.duty.on_duty)
    post.station.log.close()
    again = open_post(post.home)
    again.wait(minutes=3)
    assert Reason.ALREADY_SCANNED in again.station.handle_scan(hanoi.sign(), again.reading).reasons


def test_the_truck_at_the_barrier_when_the_power_failed_is_no_copy_of_itself(post: Post, hanoi: Hanoi) -> None:
    post.station.handle_scan(hanoi.sign(), post.reading)
    again = open_post(post.home)
    again.wait(minutes=3)
    assert again.station.handle_scan(hanoi.sign(), again.reading).reasons == ()
    again.wait(minutes=1)
    assert again.station.handle_scan(hanoi.sign(), again.reading).reasons == (Reason.ALREADY_SCANNED,)


def test_a_vehicle_that_waits_aside_is_found_again_after_a_restart(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(route=(LOCKED_WARD, "00007")), post.reading)
    post.station.restate(event.id, post.reading, lodging=((0, LODGING_WARD),), crew_present=(0,))
    post.station.act(event.id, Action.SENT_ASIDE, post.reading, post.duty.on_duty)
    again = open_post(post.home)
    (waiting,) = again.station.waiting()
    assert waiting.statement == post.station.event(event.id).statement
    assert waiting.reasons == (Reason.ARRIVED_FROM_ZONE,)
    assert waiting.credential == event.credential
    again.wait(minutes=40)
    again.station.act(event.id, Action.ADMITTED, again.reading, again.duty.on_duty)
    last = again.records()[-1]
    assert (last.of, last.action, last.crew_present) == (event.id, Action.ADMITTED, (0,))
    assert [(p.crew_index, p.lodging) for p in hanoi.open(last).people] == [(0, LODGING_WARD)]
    assert open_post(post.home).station.waiting() == []


def test_nothing_of_a_vehicle_stays_in_the_book_once_the_chief_has_decided(post: Post, hanoi: Hanoi) -> None:
    text = hanoi.sign()
    event = post.station.handle_scan(text, post.reading)
    post.station.act(event.id, Action.SENT_ASIDE, post.reading, post.duty.on_duty)
    post.station.act(event.id, Action.TURNED_BACK, post.reading, post.duty.on_duty)
    post.book._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert text.encode() not in post.book.path.read_bytes()


def test_vehicles_that_wait_are_remembered_however_many_come_after_them(
    post: Post, hanoi: Hanoi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checkpoint.station.REMEMBERED_EVENTS", 3)
    first = post.station.handle_scan(hanoi.sign(), post.reading)
    post.station.act(first.id, Action.SENT_ASIDE, post.reading, post.duty.on_duty)
    for number in range(6):
        post.station.handle_scan(f"https://example.org/{number}", post.reading)
    assert [event.id for event in post.station.waiting()] == [first.id]
    assert len(post.station.recent(100)) == 4


@pytest.mark.parametrize("role", OfficerRole)
def test_only_a_chief_lets_through_against_a_refusal_and_says_why(post: Post, hanoi: Hanoi, role: OfficerRole) -> None:
    event = post.station.handle_scan(hanoi.sign(expires_at=NOW - timedelta(hours=1)), post.reading)
    assert event.outcome is Outcome.REFUSE
    actor = OnDuty("cb-1", "An", role)
    for reason in ("", "  "):
        with pytest.raises(SignInError) as refused:
            post.station.act(event.id, Action.ADMITTED, post.reading, actor, reason)
        assert refused.value.code == ("reason_needed" if actor.is_chief else "chief_needed")
    assert len(post.records()) == 1
    if actor.is_chief:
        post.station.act(event.id, Action.ADMITTED, post.reading, actor, "Xe cấp cứu")
        last = post.records()[-1]
        assert (last.action, last.outcome, last.officer) == (Action.ADMITTED, Outcome.REFUSE, "cb-1")
        assert hanoi.open(last).note == "Xe cấp cứu"
    else:
        post.station.act(event.id, Action.TURNED_BACK, post.reading, actor)


def test_an_inspector_decides_about_a_referral_at_the_barrier_but_not_once_it_waits_aside(
    post: Post, hanoi: Hanoi
) -> None:
    inspector = OnDuty("cb-2", "Bình", OfficerRole.INSPECTOR)
    event = post.station.handle_scan(hanoi.sign(route=(LOCKED_WARD, "00007")), post.reading)
    assert event.outcome is Outcome.REFER
    post.station.act(event.id, Action.ADMITTED, post.reading, inspector)
    post.station.undo(event.id, post.reading)
    post.station.act(event.id, Action.SENT_ASIDE, post.reading, inspector)
    for action in (Action.ADMITTED, Action.TURNED_BACK):
        with pytest.raises(SignInError, match="chief_needed"):
            post.station.act(event.id, action, post.reading, inspector)
    post.station.undo(event.id, post.reading)
    post.station.act(event.id, Action.TURNED_BACK, post.reading, inspector)


def test_a_vehicle_without_a_readable_paper_is_let_through_by_a_chief_only(post: Post, hanoi: Hanoi) -> None:
    inspector, chief = (OnDuty("cb-2", "Bình", role) for role in OfficerRole)
    entry = (RecordKind.TYPED, "29C55555", (), Action.ADMITTED, post.reading)
    with pytest.raises(SignInError, match="chief_needed"):
        post.station.record_no_code(*entry, inspector)
    with pytest.raises(SignInError, match="reason_needed"):
        post.station.record_no_code(*entry, chief)
    assert post.records() == []
    post.station.record_no_code(*entry, chief, "Mã bị ướt, đã gọi cơ quan cấp")
    (record,) = post.records()
    assert (record.kind, record.outcome, record.action) == (RecordKind.TYPED, None, Action.ADMITTED)
    assert hanoi.open(record).plate == "29C55555"


def test_a_vehicle_without_paper_is_recorded_with_plate_and_people(post: Post, hanoi: Hanoi) -> None:
    people = (PersonSeen(name="Lê Văn Tám", id_number="001095001234"),)
    post.station.record_no_code(
        RecordKind.NO_PAPER, "29C55555", people, Action.TURNED_BACK, post.reading, post.duty.on_duty
    )
    (record,) = post.records()
    assert (record.kind, record.outcome, record.reasons, record.action) == (
        RecordKind.NO_PAPER,
        None,
        (),
        Action.TURNED_BACK,
    )
    details = hanoi.open(record)
    assert (details.text, details.plate, details.people) == (None, "29C55555", people)


def test_a_crew_card_alone_misses_the_vehicles_pass(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign_card(), post.reading)
    assert (event.outcome, event.reasons) == (Outcome.REFER, (Reason.PASS_MISSING,))


def test_a_picture_taken_earlier_is_judged_at_its_own_time(post: Post, hanoi: Hanoi) -> None:
    post.wait(days=30)
    event = post.station.handle_scan(hanoi.sign(), post.reading, scanned_at=NOW)
    assert event.reasons == ()
    (record,) = post.records()
    assert (record.at, record.scanned_at) == (post.now, NOW)


def test_a_full_disk_gives_no_verdict_and_leaves_the_event_as_it_was(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    pages = post.station.log._db.execute("PRAGMA page_count").fetchone()[0]
    post.station.log._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(ScanLogError) as caught:
        _restate_for_ever(post, event.id)
    event = post.station.event(event.id)
    assert caught.value.code == "log_full"
    written = post.records()
    assert written[-1].plate_mismatch == event.statement.plate_mismatch
    assert post.station.log.check_chain() == len(written)


def _restate_for_ever(post: Post, event_id: str) -> None:
    for number in range(1000):
        post.station.restate(event_id, post.reading, plate_mismatch=number % 2 == 0)


def test_an_unknown_event_is_said_to_be_unknown(post: Post) -> None:
    with pytest.raises(EventError) as caught:
        post.station.restate("0" * 32, post.reading, plate_mismatch=True)
    assert caught.value.code == "event_unknown"


def test_what_was_admitted_can_also_come_from_a_free_district(post: Post, hanoi: Hanoi) -> None:
    event = post.station.handle_scan(hanoi.sign(), post.reading)
    assert post.station.restate(event.id, post.reading, coming_from=FREE_DISTRICT).outcome == Outcome.ADMIT


@pytest.mark.parametrize(
    ("minutes", "reasons"), [(4, (Reason.IMPOSSIBLE_TRAVEL,)), (-4, (Reason.IMPOSSIBLE_TRAVEL,)), (25, ())]
)
def test_a_pass_that_was_elsewhere_too_lately_is_a_copy(
    post: Post, hanoi: Hanoi, minutes: int, reasons: tuple[Reason, ...]
) -> None:
    trust = post.station.trust
    here = replace(trust.stations[STATION], position=Position(20.9635, 105.8469))
    there = replace(here, id="chot-2", name="Chốt Phù Đổng", position=Position(21.0406, 105.9406))
    trust = replace(trust, stations={STATION: here, there.id: there})
    seen_at = NOW - timedelta(minutes=minutes)
    seen = Sightings(Sighting("VN-HN", b"pass0001", *where) for where in (("chot-9", NOW), ("chot-2", seen_at)))
    station = Station(STATION, post.station.log, lambda: trust, sightings=lambda: seen)
    event = station.handle_scan(hanoi.sign(), post.reading)
    assert event.reasons == reasons
    assert event.code
    assert event.code.elsewhere == (Elsewhere("Chốt Phù Đổng", seen_at) if reasons else None)
    assert station.handle_scan(hanoi.sign(cti=b"other001"), post.reading).reasons == ()
