"""Carriers register themselves, prepare while the authority looks at them, and keep their colleagues."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import create_app
from passes.accounts.colleagues import MOST_OPEN_UNAPPROVED, accept_invitation, invite
from passes.accounts.models import Invitation, Organisation, OrganisationKind, OrganisationState, User
from passes.accounts.registration import Applicant, correct_details, register_carrier
from passes.accounts.services import AccountError, OrganisationDraft, find_user
from passes.applications import services as applications
from passes.applications.models import Application, ApplicationState
from passes.audit import AuditEntry
from passes.fleet.services import FleetError, find_crew_member, owners_of
from passes.notices.models import Notice, NoticeKind
from passes.notices.services import count_unread
from passes.people.services import find_person
from passes.retention import person as retention
from tests.factories import PASSWORD, Factories, now
from tests.passes.pages import Login, words
from tests.passes.test_mail import letters_in, link_in

TAX_NUMBER = "0100109106"
OWNER_ID = "001085012345"
ADDRESS = "thao@songhong.example"
COMPANY = {
    "tax_number": TAX_NUMBER,
    "name": "Công ty TNHH Vận tải Sông Hồng",
    "short_name": "VT Sông Hồng",
    "phone": "024 3825 0000",
    "user_name": "Trần Văn Thảo",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
}
OWNER = {
    "owner_id_number": OWNER_ID,
    "name": "Nguyễn Văn Bình",
    "phone": "0912 345 678",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
}


def ask(client: FlaskClient, instance: Path, email: str = ADDRESS, kind: str = "company") -> str:
    """Ask for a link; return it out of the newest letter."""
    assert client.post("/registration", data={"email": email, "kind": kind}).headers["Location"] == "/registration/sent"
    return link_in(letters_in(instance)[-1])


def draft(**values: str) -> OrganisationDraft:
    return OrganisationDraft(OrganisationKind.CARRIER, **({"name": "Công ty Mới", "short_name": "Mới"} | values))


def newcomer(session: Session, email: str = ADDRESS, **values: str) -> User:
    """The first user of a carrier that registered itself."""
    values = values or {"tax_number": TAX_NUMBER}
    user = register_carrier(session, draft(**values), Applicant(email, "Trần Văn Thảo", "x"), now())
    session.commit()
    return user


@pytest.fixture
def waiting(session: Session, factories: Factories) -> User:
    """A clerk of a carrier that waits, who logs in."""
    user = newcomer(session, "moi@example.vn")
    user.password = factories.user().password
    session.commit()
    return user


# ---------- registering ----------


def test_a_company_registers_by_a_link_that_serves_once_and_on_any_device(
    app: Flask, session: Session, client: FlaskClient, instance: Path
) -> None:
    assert "Đăng ký đơn vị vận tải" in words(client.get("/login"))
    assert client.get("/registration/sent").headers["Location"] == "/registration"
    link = ask(client, instance)
    sent = words(client.get("/registration/sent"))
    assert ADDRESS in sent
    assert "trong 24 giờ" in sent
    assert session.query(Organisation).filter_by(tax_number=TAX_NUMBER).count() == 0, "nothing is kept before"
    phone = app.test_client()
    assert "Tên đầy đủ của đơn vị" in words(phone.get(link))
    wrong = phone.post(link, data=COMPANY | {"tax_number": "0100109107", "password_confirm": "another"})
    assert "Mã số thuế không đúng." in words(wrong)
    assert "không giống nhau" in words(wrong)
    assert 'value="0100109107"' in wrong.get_data(as_text=True), "nothing typed is lost"
    assert "nhập lại cả hai ô" in words(wrong), "but for the password"
    assert "ít nhất 12 ký tự" in words(phone.post(link, data=COMPANY | {"password": "a", "password_confirm": "a"}))
    home = phone.post(link, data=COMPANY, follow_redirects=True)
    assert "Chào Trần Văn Thảo" in words(home)
    assert "Đơn vị đang chờ cơ quan cấp giấy phê duyệt" in words(home)
    user = find_user(session, ADDRESS)
    assert (user.organisation.tax_number, user.organisation.state) == (TAX_NUMBER, OrganisationState.WAITING)
    assert [role.name for role in user.roles] == ["carrier"]
    again = client.post(link, data=COMPANY | {"tax_number": "0300588569"}, follow_redirects=True)
    assert "đã được dùng" in words(again)
    assert session.query(Organisation).count() == 1
    entry = session.query(AuditEntry).filter_by(verb="accounts.create_organisation").one()
    assert entry.subject == f"Organisation:{user.organisation_id}"
    assert client.post("/login", data={"email": ADDRESS, "password": PASSWORD}).status_code == 302


def test_somebody_with_a_truck_registers_by_their_id_number(
    app: Flask, session: Session, client: FlaskClient, instance: Path
) -> None:
    link = ask(client, instance, kind="owner")
    assert "Số căn cước công dân" in words(client.get(link))
    assert "không đúng" in words(client.post(link, data=OWNER | {"owner_id_number": "12345"}))
    app.config["SECURITY_TWO_FACTOR_ROLES"] = ("carrier",)
    assert client.post(link, data=OWNER).headers["Location"] == "/login", "not past a second factor that is asked for"
    assert client.get("/fleet/vehicles").status_code == 302
    carrier = find_user(session, ADDRESS).organisation
    assert (carrier.name, carrier.tax_number) == ("Nguyễn Văn Bình", None)
    assert carrier.owner is find_person(session, OWNER_ID)
    raw = session.connection().exec_driver_sql("SELECT id_number FROM persons").scalar_one()
    assert OWNER_ID.encode() not in bytes(raw), "kept encrypted"


def test_a_password_with_vietnamese_letters_serves_however_a_keyboard_writes_them(
    app: Flask, client: FlaskClient, instance: Path
) -> None:
    composed = unicodedata.normalize("NFC", "đường về Bến Bạc mưa")
    loose = unicodedata.normalize("NFD", composed)
    link = ask(client, instance)
    done = client.post(link, data=COMPANY | {"password": composed, "password_confirm": composed})
    assert done.headers["Location"] == "/"
    for typed in (composed, loose):
        answer = app.test_client().post("/login", data={"email": ADDRESS, "password": typed})
        assert answer.status_code == 302
    assert app.test_client().post("/login", data={"email": ADDRESS, "password": composed[:-1]}).status_code == 200


def test_a_number_that_is_registered_is_refused_at_its_field(
    session: Session, client: FlaskClient, instance: Path
) -> None:
    newcomer(session, "a@example.vn")
    newcomer(session, "b@example.vn", owner_id_number=OWNER_ID)
    link = ask(client, instance)
    page = client.post(link, data=COMPANY).get_data(as_text=True)
    assert 'href="#tax_number">Mã số thuế này đã có đơn vị đăng ký.' in page
    page = client.post(link.replace("kind=company", "kind=owner"), data=OWNER).get_data(as_text=True)
    assert 'href="#owner_id_number">Số căn cước này đã đăng ký.' in page


def test_the_answer_to_an_address_is_the_same_whether_or_not_it_has_an_account(
    client: FlaskClient, factories: Factories, instance: Path
) -> None:
    known = factories.user(email="co@example.vn")
    known.language = "en"
    answers = set()
    for address in (known.email, "la@example.vn"):
        answer = client.post("/registration", data={"email": address, "kind": "company"})
        shown = client.get(answer.headers["Location"]).get_data(as_text=True)
        answers.add((answer.status_code, re.sub(r'"csrf_token"[^>]*', "", shown).replace(address, "ADDRESS")))
    assert len(answers) == 1
    first, second = letters_in(instance)
    assert "already has an account" in first["Subject"]
    assert "/registration/" not in first.get_content()
    assert link_in(second).startswith("/registration/")
    assert "không đúng dạng" in words(client.post("/registration", data={"email": "khong phai thu", "kind": "company"}))


def test_a_link_that_is_old_altered_or_made_for_something_else_leads_to_asking_again(
    session: Session, client: FlaskClient, instance: Path, factories: Factories
) -> None:
    with time_machine.travel(now() - timedelta(hours=25)):
        old = ask(client, instance)
    invitation = invite(session, factories.user(), "b@example.vn", now())
    session.commit()
    client.post("/reset", data={"email": invitation.invited_by.email})
    reset = link_in(letters_in(instance)[-1]).replace("/reset/", "/registration/")
    good = ask(client, instance)
    altered = good.replace("/registration/", "/registration/x")
    joined = good.replace("/registration/", "/invitation/")
    for link in (old, altered, reset):
        assert "Nhập thư điện tử để nhận đường dẫn mới" in words(client.get(link, follow_redirects=True))
    assert "Nhờ người mời gửi lại" in words(client.get(joined, follow_redirects=True))
    assert "attacker.example" not in good


@pytest.fixture
def limited(instance: Path) -> Iterator[FlaskClient]:
    """A browser where requests are counted."""
    app = create_app(instance, TESTING=True, JOBS_IMMEDIATE=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True)
    return app.test_client()


def test_nobodys_mailbox_is_flooded_with_registrations(limited: FlaskClient) -> None:
    data = {"email": "la@example.vn", "kind": "company"}
    assert [limited.post("/registration", data=data).status_code for _ in range(6)] == [302] * 5 + [429]
    assert limited.post("/registration", data=data | {"email": "khac@example.vn"}).status_code == 302


def test_a_name_is_no_advertisement_in_letters_to_strangers(session: Session) -> None:
    for values in ({"name": "Xem http://ban.example"}, {"short_name": "WWW.ban.example"}):
        with pytest.raises(AccountError) as caught:
            register_carrier(session, draft(tax_number=TAX_NUMBER, **values), Applicant(ADDRESS, "A", "x"), now())
        assert caught.value.code == "name_link"
    with pytest.raises(AccountError) as caught:
        register_carrier(session, draft(), Applicant(ADDRESS, "A", "x"), now())
    assert caught.value.code == "number_missing"


# ---------- until the authority decided ----------


def test_a_carrier_that_waits_prepares_everything_and_sends_after_it_is_approved(
    session: Session, factories: Factories, waiting: User, login: Login, instance: Path
) -> None:
    clerk, office = login(waiting), login(factories.user("administrator"))
    application = factories.application(waiting)
    url = f"/applications/{application.reference}"
    page = words(clerk.get(f"{url}/check"))
    assert "Nộp được hồ sơ này sau khi đơn vị được phê duyệt" in page
    assert "Nộp hồ sơ" not in page
    assert "Đơn vị chưa được phê duyệt" in words(clerk.post(f"{url}/submit", follow_redirects=True))
    with pytest.raises(applications.ApplicationError) as caught:
        applications.submit(session, waiting, application, now())
    assert caught.value.code == "not_approved"
    for closed in ("/passes", "/supplements", "/passes/orders"):
        assert clerk.get(closed).status_code in {403, 404}
    assert waiting.organisation.name in words(office.get("/admin/organisations/waiting"))
    assert "1 đơn vị chờ phê duyệt" in words(office.get("/admin"))
    where = f"/admin/organisations/{waiting.organisation_id}"
    assert "được phép hoạt động" in words(office.post(f"{where}/approve", follow_redirects=True))
    assert "Không còn đơn vị nào chờ" in words(office.get("/admin/organisations/waiting"))
    assert "Nộp được hồ sơ từ bây giờ." in words(clerk.get("/notices"))
    (letter,) = letters_in(instance)
    assert (letter["To"], "đã được phê duyệt" in letter["Subject"]) == (waiting.email, True), "one letter, not two"
    assert clerk.get(link_in(letter)).status_code == 200
    clerk.post(f"{url}/submit")
    assert session.get(Application, application.id).state is ApplicationState.SUBMITTED


def test_a_refused_carrier_reads_why_puts_it_right_and_asks_again(
    session: Session, factories: Factories, waiting: User, login: Login, instance: Path
) -> None:
    clerk, office = login(waiting), login(factories.user("administrator"))
    twin = factories.organisation(name="Công ty Mới", tax_number=f"{TAX_NUMBER}-001")
    where, reason = f"/admin/organisations/{waiting.organisation_id}", "Mã số thuế là của đơn vị khác."
    assert twin.tax_number in words(office.get(where)), "what looks like another company is shown"
    assert "Nhập lý do" in words(office.post(f"{where}/refuse", data={"reason": " "}))
    office.post(f"{where}/refuse", data={"reason": reason})
    assert "Đơn vị đã có kết quả" in words(office.post(f"{where}/refuse", data={"reason": "x"}, follow_redirects=True))
    (letter,) = letters_in(instance)
    assert reason in letter.get_content()
    assert reason not in str([entry.details for entry in session.query(AuditEntry)])
    assert "Xem lý do và gửi lại" in words(clerk.get("/"))
    assert reason in words(clerk.get("/organisation"))
    assert reason in words(clerk.get("/notices"))
    rightful = newcomer(session, "that@example.vn")
    rightful_number = rightful.organisation.tax_number
    page = clerk.post("/organisation/details", data=COMPANY | {"tax_number": rightful_number})
    assert 'href="#tax_number">Mã số thuế này đã có' in page.get_data(as_text=True)
    corrected = COMPANY | {"tax_number": "0300588569"}
    assert "để cơ quan cấp giấy xem xét" in words(
        clerk.post("/organisation/details", data=corrected, follow_redirects=True)
    )
    carrier = session.get(Organisation, waiting.organisation_id)
    assert (carrier.state, carrier.tax_number) == (OrganisationState.WAITING, "0300588569")
    assert carrier.refusal_reason is None
    assert carrier.asked_at > carrier.created_at
    office.post(f"{where}/approve")
    assert "không sửa hoặc xét lại được" in words(clerk.get("/organisation/details", follow_redirects=True))
    with pytest.raises(AccountError):
        correct_details(session, waiting, draft(tax_number=TAX_NUMBER), now())


def test_a_refused_carrier_is_not_approved_over_whoever_has_its_number_now(
    session: Session, factories: Factories, waiting: User, login: Login
) -> None:
    office = login(factories.user("administrator"))
    where = f"/admin/organisations/{waiting.organisation_id}"
    office.post(f"{where}/refuse", data={"reason": "Không phải đơn vị này."})
    newcomer(session, "that@example.vn")
    assert "vừa có đơn vị khác đăng ký" in words(office.post(f"{where}/approve", follow_redirects=True))
    assert session.get(Organisation, waiting.organisation_id).state is OrganisationState.REFUSED


def test_whom_nobody_looked_at_yet_changes_nothing_that_others_go_by(
    session: Session, factories: Factories, carrier: User, waiting: User
) -> None:
    theirs = factories.crew(carrier, id_number=OWNER_ID, name="Nguyễn Văn Bình")
    with pytest.raises(FleetError) as caught:
        factories.crew(waiting, id_number=OWNER_ID, name="Nguyễn Văn Bình", phone="+84900000000")
    assert caught.value.code == "person_on_file"
    session.rollback()
    assert find_crew_member(session, carrier.organisation, theirs.id).person.phone != "+84900000000"
    own = factories.crew(waiting)
    assert own.person.phone
    truck = factories.vehicle(waiting, plate="29C99999")
    assert owners_of(session, [truck.plate]) == {}
    waiting.organisation.approved_at = now()
    session.commit()
    assert [carrier_id for carrier_id, _name in owners_of(session, [truck.plate])[truck.plate]] == [
        waiting.organisation_id
    ]
    assert factories.crew(waiting, id_number=OWNER_ID, name="Nguyễn Văn Bình").person is theirs.person
    owner = newcomer(session, "chu-xe@example.vn", owner_id_number="036090023456", name="Trần Đức Anh")
    driver = factories.crew(owner, id_number="036090023456", name="Trần Đức Anh")
    assert driver.person is owner.organisation.owner, "who owns the truck drives it"


# ---------- colleagues ----------


def test_a_colleague_is_invited_joins_and_is_removed(
    app: Flask, session: Session, carrier: User, desk: FlaskClient, instance: Path
) -> None:
    company = carrier.organisation
    assert "không đúng dạng" in words(desk.post("/organisation/invite", data={"email": "khong phai thu"}))
    page = desk.post("/organisation/invite", data={"email": "Hoa@Example.vn"}, follow_redirects=True)
    assert "Đã gửi lời mời đến hoa@example.vn" in words(page)
    assert "đã được mời" in words(desk.post("/organisation/invite", data={"email": "hoa@example.vn"}))
    (letter,) = letters_in(instance)
    assert company.name in letter.get_content()
    invitation = session.query(Invitation).one()
    invitation_url = f"/organisation/invitations/{invitation.id}"
    with time_machine.travel(now() + timedelta(days=8)):
        assert "Quá hạn" in words(desk.get("/organisation"))
        assert "quá hạn" in words(app.test_client().get(link_in(letter), follow_redirects=True))
    assert "Đã gửi lại lời mời" in words(desk.post(f"{invitation_url}/send", follow_redirects=True))
    link = link_in(letters_in(instance)[-1])
    guest = app.test_client()
    assert company.name in words(guest.get(link))
    typed = {"name": "Lê Thị Hoa", "password": PASSWORD, "password_confirm": PASSWORD}
    assert "Nhập họ và tên." in words(guest.post(link, data=typed | {"name": " "}))
    assert "Chào Lê Thị Hoa" in words(guest.post(link, data=typed, follow_redirects=True))
    assert guest.get("/fleet/vehicles").status_code == 200
    assert "đã được dùng" in words(app.test_client().get(link, follow_redirects=True))
    assert desk.post(f"{invitation_url}/withdraw").status_code == 404
    colleague = find_user(session, "hoa@example.vn")
    removal = f"/organisation/colleagues/{colleague.id}/remove"
    assert "bị đăng xuất ngay" in words(desk.get(removal))
    assert desk.post(f"/organisation/colleagues/{carrier.id}/remove").status_code == 404, "nobody removes themselves"
    assert "không còn vào được" in words(desk.post(removal, follow_redirects=True))
    assert guest.get("/fleet/vehicles").status_code == 302
    assert app.test_client().post("/login", data={"email": colleague.email, "password": PASSWORD}).status_code == 200
    assert colleague.email not in words(desk.get("/organisation"))
    assert "đã cho Ông/Bà ra khỏi" in letters_in(instance)[-1].get_content()
    verbs = [entry.verb.removeprefix("accounts.") for entry in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert verbs[-5:] == ["invite", "invite_again", "create_user", "accept_invitation", "remove_colleague"]


def test_an_invitation_that_is_withdrawn_opens_nothing(
    app: Flask, session: Session, carrier: User, desk: FlaskClient, instance: Path
) -> None:
    desk.post("/organisation/invite", data={"email": "hoa@example.vn"})
    link, invitation = link_in(letters_in(instance)[0]), session.query(Invitation).one()
    assert "Đã rút lại" in words(
        desk.post(f"/organisation/invitations/{invitation.id}/withdraw", follow_redirects=True)
    )
    assert "đã được rút lại" in words(app.test_client().get(link, follow_redirects=True))
    with pytest.raises(AccountError) as caught:
        accept_invitation(session, invitation, Applicant("hoa@example.vn", "Hoa", "x"), now())
    assert caught.value.code == "link_used"
    assert carrier.organisation.id == invitation.organisation_id


def test_an_invitation_tells_nobody_who_has_an_account_elsewhere(
    app: Flask, factories: Factories, carrier: User, desk: FlaskClient, instance: Path
) -> None:
    elsewhere = factories.user(email="ban@example.vn")
    page = desk.post("/organisation/invite", data={"email": elsewhere.email}, follow_redirects=True)
    assert "Đã gửi lời mời đến ban@example.vn" in words(page)
    (letter,) = letters_in(instance)
    assert "đã có tài khoản ở một đơn vị khác" in letter.get_content()
    assert "/invitation/" not in letter.get_content()
    assert "đã là đồng nghiệp" in words(desk.post("/organisation/invite", data={"email": carrier.email}))
    del app


def test_whom_colleagues_removed_may_join_another_company_and_whom_the_administrator_locked_may_not(
    session: Session, factories: Factories, carrier: User, login: Login, client: FlaskClient, instance: Path
) -> None:
    former, locked = factories.user(organisation=carrier.organisation), factories.user()
    former.tf_primary_method, former.tf_totp_secret = "authenticator", "secret"
    session.add(Notice(user_id=former.id, kind=NoticeKind.RECEIVED, details={}, written_at=now(), is_mail_due=False))
    login(carrier).post(f"/organisation/colleagues/{former.id}/remove")
    assert count_unread(session, former) == 0, "nothing of the old company is read in the new one"
    locked.active = False
    session.commit()
    stale = ask(client, instance, former.email)
    boss = login(factories.user())
    for address in (former.email, locked.email):
        boss.post("/organisation/invite", data={"email": address})
    to_former, to_locked = letters_in(instance)[-2:]
    assert "đã có tài khoản" in to_locked.get_content()
    typed = {"name": "Lê Thị Hoa", "password": PASSWORD, "password_confirm": PASSWORD}
    assert client.post(link_in(to_former), data=typed).status_code == 302
    assert former.organisation.name != carrier.organisation.name
    assert (former.active, former.removed_at, former.tf_totp_secret) == (True, None, None)
    assert "đã được dùng" in words(client.application.test_client().get(stale, follow_redirects=True))


def test_a_carrier_that_nobody_approved_writes_to_few_strangers_whose_addresses_are_not_kept_for_ever(
    app: Flask, session: Session, waiting: User
) -> None:
    for number in range(MOST_OPEN_UNAPPROVED):
        invite(session, waiting, f"la{number}@example.vn", now())
    with pytest.raises(AccountError) as caught:
        invite(session, waiting, "nua@example.vn", now())
    assert caught.value.code == "invitations_many"
    session.query(Invitation).filter_by(email="la0@example.vn").one().sent_at -= timedelta(days=91)
    session.commit()
    app.extensions["worker"].purge()
    assert session.query(Invitation).count() == MOST_OPEN_UNAPPROVED - 1, "an address is not kept for ever"


# ---------- language ----------


def test_the_language_that_a_user_chooses_is_kept_and_letters_are_in_it(
    app: Flask, session: Session, factories: Factories, login: Login, instance: Path
) -> None:
    user = factories.user()
    clerk = login(user)
    clerk.get("/lang/en")
    assert session.get(User, user.id).language == "en"
    clerk.get("/lang/xx")
    assert session.get(User, user.id).language == "en"
    elsewhere = login(user)
    assert "Home" in words(elsewhere.get("/")), "on another machine too"
    elsewhere.post("/reset", data={"email": user.email})
    app.test_client().post("/reset", data={"email": user.email})
    assert letters_in(instance)[-1]["Subject"].strip() == "Reset your vehicle pass password"
    elsewhere.post("/logout")
    assert "Đăng nhập" in words(elsewhere.get("/login")), "who comes next reads their own"
    stranger = app.test_client()
    stranger.get("/lang/vi")
    stranger.post("/login", data={"email": user.email, "password": PASSWORD})
    assert session.get(User, user.id).language == "vi", "chosen on the page where they signed in"


def test_an_owner_who_is_erased_leaves_a_closed_carrier_that_names_nobody(session: Session) -> None:
    user = newcomer(session, owner_id_number=OWNER_ID)
    invite(session, user, "hoa@example.vn", now())
    person = find_person(session, OWNER_ID)
    told = retention.report(session, None, person, now())
    assert [row["name"] for row in told["organisations"]] == ["Công ty Mới"]
    assert retention.erase(session, None, person, {}, None, now())["organisations"] == 1
    carrier = user.organisation
    assert (carrier.state, carrier.owner, carrier.phone) == (OrganisationState.CLOSED, None, None)
    assert not user.active
    assert {carrier.name, carrier.short_name, user.name} == {"–"}
    assert find_user(session, ADDRESS) is None
    assert session.query(Invitation).count() == 0
