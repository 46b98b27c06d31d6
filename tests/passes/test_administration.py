"""Administration: organisations, users and roles, lists, policy; and signing out for good."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import access
from passes.accounts import managing
from passes.accounts.models import Organisation, OrganisationKind, User
from passes.accounts.services import AccountError, OrganisationDraft, create_organisation
from passes.administration.texts import ERRORS, KINDS, PERMISSIONS, ROLES
from passes.applications.models import ApplicationState
from passes.audit import AuditEntry
from passes.cli import main
from passes.issuing.extensions import hit_by
from passes.issuing.models import PassStatus
from passes.trust.drafts import DraftError, rules_of, with_extension
from passes.trust.models import PolicyDraft
from passes.trust.publishing import current_trust
from passes.trust.repository import TrustRepository
from protocol import policy
from protocol.places import StationKind
from protocol.policy import Extension
from protocol.reasons import Reason, Severity
from tests.factories import PASSWORD, Factories, now, today
from tests.issuers import OFFLINE_PASSPHRASE
from tests.passes.pages import Login, words


@pytest.fixture
def admin(factories: Factories) -> User:
    return factories.user("administrator", name="Phạm Quản Trị")


@pytest.fixture
def office(admin: User, login: Login) -> FlaskClient:
    return login(admin)


def test_every_kind_role_and_permission_has_its_words() -> None:
    assert set(KINDS) == set(OrganisationKind)
    assert set(ROLES) == set(access.ROLES)
    assert set(PERMISSIONS) == set[str]().union(*access.ROLES.values())


# ---------- organisations ----------


def test_users_of_an_organisation_that_waits_prepare_and_those_of_a_closed_one_do_nothing(
    session: Session, factories: Factories, office: FlaskClient, login: Login
) -> None:
    draft = OrganisationDraft(OrganisationKind.CARRIER, "Công ty Mới", "Mới", tax_number="0100109106")
    waiting = create_organisation(session, None, draft, now(), is_approved=False)
    clerk = login(factories.user(organisation=waiting))
    assert clerk.get("/fleet/vehicles").status_code == 200
    assert clerk.get("/passes").status_code == 403
    assert "Đơn vị đang chờ cơ quan cấp giấy phê duyệt" in words(clerk.get("/"))
    assert "1 đơn vị chờ phê duyệt" in words(office.get("/"))
    assert "1 đơn vị chờ phê duyệt" in words(office.get("/admin"))
    assert "Công ty Mới" in words(office.get("/admin/organisations?state=waiting&q=0100109106"))
    url = f"/admin/organisations/{waiting.id}"
    assert "chưa nộp được" in words(office.get(url))
    assert "được phép hoạt động" in words(office.post(f"{url}/approve", follow_redirects=True))
    assert "chờ cơ quan cấp giấy" not in words(clerk.get("/passes"))
    assert "Đã đóng Mới" in words(office.post(f"{url}/close", follow_redirects=True))
    assert clerk.get("/fleet/vehicles").status_code == 403
    assert "Đơn vị đã ngừng hoạt động" in words(clerk.get("/"))
    office.post(f"{url}/approve")
    assert clerk.get("/fleet/vehicles").status_code == 200


def test_nobody_closes_their_own_organisation(session: Session, admin: User, office: FlaskClient) -> None:
    url = f"/admin/organisations/{admin.organisation_id}/close"
    assert str(ERRORS["own_organisation"]) in words(office.post(url, follow_redirects=True))
    assert session.get(Organisation, admin.organisation_id).is_working


def test_an_organisation_is_added_with_its_first_user_who_signs_in(
    app: Flask, session: Session, office: FlaskClient
) -> None:
    page = office.post("/admin/organisations/new", data={"kind": "district", "name": "UBND", "short_name": "UBND"})
    assert 'href="#area_code">' in page.get_data(as_text=True)
    data = {"kind": "carrier", "name": "Công ty A", "short_name": "A", "tax_number": "123"}
    page = office.post("/admin/organisations/new", data=data).get_data(as_text=True)
    assert 'href="#tax_number">Mã số thuế không đúng.' in page
    assert 'value="Công ty A"' in page
    answer = office.post("/admin/organisations/new", data=data | {"tax_number": "0100109106"})
    where = answer.headers["Location"]
    assert "Đơn vị chưa có tài khoản nào" in words(office.get(where))
    made = {"name": "Trần Văn Thảo", "email": "khong phai thu"}
    assert "Thư điện tử không đúng dạng" in words(office.post(f"{where}/users/new", data=made))
    made |= {"email": "Thao@congty.vn", "roles": ["carrier"]}
    page = office.post(f"{where}/users/new", data=made).get_data(as_text=True)
    password = re.search(r'<p class="incident code">([^<]+)</p>', page)[1]
    answer = app.test_client().post("/login", data={"email": "thao@congty.vn", "password": password})
    assert answer.status_code == 302
    assert "Thư điện tử này đã có tài khoản." in words(office.post(f"{where}/users/new", data=made))
    assert password not in words(office.get(where))
    assert [entry for entry in session.query(AuditEntry) if password in str(entry.details)] == []


# ---------- users ----------


def test_roles_are_given_and_taken_and_somebody_always_administers(
    session: Session, factories: Factories, admin: User, office: FlaskClient
) -> None:
    reviewer = factories.user("reviewer", organisation=admin.organisation)
    url = f"/admin/users/{reviewer.id}"
    assert "Đã đổi vai trò" in words(
        office.post(url, data={"roles": ["reviewer", "administrator"]}, follow_redirects=True)
    )
    assert access.has_permission(reviewer, "administration.manage")
    assert "Chọn một mục trong danh sách." in words(office.post(url, data={"roles": ["ward"]}))
    office.post(f"/admin/users/{admin.id}", data={"roles": ["reviewer"]})
    assert [role.name for role in admin.roles] == ["reviewer"]
    with pytest.raises(AccountError) as caught:
        managing.change_roles(session, admin, reviewer, [], now())
    assert caught.value.code == "last_administrator"
    with pytest.raises(AccountError) as caught:
        managing.change_roles(session, admin, reviewer, ["ward"], now())
    assert caught.value.code == "role_unfit"


def test_an_account_is_closed_at_once_and_opened_again(
    session: Session, factories: Factories, admin: User, office: FlaskClient, login: Login
) -> None:
    user = factories.user(name="Trần Văn Thảo")
    clerk = login(user)
    url = f"/admin/users/{user.id}"
    assert "Đã khóa tài khoản" in words(office.post(f"{url}/close", follow_redirects=True))
    assert clerk.get("/fleet/vehicles").status_code == 302
    assert "Đã mở lại tài khoản" in words(office.post(f"{url}/open", follow_redirects=True))
    assert clerk.get("/fleet/vehicles").status_code == 302  # the cookie of before stays worthless
    login(user)
    own = words(office.post(f"/admin/users/{admin.id}/close", follow_redirects=True))
    assert str(ERRORS["own_account"]) in own
    assert session.get(User, admin.id).active


def test_who_lost_password_and_phone_is_let_in_again(
    app: Flask, session: Session, factories: Factories, office: FlaskClient
) -> None:
    user = factories.user()
    user.tf_primary_method, user.tf_totp_secret = "authenticator", "secret"
    session.commit()
    page = office.post(f"/admin/users/{user.id}/reset").get_data(as_text=True)
    password = re.search(r'<p class="incident code">([^<]+)</p>', page)[1]
    assert app.test_client().post("/login", data={"email": user.email, "password": PASSWORD}).status_code == 200
    assert app.test_client().post("/login", data={"email": user.email, "password": password}).status_code == 302
    assert (user.tf_primary_method, user.tf_totp_secret) == (None, None)


def test_users_are_found_by_name_address_organisation_and_role(
    factories: Factories, office: FlaskClient, carrier: User
) -> None:
    named = factories.user("reviewer", name="Nguyễn Thị Duyệt")
    for query in ({"q": "Duyệt"}, {"q": named.email}, {"q": named.organisation.name}, {"role": "reviewer"}):
        page = words(office.get("/admin/users", query_string=query))
        assert named.email in page, query
        assert carrier.email not in page, query
    assert "Không có tài khoản nào khớp" in words(office.get("/admin/users?q=nobody"))
    assert "Xét duyệt và hậu kiểm hồ sơ" in words(office.get("/admin/roles"))


def test_a_copied_cookie_is_worthless_after_signing_out(app: Flask, factories: Factories, login: Login) -> None:
    user = factories.user()
    clerk, elsewhere, thief = login(user), login(user), app.test_client()
    thief.set_cookie("session", clerk.get_cookie("session").value)
    assert thief.get("/fleet/vehicles").status_code == 200
    assert clerk.post("/logout").status_code == 302
    assert [client.get("/fleet/vehicles").status_code for client in (clerk, elsewhere, thief)] == [302] * 3
    assert login(user).get("/fleet/vehicles").status_code == 200


# ---------- lists ----------


def test_refusal_codes_are_kept_on_their_pages_and_reviewers_choose_from_them(
    factories: Factories, carrier: User, office: FlaskClient, login: Login
) -> None:
    assert "Mã gồm 3 đến 32 chữ thường" in words(
        office.post("/admin/refusals/new", data={"code": "Không!", "vi": "a", "en": "b"})
    )
    made = {"code": "no_commitment", "vi": "Chưa ký cam kết", "en": "No commitment"}
    assert "Đã thêm lý do từ chối." in words(office.post("/admin/refusals/new", data=made, follow_redirects=True))
    office.post("/admin/refusals/no_commitment", data={"vi": "Chưa có cam kết", "en": "No commitment"})
    office.post("/admin/refusals/double_booked/retire")
    application = factories.application(carrier, ApplicationState.SUBMITTED)
    page = words(login(factories.user("reviewer")).get(f"/queue/{application.reference}/refuse"))
    assert "Chưa có cam kết" in page
    assert "cùng thời gian" not in page
    office.post("/admin/refusals/double_booked/restore")
    assert "Ngừng dùng" in words(office.get("/admin/refusals"))
    assert office.get("/admin/refusals/nothing").status_code == 404


def test_a_cargo_class_is_stopped_on_its_page(office: FlaskClient) -> None:
    text = office.get("/admin/cargoes").get_data(as_text=True)
    codes = re.findall(r'name="allowed" type="checkbox" value="(\d+)"', text)
    assert len(codes) > 5
    assert len(re.findall(r"<input checked", text)) == len(codes)
    office.post("/admin/cargoes", data={"allowed": [code for code in codes if code != "1"]})
    text = office.get("/admin/cargoes").get_data(as_text=True)
    assert len(re.findall(r"<input checked", text)) == len(codes) - 1


# ---------- policy ----------


def rules(app: Flask) -> policy.Policy:
    return current_trust(TrustRepository(app.extensions["instance"].trust_dir)).policy


def test_a_policy_is_drafted_signed_offline_and_then_in_force(
    app: Flask, instance: Path, session: Session, office: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = office.get("/admin/policy/new").get_data(as_text=True)
    assert not re.search(r'value="SIGNATURE_INVALID"', text)
    rows = re.findall(r'name="(reasons-\d+)-reason" type="hidden" value="([A-Z_]+)"', text)
    data = {"trust_stale_hours": "12", "trust_expired_hours": "12", "clock_tolerance_minutes": "5"}
    data |= {"already_scanned_minutes": "10", "reason": "QĐ 7/2021"}
    for name, reason in rows:
        chosen = "refuse" if reason == "OFF_ROUTE" else rules(app).severity(Reason(reason)).value
        data |= {f"{name}-reason": reason, f"{name}-road": chosen, f"{name}-freight": chosen}
    assert "Số giờ quá hạn phải lớn hơn số giờ cũ." in words(office.post("/admin/policy/new", data=data))
    assert "Ghi số từ 1 đến" in words(office.post("/admin/policy/new", data=data | {"trust_stale_hours": "0"}))
    answer = office.post("/admin/policy/new", data=data | {"trust_expired_hours": "36"})
    page = words(office.get(answer.headers["Location"]))
    assert "từ Ghi nhận thành Không cho qua" in page
    assert "từ 24 thành 12" in page
    file = tmp_path / "policy.json"
    file.write_bytes(office.post(f"{answer.headers['Location']}/file").get_data())
    assert "Đã tải để ký" in words(office.get("/admin/policy"))
    monkeypatch.setenv("PASSES_OFFLINE_PASSPHRASE", OFFLINE_PASSPHRASE)
    monkeypatch.setenv("PASSES_INSTANCE", str(instance))
    arguments = ["trust", "publish", "--offline-keys", str(instance.parent / "offline"), "--policy", str(file)]
    signed = CliRunner().invoke(main, ["--instance", str(instance), *arguments])
    assert signed.exit_code == 0, signed.output
    assert rules(app).severity(Reason.OFF_ROUTE, StationKind.ROAD) is Severity.REFUSE
    assert rules(app).trust_expired_hours == 36
    assert "Đang có hiệu lực" in words(office.get(answer.headers["Location"]))
    assert session.query(PolicyDraft).one().content == file.read_bytes()


def test_a_mass_extension_shows_what_it_hits_before_it_is_drafted(
    app: Flask, session: Session, factories: Factories, carrier: User, office: FlaskClient
) -> None:
    passes = [factories.vehicle_pass(carrier) for _ in range(3)]
    passes[0].expires_at = now() - timedelta(hours=1)
    passes[1].status = PassStatus.REVOKED
    day, later = f"{today():%d/%m/%Y}", f"{today() + timedelta(days=30):%d/%m/%Y}"
    data = {"issued_from": day, "issued_until": day, "until": later, "decision": "2434/QĐ-BGTVT"}
    wrong = data | {"issued_until": f"{today() - timedelta(days=1):%d/%m/%Y}"}
    assert "Ngày cuối phải từ ngày đầu trở đi." in words(office.post("/admin/policy/extend", data=wrong))
    page = words(office.post("/admin/policy/extend", data=data | {"preview": "yes"}))
    assert "2 giấy được dùng lâu hơn" in page
    assert "1 giấy đã hết hạn được dùng lại" in page
    assert session.query(PolicyDraft).count() == 0
    answer = office.post("/admin/policy/extend", data=data | {"confirm": "yes"})
    page = words(office.get(answer.headers["Location"]))
    assert "Thêm gia hạn theo 2434/QĐ-BGTVT" in page
    (extension,) = rules_of(session.query(PolicyDraft).one()).extensions
    assert extension.covers(passes[2].signed_at, passes[2].expires_at + timedelta(days=20))
    assert hit_by(session, extension, now()).count == 2
    assert rules(app).extensions == ()


def test_an_extension_that_extends_nothing_is_refused(app: Flask) -> None:
    moment = now()
    for issued_before, until, code in (
        (moment, moment + timedelta(days=9), "period_empty"),
        (moment + timedelta(days=1), moment, "until_early"),
    ):
        with pytest.raises(DraftError) as caught:
            with_extension(rules(app), Extension(moment, issued_before, until, "1/QĐ"))
        assert caught.value.code == code
        assert code in ERRORS
