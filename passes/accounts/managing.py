"""What an administrator does with organisations and users that are there: approve, close, give roles, let in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import (
    Organisation,
    OrganisationKind,
    OrganisationState,
    Role,
    User,
    user_roles,
)
from passes.accounts.services import (
    ROLES_OF,
    AccountError,
    end_sessions,
    ensure_roles,
    flush_numbers,
    forget_second_factor,
    organisations_named,
)
from passes.db import lock
from passes.notices.models import NoticeKind
from passes.notices.services import tell

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

ADMINISTRATOR = "administrator"
_REASON_CHARS = 500
_MOST_SIMILAR = 5


_STATES: Mapping[OrganisationState, sa.ColumnElement[bool]] = {
    OrganisationState.WAITING: sa.and_(
        Organisation.approved_at.is_(None), Organisation.refused_at.is_(None), Organisation.closed_at.is_(None)
    ),
    OrganisationState.REFUSED: sa.and_(
        Organisation.approved_at.is_(None), Organisation.refused_at.is_not(None), Organisation.closed_at.is_(None)
    ),
    OrganisationState.WORKING: sa.and_(Organisation.approved_at.is_not(None), Organisation.closed_at.is_(None)),
    OrganisationState.CLOSED: Organisation.closed_at.is_not(None),
}


def organisations(
    text: str = "", kind: OrganisationKind | None = None, state: OrganisationState | None = None
) -> sa.Select[tuple[Organisation]]:
    """Return a statement for organisations by name; those that nobody approved yet first.

    Args:
        text: part of a name, or a tax number.
        kind: only such.
        state: only those that stand there.
    """
    statement = sa.select(Organisation)
    if text.strip():
        statement = statement.where(Organisation.id.in_(organisations_named(text)))
    if kind is not None:
        statement = statement.where(Organisation.kind == kind)
    if state is not None:
        statement = statement.where(_STATES[state])
    return statement.order_by(Organisation.approved_at.is_not(None), Organisation.name, Organisation.id)


def waiting_organisations() -> sa.Select[tuple[Organisation]]:
    """Return a statement for the organisations that wait for approval, whoever asked first at the head."""
    waiting = sa.select(Organisation).where(_STATES[OrganisationState.WAITING])
    return waiting.order_by(Organisation.asked_at, Organisation.id)


def count_waiting_organisations(session: Session) -> int:
    """Return how many organisations wait for approval."""
    waiting = waiting_organisations().order_by(None).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def find_organisation_by_id(session: Session, organisation_id: int) -> Organisation | None:
    """Return one organisation, or None."""
    return session.get(Organisation, organisation_id)


def similar_organisations(session: Session, organisation: Organisation) -> list[Organisation]:
    """Return other organisations of the same name, or with a tax number of the same company (its first 10 digits)."""
    same = [Organisation.name == organisation.name]
    if organisation.tax_number:
        same.append(Organisation.tax_number.startswith(organisation.tax_number[:10]))
    if organisation.owner_person_id is not None:
        same.append(Organisation.owner_person_id == organisation.owner_person_id)
    statement = sa.select(Organisation).where(sa.or_(*same), Organisation.id != organisation.id)
    return list(session.scalars(statement.order_by(Organisation.id).limit(_MOST_SIMILAR)))


def approve_organisation(session: Session, actor: User, organisation: Organisation, now: datetime) -> bool:
    """Let the users of an organisation work; also of one that was refused or closed. Say whether it never could before.

    Those of one that never could are told.

    Raises:
        AccountError: another organisation meanwhile has the number of one that was refused (`number_taken`).
    """
    lock(session, organisation)
    is_first = organisation.approved_at is None
    organisation.approved_at = organisation.approved_at or now
    organisation.closed_at = organisation.refused_at = organisation.refusal_reason = None
    flush_numbers(session)
    audit.record(session, actor, "accounts.approve_organisation", organisation, None, now)
    if is_first:
        details = {"name": organisation.short_name}
        tell(session, organisation.id, NoticeKind.ORGANISATION_APPROVED, details, now, has_letter=True)
    return is_first


def refuse_organisation(session: Session, actor: User, organisation: Organisation, reason: str, now: datetime) -> None:
    """Tell an organisation that waits why it may not work; it may put that right and ask again.

    Args:
        session: the caller's transaction.
        actor: an administrator.
        organisation: one that waits.
        reason: what the applicant reads; 1 to 500 characters.
        now: when.

    Raises:
        AccountError: somebody decided already (`not_waiting`), or there is no reason (`refusal_reason`).
    """
    lock(session, organisation)
    if organisation.state is not OrganisationState.WAITING:
        raise AccountError("not_waiting", "organisation", f"it is {organisation.state}")
    if not 0 < len(reason.strip()) <= _REASON_CHARS:
        raise AccountError("refusal_reason", "reason", f"a reason has 1 to {_REASON_CHARS} characters")
    organisation.refused_at, organisation.refusal_reason = now, reason.strip()
    audit.record(session, actor, "accounts.refuse_organisation", organisation, None, now)
    details = {"name": organisation.short_name, "reason": organisation.refusal_reason}
    tell(session, organisation.id, NoticeKind.ORGANISATION_REFUSED, details, now, has_letter=True)


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
                User.organisation_id.in_(organisations_named(text)),
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
    user.active, user.removed_at = is_active, None
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
    forget_second_factor(user)
    end_sessions(user)
    audit.record(session, actor, "accounts.reset_access", user, None, now)


def _require_other_administrator(session: Session, user: User) -> None:
    if ADMINISTRATOR not in {role.name for role in user.roles} or not user.active:
        return
    others = users(role=ADMINISTRATOR).where(User.id != user.id, User.active.is_(True)).subquery()
    if not session.scalar(sa.select(sa.func.count()).select_from(others)):
        raise AccountError("last_administrator", "roles", "somebody has to administer")
