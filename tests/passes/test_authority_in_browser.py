"""The authority's pages in a real browser: keys instead of the mouse, two widths, and what axe finds on each page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from passes.accounts.colleagues import invite
from passes.accounts.links import LinkPurpose, link_token
from passes.accounts.models import OrganisationKind, User
from passes.accounts.services import OrganisationDraft, create_organisation
from passes.applications import post_audit
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import ApplicationState
from passes.db import db
from passes.issuing import orders
from passes.issuing.models import RevocationReason, StatusAct
from passes.issuing.register import RegisterFilter
from passes.notices.models import NoticeKind
from passes.notices.services import tell
from passes.trust.drafts import save_draft
from protocol.claims import VehicleClass
from protocol.policy import default_policy
from tests.answering import answering
from tests.factories import PASSWORD, Factories, now

SHOTS = Path(__file__).parents[1] / "journeys" / "shots"
SIZES = [pytest.param((1280, 800), id="desktop"), pytest.param((390, 844), id="phone")]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The issuer, served to the browser."""
    with answering(make_server("127.0.0.1", 0, app, threaded=True)) as where:
        yield where


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained about; a test that uses the page must end without any."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    yield said
    assert said == []


def sign_in(page: Page, address: str, user: User) -> None:
    db.session.commit()
    page.goto(f"{address}/login")
    page.get_by_label("Thư điện tử").fill(user.email)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"{address}/")


def look_at(page: Page, url: str, name: str, *, is_thorough: bool = True) -> list[str]:
    """Open a page, keep its picture; return what is wrong with it for whoever cannot see or point well.

    One that is not thorough looks only whether the page fits: axe takes a second a page.
    """
    page.goto(url)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{page.viewport_size['width']}-{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    wrong = [f"{name}: {wide} pixels wider than the window"] if wide > 0 else []
    if not is_thorough:
        return wrong
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    return wrong + [
        f"{name}: {violation['id']} at {violation['nodes'][0]['target']}" for violation in found.response["violations"]
    ]


@pytest.mark.usefixtures("complaints")
def test_a_clean_file_takes_a_reviewer_one_key(page: Page, address: str, factories: Factories, carrier: User) -> None:
    files = [factories.application(carrier, ApplicationState.SUBMITTED) for _ in range(3)]
    sign_in(page, address, factories.user("reviewer"))
    page.goto(f"{address}/queue")
    page.keyboard.press("n")  # nothing: they are off until somebody turns them on
    expect(page).to_have_url(f"{address}/queue")
    page.get_by_label("Dùng phím tắt").check()
    page.keyboard.press("n")
    waiting = {one.reference for one in files}  # all of one second; which of them is the oldest is nobody's business
    while waiting:
        expect(page.locator("h1")).to_have_text(re.compile("|".join(waiting)))
        waiting.remove((page.locator("h1").text_content() or "").split()[-1])
        expect(page.get_by_role("main")).to_contain_text("Mọi mục kiểm tra tự động đều đạt.")
        page.wait_for_load_state()  # what listens to keys comes last
        page.keyboard.press("a")
    expect(page).to_have_url(f"{address}/queue")
    db.session.expire_all()
    assert {one.state for one in files} == {ApplicationState.APPROVED}


@pytest.mark.usefixtures("complaints")
def test_a_letter_typed_into_a_field_is_a_letter(page: Page, address: str, factories: Factories, carrier: User) -> None:
    factories.application(carrier, ApplicationState.SUBMITTED)
    sign_in(page, address, factories.user("reviewer"))
    page.goto(f"{address}/queue")
    page.get_by_label("Dùng phím tắt").check()
    page.get_by_label("Biển số, mã hồ sơ hoặc đơn vị").press_sequentially("bn")
    expect(page.get_by_label("Biển số, mã hồ sơ hoặc đơn vị")).to_have_value("bn")
    expect(page).to_have_url(f"{address}/queue")


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize("size", SIZES)
def test_the_reviewers_pages_are_within_everybodys_reach(
    page: Page, address: str, session: Session, factories: Factories, carrier: User, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    reviewer = factories.user("reviewer", name="Nguyễn Thị Duyệt")
    mixed = tuple(
        CrewedVehicle(factories.vehicle(carrier, vehicle_class=kind).id, (factories.crew(carrier, **papers).id,))
        for kind, papers in ((VehicleClass.TRUCK, {}), (VehicleClass.TRACTOR, {"test_expires_at": None}))
    )
    application = factories.application(carrier, ApplicationState.SUBMITTED, vehicles=mixed)
    for _ in range(2):
        factories.application(factories.user(), ApplicationState.SUBMITTED)
    signed = [factories.vehicle_pass(carrier) for _ in range(3)]
    looked_at = signed[0].application_vehicle.application
    post_audit.draw(session, looked_at, 100, now())
    everything = orders.Selection(RegisterFilter())
    reason = RevocationReason.INQUIRY
    order = orders.place_order(session, reviewer, StatusAct.SUSPEND, reason, "Biên bản 12/BB", everything, 1, now())
    sign_in(page, address, reviewer)
    queue = f"{address}/queue"
    wrong = look_at(page, queue, "authority-queue")
    wrong += look_at(page, f"{queue}/{application.reference}", "authority-review")
    wrong += look_at(page, f"{queue}/{application.reference}/decide", "authority-decide")
    wrong += look_at(page, f"{queue}/{application.reference}/refuse", "authority-refuse")
    page.goto(queue)
    page.get_by_role("button", name="Duyệt loạt hồ sơ đạt hết").click()
    wrong += look_at(page, f"{queue}/batch", "authority-batch")
    wrong += look_at(page, f"{address}/post-audits", "authority-post-audits")
    wrong += look_at(page, f"{address}/post-audits/{looked_at.reference}", "authority-post-audit")
    wrong += look_at(page, f"{address}/register?state=valid", "authority-register")
    wrong += look_at(page, f"{address}/register/{signed[0].number}", "authority-pass")
    wrong += look_at(page, f"{address}/register/{signed[0].number}/suspend", "authority-suspend")
    wrong += look_at(page, f"{address}/register/orders/new?act=revoke&scope=all", "authority-order-preview")
    wrong += look_at(page, f"{address}/register/orders", "authority-orders")
    wrong += look_at(page, f"{address}/register/orders/{order.id}", "authority-order")
    assert wrong == []


@pytest.mark.usefixtures("complaints")
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_registering_and_administering_are_within_everybodys_reach(
    page: Page, address: str, session: Session, factories: Factories, carrier: User, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    admin = factories.user("administrator", name="Phạm Quản Trị")
    draft = OrganisationDraft(OrganisationKind.CARRIER, "Công ty TNHH Vận tải Sông Hồng", "VT Sông Hồng")
    waiting = create_organisation(session, None, draft, now(), is_approved=False)
    drafted = save_draft(session, admin, default_policy(), "QĐ 7/2021", now())
    factories.application(carrier, ApplicationState.SUBMITTED)
    clerk = factories.user(organisation=waiting)
    tell(session, waiting.id, NoticeKind.RETURNED, {"reference": "HS-260101-AAAAA", "note": "Ghi rõ điểm đến."}, now())
    invitation = invite(session, clerk, "hoa@example.vn", now())
    session.commit()
    opened = {
        "registration": "/registration",
        "registration-company": f"/registration/{link_token(LinkPurpose.REGISTRATION, 'a@example.vn', '')}",
        "invitation": f"/invitation/{link_token(LinkPurpose.INVITATION, invitation.id)}",
    }
    prepared = {
        "home": "/",
        "organisation": "/organisation",
        "details": "/organisation/details",
        "invite": "/organisation/invite",
        "notices": "/notices",
    }
    paths = {
        "home": "/",
        "waiting": "/admin/organisations/waiting",
        "organisation-refuse": f"/admin/organisations/{waiting.id}/refuse",
        "index": "/admin",
        "organisations": "/admin/organisations",
        "organisation": f"/admin/organisations/{waiting.id}",
        "organisation-new": "/admin/organisations/new",
        "users": "/admin/users",
        "user": f"/admin/users/{carrier.id}",
        "user-new": f"/admin/organisations/{waiting.id}/users/new",
        "roles": "/admin/roles",
        "refusals": "/admin/refusals",
        "refusal": "/admin/refusals/double_booked",
        "cargoes": "/admin/cargoes",
        "policy": "/admin/policy",
        "policy-new": "/admin/policy/new",
        "policy-draft": f"/admin/policy/{drafted.id}",
        "extension": "/admin/policy/extend",
        "mode": "/admin/mode",
        "keys": "/admin/keys",
        "audit": "/audit",
        "nowhere": "/nowhere",
    }
    wrong: list[str] = []
    for who, user, seen in (("newcomer", None, opened), ("waiting", clerk, prepared), ("administration", admin, paths)):
        page.context.clear_cookies()
        if user is not None:
            sign_in(page, address, user)
        for name, path in seen.items():
            wrong += look_at(page, f"{address}{path}", f"{who}-{name}", is_thorough=size[0] > size[1])
    assert wrong == []
