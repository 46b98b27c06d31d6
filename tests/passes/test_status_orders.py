"""Revoking, suspending, resuming: one pass or many; what an order hits, and who must agree to it."""

import itertools
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import doctor, jobs
from passes.accounts.models import User
from passes.applications.models import ApplicationState
from passes.audit import AuditEntry, entries_about
from passes.issuing import orders
from passes.issuing.models import OrderState, PassStatus, RevocationReason, StatusAct, StatusOrder, VehiclePass
from passes.issuing.register import PassState, RegisterFilter, search, state_of
from passes.issuing.services import IssuingError, sign_pending, status_lists
from passes.issuing.standing import CHANGES, change_status
from passes.issuing.texts import ACTS, ERRORS, ORDERS, REVOCATIONS
from passes.trust.publishing import current_trust
from passes.trust.repository import TrustRepository
from protocol.status import Status
from tests.factories import Factories, now
from tests.passes.pages import Login, words

MISUSE = RevocationReason.MISUSE


@pytest.fixture
def reviewer(factories: Factories) -> User:
    return factories.user("reviewer", name="Nguyễn Thị Duyệt")


@pytest.fixture
def colleague(factories: Factories) -> User:
    return factories.user("reviewer", name="Phạm Văn Thuận")


@pytest.fixture
def authority(reviewer: User, login: Login) -> FlaskClient:
    return login(reviewer)


def several(session: Session, factories: Factories, carrier: User, count: int) -> list[VehiclePass]:
    """One real pass, and rows like it: what is tested here does not look at their signatures."""
    first, made = factories.vehicle_pass(carrier), []
    begin = session.query(VehiclePass).count()
    for number in range(begin, begin + count - 1):
        copy = {c.key: getattr(first, c.key) for c in VehiclePass.__table__.columns if c.key != "id"}
        copy |= {"number": f"HN-26-9{number:05d}", "cti": f"{number:016x}", "status_index": None, "status_uri": None}
        made.append(VehiclePass(**copy))
    session.add_all(made)
    session.flush()
    return [first, *made]


# ---------- one ----------


def test_every_act_reason_and_state_has_its_words() -> None:
    assert (set(ACTS), set(ORDERS), set(REVOCATIONS)) == (set(StatusAct), set(OrderState), set(RevocationReason))
    assert {reason for change in CHANGES.values() for reason in change.reasons} == set(RevocationReason)
    for act in StatusAct:
        assert str(ACTS[act].done % {"number": "1"}).count("1") == 1


ALLOWED = {
    (PassStatus.VALID, StatusAct.REVOKE): PassStatus.REVOKED,
    (PassStatus.VALID, StatusAct.SUSPEND): PassStatus.SUSPENDED,
    (PassStatus.SUSPENDED, StatusAct.REVOKE): PassStatus.REVOKED,
    (PassStatus.SUSPENDED, StatusAct.RESUME): PassStatus.VALID,
}


@pytest.mark.parametrize(("status", "act"), list(itertools.product(PassStatus, StatusAct)))
def test_every_act_in_every_status_does_what_the_table_says(
    session: Session, factories: Factories, reviewer: User, status: PassStatus, act: StatusAct
) -> None:
    vehicle_pass = factories.vehicle_pass()
    vehicle_pass.status = status
    session.flush()
    reason = CHANGES[act].reasons[0]
    if (status, act) not in ALLOWED:
        with pytest.raises(IssuingError) as caught:
            change_status(session, reviewer, vehicle_pass, act, reason, now())
        assert caught.value.code in ERRORS
        return
    change_status(session, reviewer, vehicle_pass, act, reason, now())
    assert (vehicle_pass.status, vehicle_pass.status_reason) == (ALLOWED[status, act], reason)
    assert entries_about(session, vehicle_pass)[-1].verb == f"issuing.{act}"


def test_a_reason_fits_its_act(session: Session, factories: Factories, reviewer: User) -> None:
    with pytest.raises(IssuingError) as caught:
        change_status(session, reviewer, factories.vehicle_pass(), StatusAct.REVOKE, RevocationReason.CLEARED, now())
    assert caught.value.code == "reason_unfit"


def test_a_suspended_pass_is_told_to_stations_and_comes_back(
    app: Flask, factories: Factories, authority: FlaskClient
) -> None:
    vehicle_pass = factories.vehicle_pass()
    page = f"/register/{vehicle_pass.number}"
    uri, index = vehicle_pass.status_uri, vehicle_pass.status_index

    def told() -> Status:
        return current_trust(TrustRepository(app.extensions["instance"].trust_dir)).statuses[uri].get(index)

    assert "Chọn một lý do." in words(authority.post(f"{page}/suspend"))
    data = {"reason": "inquiry", "is_meant": "y"}
    assert "Đã tạm dừng giấy" in words(authority.post(f"{page}/suspend", data=data, follow_redirects=True))
    assert (told(), state_of(vehicle_pass, now())) == (Status.SUSPENDED, PassState.SUSPENDED)
    assert "Đang xác minh" in words(authority.get(page))
    data = {"reason": "cleared", "is_meant": "y"}
    assert "Đã khôi phục giấy" in words(authority.post(f"{page}/resume", data=data, follow_redirects=True))
    assert told() is Status.VALID
    assert str(ERRORS["not_suspended"]) in words(authority.post(f"{page}/resume", data=data, follow_redirects=True))
    assert authority.get(f"{page}/erase").status_code == 404


# ---------- many ----------


def test_a_preview_counts_what_would_change_and_changes_nothing(
    session: Session, factories: Factories, carrier: User
) -> None:
    mine = several(session, factories, carrier, 4)
    other = several(session, factories, factories.user(), 2)
    mine[1].status = PassStatus.REVOKED
    mine[2].expires_at = now() - timedelta(days=1)
    session.flush()
    everything = orders.Selection(RegisterFilter())
    hit = orders.preview(session, StatusAct.REVOKE, everything, now())
    assert (hit.count, hit.left) == (4, 1)
    assert dict(hit.carriers) == {mine[0].carrier_id: 2, other[0].carrier_id: 2}
    by_company = orders.Selection(RegisterFilter(carrier=carrier.organisation.name))
    assert orders.preview(session, StatusAct.REVOKE, by_company, now()).count == 2
    expired = orders.Selection(RegisterFilter(state=PassState.EXPIRED))
    assert orders.preview(session, StatusAct.REVOKE, expired, now()).passes == (mine[2],)
    by_hand = orders.Selection(RegisterFilter(), (mine[0].id, mine[2].id))
    assert orders.preview(session, StatusAct.REVOKE, by_hand, now()).count == 2
    assert orders.preview(session, StatusAct.RESUME, everything, now()).count == 0
    assert session.query(VehiclePass).filter_by(status=PassStatus.VALID).count() == 5


def place(session: Session, actor: User, alone_up_to: int, act: StatusAct = StatusAct.REVOKE) -> StatusOrder:
    everything = orders.Selection(RegisterFilter())
    reason = CHANGES[act].reasons[0]
    return orders.place_order(session, actor, act, reason, "QĐ 12", everything, alone_up_to, now())


def test_a_small_order_is_carried_out_at_once_and_written_down_at_each_pass(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    made = several(session, factories, carrier, 3)
    order = place(session, reviewer, 3)
    assert (order.state, order.count, order.changed) == (OrderState.DONE, 3, 3)
    assert {one.status for one in made} == {PassStatus.REVOKED}
    for one in made:
        assert [entry.verb for entry in entries_about(session, one)][-1] == "issuing.revoke"
    with pytest.raises(IssuingError) as caught:
        place(session, reviewer, 3)
    assert caught.value.code == "nothing_hit"


def test_a_large_order_waits_for_a_second_person_and_hits_what_the_first_one_saw(
    session: Session, factories: Factories, carrier: User, reviewer: User, colleague: User
) -> None:
    made = several(session, factories, carrier, 3)
    order = place(session, reviewer, 2, StatusAct.SUSPEND)
    assert (order.state, {one.status for one in made}) == (OrderState.WAITING, {PassStatus.VALID})
    later = several(session, factories, factories.user(), 1)
    made[0].status = PassStatus.REVOKED
    session.flush()
    with pytest.raises(IssuingError) as caught:
        orders.agree(session, reviewer, order, now())
    assert caught.value.code == "own_order"
    orders.agree(session, colleague, order, now())
    assert (order.state, order.count, order.changed) == (OrderState.DONE, 3, 2)
    assert [one.status for one in (*made, *later)] == ["revoked", "suspended", "suspended", "valid"]
    for answer in (orders.agree, orders.decline):
        with pytest.raises(IssuingError) as caught:
            answer(session, colleague, order, now())
        assert caught.value.code == "order_decided"
    verbs = [entry.verb for entry in session.query(AuditEntry).filter_by(subject=f"StatusOrder:{order.id}")]
    assert verbs == ["issuing.order", "issuing.agree_to_order"]


def test_a_declined_order_changes_nothing(
    session: Session, factories: Factories, carrier: User, reviewer: User, colleague: User
) -> None:
    made = several(session, factories, carrier, 2)
    for who in (reviewer, colleague):  # who placed it may take it back
        order = place(session, reviewer, 1)
        orders.decline(session, who, order, now())
        assert order.state is OrderState.DECLINED
    assert {one.status for one in made} == {PassStatus.VALID}
    assert orders.count_waiting_orders(session) == 0


def test_two_hundred_passes_are_revoked_in_one_publication(
    session: Session, factories: Factories, carrier: User, reviewer: User
) -> None:
    several(session, factories, carrier, 200)
    assert place(session, reviewer, 200).changed == 200
    (found,) = status_lists(session).values()
    signed = session.query(VehiclePass).filter(VehiclePass.status_index.is_not(None)).all()
    assert {found.get(one.status_index) for one in signed} == {Status.REVOKED}


# ---------- on the pages ----------


def test_an_order_goes_from_the_register_by_preview_to_two_people(
    app: Flask,
    session: Session,
    factories: Factories,
    carrier: User,
    authority: FlaskClient,
    colleague: User,
    login: Login,
) -> None:
    app.config["DUAL_CONTROL_ABOVE"] = 2
    made = several(session, factories, carrier, 3)
    name = carrier.organisation.short_name
    text = authority.get("/register", query_string={"carrier": name}).get_data(as_text=True)
    assert text.count('name="pass"') == 3
    url = re.search(r'href="(/register/orders/new\?act=revoke[^"]*)"', text)[1].replace("&amp;", "&")
    page = words(authority.get(url))
    assert "3 giấy sẽ thay đổi" in page
    assert "khi một người thứ hai đồng ý" in page
    page = words(authority.post(url, data={}))
    assert "Ghi căn cứ" in page
    assert "Đánh dấu ô này để xác nhận." in page
    data = {"reason": "misuse", "note": "Biên bản 12/BB", "is_meant": "y"}
    answer = authority.post(url, data=data)
    page = words(authority.get(answer.headers["Location"]))
    assert "chờ người thứ hai đồng ý" in page
    assert "Đồng ý và thực hiện" not in page
    assert "1 lệnh chờ người thứ hai đồng ý" in words(authority.get("/register"))
    answered = f"{answer.headers['Location']}/agree"
    assert str(ERRORS["own_order"]) in words(authority.post(answered, follow_redirects=True))
    other = login(colleague)
    assert "Đồng ý và thực hiện" in words(other.get(answer.headers["Location"]))
    assert "Đã áp dụng cho 3 giấy" in words(other.post(answered, follow_redirects=True))
    assert {one.status for one in made} == {PassStatus.REVOKED}
    assert "Biên bản 12/BB" in words(other.get(answer.headers["Location"]))
    assert "Đã thực hiện" in words(other.get("/register/orders?state=done"))


def test_passes_chosen_by_hand_are_suspended_together_and_an_order_is_taken_back(
    app: Flask, session: Session, factories: Factories, carrier: User, authority: FlaskClient
) -> None:
    assert "Chưa có lệnh nào" in words(authority.get("/register/orders"))
    made = several(session, factories, carrier, 3)
    assert "Chưa chọn giấy nào." in words(authority.get("/register/orders/new?act=suspend", follow_redirects=True))
    assert authority.get("/register/orders/new?act=erase&scope=all").status_code == 404
    url = f"/register/orders/new?act=suspend&pass={made[0].id}&pass={made[2].id}&pass=x"
    data = {"reason": "inquiry", "note": "Chờ xác minh", "is_meant": "y"}
    page = words(authority.post(url, data=data, follow_redirects=True))
    assert "Đã áp dụng cho 2 giấy." in page
    assert [one.status for one in made] == ["suspended", "valid", "suspended"]
    assert "Không có giấy nào thay đổi" in words(authority.get(url))
    app.config["DUAL_CONTROL_ABOVE"] = 0
    url = f"/register/orders/new?act=revoke&pass={made[1].id}"
    answer = authority.post(url, data=data | {"reason": "misuse"})
    declined = authority.post(f"{answer.headers['Location']}/decline", follow_redirects=True)
    assert "Lệnh không được thực hiện." in words(declined)
    assert made[1].status is PassStatus.VALID


# ---------- passes that no credential can hold ----------


def test_a_pass_that_cannot_be_signed_is_seen_until_it_can(
    app: Flask, session: Session, factories: Factories, carrier: User, authority: FlaskClient, desk: FlaskClient
) -> None:
    vehicle_pass = factories.vehicle_pass(carrier)
    person = vehicle_pass.crew[0].person
    name, person.name = person.name, "x" * 500
    vehicle_pass.text = vehicle_pass.kid = vehicle_pass.signed_at = None
    vehicle_pass.status_uri = vehicle_pass.status_index = None
    session.commit()
    jobs.wake()
    session.refresh(vehicle_pass)
    assert vehicle_pass.signing_error
    assert state_of(vehicle_pass, now()) is PassState.UNSIGNABLE
    assert list(session.scalars(search(state=PassState.UNSIGNABLE, now=now()))) == [vehicle_pass]
    assert list(session.scalars(search(state=PassState.SIGNING, now=now()))) == []
    assert "1 giấy chưa ký được" in words(authority.get("/register"))
    page = words(authority.get(f"/register/{vehicle_pass.number}"))
    assert "Dữ liệu của giấy không ghi được vào mã." in page
    assert vehicle_pass.signing_error in page
    assert "Chưa ký được" in words(desk.get("/passes"))
    (said,) = [one.message for one in doctor.examine(app, now()) if one.part == "signing"]
    assert vehicle_pass.number in said
    person.name = name
    session.commit()
    jobs.wake()
    session.refresh(vehicle_pass)
    assert vehicle_pass.signed_at is not None
    assert vehicle_pass.signing_error is None


def test_passes_that_cannot_be_signed_do_not_fill_the_worker(
    session: Session, factories: Factories, carrier: User
) -> None:
    stuck = factories.vehicle_pass(carrier)
    stuck.crew[0].person.name = "x" * 500
    stuck.text = stuck.kid = stuck.signed_at = stuck.status_uri = stuck.status_index = None
    stuck.signing_error = "the name is too long"
    session.commit()
    factories.application(factories.user(), ApplicationState.APPROVED)
    asked: list[bytes] = []
    with pytest.raises(KeyError):
        sign_pending(session, lambda kid: asked.append(kid) or {}[kid], now(), limit=1)
    assert len(asked) == 1  # the one that can be signed came first
