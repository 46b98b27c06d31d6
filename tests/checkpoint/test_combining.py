"""Several codes of one vehicle, in one picture and one after another."""

from __future__ import annotations

import pytest

from checkpoint.combining import MAX_TOGETHER, choose
from checkpoint.station import EventError
from checkpoint.web.presenting import panel_of, row_of
from protocol import claims
from protocol.cose import SoftwareSigner
from protocol.reasons import Outcome, Reason
from tests.checkpoint.conftest import LODGING_WARD, SUBSTITUTE, Hanoi, Post

ODD_TEXT = "https://example.org/menu"


@pytest.fixture
def papers(hanoi: Hanoi) -> tuple[str, str]:
    """The texts of a pass and of a slip to it."""
    return hanoi.sign(), hanoi.sign_slip()


def test_papers_of_one_picture_are_decided_together_whatever_their_order(post: Post, papers: tuple[str, str]) -> None:
    trust, (vehicle_pass, amendment) = post.station.trust, papers
    for texts in ((amendment, ODD_TEXT, vehicle_pass), (vehicle_pass, vehicle_pass, amendment)):
        assert choose(texts, trust) == [(vehicle_pass, amendment)]
    assert choose([ODD_TEXT, "MENU"], trust) == [(ODD_TEXT,), ("MENU",)]
    assert choose([], trust) == []
    assert len(choose([vehicle_pass, *(f"CC1:{number}" for number in range(20))], trust)[0]) == MAX_TOGETHER


def test_papers_of_several_vehicles_in_one_picture_are_told_apart_by_what_they_name(
    post: Post, hanoi: Hanoi, papers: tuple[str, str]
) -> None:
    vehicle_pass, amendment = papers
    other = hanoi.sign(cti=b"pass0009", plate="30H12345", crew=(SUBSTITUTE,))
    others_card, stray = hanoi.sign_card_of(SUBSTITUTE), hanoi.sign_card_of(SUBSTITUTE._replace(name="Lê Văn Lạ"))
    chosen = choose([others_card, amendment, other, stray, vehicle_pass, "AM1:AAAA"], post.station.trust)
    assert chosen == [(other, others_card), (vehicle_pass, amendment), (stray,), ("AM1:AAAA",)]
    assert choose([stray, others_card, amendment], post.station.trust) == [(stray,), (others_card, amendment)]


def test_a_slip_beside_the_pass_gives_one_record_with_both_texts_sealed(
    post: Post, hanoi: Hanoi, papers: tuple[str, str]
) -> None:
    event = post.station.handle_scan(papers, post.reading)
    assert (event.outcome, event.reasons) == (Outcome.ADMIT, ())
    assert [(index, entry.name) for index, entry in event.crew] == [(1, "Trần Đức Anh"), (2, "Phạm Quốc Toàn")]
    (record,) = post.records()
    assert (record.iss, record.cti) == ("VN-HN", b"pass0001")
    assert hanoi.open(record).texts == papers
    event = post.station.restate(event.id, post.reading, crew_present=(2,), lodging=((2, LODGING_WARD),))
    assert post.records()[-1].crew_present == (2,)
    with pytest.raises(EventError):
        post.station.restate(event.id, post.reading, crew_present=(0,))


@pytest.mark.parametrize("first", [0, 1])
def test_papers_shown_one_after_another_come_to_the_same(
    post: Post, hanoi: Hanoi, papers: tuple[str, str], first: int
) -> None:
    before = post.station.handle_scan(papers[first], post.reading)
    assert before.reasons == (() if first == 0 else (Reason.PASS_MISSING,))
    post.wait(seconds=20)
    event = post.station.add(before.id, [papers[1 - first]], post.reading)
    assert (event.id, event.outcome, event.reasons) == (before.id, Outcome.ADMIT, ())
    one, two = post.records()
    assert (two.of, two.iss, two.cti, two.scanned_at) == (one.id, "VN-HN", b"pass0001", one.scanned_at)
    assert set(hanoi.open(two).texts) == set(papers)
    assert post.station.add(event.id, papers, post.reading) is event
    assert len(post.records()) == 2


def test_what_was_said_of_people_stays_with_them_when_more_papers_come(post: Post, papers: tuple[str, str]) -> None:
    event = post.station.handle_scan(papers[0], post.reading)
    post.station.restate(event.id, post.reading, crew_present=(0, 1), lodging=((0, LODGING_WARD), (1, LODGING_WARD)))
    event = post.station.add(event.id, [papers[1]], post.reading)
    assert event.statement.crew_present == (1,)
    assert event.statement.lodging == ((1, LODGING_WARD),)
    assert event.reasons == (Reason.NO_VALID_DRIVER,)


def test_a_card_that_was_shown_first_becomes_the_person_on_the_pass(post: Post, hanoi: Hanoi) -> None:
    post.wait(hours=6)
    card = hanoi.sign_card_of(hanoi.vehicle_pass().crew[1])
    event = post.station.handle_scan(card, post.reading)
    event = post.station.restate(event.id, post.reading, crew_present=(0,), lodging=((0, LODGING_WARD),))
    event = post.station.add(event.id, [hanoi.sign()], post.reading)
    assert (event.statement.crew_present, event.statement.lodging) == ((1,), ((1, LODGING_WARD),))
    assert event.reasons == (Reason.NO_VALID_DRIVER,)
    event = post.station.restate(event.id, post.reading, crew_present=None)
    assert event.reasons == ()
    assert post.records()[-1].cti == b"pass0001"


def test_a_pass_that_comes_after_its_card_may_have_been_scanned_before(post: Post, hanoi: Hanoi) -> None:
    post.station.handle_scan(hanoi.sign(), post.reading)
    post.wait(minutes=2)
    event = post.station.handle_scan(hanoi.sign_card_of(hanoi.vehicle_pass().crew[1]), post.reading)
    assert event.reasons == (Reason.PASS_MISSING,)
    assert post.station.add(event.id, [hanoi.sign()], post.reading).reasons == (Reason.ALREADY_SCANNED,)


def test_the_page_shows_the_crew_and_the_route_that_papers_come_to(post: Post, papers: tuple[str, str]) -> None:
    panel = panel_of(post.station.handle_scan(papers, post.reading), {})
    assert [(person.index, person.name) for person in panel.people] == [(1, "Trần Đức Anh"), (2, "Phạm Quốc Toàn")]
    assert "Xe không chở hàng" in panel.facts
    assert "Có phiếu bổ sung" in panel.facts
    assert any(fact.endswith("→ Thị xã Sơn Tây") for fact in panel.facts)
    alone = post.station.handle_scan(papers[1], post.reading)
    assert panel_of(alone, {}).holder == row_of(alone).plate == "Phiếu bổ sung"
    assert "Phạm Quốc Toàn" in panel_of(alone, {}).facts


def test_an_expired_person_is_named_by_the_index_they_have(post: Post, papers: tuple[str, str]) -> None:
    post.wait(hours=6)
    (reason,) = panel_of(post.station.handle_scan(papers, post.reading), {}).reasons
    assert (reason.code, reason.concerns) == ("CREW_EXPIRED", "Trần Đức Anh")


def test_a_forged_slip_beside_a_genuine_pass_refuses(post: Post, hanoi: Hanoi) -> None:
    forged = claims.issue(claims.peek(hanoi.sign_slip()), SoftwareSigner.from_seed(bytes(32)))
    event = post.station.handle_scan((hanoi.sign(), forged), post.reading)
    assert (event.outcome, event.reasons) == (Outcome.REFUSE, (Reason.ISSUER_UNKNOWN,))
    assert event.credential == hanoi.vehicle_pass()
