"""The issuer behind the TLS proxy of docs/operations.md, and without one."""

from pathlib import Path

import pytest
from flask import Flask, Response, request

from passes import create_app
from passes.config import Instance, create_secrets

FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


def app_with(tmp_path: Path, *, https: bool) -> Flask:
    create_secrets(Instance(tmp_path))
    app = create_app(tmp_path, TESTING=True, HTTPS=https)

    @app.before_request
    def tell() -> Response | None:
        return Response(f"{request.remote_addr} {request.scheme}") if request.path == "/who" else None

    # The talisman and the rules of access come first; this page is for the test alone.
    app.before_request_funcs[None].insert(0, app.before_request_funcs[None].pop())
    return app


@pytest.mark.parametrize(
    ("https", "seen"), [(True, "203.0.113.7 https"), (False, "127.0.0.1 http")], ids=["proxy", "no proxy"]
)
def test_who_asks_is_what_the_proxy_says_and_only_where_there_is_one(tmp_path: Path, *, https: bool, seen: str) -> None:
    client = app_with(tmp_path, https=https).test_client()
    assert client.get("/who", headers=FORWARDED).get_data(as_text=True) == seen


def test_a_request_without_tls_is_sent_to_https_and_cookies_are_for_https_only(tmp_path: Path) -> None:
    client = app_with(tmp_path, https=True).test_client()
    answer = client.get("/login")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://")
    answer = client.get("/login", headers=FORWARDED)
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)
