"""Deciding on the pages: the queue, one file after another, vehicle by vehicle, batches, files looked at afterwards."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications import post_audit
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import ApplicationState, PostAudit, PostAuditOutcome, RefusalCode, ReviewClaim
from passes.fleet.drafts import VehicleDraft as FleetDraft
from passes.fleet.services import change_vehicle
from passes.issuing.models import PassStatus
from protocol.claims import VehicleClass
from tests.factories import Factories, now
from tests.passes.pages import Login, approve, words


@pytest.fixture
def reviewer(factories: Factories) -> User:
    return factories.user("reviewer", name="Nguyễn Thị Duyệt")


@pytest.fixture
def reviewing(reviewer: User, login: Login) -> FlaskClient:
    return login(reviewer)


def test_the_button_opens_the_oldest_file_and_each_decision_the_one_after_it(
    factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    files = [factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(3)]
    answer = reviewing.post("/queue/next")
    assert answer.headers["Location"] == f"/queue/{files[0].reference}"
    answer = approve(reviewing, files[0].reference)
    assert answer.headers["Location"] == f"/queue/{files[1].reference}"
    answer = reviewing.post(f"/queue/{files[1].reference}/refuse", data={"code": "wrong_authority"})
    assert answer.headers["Location"] == f"/queue/{files[2].reference}"
    answer = reviewing.post(f"/queue/{files[2].reference}/return", data={"note": "Ghi rõ điểm đến."})
    assert answer.headers["Location"] == "/queue"
    assert "Không còn hồ sơ nào chờ" in words(reviewing.post("/queue/next", follow_redirects=True))
    assert [one.state for one in files] == ["approved", "rejected", "returned"]


def test_who_opens_a_file_has_it_and_others_see_whose_it_is(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient, login: Login
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    url = f"/queue/{application.reference}"
    assert "Duyệt và cấp giấy" in words(reviewing.get(url))
    other = login(factories.user("reviewer"))
    page = words(other.get(url))
    assert "Nguyễn Thị Duyệt đang xét hồ sơ này" in page
    assert "Duyệt và cấp giấy" not in page
    assert "Nguyễn Thị Duyệt đang xét" in words(other.get("/queue"))
    assert "đang do người khác xét" in words(other.post(f"{url}/approve", follow_redirects=True))
    assert [client.post(f"{url}/keep").status_code for client in (reviewing, other)] == [204, 409]
    assert "Đã để lại hồ sơ" in words(reviewing.post(f"{url}/release", follow_redirects=True))
    assert session.query(ReviewClaim).count() == 0
    for page in ("decide", "refuse", "return"):  # whoever types there has the file, and the others are told before
        text = reviewing.get(f"{url}/{page}").get_data(as_text=True)
        assert f'data-keep="{url}/keep"' in text
        assert other.get(f"{url}/{page}").headers["Location"] == url
        session.query(ReviewClaim).update({"until": now()})
        assert reviewing.post(f"{url}/{page}", data={"note": "x" * 2000}).status_code == 200
        assert other.post(f"{url}/keep").status_code == 409
    reviewing.post(f"{url}/release")
    assert "Duyệt và cấp giấy" in words(other.get(url))
    approve(other, application.reference)
    assert other.post(f"{url}/keep").status_code == 409


def test_each_vehicle_is_decided_with_what_the_checks_suggest(
    factories: Factories, carrier: User, reviewing: FlaskClient, desk: FlaskClient
) -> None:
    cars = tuple(
        CrewedVehicle(factories.vehicle(carrier, vehicle_class=kind).id, (factories.crew(carrier).id,))
        for kind in (VehicleClass.TRUCK, VehicleClass.TRACTOR)
    )
    application = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=cars)
    url = f"/queue/{application.reference}/decide"
    text = reviewing.get(url).get_data(as_text=True)
    chosen = re.findall(r'<option selected value="([a-z_]*)"', text)
    assert chosen == ["", RefusalCode.LICENCE_MISMATCH]
    items = [item.id for item in application.vehicles]
    data = {
        "vehicles-0-item": items[0],
        "vehicles-0-code": "",
        "vehicles-0-note": "xe tốt",
        "vehicles-1-item": items[1],
        "vehicles-1-code": "licence_mismatch",
        "vehicles-1-note": "Cần hạng FC.",
        "seen": re.findall(r'name="seen"[^>]* value="(\w+)"', text),
    }
    text = reviewing.post(url, data=data).get_data(as_text=True)
    assert 'href="#vehicles-0-note">Chỉ ghi chú cho xe không duyệt.' in text
    assert 'value="Cần hạng FC."' in text
    page = words(reviewing.post(url, data=data | {"vehicles-1-item": 1}))
    assert "Hồ sơ đã thay đổi." in page
    answer = reviewing.post(url, data=data | {"vehicles-0-note": ""}, follow_redirects=True)
    assert "duyệt 1 xe, từ chối 1 xe" in words(answer)
    assert application.state is ApplicationState.APPROVED
    page = words(desk.get(f"/applications/{application.reference}"))
    assert "Không duyệt Giấy phép lái xe không phù hợp với xe, hoặc hết hạn. Cần hạng FC." in page


def test_the_carrier_reads_the_reason_in_the_language_chosen(
    factories: Factories, carrier: User, desk: FlaskClient
) -> None:
    application = factories.application(carrier, ApplicationState.REJECTED)
    url = f"/applications/{application.reference}"
    assert "Loại hàng không thuộc diện được vận chuyển lúc này" in words(desk.get(url))
    desk.get("/lang/en")
    assert "This kind of cargo may not be carried at present" in words(desk.get(url))


def test_clean_files_are_approved_with_one_confirmation(
    factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    assert "Không có hồ sơ nào đạt hết" in words(reviewing.get("/queue/batch"))
    files = [factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(3)]
    text = reviewing.post("/queue/take", follow_redirects=True).get_data(as_text=True)
    offered = re.findall(r'name="reference" value="([^"]+)" checked', text)
    assert offered == [one.reference for one in files]
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="(\w+)"', text))
    page = words(reviewing.post("/queue/batch", data={"reference": offered[:2]} | seen, follow_redirects=True))
    assert "Đã duyệt 2 hồ sơ, 2 giấy đang được ký." in page
    assert [one.state for one in files] == ["approved", "approved", "submitted"]
    assert "Chưa chọn hồ sơ nào." in words(reviewing.post("/queue/batch", follow_redirects=True))
    page = words(reviewing.post("/queue/batch", data={"reference": offered[:1]}, follow_redirects=True))
    assert f"{offered[0]}: Trạng thái hồ sơ đã thay đổi" in page


def test_what_is_approved_is_what_the_page_showed(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    url, vehicle = f"/queue/{application.reference}", application.vehicles[0].vehicle
    reviewing.post("/queue/take")
    shown = {path: reviewing.get(path).get_data(as_text=True) for path in (url, f"{url}/decide", "/queue/batch")}
    pattern = r'name="((?:seen|vehicles-0)[^"]*)"[^>]* value="([^"]+)"'
    forms = {path: dict(re.findall(pattern, text)) for path, text in shown.items()}
    before = FleetDraft(vehicle.plate, vehicle.vehicle_class, vehicle.payload_tonnes, vehicle.inspection_expires_on)
    for other in ({"plate": "51D67890"}, {"payload_tonnes": Decimal(30)}, {"vehicle_class": VehicleClass.VAN}):
        change_vehicle(session, carrier, vehicle, replace(before, **other), now())
        for path, action in ((url, f"{url}/approve"), (f"{url}/decide", f"{url}/decide"), ("/queue/batch",) * 2):
            data = forms[path] | {"reference": application.reference}
            page = words(reviewing.post(action, data=data, follow_redirects=True))
            assert "Hồ sơ vừa thay đổi" in page, (other, path)
            assert application.state is ApplicationState.SUBMITTED
    change_vehicle(session, carrier, vehicle, before, now())
    reviewing.post(f"{url}/decide", data=forms[f"{url}/decide"])
    assert application.state is ApplicationState.APPROVED


def test_the_queue_is_filtered_on_its_page_and_remembers_its_size(
    factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    for query, is_found in (
        ("checks=clean", True),
        ("checks=failed", False),
        ("due=late", False),
        ("cargo=1", True),
        ("cargo=2", False),
        ("checks=nonsense&due=nonsense&cargo=nonsense", True),
    ):
        assert (application.reference in words(reviewing.get(f"/queue?{query}"))) is is_found, query
    text = reviewing.get("/queue?cargo=1").get_data(as_text=True)
    assert 'action="/queue/next?cargo=1"' in text
    assert 'action="/queue/take?cargo=1"' in text
    assert "Không có hồ sơ nào đạt hết" in words(reviewing.post("/queue/take?cargo=2", follow_redirects=True))
    assert application.reference in words(reviewing.post("/queue/take?cargo=1&due=", follow_redirects=True))
    assert reviewing.post("/queue/next?cargo=2").headers["Location"] == "/queue"
    assert reviewing.post("/queue/next?cargo=1").headers["Location"] == f"/queue/{application.reference}"
    for _ in range(30):
        factories.application(carrier, ApplicationState.SUBMITTED)
    assert reviewing.get("/queue").get_data(as_text=True).count('class="reference"') == 25
    assert reviewing.get("/queue?per_page=50").get_data(as_text=True).count('class="reference"') == 31
    assert reviewing.get("/queue").get_data(as_text=True).count('class="reference"') == 31
    assert reviewing.get("/queue?per_page=100000").status_code == 200


def test_a_drawn_file_is_looked_at_and_its_passes_are_revoked_with_a_reason(
    session: Session, factories: Factories, carrier: User, reviewing: FlaskClient
) -> None:
    assert "Chưa có hồ sơ nào cần hậu kiểm" in words(reviewing.get("/post-audits"))
    made = factories.vehicle_pass(carrier)
    application = made.application_vehicle.application
    post_audit.draw(session, application, 100, now())
    assert application.reference in words(reviewing.get("/post-audits"))
    url = f"/post-audits/{application.reference}"
    assert "Kết quả hậu kiểm" in words(reviewing.get(url))
    assert "Chọn kết quả hậu kiểm." in words(reviewing.post(url))
    assert "Ghi rõ vì sao thu hồi." in words(reviewing.post(url, data={"outcome": "revoked"}))
    data = {"outcome": "revoked", "note": "Xe không có thật."}
    assert "Đã ghi kết quả hậu kiểm" in words(reviewing.post(url, data=data, follow_redirects=True))
    assert (made.status, session.query(PostAudit).one().outcome) == (PassStatus.REVOKED, PostAuditOutcome.REVOKED)
    assert application.reference not in words(reviewing.get("/post-audits?outcome=pending"))
    assert "Xe không có thật." in words(reviewing.get(url))
    assert "đã được hậu kiểm" in words(reviewing.post(url, data=data, follow_redirects=True))
