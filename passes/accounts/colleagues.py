"""Colleagues: inviting them by e-mail, and taking them out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import Invitation, User
from passes.accounts.services import AccountError, end_sessions, find_user
from passes.notices.services import forget_notices_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation
    from passes.accounts.registration import Applicant

MOST_OPEN, MOST_OPEN_UNAPPROVED = 100, 5
"""How many invitations wait at once: nobody makes us write to strangers by the thousand."""


def colleagues_of(session: Session, organisation: Organisation) -> list[User]:
    """Return the users of an organisation who were not removed, by name."""
    statement = sa.select(User).where(User.organisation_id == organisation.id, User.removed_at.is_(None))
    return list(session.scalars(statement.order_by(User.name, User.id)))


def find_colleague(session: Session, actor: User, user_id: int) -> User | None:
    """Return another user of the actor's organisation who was not removed, or None."""
    user = session.get(User, user_id)
    is_theirs = user is not None and user.organisation_id == actor.organisation_id and user.id != actor.id
    return user if user is not None and is_theirs and user.removed_at is None else None


def remove_colleague(session: Session, actor: User, user: User, now: datetime) -> None:
    """Take a colleague out of the actor's organisation; they are signed out at once.

    Raises:
        AccountError: they are none (`not_colleague`).
    """
    if find_colleague(session, actor, user.id) is not user:
        raise AccountError("not_colleague", "user", "not another user of the same organisation")
    user.active, user.removed_at, user.update_datetime = False, now, now
    end_sessions(user)
    forget_notices_of(session, user)
    audit.record(session, actor, "accounts.remove_colleague", user, None, now)


def open_invitations(session: Session, organisation: Organisation) -> list[Invitation]:
    """Return the invitations that nobody accepted or withdrew, newest first; some links may be too old by now."""
    return list(session.scalars(_open(organisation.id).order_by(Invitation.invited_at.desc(), Invitation.id.desc())))


def find_invitation(session: Session, organisation: Organisation, invitation_id: int) -> Invitation | None:
    """Return one of an organisation's open invitations, or None."""
    return session.scalar(_open(organisation.id).where(Invitation.id == invitation_id))


def _open(organisation_id: int) -> sa.Select[tuple[Invitation]]:
    return sa.select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )


def invite(session: Session, actor: User, email: str, now: datetime) -> Invitation:
    """Ask somebody to join the actor's organisation.

    It says nothing about accounts elsewhere: whoever reads that mailbox is told.

    Args:
        session: the caller's transaction.
        actor: a user of the organisation.
        email: whom; already found to be an address.
        now: when.

    Raises:
        AccountError: they are a colleague (`colleague_already`) or invited (`invited_already`), or too many
            invitations are open (`invitations_many`).
    """
    email, organisation = email.strip().lower(), actor.organisation
    known = find_user(session, email)
    if known is not None and known.organisation_id == organisation.id and known.removed_at is None:
        raise AccountError("colleague_already", "email", f"{email} is a colleague")
    waiting = open_invitations(session, organisation)
    if any(one.email == email for one in waiting):
        raise AccountError("invited_already", "email", f"{email} is invited")
    if len(waiting) >= (MOST_OPEN if organisation.is_working else MOST_OPEN_UNAPPROVED):
        raise AccountError("invitations_many", "email", "too many invitations are open")
    invitation = Invitation(organisation=organisation, email=email, invited_by_id=actor.id, invited_at=now, sent_at=now)
    session.add(invitation)
    audit.record(session, actor, "accounts.invite", invitation, None, now)
    return invitation


def send_again(session: Session, actor: User, invitation: Invitation, now: datetime) -> None:
    """Note that an invitation is sent once more; earlier links go on until they are too old."""
    invitation.sent_at = now
    audit.record(session, actor, "accounts.invite_again", invitation, None, now)


def withdraw_invitation(session: Session, actor: User, invitation: Invitation, now: datetime) -> None:
    """Make every link of an invitation worthless."""
    invitation.withdrawn_at = now
    audit.record(session, actor, "accounts.withdraw_invitation", invitation, None, now)


def forget_invitations(session: Session, before: datetime) -> int:
    """Remove invitations that were last sent before a moment, whatever became of them; return how many."""
    done = session.execute(sa.delete(Invitation).where(Invitation.sent_at < before))
    return int(done.rowcount)


def invitation_by_id(session: Session, invitation_id: int) -> Invitation | None:
    """Return the invitation that a link names as long as it can be accepted, else None."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is None or invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        return None
    return invitation if invitation.organisation.closed_at is None else None


def accept_invitation(session: Session, invitation: Invitation, applicant: Applicant, now: datetime) -> User:
    """Make the account of whoever was invited; of two who open one link at once, one gets the error.

    Raises:
        AccountError: it was accepted or withdrawn meanwhile (`link_used`), the address got an account elsewhere
            (`email_taken`), or the name is none (`name_missing`, `name_link`).
    """
    taken = session.execute(
        sa.update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .values(accepted_at=now)
    )
    if taken.rowcount != 1:
        raise AccountError("link_used", "link", "the invitation was accepted or withdrawn")
    user = applicant.join(session, invitation.organisation, now)
    audit.record(session, user, "accounts.accept_invitation", invitation, None, now)
    return user
