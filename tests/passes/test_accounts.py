"""Organisations, users and roles."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import access
from passes.accounts.messages import security_settings
from passes.accounts.models import OrganisationKind, User
from passes.accounts.services import (
    ROLES_OF,
    AccountError,
    OrganisationDraft,
    create_organisation,
    create_user,
    ensure_roles,
    find_user,
    normalise_tax_number,
)
from passes.areas.services import AreaUnknownError
from passes.audit import AuditEntry
from tests.factories import Factories, now


def test_every_role_of_an_organisation_is_a_role_with_permissions() -> None:
    assert {name for names in ROLES_OF.values() for name in names} == set(access.ROLES)


def test_every_kind_of_organisation_has_a_role_for_its_users() -> None:
    assert set(ROLES_OF) == set(OrganisationKind)


def test_roles_are_added_once(session: Session) -> None:
    assert ensure_roles(session) == ensure_roles(session)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0100109106", "0100109106"), ("01 00109106", "0100109106"), ("0100109106-001", "0100109106-001")],
)
def test_a_tax_number_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert normalise_tax_number(typed) == kept


@pytest.mark.parametrize("typed", ["0100109107", "123", "abcdefghij", "0100109106-000"])
def test_a_wrong_tax_number_is_refused_with_its_field(typed: str) -> None:
    with pytest.raises(AccountError) as caught:
        normalise_tax_number(typed)
    assert (caught.value.code, caught.value.field) == ("tax_number_invalid", "tax_number")


def test_two_organisations_never_share_a_tax_number(factories: Factories) -> None:
    factories.organisation(tax_number="0100109106")
    with pytest.raises(AccountError, match="registered already"):
        factories.organisation(tax_number="01.00109106")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " ", "short_name": "A"}, "name_missing"),
        ({"name": "A", "short_name": "x" * 41}, "short_name_length"),
        ({"name": "A", "short_name": "A", "kind": OrganisationKind.DISTRICT}, "area_level"),
        ({"name": "A", "short_name": "A", "kind": OrganisationKind.DISTRICT, "area_code": "01"}, "area_level"),
        ({"name": "A", "short_name": "A", "kind": OrganisationKind.WARD, "area_code": "281"}, "area_level"),
    ],
)
def test_an_organisation_with_a_wrong_value_is_refused(session: Session, values: dict[str, str], code: str) -> None:
    draft = OrganisationDraft(**({"kind": OrganisationKind.CARRIER} | values))
    with pytest.raises(AccountError) as caught:
        create_organisation(session, None, draft, now())
    assert caught.value.code == code


def test_an_office_of_an_unknown_district_is_refused(session: Session) -> None:
    draft = OrganisationDraft(OrganisationKind.DISTRICT, "Quận lạ", "Quận lạ", area_code="999")
    with pytest.raises(AreaUnknownError):
        create_organisation(session, None, draft, now())


def test_a_new_user_gets_the_first_role_of_the_organisation(session: Session, factories: Factories) -> None:
    authority = factories.organisation(OrganisationKind.AUTHORITY)
    user = create_user(session, None, authority, email="A@B.vn", name="A", password_hash="x", now=now())
    assert [role.name for role in user.roles] == ["reviewer"]
    assert find_user(session, " a@b.VN ") is user


def test_a_role_that_does_not_fit_the_organisation_is_refused(session: Session, factories: Factories) -> None:
    carrier = factories.organisation()
    with pytest.raises(AccountError, match="administrator"):
        create_user(
            session, None, carrier, email="a@b.vn", name="A", password_hash="x", roles=["administrator"], now=now()
        )


def test_an_e_mail_address_has_one_account(factories: Factories) -> None:
    factories.user(email="one@example.vn")
    with pytest.raises(AccountError) as caught:
        factories.user(email="ONE@example.vn")
    assert caught.value.code == "email_taken"


def test_accounts_are_written_to_the_audit_log(session: Session, factories: Factories) -> None:
    factories.user("reviewer")
    verbs = {entry.verb for entry in session.query(AuditEntry)}
    assert {"accounts.create_organisation", "accounts.create_user"} <= verbs


def test_a_user_logs_in_and_out(factories: Factories, login: Callable[[User], FlaskClient]) -> None:
    client = login(factories.user())
    assert client.get("/").status_code == 200
    assert client.post("/logout").status_code == 302
    assert client.get("/").status_code == 302


def test_no_sentence_of_the_login_pages_takes_the_librarys_english_durations(app: Flask) -> None:
    with app.test_request_context("/"):
        assert [name for name, (text, _) in security_settings().items() if "within" in str(text)] == []


def test_a_wrong_password_does_not_log_in(client: FlaskClient, factories: Factories) -> None:
    user = factories.user()
    answer = client.post("/login", data={"email": user.email, "password": "not the password"})
    assert "Thư điện tử hoặc mật khẩu không đúng." in answer.get_data(as_text=True)
    assert client.get("/").status_code == 302
