"""Keeping other web sites, and other people on this machine, away from the officer's page.

The page listens on loopback only, but every site that the machine's browser shows could still send requests to it. So
each request must name this machine as its host (a name that somebody points at 127.0.0.1 does not), nothing but the
page itself may be asked for from elsewhere, and each change must carry the page's origin and a token that only it has.
"""

import hmac
import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

TOKEN_HEADER = "X-Station-Token"  # noqa: S105 - the header's name
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def init_app(app: Flask) -> str:
    """Guard every request of an app; return the token that its page sends with each change."""
    token = secrets.token_urlsafe(32)

    @app.before_request
    def _check() -> None:
        if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            abort(421)
        is_navigation = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"} and not is_navigation:
            abort(403)
        if request.method not in SAFE_METHODS:
            origin = request.headers.get("Origin")
            given = request.headers.get(TOKEN_HEADER, "")
            if origin != f"{request.scheme}://{request.host}" or not hmac.compare_digest(
                given.encode(), token.encode()
            ):
                abort(403)

    @app.after_request
    def _add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if request.endpoint not in {"static", "pages.font"}:
            response.headers["Cache-Control"] = "no-store"
        return response

    return token
