"""What carriers are told, in the application and by e-mail: when it happens, once, and not for ever."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.applications import services as applications
from passes.applications.decisions import VehicleRefusal
from passes.applications.models import ApplicationState, RefusalCode
from passes.applications.renewal import renew
from passes.applications.sending import SendingRules, send
from passes.audit import AuditEntry
from passes.issuing.extensions import tell_of_extensions
from passes.issuing.models import RevocationReason, StatusAct
from passes.issuing.orders import Selection, place_order
from passes.issuing.register import RegisterFilter
from passes.issuing.reissue import request_reissue
from passes.local_time import start_of_day
from passes.notices import services
from passes.notices.models import Notice, NoticeKind, Reminder
from passes.notices.reminders import remind
from passes.notices.texts import Words, words_of
from passes.supplements import deciding
from passes.supplements.services import request_card
from protocol.policy import Extension, default_policy
from tests.factories import Factories, now, today
from tests.passes.pages import Login, words
from tests.passes.test_mail import letters_in

ISS = "VN-HN"
REVIEWED, DECLARED = SendingRules(ISS), SendingRules(ISS, is_self_declared=True)


def told(session: Session, user: User) -> list[Notice]:
    """A user's notices, oldest first."""
    return session.query(Notice).filter_by(user_id=user.id).order_by(Notice.id).all()


def last(session: Session, user: User) -> Words:
    """What the newest notice says, in Vietnamese."""
    return words_of(told(session, user)[-1])


def kinds(session: Session, user: User) -> list[str]:
    return [notice.kind.value for notice in told(session, user)]


def test_a_carrier_is_told_of_every_step_of_its_application_with_reasons_and_note(
    session: Session, factories: Factories, carrier: User
) -> None:
    reviewer, colleague, stranger = (
        factories.user("reviewer"),
        factories.user(organisation=carrier.organisation),
        factories.user(),
    )
    application = factories.application(carrier)
    reference = application.reference
    send(session, carrier, application, REVIEWED, now())
    assert last(session, carrier).title == f"Đã nhận hồ sơ {reference}"
    applications.send_back(session, reviewer, application, "Ghi rõ điểm đến.", now())
    words = last(session, carrier)
    assert words.title == f"Hồ sơ {reference} cần bổ sung"
    assert words.lines[0] == "Ghi chú của cơ quan cấp giấy: Ghi rõ điểm đến."
    assert (words.endpoint, words.values) == ("applications.show", {"reference": reference})
    send(session, carrier, application, REVIEWED, now())
    code = RefusalCode.CARGO_NOT_ALLOWED
    applications.reject(session, reviewer, application, code, "Chờ thông báo mới.", now())
    words = last(session, carrier)
    assert words.title == f"Hồ sơ {reference} không được duyệt"
    assert words.lines[0].startswith("Lý do: ")
    assert code not in words.lines[0], "a code never stands without its sentence"
    assert "Chờ thông báo mới." in words.lines[1]
    expected = ["received", "returned", "received", "rejected"]
    assert kinds(session, carrier) == kinds(session, colleague) == expected
    assert told(session, stranger) == told(session, reviewer) == []


def test_of_a_partly_approved_application_the_refused_vehicles_are_named_with_their_reasons(
    session: Session, factories: Factories, carrier: User
) -> None:
    vehicles = factories.draft(carrier).vehicles + factories.draft(carrier).vehicles
    application = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=vehicles)
    refused = application.vehicles[1]
    refusals = {refused.id: VehicleRefusal("document_unreadable", "Ảnh đăng kiểm bị mờ.")}
    applications.decide(session, factories.user("reviewer"), application, refusals, ISS, now(), note="Đã gọi điện.")
    words = last(session, carrier)
    assert words.title == f"Đã duyệt hồ sơ {application.reference}"
    assert words.lines[0].startswith("1 giấy đã được duyệt")
    assert "không được duyệt: " in words.lines[1]
    assert words.lines[2:] == ("Ảnh đăng kiểm bị mờ.", "Ghi chú của cơ quan cấp giấy: Đã gọi điện.")


def test_what_policy_signs_at_once_is_told_once(session: Session, factories: Factories, carrier: User) -> None:
    assert send(session, carrier, factories.application(carrier), DECLARED, now())
    assert kinds(session, carrier) == ["approved"]


def test_what_is_undone_was_never_told(session: Session, factories: Factories, carrier: User) -> None:
    application = factories.application(carrier)
    send(session, carrier, application, REVIEWED, now())
    assert told(session, carrier)
    session.rollback()
    jobs.wake()
    assert told(session, carrier) == []


def test_an_order_about_many_passes_is_one_notice_to_each_carrier(
    session: Session, factories: Factories, carrier: User
) -> None:
    reviewer, other = factories.user("reviewer"), factories.user()
    passes = [factories.vehicle_pass(carrier), factories.vehicle_pass(carrier), factories.vehicle_pass(other)]
    session.query(Notice).delete()
    selection = Selection(RegisterFilter(), tuple(one.id for one in passes))
    steps = (
        (StatusAct.SUSPEND, RevocationReason.INQUIRY, "2 giấy bị tạm dừng"),
        (StatusAct.RESUME, RevocationReason.CLEARED, "2 giấy được khôi phục"),
        (StatusAct.REVOKE, RevocationReason.MISUSE, "2 giấy bị thu hồi"),
    )
    for act, reason, title in steps:
        place_order(session, reviewer, act, reason, "QĐ 12", selection, 20, now())
        words = last(session, carrier)
        assert words.title == title
        assert words.values == {}
    assert "Lý do: Sử dụng sai mục đích." in last(session, carrier).lines
    assert kinds(session, carrier) == kinds(session, other) == ["passes_suspended", "passes_resumed", "passes_revoked"]
    assert last(session, other).values == {"q": passes[2].number}


def test_a_mass_extension_and_signing_again_are_told_to_those_whom_they_hit(
    session: Session, factories: Factories, carrier: User
) -> None:
    vehicle_pass, untouched = factories.vehicle_pass(carrier), factories.user()
    session.query(Notice).delete()
    extension = Extension(
        now() - timedelta(days=1), now() + timedelta(days=1), now() + timedelta(days=30), "3642/QĐ-UBND"
    )
    before = default_policy()
    rules = replace(before, extensions=(extension,))
    tell_of_extensions(session, rules, before, now())
    assert last(session, carrier).title == "1 giấy được gia hạn chung"
    assert "3642/QĐ-UBND" in last(session, carrier).lines[1]
    tell_of_extensions(session, rules, rules, now())
    assert kinds(session, carrier) == ["passes_extended"], "what was in force already is no news"
    assert request_reissue(session, None, vehicle_pass.kid or "", before, now()) == 1
    assert last(session, carrier).title == "1 giấy được ký lại, cần in lại"
    assert told(session, untouched) == []


def test_slips_and_cards_are_told_like_applications(session: Session, factories: Factories, carrier: User) -> None:
    reviewer = factories.user("reviewer")
    cards = [request_card(session, carrier, factories.crew(carrier), REVIEWED, now()) for _ in range(2)]
    deciding.approve(session, reviewer, cards[0], now())
    assert last(session, carrier).title == f"Thẻ lái xe, phụ xe {cards[0].number} đã được duyệt"
    deciding.revoke(session, reviewer, cards[0], RevocationReason.CREW_UNFIT, now())
    assert last(session, carrier).title.endswith("bị thu hồi")
    deciding.refuse(session, reviewer, cards[1], RefusalCode.DOCUMENT_MISSING, "Thiếu phiếu.", now())
    words = last(session, carrier)
    assert words.title.endswith("không được duyệt")
    assert words.lines[1] == "Ghi chú của cơ quan cấp giấy: Thiếu phiếu."
    assert (words.endpoint, words.values) == ("supplements.show", {"number": cards[1].number})


SAMPLES: dict[NoticeKind, dict[str, Any]] = {
    NoticeKind.RECEIVED: {"reference": "HS-1", "vehicles": 2},
    NoticeKind.APPROVED: {
        "reference": "HS-1",
        "passes": 198,
        "refused": [["29C12345", "cargo_not_allowed", "Xem lại."]],
        "refused_count": 3,
        "note": None,
    },
    NoticeKind.RETURNED: {"reference": "HS-1", "note": "Ghi rõ."},
    NoticeKind.ORGANISATION_APPROVED: {"name": "HTX Bến HS-1"},
    NoticeKind.ORGANISATION_REFUSED: {"name": "HTX Bến HS-1", "reason": "Thiếu dấu."},
    NoticeKind.REJECTED: {"reference": "HS-1", "code": "cargo_not_allowed", "note": None},
    NoticeKind.PASSES_EXTENDED: {"until": "2021-09-30T17:00:00+00:00", "decision": "1/QĐ"},
    NoticeKind.PASSES_RESUMED: {"reason": "cleared"},
    NoticeKind.PASSES_REVOKED: {"reason": "misuse"},
    NoticeKind.PASSES_SUSPENDED: {"reason": "inquiry"},
    NoticeKind.PASSES_REISSUED: {},
    NoticeKind.SUPPLEMENT_APPROVED: {"number": "HN-1-B1", "paper": "slip"},
    NoticeKind.SUPPLEMENT_REFUSED: {"number": "HN-1-B1", "paper": "slip", "code": "cargo_not_allowed", "note": None},
    NoticeKind.SUPPLEMENT_REVOKED: {"number": "HN-T1-1", "paper": "card", "reason": "crew_unfit"},
    NoticeKind.PASSES_END: {"ends": [["29C12345", "2021-09-20T17:00:00+00:00"]]},
    NoticeKind.INSPECTIONS_END: {"ends": [["29C12345", "2021-09-20T17:00:00+00:00"]]},
    NoticeKind.TESTS_END: {"ends": [[999, "2021-09-20T07:00:00+00:00"]]},
}
MANY = {"count": 23, "days": 7, "passes": [["HN-21-000001", "29C12345"]]}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_of_notice_has_words_that_name_what_it_is_about_and_a_page(app: Flask, language: str) -> None:
    assert SAMPLES.keys() == set(NoticeKind)
    adapter = app.url_map.bind("localhost")
    for kind, details in SAMPLES.items():
        with force_locale(language):
            said = words_of(Notice(kind=kind, details=MANY | details))
        text = " ".join((said.title, *said.lines))
        assert re.search(r"HS-1|HN-1|HN-T1|29C-123\.45|23", text), kind
        assert not re.search(r"%\(|_end|cargo_not_allowed|crew_unfit|None", text), text
        assert (" the " in f" {text.lower()} ") is (language == "en") or "giấy" not in text.lower(), text
        assert adapter.build(said.endpoint, said.values)


# ---------- by e-mail ----------


def test_each_reader_gets_one_letter_in_their_language_and_none_who_wants_none(
    session: Session, factories: Factories, carrier: User, login: Login, instance: Path
) -> None:
    english = factories.user(organisation=carrier.organisation, email="english@example.vn")
    english.language = "en"
    quiet = factories.user(organisation=carrier.organisation, email="quiet@example.vn")
    page = login(quiet).post("/notices/mail", data={"mail": "off"}, follow_redirects=True).get_data(as_text=True)
    assert "Bật thông báo qua thư điện tử" in page
    locked = factories.user(organisation=carrier.organisation, email="locked@example.vn")
    first, second = factories.application(carrier), factories.application(carrier)
    for application in (first, second):
        send(session, carrier, application, REVIEWED, now())
    locked.active = False
    session.commit()
    jobs.wake()
    jobs.wake()
    letters = {str(letter["To"]): letter for letter in letters_in(instance)}
    assert letters.keys() == {carrier.email, english.email}
    assert len(letters_in(instance)) == 2
    content = letters[carrier.email].get_content()
    assert letters[carrier.email]["Subject"].strip() == "2 thông báo mới"
    for application in (first, second):
        assert f"Đã nhận hồ sơ {application.reference}" in content
        assert f"http://127.0.0.1:8000/applications/{application.reference}\n" in content
    assert letters[english.email]["Subject"].strip() == "2 new notices"
    assert "http://127.0.0.1:8000/notices\n" in content
    assert [notice.kind for notice in told(session, quiet)] == [NoticeKind.RECEIVED] * 2, (
        "in the application all the same"
    )
    deed = session.query(AuditEntry).filter_by(verb="notices.switch_mail").one()
    assert (deed.actor_id, deed.subject, deed.details) == (quiet.id, f"User:{quiet.id}", {"mail": False})
    send_one = factories.application(carrier)
    send(session, carrier, send_one, REVIEWED, now())
    session.commit()
    jobs.wake()
    assert f"Đã nhận hồ sơ {send_one.reference}" in [str(letter["Subject"]).strip() for letter in letters_in(instance)]


# ---------- in the application ----------


def test_the_bell_counts_and_the_list_leads_to_what_it_tells_of(
    session: Session, factories: Factories, carrier: User, desk: FlaskClient, login: Login
) -> None:
    assert 'class="bell"' in desk.get("/").get_data(as_text=True)
    assert "bell-count" not in desk.get("/").get_data(as_text=True)
    assert "Chưa có thông báo nào" in desk.get("/notices").get_data(as_text=True)
    pair = [factories.application(carrier) for _ in range(3)]
    for application in pair:
        send(session, carrier, application, REVIEWED, now())
    session.commit()
    oldest, _middle, newest = told(session, carrier)
    assert '<span class="bell-count">3' in desk.get("/").get_data(as_text=True)
    answer = desk.get(f"/notices/{newest.id}")
    assert answer.headers["Location"] == f"/applications/{pair[2].reference}"
    listed = re.findall(r"HS-\d{6}-\w{5}", words(desk.get("/notices")))
    assert listed == [pair[1].reference, pair[0].reference, pair[2].reference], "unread first, then the newest"
    assert words(desk.get("/notices")).count("Chưa đọc") == 2
    read_at = told(session, carrier)[2].read_at
    desk.post(f"/notices/{oldest.id}/read")
    stranger = login(factories.user())
    for method in ("get", "post"):
        path = f"/notices/{newest.id}" + ("/read" if method == "post" else "")
        assert getattr(stranger, method)(path).status_code == 404
    stranger.post("/notices/read")
    assert services.count_unread(session, carrier) == 1
    page = desk.post("/notices/read", follow_redirects=True).get_data(as_text=True)
    assert "bell-count" not in page
    assert "Đánh dấu" not in page
    assert told(session, carrier)[2].read_at == read_at, "the first reading counts"
    reviewing = login(factories.user("reviewer"))
    assert 'class="bell"' not in reviewing.get("/").get_data(as_text=True), "nobody tells reviewers anything here"


def test_notices_are_kept_for_a_while_and_encrypted_meanwhile(
    app: Flask, session: Session, factories: Factories, carrier: User
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    applications.send_back(session, factories.user("reviewer"), application, "Hỏi anh Bình.", now())
    session.flush()
    raw = session.connection().exec_driver_sql("SELECT details FROM notices").scalars().all()
    assert raw
    assert not any("Bình".encode() in bytes(value) for value in raw)
    old, fresh = told(session, carrier)[-1], now() - timedelta(days=89)
    old.written_at = now() - timedelta(days=91)
    services.tell(session, carrier.organisation_id, NoticeKind.RETURNED, SAMPLES[NoticeKind.RETURNED], fresh)
    session.add(Reminder(kind=NoticeKind.TESTS_END, subject_id=1, ends_at=now() - timedelta(days=91), days=1))
    session.commit()
    app.extensions["worker"].purge()
    assert [notice.written_at for notice in told(session, carrier)] == [fresh]
    assert session.query(Reminder).count() == 0


# ---------- papers that end ----------


def at_seven(day_offset: int) -> datetime:
    """Seven in the morning here, so many days from today."""
    return start_of_day(today() + timedelta(days=day_offset)) + timedelta(hours=7)


def rounds(session: Session, moment: datetime) -> None:
    """A whole round, in parts, and another worker after it."""
    while remind(session, moment):
        session.commit()
    session.commit()
    assert not remind(session, moment)


def test_what_ends_is_told_seven_three_and_one_days_ahead_once_each(
    session: Session, factories: Factories, carrier: User
) -> None:
    ends = today() + timedelta(days=10)
    member = factories.crew(carrier, test_expires_at=start_of_day(ends) + timedelta(hours=14))
    vehicle = factories.vehicle(carrier, inspection_expires_on=ends)
    factories.vehicle(carrier)
    vehicle_pass = factories.vehicle_pass(carrier, first_day=today(), last_day=ends)
    for item in vehicle_pass.application_vehicle.crew:
        item.member.test_expires_at = None
    session.query(Notice).delete()
    seen = {}
    for offset in range(12):
        before = len(told(session, carrier))
        rounds(session, at_seven(offset))
        seen[offset] = Counter(notice.kind.value for notice in told(session, carrier)[before:])
    everything = Counter(["passes_end", "tests_end", "inspections_end"])
    assert {offset: found for offset, found in seen.items() if found} == dict.fromkeys((3, 7, 9), everything)
    assert [notice.details["days"] for notice in told(session, carrier)[::3]] == [7, 3, 1]
    by_kind = {notice.kind: words_of(notice) for notice in told(session, carrier)}
    assert by_kind[NoticeKind.TESTS_END].title == "Xét nghiệm của 1 người hết giá trị trong 1 ngày tới"
    assert by_kind[NoticeKind.TESTS_END].lines[0] == f"{member.person.name}: 14:00 ngày {ends:%d/%m/%Y}"
    assert by_kind[NoticeKind.TESTS_END].values == {"member_id": member.id}
    assert by_kind[NoticeKind.INSPECTIONS_END].lines[0].endswith(f"hết ngày {ends:%d/%m/%Y}")
    assert vehicle.plate[:3] in by_kind[NoticeKind.INSPECTIONS_END].lines[0]


def test_days_without_a_round_are_caught_up_with_one_notice_a_kind(
    session: Session, factories: Factories, carrier: User
) -> None:
    for days in (2, 2, 6, 6, 6, 9):
        factories.vehicle(carrier, inspection_expires_on=today() + timedelta(days=days))
    rounds(session, at_seven(0))
    assert [(n.details["days"], n.details["count"]) for n in told(session, carrier)] == [(3, 2), (7, 3)]
    rounds(session, at_seven(5))
    assert [(n.details["days"], n.details["count"]) for n in told(session, carrier)[2:]] == [(1, 3), (7, 1)]


def test_no_round_begins_at_night_and_a_part_that_was_cut_short_is_done_again_whole(
    session: Session, factories: Factories, carrier: User
) -> None:
    others = [factories.user() for _ in range(22)]
    for user in (carrier, *others):
        factories.vehicle(user, inspection_expires_on=today() + timedelta(days=1))
    assert not remind(session, at_seven(0) - timedelta(hours=2))
    assert session.query(Notice).count() == 0
    assert remind(session, at_seven(0))
    session.commit()
    assert not remind(session, at_seven(0))
    session.rollback()  # the worker died before it could commit
    assert session.query(Notice).count() == 20
    rounds(session, at_seven(0))
    assert Counter(notice.user_id for notice in session.query(Notice)) == Counter(u.id for u in (carrier, *others))


def test_nobody_is_reminded_of_what_is_renewed_or_given_up(
    session: Session, factories: Factories, carrier: User
) -> None:
    vehicle_pass = factories.vehicle_pass(carrier)
    renew(session, carrier, [vehicle_pass], REVIEWED, now())
    factories.crew(carrier, test_expires_at=now() - timedelta(hours=1))
    gone = factories.vehicle(carrier, inspection_expires_on=today() + timedelta(days=1))
    gone.retired_at = now()
    for item in vehicle_pass.application_vehicle.crew:
        item.member.test_expires_at = None
    closed = factories.user()
    factories.vehicle(closed, inspection_expires_on=today())
    closed.organisation.closed_at = now()
    session.query(Notice).delete()
    rounds(session, max(at_seven(0), now()))
    assert told(session, carrier) == told(session, closed) == []


def test_the_worker_reminds_in_the_morning_by_e_mail_too(
    app: Flask, session: Session, factories: Factories, carrier: User, instance: Path
) -> None:
    factories.vehicle(carrier, inspection_expires_on=today() + timedelta(days=3))
    session.commit()
    for moment in (at_seven(1) - timedelta(hours=6), at_seven(1), at_seven(1) + timedelta(hours=1)):
        with time_machine.travel(moment, tick=False):
            app.extensions["worker"].remind()
    (letter,) = letters_in(instance)
    assert letter["Subject"].strip() == "Đăng kiểm của 1 xe hết hạn trong 3 ngày tới"
