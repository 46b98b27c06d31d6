"""A code from an authenticator app: for whoever wants it, and for whoever must."""

import base64
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import create_app
from passes.accounts.models import User
from passes.audit import AuditEntry
from passes.config import STAFF_ROLES, ConfigError, Instance, write_first_settings
from passes.db import db
from tests.factories import PASSWORD, Factories, now
from tests.issuers import open_issuer
from tests.passes.conftest import Browser


def code_at(key: str, moment: datetime) -> str:
    """What an authenticator app shows, reckoned by another library than the issuer's."""
    secret = key.replace("-", "").replace(" ", "").upper()
    secret += "=" * (-len(secret) % 8)
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303 - RFC 6238's default
    return totp.generate(int(moment.timestamp())).decode()


def wrong_code(key: str, moment: datetime) -> str:
    """A code that is none of those which an app shows about that time."""
    shown = {code_at(key, moment + timedelta(seconds=30 * step)) for step in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in shown)


def sign_in(app: Flask, user: User) -> tuple[FlaskClient, str]:
    """Type the password; return the browser and where it is sent."""
    client = app.test_client()
    answer = client.post("/login", data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client, answer.headers["Location"]


def start_setup(client: FlaskClient) -> tuple[str, str]:
    """Choose the authenticator app; return the key by hand, and the address that the code is sent to."""
    page = client.post("/tf-setup", data={"setup": "authenticator"}).get_data(as_text=True)
    assert "data:image/" in page, "the code to scan"
    key = re.search(r"\b(?:[A-Z2-7]{4}-)+[A-Z2-7]{1,4}\b", page)
    target = re.search(r'action="([^"]+)" method="post" name="two_factor_verify_code_form"', page)
    assert key, page
    assert target, page
    return key[0], target[1]


@pytest.fixture
def strict(instance: Path) -> Iterator[Flask]:
    """An issuer as `passes init` makes it: staff need a second factor."""
    write_first_settings(Instance(instance))
    app = open_issuer(instance)
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_staff_are_led_through_setting_it_up_and_enter_only_with_a_code(strict: Flask, role: str) -> None:
    user = Factories(db.session()).user(role)
    moment = now()
    with time_machine.travel(moment, tick=False):
        client, target = sign_in(strict, user)
        assert target.endswith("/tf-setup")
        assert client.get("/").status_code == 302, "a password alone opens nothing"
        key, target = start_setup(client)
        assert client.post(target, data={"code": wrong_code(key, moment)}).status_code == 200
        assert client.get("/").status_code == 302
        assert client.post(target, data={"code": code_at(key, moment)}).status_code == 302
        assert client.get("/").status_code == 200
    deeds = db.session.query(AuditEntry).filter_by(verb="accounts.set_second_factor", actor_id=user.id)
    assert deeds.count() == 1, "the log says who set one up"
    later = moment + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        client, target = sign_in(strict, user)
        assert "/tf-validate" in target
        assert client.get("/").status_code == 302
        assert client.post("/tf-setup", data={"setup": "disable"}).status_code in {200, 302}
        client, _target = sign_in(strict, user)
        assert client.post("/tf-validate", data={"code": code_at(key, later)}).status_code == 302
        assert client.get("/").status_code == 200
        assert 'value="disable"' not in client.get("/tf-setup").get_data(as_text=True)
        assert deeds.count() == 1, "signing in is not setting up"
        client.post("/tf-setup", data={"setup": "disable"})
        again, _target = sign_in(strict, user)
        page = again.post("/tf-validate", data={"code": code_at(key, later)}).get_data(as_text=True)
        assert "Mã xác thực không đúng hoặc đã đổi" in page, "each code is taken once"


def test_a_company_signs_in_with_its_password_alone_and_may_add_and_drop_a_second_factor(
    strict: Flask,
) -> None:
    session = db.session()
    user = Factories(session).user()
    client, target = sign_in(strict, user)
    assert target == "/"
    key, target = start_setup(client)
    assert client.post(target, data={"code": code_at(key, now())}).status_code == 302
    assert key not in (user.tf_totp_secret or ""), "kept encrypted"
    _other, target = sign_in(strict, user)
    assert "/tf-validate" in target
    assert client.post("/tf-setup", data={"setup": "disable"}).status_code == 302
    _other, target = sign_in(strict, user)
    assert target == "/"
    verbs = [entry.verb for entry in session.query(AuditEntry).filter_by(actor_id=user.id).order_by(AuditEntry.id)]
    assert verbs == ["accounts.set_second_factor", "accounts.drop_second_factor"]


def test_a_recovery_code_replaces_a_lost_phone_once(strict: Flask) -> None:
    user = Factories(db.session()).user("reviewer")
    client, _target = sign_in(strict, user)
    key, target = start_setup(client)
    client.post(target, data={"code": code_at(key, now())})
    assert "Hãy tạo mã dự phòng" in client.get("/").get_data(as_text=True)
    page = client.post("/mf-recovery-codes", data={"generate_new_codes": "generate"}).get_data(as_text=True)
    codes = re.findall(r'<li class="code">([^<]+)</li>', page)
    assert len(codes) == 8
    assert not any(code in str(user.mf_recovery_codes) for code in codes), "kept encrypted"
    client, _target = sign_in(strict, user)
    assert "/mf-recovery" in client.get("/tf-validate").get_data(as_text=True)
    assert client.post("/mf-recovery", data={"code": codes[0]}).status_code == 302
    assert client.get("/").status_code == 200
    client, _target = sign_in(strict, user)
    assert "Mã dự phòng không đúng" in client.post("/mf-recovery", data={"code": codes[0]}).get_data(as_text=True)
    assert client.get("/").status_code == 302


def test_codes_are_not_guessed_for_long(instance: Path) -> None:
    app = open_issuer(instance, TWO_FACTOR_ROLES=["reviewer"], RATELIMIT_ENABLED=True)
    app.test_client_class = Browser
    with app.app_context():
        user = Factories(db.session()).user("reviewer")
        client, _target = sign_in(app, user)
        key, target = start_setup(client)
        client.post(target, data={"code": code_at(key, now())})
        client, _target = sign_in(app, user)
        wrong = wrong_code(key, now())
        tried = [client.post("/tf-validate", data={"code": wrong}).status_code for _ in range(11)]
        assert tried[-1] == 429
        db.session.remove()
        db.engine.dispose()


def test_nobody_needs_it_where_no_role_is_named(
    factories: Factories, login: Callable[[User], FlaskClient], session: Session
) -> None:
    del session
    for role in STAFF_ROLES:
        assert login(factories.user(role)).get("/").status_code == 200


def test_a_role_that_does_not_exist_stops_the_start(instance: Path) -> None:
    with pytest.raises(ConfigError, match="names clerk"):
        create_app(instance, TWO_FACTOR_ROLES=["clerk"])


def test_the_settings_of_a_new_instance_do_not_replace_those_that_are_there(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    assert write_first_settings(instance)
    assert tomllib.loads(instance.config_file.read_text("utf-8")) == {"two_factor_roles": list(STAFF_ROLES)}
    instance.config_file.write_text('issuer_id = "VN-HP"\n', "utf-8")
    assert not write_first_settings(instance)
    assert "VN-HP" in instance.config_file.read_text("utf-8")
