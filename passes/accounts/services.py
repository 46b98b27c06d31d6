"""Keeping organisations, users and roles."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from passes import audit
from passes.accounts.models import Organisation, OrganisationKind, Role, User
from passes.areas.services import get_area
from passes.errors import ValueRefusedError
from passes.names import tidy
from passes.people.services import keep_person
from protocol.areas import AreaLevel
from protocol.people import IdNumberError, normalise_id_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

ROLES_OF: Mapping[OrganisationKind, tuple[str, ...]] = {
    OrganisationKind.CARRIER: ("carrier",),
    OrganisationKind.AUTHORITY: ("reviewer", "administrator"),
    OrganisationKind.HEALTH: ("health",),
    OrganisationKind.DISTRICT: ("district",),
    OrganisationKind.WARD: ("ward",),
    OrganisationKind.SITE_OPERATOR: ("site_operator",),
}
"""Which roles the users of an organisation may have; the first is the one they get when nobody says."""

_AREA_DIGITS = {OrganisationKind.DISTRICT: AreaLevel.DISTRICT, OrganisationKind.WARD: AreaLevel.WARD}
SHORT_NAME_CHARS = 40
_ORGANISATION_CHARS = 200
_USER_CHARS = 120


class AccountError(ValueRefusedError):
    """An organisation or a user cannot be kept as given."""


@dataclass(frozen=True)
class OrganisationDraft:
    """What is known of an organisation before it is kept.

    Args:
        kind: what it does here.
        name: as registered.
        short_name: at most 40 characters; it stands in the QR code of a carrier's passes.
        tax_number: 10 or 13 digits, with or without hyphens.
        owner_id_number: ID number of the one person whose truck it is, for a carrier that is no company.
        phone: as people write it.
        area_code: the district or ward that a district or ward office answers for.
    """

    kind: OrganisationKind
    name: str
    short_name: str
    tax_number: str | None = None
    phone: str | None = None
    area_code: str | None = None
    owner_id_number: str | None = None


def ensure_roles(session: Session) -> dict[str, Role]:
    """Return every role by name; roles that the database does not know yet are added."""
    known = {role.name: role for role in session.scalars(sa.select(Role))}
    for name in sorted({name for names in ROLES_OF.values() for name in names} - known.keys()):
        known[name] = Role(name=name)
        session.add(known[name])
    session.flush()
    return known


def normalise_tax_number(text: str) -> str:
    """Return a Vietnamese tax number as 10 digits, or 10 digits, hyphen and 3 digits for a branch.

    Raises:
        AccountError: it is not one (`tax_number_invalid`).
    """
    try:
        digits = mst.validate(text)
    except ValidationError as error:
        raise AccountError("tax_number_invalid", "tax_number", f"{text!r} is not a tax number") from error
    return mst.format(digits)


def create_organisation(
    session: Session, actor: User | None, draft: OrganisationDraft, now: datetime, *, is_approved: bool = True
) -> Organisation:
    """Keep a new organisation.

    Args:
        session: the caller's transaction.
        actor: who registers it; None for the command line.
        draft: what is known of it.
        now: when.
        is_approved: whether its users may work at once; one that registered itself waits for the authority.

    Raises:
        AccountError: a value is missing, malformed or taken.
        passes.areas.services.AreaUnknownError: no division has the area code.
    """
    digits = _AREA_DIGITS.get(draft.kind)
    if digits and (draft.area_code is None or len(get_area(session, draft.area_code).code) != digits):
        raise AccountError("area_level", "area_code", f"a {draft.kind} office answers for an area of {digits} digits")
    organisation = Organisation(
        kind=draft.kind,
        area_code=draft.area_code,
        created_at=now,
        asked_at=None if is_approved else now,
        approved_at=now if is_approved else None,
    )
    write_details(session, organisation, draft, now)
    session.add(organisation)
    flush_numbers(session)
    audit.record(session, actor, "accounts.create_organisation", organisation, {"kind": draft.kind.value}, now)
    return organisation


def write_details(session: Session, organisation: Organisation, draft: OrganisationDraft, now: datetime) -> None:
    """Keep what an organisation is called and by which number it is known.

    Raises:
        AccountError: a name is missing or leads somewhere (`name_missing`, `short_name_length`, `name_link`), or a
            number is malformed or another organisation's (`tax_number_invalid`, `tax_number_taken`,
            `id_number_invalid`, `owner_taken`).
    """
    name, short_name = tidy(draft.name), tidy(draft.short_name)
    if not 0 < len(name) <= _ORGANISATION_CHARS:
        raise AccountError("name_missing", "name", f"an organisation's name has 1 to {_ORGANISATION_CHARS} characters")
    if not 0 < len(short_name) <= SHORT_NAME_CHARS:
        raise AccountError("short_name_length", "short_name", "a short name has 1 to 40 characters")
    for field, text in (("name", name), ("short_name", short_name)):
        refuse_links(text, field)
    tax_number = normalise_tax_number(draft.tax_number) if draft.tax_number else None
    if tax_number and _is_taken(session, organisation, Organisation.tax_number == tax_number):
        raise AccountError("tax_number_taken", "tax_number", f"{tax_number} is registered already")
    owner = None
    if draft.owner_id_number:
        try:
            id_number = normalise_id_number(draft.owner_id_number)
        except IdNumberError as error:
            raise AccountError("id_number_invalid", "owner_id_number", str(error)) from error
        owner = keep_person(session, id_number=id_number, name=name, now=now)
        if _is_taken(session, organisation, Organisation.owner_person_id == owner.id):
            raise AccountError("owner_taken", "owner_id_number", "this ID number is registered already")
    organisation.name, organisation.short_name, organisation.phone = name, short_name, draft.phone
    organisation.tax_number, organisation.owner = tax_number, owner


def flush_numbers(session: Session) -> None:
    """Write what an organisation is known by; of two that claim one number at once, one gets the error.

    Raises:
        AccountError: another organisation has the number (`number_taken`); the caller rolls back.
    """
    try:
        session.flush()
    except IntegrityError as error:
        raise AccountError("number_taken", "tax_number", "another organisation has this number") from error


def refuse_links(text: str, field: str) -> None:
    """Refuse a name that is an address: it would stand in letters to people who do not know who wrote it.

    Raises:
        AccountError: it is one (`name_link`).
    """
    if "://" in text or "www." in text.lower():
        raise AccountError("name_link", field, "a name is no address")


def _is_taken(session: Session, organisation: Organisation, number: sa.ColumnElement[bool]) -> bool:
    """Say whether another organisation is known by a number; one that was refused keeps nobody from it."""
    others = sa.select(Organisation.id).where(number, Organisation.refused_at.is_(None))
    with session.no_autoflush:
        return session.scalar(others.where(Organisation.id != (organisation.id or 0)).limit(1)) is not None


def create_user(
    session: Session,
    actor: User | None,
    organisation: Organisation,
    *,
    email: str,
    name: str,
    password_hash: str,
    roles: Collection[str] | None = None,
    now: datetime,
) -> User:
    """Keep a new user who can log in at once. Whom colleagues removed gets the old account back, emptied.

    Args:
        session: the caller's transaction.
        actor: who makes the account; None for the command line.
        organisation: whom the user acts for.
        email: the login name; kept in lower case.
        name: the person's name.
        password_hash: as Flask-Security's `hash_password` returns it; this layer never sees a password.
        roles: names out of `ROLES_OF` for the organisation's kind; its first when None.
        now: when.

    Raises:
        AccountError: the e-mail address is taken, the name is missing, too long or an address, or a role does not fit
            the organisation.
    """
    email, name = email.strip().lower(), tidy(name)
    if not 0 < len(name) <= _USER_CHARS:
        raise AccountError("name_missing", "name", f"a person's name has 1 to {_USER_CHARS} characters")
    refuse_links(name, "name")
    allowed = ROLES_OF[organisation.kind]
    wanted = allowed[:1] if roles is None else tuple(roles)
    if unfit := sorted(set(wanted) - set(allowed)):
        raise AccountError("role_unfit", "roles", f"{', '.join(unfit)} does not fit a {organisation.kind}")
    known = find_user(session, email)
    if known is not None and known.removed_at is None:
        raise AccountError("email_taken", "email", f"{email} has an account already")
    user = known or User(email=email, create_datetime=now)
    user.name, user.organisation, user.password, user.language = name, organisation, password_hash, None
    user.roles = [role for role in ensure_roles(session).values() if role.name in wanted]
    user.active, user.wants_mail, user.removed_at = True, True, None
    user.confirmed_at = user.update_datetime = now
    forget_second_factor(user)
    end_sessions(user)
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:  # somebody was faster with the same address; the caller rolls back
        raise AccountError("email_taken", "email", f"{email} has an account already") from error
    audit.record(session, actor, "accounts.create_user", user, {"roles": sorted(wanted)}, now)
    return user


def end_sessions(user: User) -> None:
    """Make every cookie worthless that was handed out to a user, also a copied one."""
    user.fs_uniquifier = uuid.uuid4().hex


def forget_second_factor(user: User) -> None:
    """Take the second factor away; where the role must have one, signing in leads through setting it up."""
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None


def keep_language(user: User, language: str | None) -> None:
    """Remember which language a user reads; letters to them are in it."""
    user.language = language


def find_user(session: Session, email: str) -> User | None:
    """Return the user with this e-mail address, or None."""
    return session.scalar(sa.select(User).where(User.email == email.strip().lower()))


def find_organisation(session: Session, name: str) -> Organisation | None:
    """Return the organisation with exactly this name, or None; the oldest if several bear it."""
    return session.scalar(sa.select(Organisation).where(Organisation.name == tidy(name)).order_by(Organisation.id))


def organisations_named(text: str) -> sa.Select[tuple[int]]:
    """Return a statement for the row ids of organisations with a text in their name, or with this tax number."""
    text = text.strip()
    digits = "".join(c for c in text if c.isdigit() or c == "-")
    found = [Organisation.name.contains(text, autoescape=True), Organisation.short_name.contains(text, autoescape=True)]
    if digits:
        found.append(Organisation.tax_number == digits)
    return sa.select(Organisation.id).where(sa.or_(*found))


def organisation_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return the short names of organisations by their row id."""
    rows = session.execute(sa.select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(set(ids))))
    return {row.id: row.short_name for row in rows}


def user_names(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """Return the names of users by their row id."""
    wanted = {user_id for user_id in ids if user_id is not None}
    rows = session.execute(sa.select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}
