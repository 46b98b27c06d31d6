"""What an administrator does with organisations and users that are there: approve, close, give roles, let in again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import Organisation, OrganisationKind, Role, User, user_roles
from passes.accounts.services import ROLES_OF, AccountError, carriers_named, ensure_roles

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

ADMINISTRATOR = "administrator"


def organisations(
    text: str = "", kind: OrganisationKind | None = None, *, is_waiting: bool = False
) -> sa.Select[tuple[Organisation]]:
    """Return a statement for organisations by name; those that wait for approval first.

    Args:
        text: part of a name, or a tax number.
        kind: only such.
        is_waiting: only those that nobody approved yet.
    """
    statement = sa.select(Organisation)
    if text.strip():
        statement = statement.where(Organisation.id.in_(carriers_named(text)))
    if kind is not None:
        statement = statement.where(Organisation.kind == kind)
    if is_waiting:
        statement = statement.where(Organisation.approved_at.is_(None), Organisation.closed_at.is_(None))
    return statement.order_by(Organisation.approved_at.is_not(None), Organisation.name, Organisation.id)


def count_unapproved(session: Session) -> int:
    """Return how many organisations wait for approval."""
    return session.scalar(sa.select(sa.func.count()).select_from(organisations(is_waiting=True).subquery())) or 0


def find_organisation_by_id(session: Session, organisation_id: int) -> Organisation | None:
    """Return one organisation, or None."""
    return session.get(Organisation, organisation_id)


def approve_organisation(session: Session, actor: User, organisation: Organisation, now: datetime) -> None:
    """Let the users of an organisation work; also of one that was closed."""
    organisation.approved_at = organisation.approved_at or now
    organisation.closed_at = None
    audit.record(session, actor, "accounts.approve_organisation", organisation, None, now)


def close_organisation(session: Session, actor: User, organisation: Organisation, now: datetime) -> None:
    """Let the users of an organisation do nothing from now on; what it did stays, and so do its passes.

    Raises:
        AccountError: it is the actor's own (`own_organisation`).
    """
    if organisation.id == actor.organisation_id:
        raise AccountError("own_organisation", "organisation", "nobody closes their own organisation")
    organisation.closed_at = now
    audit.record(session, actor, "accounts.close_organisation", organisation, None, now)


def users(text: str = "", role: str = "", organisation: Organisation | None = None) -> sa.Select[tuple[User]]:
    """Return a statement for users by name.

    Args:
        text: part of a name, an e-mail address or an organisation's name.
        role: only those who have it.
        organisation: only its users.
    """
    statement = sa.select(User)
    if text := text.strip():
        statement = statement.where(
            sa.or_(
                User.name.contains(text, autoescape=True),
                User.email.contains(text.lower(), autoescape=True),
                User.organisation_id.in_(carriers_named(text)),
            )
        )
    if role:
        having = sa.select(user_roles.c.user_id).join(Role, Role.id == user_roles.c.role_id).where(Role.name == role)
        statement = statement.where(User.id.in_(having))
    if organisation is not None:
        statement = statement.where(User.organisation_id == organisation.id)
    return statement.order_by(User.name, User.id)


def users_per_role(session: Session) -> dict[str, int]:
    """Return how many active users have each role."""
    statement = (
        sa.select(Role.name, sa.func.count(User.id))
        .join(user_roles, user_roles.c.role_id == Role.id)
        .join(User, User.id == user_roles.c.user_id)
        .where(User.active.is_(True))
        .group_by(Role.name)
    )
    return {row.name: row[1] for row in session.execute(statement)}


def find_user_by_id(session: Session, user_id: int) -> User | None:
    """Return one user, or None."""
    return session.get(User, user_id)


def change_roles(session: Session, actor: User, user: User, roles: Collection[str], now: datetime) -> None:
    """Give a user exactly these roles.

    Raises:
        AccountError: a role does not fit the organisation (`role_unfit`), or nobody would administer any more
            (`last_administrator`).
    """
    if unfit := sorted(set(roles) - set(ROLES_OF[user.organisation.kind])):
        raise AccountError("role_unfit", "roles", f"{', '.join(unfit)} does not fit a {user.organisation.kind}")
    if ADMINISTRATOR not in roles:
        _require_other_administrator(session, user)
    known = ensure_roles(session)
    before = sorted(role.name for role in user.roles)
    user.roles = [known[name] for name in sorted(set(roles))]
    user.update_datetime = now
    audit.record(session, actor, "accounts.change_roles", user, {"from": before, "to": sorted(set(roles))}, now)


def set_active(session: Session, actor: User, user: User, now: datetime, *, is_active: bool) -> None:
    """Close an account, or open it again; whoever is signed in with it is out at once.

    Raises:
        AccountError: it is the actor's own (`own_account`), or the last administrator's (`last_administrator`).
    """
    if not is_active:
        if user.id == actor.id:
            raise AccountError("own_account", "user", "nobody closes their own account")
        _require_other_administrator(session, user)
    user.active = is_active
    end_sessions(user)
    verb = "accounts.open_user" if is_active else "accounts.close_user"
    audit.record(session, actor, verb, user, None, now)


def reset_access(session: Session, actor: User, user: User, password_hash: str, now: datetime) -> None:
    """Give a user a new password and take the second factor away, for somebody who lost either.

    Args:
        session: the caller's transaction.
        actor: the administrator.
        user: whose access.
        password_hash: of the new password.
        now: when.
    """
    user.password = password_hash
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None
    end_sessions(user)
    audit.record(session, actor, "accounts.reset_access", user, None, now)


def end_sessions(user: User) -> None:
    """Make every cookie worthless that was handed out to a user, also a copied one."""
    user.fs_uniquifier = uuid.uuid4().hex


def _require_other_administrator(session: Session, user: User) -> None:
    if ADMINISTRATOR not in {role.name for role in user.roles} or not user.active:
        return
    others = users(role=ADMINISTRATOR).where(User.id != user.id, User.active.is_(True)).subquery()
    if not session.scalar(sa.select(sa.func.count()).select_from(others)):
        raise AccountError("last_administrator", "roles", "somebody has to administer")
