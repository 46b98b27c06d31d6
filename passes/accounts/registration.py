"""Carriers that register themselves: what becomes of a confirmed e-mail address, and asking the authority again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import Invitation, Organisation, OrganisationKind, OrganisationState, User
from passes.accounts.services import (
    AccountError,
    OrganisationDraft,
    create_organisation,
    create_user,
    end_sessions,
    find_user,
    flush_numbers,
    forget_second_factor,
    keep_language,
    write_details,
)
from passes.notices.services import forget_notices_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

_NOBODY = ""
_ERASED = "–"


@dataclass(frozen=True)
class Applicant:
    """Whose e-mail address a link confirmed, and what they said of themselves.

    Args:
        email: confirmed: they opened a link that was sent there.
        name: the person's.
        password_hash: as Flask-Security's `hash_password` returns it.
        language: in which they filled in the form.
    """

    email: str
    name: str
    password_hash: str
    language: str | None = None

    def join(self, session: Session, organisation: Organisation, now: datetime) -> User:
        """Keep them as a user of an organisation; raises as `create_user`."""
        given = {"email": self.email, "name": self.name, "password_hash": self.password_hash}
        user = create_user(session, None, organisation, **given, now=now)
        keep_language(user, self.language)
        return user


def address_mark(session: Session, email: str) -> str | None:
    """Return what a link that confirms an address has to bear, or None where the address has an account.

    It changes when the address gets an account and when that is taken away again, so that each link serves once.
    """
    known = find_user(session, email)
    if known is None:
        return _NOBODY
    return known.fs_uniquifier if known.removed_at is not None else None


def register_carrier(session: Session, draft: OrganisationDraft, applicant: Applicant, now: datetime) -> User:
    """Keep a carrier that registers itself, with its first user, who may prepare; the authority looks at it first.

    Args:
        session: the caller's transaction; after an error it must be rolled back.
        draft: the carrier; known by its tax number or its owner's ID number.
        applicant: its first user.
        now: when.

    Raises:
        AccountError: neither number is given (`number_missing`), or a value is missing, malformed or taken.
    """
    require_number(draft)
    return applicant.join(session, create_organisation(session, None, draft, now, is_approved=False), now)


def correct_details(session: Session, actor: User, draft: OrganisationDraft, now: datetime) -> Organisation:
    """Put right what the actor's carrier said of itself; one that was refused asks again with it.

    Raises:
        AccountError: it is approved or closed (`not_waiting`), or as `register_carrier`.
    """
    organisation = actor.organisation
    if not organisation.is_preparing:
        raise AccountError("not_waiting", "organisation", f"it is {organisation.state}")
    require_number(draft)
    was_refused = organisation.state is OrganisationState.REFUSED
    write_details(session, organisation, draft, now)
    if was_refused:
        organisation.asked_at, organisation.refused_at, organisation.refusal_reason = now, None, None
    flush_numbers(session)
    audit.record(session, actor, "accounts.correct_organisation", organisation, {"asks_again": was_refused}, now)
    return organisation


def require_number(draft: OrganisationDraft) -> None:
    """Refuse a carrier that nobody could tell from another.

    Raises:
        AccountError: it is none (`not_carrier`) or has neither number (`number_missing`).
    """
    if draft.kind is not OrganisationKind.CARRIER:
        raise AccountError("not_carrier", "kind", "only carriers register themselves")
    if not (draft.tax_number or draft.owner_id_number):
        raise AccountError("number_missing", "tax_number", "a carrier has a tax number, or an owner with an ID number")


def owned_by(person_ids: Collection[int]) -> sa.Select[tuple[int]]:
    """Return a statement for the row ids of the carriers that are one of these persons."""
    return sa.select(Organisation.id).where(Organisation.owner_person_id.in_(person_ids))


def forget_owners(session: Session, person_ids: Collection[int], now: datetime) -> int:
    """Close the carriers that are one of these persons and forget who they and their users are; return how many."""
    carriers = session.scalars(sa.select(Organisation).where(Organisation.id.in_(owned_by(person_ids)))).all()
    for carrier in carriers:
        carrier.name = carrier.short_name = _ERASED
        carrier.phone = carrier.refusal_reason = carrier.owner = None
        carrier.closed_at = carrier.closed_at or now
        for user in session.scalars(sa.select(User).where(User.organisation_id == carrier.id)):
            user.name, user.email = _ERASED, f"{user.id}@erased.invalid"
            user.active, user.removed_at, user.password = False, user.removed_at or now, None
            user.last_login_ip = user.current_login_ip = None
            forget_second_factor(user)
            end_sessions(user)
            forget_notices_of(session, user)
        session.execute(sa.delete(Invitation).where(Invitation.organisation_id == carrier.id))
    return len(carriers)
