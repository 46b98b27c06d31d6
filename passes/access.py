"""Who may do what: roles, permissions, and the rule that what nobody permitted is refused.

Every view states its permission with `requires`, or says `public`; a view that does neither answers 403. Roles are
sets of permissions and stand here, so that a new role is one entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from flask import Flask, abort, current_app, request
from flask_login import current_user

if TYPE_CHECKING:
    from passes.accounts.models import User

View = TypeVar("View", bound=Callable[..., object])

SIGNED_IN = "signed-in"
"""The permission that every user with an account has."""

ROLES: Mapping[str, frozenset[str]] = {
    "carrier": frozenset({"fleet.manage", "applications.apply", "passes.print", "colleagues.manage"}),
    "reviewer": frozenset({"findings.review", "applications.review", "passes.revoke"}),
    "health": frozenset(
        {"people.merge", "zones.manage", "scans.view", "followups.view", "followups.decide", "lookups.review"}
    ),
    "district": frozenset({"followups.view", "followups.decide"}),
    "ward": frozenset({"followups.view"}),
    "site_operator": frozenset(),
    "administrator": frozenset(
        {
            "lookups.review",
            "stations.manage",
            "officers.manage",
            "scans.view",
            "audit.view",
            "administration.manage",
        }
    ),
}

PREPARING = frozenset({SIGNED_IN, "fleet.manage", "applications.apply", "colleagues.manage"})
"""What is left of a role's permissions while nobody approved the organisation; its service refuses to send."""

# Endpoints of libraries that must work without an account; our own views say `public` themselves.
_LIBRARY_PUBLIC = frozenset({"static", "bootstrap.static"})
_LIBRARY_PUBLIC_BLUEPRINTS = frozenset({"security"})


def requires(permission: str) -> Callable[[View], View]:
    """Mark a view: only users with a role that has `permission` may enter (`SIGNED_IN`: every user)."""

    def mark(view: View) -> View:
        view.required_permission = permission
        return view

    return mark


def public(view: View) -> View:
    """Mark a view that needs no account."""
    view.required_permission = None
    return view


def permissions_of(user: User) -> frozenset[str]:
    """Return every permission that the user's roles give; fewer, or none, while their organisation may not work."""
    given = frozenset({SIGNED_IN}).union(*(ROLES.get(role.name, frozenset()) for role in user.roles))
    if user.organisation.is_working:
        return given
    return given & (PREPARING if user.organisation.is_preparing else {SIGNED_IN})


def has_permission(user: User, permission: str) -> bool:
    """Say whether one of the user's roles gives the permission."""
    return permission in permissions_of(user)


def required_permission(app: Flask, endpoint: str) -> tuple[bool, str | None]:
    """Return whether an endpoint states its rule at all, and the permission it names (None: public)."""
    view = app.view_functions[endpoint]
    if endpoint in _LIBRARY_PUBLIC or endpoint.split(".", maxsplit=1)[0] in _LIBRARY_PUBLIC_BLUEPRINTS:
        return True, None
    return hasattr(view, "required_permission"), getattr(view, "required_permission", None)


def _check() -> object:
    """Refuse, before the view runs, whoever its permission does not name."""
    if request.endpoint is None:
        return None  # no such page: the 404 follows
    is_stated, permission = required_permission(current_app, request.endpoint)
    if not is_stated:
        abort(403)
    if permission is None:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()
    if not has_permission(current_user, permission):
        abort(403)
    return None


def init_app(app: Flask) -> None:
    """Guard every request of the application."""
    app.before_request(_check)
