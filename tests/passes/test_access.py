"""Who may enter which page: every route of the issuer, for every role and for nobody."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from passes import access
from passes.accounts.models import User
from tests.factories import Factories

# A page that needs no account is one that somebody decided on: it is added here.
PUBLIC = {
    "/api/v1/enrol",
    "/api/v1/scans",
    "/bootstrap/static/<path:filename>",
    "/change",  # these four are the login library's: it asks for an account itself where one is needed
    "/login",
    "/logout",
    "/verify",
    "/fonts/<filename>",
    "/fs-static/<path:filename>",
    "/healthz",
    "/lang/<code>",
    "/static/<path:filename>",
    "/trust/<any(metadata, targets):part>/<path:name>",
}
ONLY_WITH_ACCOUNT = {"/change", "/verify"}


def requests_of(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every route and method of the issuer, with an address that matches it."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: "metadata" if name == "part" else 1 for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, adapter.build(rule.endpoint, values, method=method)


def test_every_route_states_who_may_enter(app: Flask) -> None:
    silent = [rule.rule for rule in app.url_map.iter_rules() if not access.required_permission(app, rule.endpoint)[0]]
    assert silent == []


def test_a_route_that_states_nothing_is_refused(
    app: Flask, login: Callable[[User], FlaskClient], factories: Factories
) -> None:
    app._got_first_request = False
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert app.test_client().get("/forgotten").status_code == 403
    assert login(factories.user("administrator")).get("/forgotten").status_code == 403


def test_exactly_these_pages_need_no_account(app: Flask) -> None:
    public = {
        rule.rule for rule in app.url_map.iter_rules() if access.required_permission(app, rule.endpoint)[1] is None
    }
    assert public == PUBLIC


def test_nobody_enters_without_an_account_what_is_not_public(app: Flask) -> None:
    client = app.test_client()
    for rule, method, address in requests_of(app):
        if rule.rule not in PUBLIC or rule.rule in ONLY_WITH_ACCOUNT:
            answer = client.open(address, method=method)
            assert answer.status_code == 302, (method, rule.rule)
            assert answer.headers["Location"].startswith("/login"), (method, rule.rule)


@pytest.mark.parametrize("role", access.ROLES)
def test_a_role_enters_what_it_may_and_nothing_else(
    role: str, app: Flask, login: Callable[[User], FlaskClient], factories: Factories
) -> None:
    client = login(factories.user(role))
    for rule, method, address in requests_of(app):
        permission = access.required_permission(app, rule.endpoint)[1]
        if permission is None:
            continue
        status = client.open(address, method=method).status_code
        if permission in access.ROLES[role] | {access.SIGNED_IN}:
            assert status in {200, 302, 303, 400, 404, 409, 422}, (method, rule.rule, status)
        else:
            assert status == 403, (method, rule.rule)


def test_every_permission_that_a_page_asks_for_belongs_to_a_role(app: Flask) -> None:
    asked = {access.required_permission(app, rule.endpoint)[1] for rule in app.url_map.iter_rules()}
    given = frozenset().union(*access.ROLES.values())
    assert asked - {None, access.SIGNED_IN} <= given
    assert given <= asked
