"""`passes users create`, with which the first administrator comes in."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from passes.accounts.cli import group
from passes.accounts.services import find_organisation, find_user
from tests.factories import PASSWORD

Create = Callable[..., Result]


@pytest.fixture
def create(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Create:
    """Run the command as an administrator would, with the password in the environment."""

    def invoke(email: str, *options: str, password: str = PASSWORD) -> Result:
        monkeypatch.setenv("PASSES_NEW_PASSWORD", password)
        return app.test_cli_runner().invoke(group, ["create", email, "--name", "Nguyễn An", *options])

    return invoke


def test_the_first_administrator_is_made_with_their_office_and_can_log_in(
    create: Create, app: Flask, session: Session
) -> None:
    made = create("An@Example.vn", "--organisation", "Sở GTVT", "--role", "administrator")
    assert made.exit_code == 0, made.output
    user = find_user(session, "an@example.vn")
    assert user is not None
    assert [role.name for role in user.roles] == ["administrator"]
    assert user.organisation.name == "Sở GTVT"
    answer = app.test_client().post("/login", data={"email": "an@example.vn", "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_a_second_user_joins_the_organisation_of_that_name(create: Create, session: Session) -> None:
    options = ("--kind", "carrier", "--organisation", "Công ty A", "--tax-number", "0100109106")
    assert create("a@example.vn", *options).exit_code == 0
    assert create("b@example.vn", *options).exit_code == 0
    company = find_organisation(session, "Công ty A")
    assert company is not None
    assert company.tax_number == "0100109106"
    users = [find_user(session, email) for email in ("a@example.vn", "b@example.vn")]
    assert [user.organisation for user in users if user] == [company, company]


def test_what_does_not_fit_is_refused_in_a_sentence(create: Create, session: Session) -> None:
    assert "at least 12 characters" in create("a@example.vn", "--organisation", "Sở", password="short").output
    assert create("a@example.vn", "--organisation", "Sở", "--role", "carrier").exit_code == 2
    assert create("a@example.vn", "--organisation", "UBND", "--kind", "district").exit_code == 2
    assert find_user(session, "a@example.vn") is None


@pytest.mark.parametrize("email", ["nobody", "x y@example.vn", "a\x01@example.vn", "a@b@example.vn", ""])
def test_what_the_login_page_would_not_read_as_an_address_makes_no_account(
    create: Create, session: Session, email: str
) -> None:
    refused = create(email, "--organisation", "Sở GTVT")
    assert refused.exit_code == 2
    assert "is not an e-mail address" in refused.output
    assert find_organisation(session, "Sở GTVT") is None


@pytest.mark.parametrize("options", [("--name", " "), ("--name", "x" * 121), ("--organisation", "x" * 201)])
def test_names_that_no_column_holds_are_refused(create: Create, session: Session, options: tuple[str, str]) -> None:
    refused = create("a@example.vn", "--organisation", "Sở GTVT", *options)
    assert refused.exit_code == 2
    assert "1 to" in refused.output
    assert find_user(session, "a@example.vn") is None
