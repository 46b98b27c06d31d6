"""Officers sign in with name and PIN, without network; guessing is slow, and stays slow over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checkpoint.post_book import PostBook
from checkpoint.roster import Roster, RosterError
from checkpoint.signing_in import DutyDesk, OnDuty, SignInError
from protocol.roster import Officer
from tests.checkpoint.officers import AN, BINH, CHIEF, INSPECTOR, NEW, OTHER_PIN, PEPPER, PIN, officer

NOW = datetime(2021, 9, 14, 2, tzinfo=UTC)


class Desk:
    """A desk whose list and book the test sets."""

    def __init__(self, path: Path, *officers: Officer) -> None:
        self.path = path
        self.roster: Roster | None = Roster(1, officers, PEPPER) if officers else None
        self.restart()

    def restart(self) -> None:
        self.duty = DutyDesk(lambda: self.roster, PostBook(self.path))

    def fail(self, now: datetime, pin: str = "111222", officer_id: str = "cb-an") -> SignInError:
        with pytest.raises(SignInError) as refused:
            self.duty.sign_in(officer_id, pin, now)
        return refused.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "post.db", AN, BINH, NEW)


def test_an_officer_signs_in_and_is_on_duty_over_a_restart(desk: Desk) -> None:
    assert desk.duty.on_duty == OnDuty(None, "", INSPECTOR)
    assert desk.duty.sign_in("cb-an", "402 917", NOW) == OnDuty("cb-an", "Đào Văn An", CHIEF)
    desk.restart()
    assert desk.duty.on_duty.is_chief
    desk.duty.sign_in("cb-binh", OTHER_PIN, NOW)
    assert not desk.duty.on_duty.is_chief
    desk.duty.sign_out()
    assert desk.duty.on_duty.id is None


def test_five_failures_are_free_then_each_wait_is_twice_the_one_before(desk: Desk) -> None:
    assert [desk.fail(NOW).params["left"] for _ in range(4)] == [4, 3, 2, 1]
    moment, waits = NOW, []
    for _ in range(8):
        waits.append(desk.fail(moment).params["seconds"])
        moment += timedelta(seconds=waits[-1])
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_the_right_pin_does_not_help_before_its_time_and_clears_the_count_after(desk: Desk) -> None:
    for _ in range(5):
        desk.fail(NOW)
    assert desk.fail(NOW + timedelta(seconds=29), PIN).code == "pin_wait"
    desk.duty.sign_in("cb-an", PIN, NOW + timedelta(seconds=30))
    assert desk.fail(NOW + timedelta(seconds=31)).params["left"] == 4


def test_pulling_the_plug_does_not_shorten_the_wait(desk: Desk) -> None:
    for _ in range(5):
        desk.fail(NOW)
        desk.restart()
    assert desk.fail(NOW + timedelta(seconds=5), PIN).code == "pin_wait"


def test_a_try_is_counted_before_the_pin_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("checkpoint.signing_in.is_pin_of", cut_off)
        for _ in range(5):
            with pytest.raises(KeyboardInterrupt):
                desk.duty.sign_in("cb-an", "111222", NOW)
            desk.duty._lock = type(desk.duty._lock)() if desk.duty._lock.locked() else desk.duty._lock
    desk.restart()
    assert desk.fail(NOW, PIN).code == "pin_wait"


def test_a_clock_that_goes_back_lengthens_no_wait_beyond_its_own(desk: Desk) -> None:
    for _ in range(5):
        desk.fail(NOW)
    earlier = NOW - timedelta(days=3)
    assert desk.fail(earlier, PIN).params["seconds"] <= 31
    desk.duty.sign_in("cb-an", PIN, earlier + timedelta(seconds=31))


def test_one_officers_failures_keep_no_other_out(desk: Desk) -> None:
    for _ in range(7):
        desk.fail(NOW)
    assert desk.duty.sign_in("cb-binh", OTHER_PIN, NOW).id == "cb-binh"


@pytest.mark.parametrize(
    ("officer_id", "pin", "code"),
    [
        ("cb-an", "4029", "pin_invalid"),
        ("cb-an", "", "pin_invalid"),
        ("cb-an", OTHER_PIN, "pin_wrong"),
        ("cb-new", PIN, "pin_missing"),
        ("cb-gone", PIN, "officer_gone"),
    ],
)
def test_anything_else_signs_nobody_in(desk: Desk, officer_id: str, pin: str, code: str) -> None:
    assert desk.fail(NOW, pin, officer_id).code == code
    assert desk.duty.on_duty.id is None


def test_a_chief_resets_a_pin_until_the_issuer_gives_a_newer_one(desk: Desk) -> None:
    for _ in range(6):
        desk.fail(NOW, "111222", "cb-binh")
        desk.roster = Roster(1, (AN, BINH, NEW), PEPPER)
        if desk.duty._book.note("failures:cb-binh")["count"] >= 5:
            break
    desk.duty.reset_pin("cb-binh", "716 204")
    assert desk.duty.sign_in("cb-binh", "716204", NOW).id == "cb-binh"
    assert desk.fail(NOW, OTHER_PIN, "cb-binh").code == "pin_wrong"
    desk.roster = Roster(2, (AN, officer("cb-binh", "Bùi Thị Bình", INSPECTOR, "929105", 2)), PEPPER)
    assert desk.fail(NOW, "716204", "cb-binh").code == "pin_wrong"
    assert desk.duty.sign_in("cb-binh", "929105", NOW).id == "cb-binh"


@pytest.mark.parametrize(("pin", "code"), [("123456", "pin_guessable"), ("12345", "pin_invalid")])
def test_a_reset_takes_no_pin_that_people_try_first(desk: Desk, pin: str, code: str) -> None:
    with pytest.raises(SignInError) as refused:
        desk.duty.reset_pin("cb-binh", pin)
    assert refused.value.code == code


def test_who_is_taken_off_the_list_is_on_duty_no_more_and_a_new_role_counts_at_once(desk: Desk) -> None:
    desk.duty.sign_in("cb-an", PIN, NOW)
    desk.roster = Roster(2, (officer("cb-an", "Đào Văn An", INSPECTOR, PIN), BINH), PEPPER)
    assert desk.duty.on_duty.role is INSPECTOR
    desk.roster = Roster(3, (BINH,), PEPPER)
    assert desk.duty.on_duty == OnDuty(None, "", INSPECTOR)


def test_without_a_list_whoever_is_there_has_the_chiefs_rights_and_may_give_a_name(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "post.db")
    assert desk.duty.officers is None
    assert desk.duty.on_duty == OnDuty(None, "", CHIEF)
    desk.duty.name("Cán bộ 12")
    assert desk.duty.on_duty == OnDuty("Cán bộ 12", "Cán bộ 12", CHIEF)
    desk.roster = Roster(1, (AN,), PEPPER)
    assert desk.duty.on_duty == OnDuty(None, "", INSPECTOR)


def test_a_list_that_this_device_cannot_open_makes_nobody_a_chief(tmp_path: Path) -> None:
    def closed() -> Roster:
        raise RosterError("roster_closed", detail="not for this device")

    duty = DutyDesk(closed, PostBook(tmp_path / "post.db"))
    assert duty.officers == ()
    assert duty.on_duty == OnDuty(None, "", INSPECTOR)
    assert duty.problem
    assert duty.problem.code == "roster_closed"


def test_where_the_book_cannot_be_written_officers_sign_in_all_the_same_and_guessing_is_still_counted(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "no-folder").write_text("a file where a folder should be")
    book = PostBook(tmp_path / "no-folder" / "post.db")
    assert not book.is_kept
    duty = DutyDesk(lambda: desk.roster, book)
    for _ in range(5):
        with pytest.raises(SignInError):
            duty.sign_in("cb-an", "111222", NOW)
    with pytest.raises(SignInError, match="pin_wait"):
        duty.sign_in("cb-an", PIN, NOW)
    duty.sign_in("cb-an", PIN, NOW + timedelta(seconds=30))
    assert duty.on_duty.is_chief


def test_a_full_disk_loses_no_count(desk: Desk) -> None:
    db = desk.duty._book._db
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    for number in range(200):
        desk.duty._book.put_note(f"filler:{number}", {"text": "x" * 500})
    assert not desk.duty._book.is_kept
    for _ in range(5):
        desk.fail(NOW)
    assert desk.fail(NOW, PIN).code == "pin_wait"


def test_a_copy_of_the_book_alone_holds_nothing_that_a_pin_can_be_tried_on(desk: Desk, tmp_path: Path) -> None:
    desk.duty.reset_pin("cb-binh", "716204")
    content = (tmp_path / "post.db").read_bytes() + (tmp_path / "post.db-wal").read_bytes()
    assert b"cb-binh" in content
    assert PEPPER not in content
    assert PEPPER.hex().encode() not in content
