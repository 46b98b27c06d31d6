"""Who may enter: every endpoint states its rule, and every role gets exactly what the table in `access.py` says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from passes import access
from passes.accounts.colleagues import invite
from passes.accounts.models import User
from passes.audit import AuditEntry
from passes.db import db
from passes.documents.models import Document, DocumentKind
from passes.imports.models import FleetImport, ImportKind, ImportState
from passes.issuing.print_models import PrintJob, PrintKind, PrintState
from passes.pages import AREAS
from tests.factories import Factories, now
from tests.issuers import open_issuer
from tests.passes.conftest import sign_in
from tests.passes.pages import Login

# What needs no account. A new entry here is a decision, not a formality.
PUBLIC = {
    "accounts.complete_registration",  # needs a signed link
    "accounts.join",  # needs a signed link
    "accounts.register",  # answers the same whoever asks
    "accounts.register_sent",
    "api.enrol",  # a device proves itself with a one-time secret
    "api.keys",  # a device proves itself with its present key, and the new one
    "api.scans",  # a device proves itself with a signature
    "bootstrap.static",
    "fonts.file",
    "home.health",
    "lang.switch",
    "security.change_password",  # the library asks for a login itself
    "security.forgot_password",  # answers the same whoever asks
    "security.login",
    "security.logout",
    "security.reset_password",  # needs a signed link
    "security.mf_recovery",  # after the password
    "security.mf_recovery_codes",  # the library asks for a login itself
    "security.static",
    "security.tf_select",  # after the password, as all of the second factor
    "security.two_factor_rescue",
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.two_factor_token_validation",
    "security.verify",
    "static",
    "trust.file",  # what stations verify is public, and signed
}
VALUES = {
    "act": "revoke",
    "reference": "HS-000000-00000",
    "number": "HN-00-000000",
    "part": "metadata",
    "code": "vi",
    "kind": "csv",
    "answer": "accept",
    "result": "negative",
}
VALUES_OF = {
    "accounts.change_invitation": {"act": "send"},
    "administration.set_user_active": {"act": "open"},
    "administration.retire_refusal": {"act": "retire"},
}
METHODS = ("GET", "POST")


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def requests_of(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint of ours that needs an account, with a method and an address that reach it."""
    adapter = app.url_map.bind("localhost")
    for rule in rules(app):
        if rule.endpoint in PUBLIC:
            continue
        values: dict[str, Any] = {name: VALUES.get(name, 999_999) for name in rule.arguments}
        values |= VALUES_OF.get(rule.endpoint, {})
        path = adapter.build(rule.endpoint, values, force_external=False)
        for method in METHODS:
            if method in (rule.methods or ()):
                yield rule.endpoint, method, path


def test_every_endpoint_states_its_rule(app: Flask) -> None:
    silent = [rule.endpoint for rule in rules(app) if not access.required_permission(app, rule.endpoint)[0]]
    assert silent == []


def test_a_new_endpoint_without_a_rule_is_found_and_refused(instance: Path) -> None:
    app = open_issuer(instance)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert access.required_permission(app, "forgotten") == (False, None)
    with app.app_context():
        factories = Factories(db.session())
        for role in access.ROLES:
            assert sign_in(app, factories.user(role)).get("/forgotten").status_code == 403
        db.session.remove()
        db.engine.dispose()
    assert app.test_client().get("/forgotten").status_code == 403


def test_what_needs_no_account_is_named_here(app: Flask) -> None:
    public = {rule.endpoint for rule in rules(app) if access.required_permission(app, rule.endpoint)[1] is None}
    assert public == PUBLIC


def test_every_permission_of_an_endpoint_belongs_to_a_role_and_every_roles_to_an_endpoint(app: Flask) -> None:
    needed = {access.required_permission(app, endpoint)[1] for endpoint, _method, _path in requests_of(app)}
    assert needed - {access.SIGNED_IN} == set[str]().union(*access.ROLES.values())


def test_the_navigation_leads_where_its_permission_opens(app: Flask) -> None:
    for permission, endpoint, _label in AREAS:
        assert access.required_permission(app, endpoint) == (True, permission)


@pytest.mark.parametrize("role", access.ROLES)
def test_a_role_enters_exactly_what_its_permissions_name(
    app: Flask, factories: Factories, login: Login, role: str
) -> None:
    client = login(factories.user(role))
    allowed = access.ROLES[role] | {access.SIGNED_IN}
    wrong = []
    for endpoint, method, path in requests_of(app):
        status = client.open(path, method=method).status_code
        may_enter = access.required_permission(app, endpoint)[1] in allowed
        if (status != 403) is not may_enter or status >= 500:
            wrong.append((endpoint, method, status))
    assert wrong == []


def test_somebody_without_an_account_is_sent_to_the_login(app: Flask, client: FlaskClient) -> None:
    wrong = []
    for endpoint, method, path in requests_of(app):
        answer = client.open(path, method=method)
        if answer.status_code not in {302, 401} or "/login" not in answer.headers.get("Location", "/login"):
            wrong.append((endpoint, method, answer.status_code))
    assert wrong == []


def test_somebody_whose_account_is_closed_is_out_at_once(factories: Factories, login: Login) -> None:
    user = factories.user()
    client = login(user)
    assert client.get("/fleet/vehicles").status_code == 200
    user.active = False
    assert client.get("/fleet/vehicles").status_code == 302


def test_nothing_is_posted_without_the_token_of_a_form(app: Flask, factories: Factories, login: Login) -> None:
    clients = {role: login(factories.user(role)) for role in access.ROLES}
    app.config["WTF_CSRF_ENABLED"] = True
    taken = [
        (endpoint, role)
        for endpoint, method, path in requests_of(app)
        for role, client in clients.items()
        if method == "POST" and client.post(path).status_code not in {400, 403}
    ]
    assert taken == []


def test_two_people_at_two_machines_stay_two_people(factories: Factories, login: Login) -> None:
    clients = [login(factories.user(name=name)) for name in ("Trần Đức Anh", "Lê Thị Hoa")]
    for client, name in zip(clients, ("Trần Đức Anh", "Lê Thị Hoa"), strict=True):
        assert f"Chào {name}" in client.get("/").get_data(as_text=True)


# ---------- whose it is, beside who may ----------

# What a carrier's addresses name; each is made for another carrier below. "kind" and "suffix" name nobody's row.
NAMED = {
    "reference",
    "item_id",
    "number",
    "vehicle_id",
    "member_id",
    "job_id",
    "import_id",
    "document_id",
    "what",
    "key",
    "invitation_id",
    "colleague_id",
    "act",
}
NOBODYS = {"kind", "suffix"}


def belongings(session: Session, factories: Factories, owner: User) -> dict[str, Any]:
    """Rows of one carrier, by the names that addresses have for them."""
    vehicle_pass = factories.vehicle_pass(owner)
    item = vehicle_pass.application_vehicle
    shared = {"carrier_id": owner.organisation_id, "user_id": owner.id, "created_at": now(), "total": 1}
    job = PrintJob(kind=PrintKind.WINDSCREEN, state=PrintState.DONE, **shared)
    sheet = FleetImport(
        kind=ImportKind.VEHICLES,
        state=ImportState.CHECKED,
        file_name="xe.xlsx",
        columns=[],
        todo=0,
        state_changed_at=now(),
        **shared,
    )
    paper = Document(
        carrier_id=owner.organisation_id,
        vehicle_id=item.vehicle_id,
        kind=DocumentKind.INSPECTION,
        file_name="dang-kiem.pdf",
        media_type="application/pdf",
        bytes=1,
        stored_as="0" * 32,
        uploaded_at=now(),
        uploaded_by_id=owner.id,
    )
    invitation = invite(session, owner, "moi@example.vn", now())
    colleague = factories.user(organisation=owner.organisation)
    session.add_all([job, sheet, paper])
    session.commit()
    return {
        "reference": item.application.reference,
        "item_id": item.id,
        "number": vehicle_pass.number,
        "vehicle_id": item.vehicle_id,
        "member_id": item.crew[0].crew_member_id,
        "job_id": job.id,
        "import_id": sheet.id,
        "document_id": paper.id,
        "what": "vehicle",
        "key": item.vehicle_id,
        "invitation_id": invitation.id,
        "colleague_id": colleague.id,
        "act": "withdraw",
    }


def test_what_one_carrier_has_is_on_no_page_of_another(
    app: Flask, session: Session, factories: Factories, login: Login
) -> None:
    owner, stranger = factories.user(), factories.user()
    values = belongings(session, factories, owner)
    assert values.keys() == NAMED
    adapter, browser = app.url_map.bind("localhost"), login(stranger)
    before = session.query(AuditEntry).count()
    tried, wrong = 0, []
    for rule in rules(app):
        if access.required_permission(app, rule.endpoint)[1] not in access.ROLES["carrier"]:
            continue
        if not rule.arguments - NOBODYS:
            continue
        assert rule.arguments <= NAMED | NOBODYS, f"{rule.endpoint}: say here what its address names"
        path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        for method in set(METHODS) & (rule.methods or set()):
            tried += 1
            status = browser.open(path, method=method).status_code
            if status != 404:
                wrong.append((rule.endpoint, method, status))
    assert wrong == []
    assert tried > 20
    assert session.query(AuditEntry).count() == before
