"""Letters about accounts: to whoever registers, is invited, was decided about or removed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app

from passes.accounts.colleagues import colleagues_of
from passes.accounts.links import LinkPurpose, link_token
from passes.accounts.registration import address_mark
from passes.accounts.services import find_user
from passes.db import db
from passes.local_time import now
from passes.mail.sending import compose
from passes.mail.services import write_letter

if TYPE_CHECKING:
    from passes.accounts.models import Invitation, Organisation, User


def registration_within() -> timedelta:
    """Return how long a link that confirms an e-mail address serves."""
    return timedelta(hours=current_app.config["REGISTRATION_LINK_HOURS"])


def invitation_within() -> timedelta:
    """Return how long an invitation's link serves."""
    return timedelta(days=current_app.config["INVITATION_LINK_DAYS"])


def _write(email: str, spoken: str | None, template: str, **context: Any) -> None:
    write_letter(db.session(), email, *compose(f"accounts/letters/{template}", spoken, **context), now())


def _language_of(user: User | None) -> str | None:
    """Return the language of somebody's letters; None, that of the page in hand, for whoever has not chosen yet."""
    return user.language if user else None


def send_registration_link(email: str, kind: str) -> None:
    """Let the owner of an address go on with registering, or tell them that they have an account.

    Args:
        email: whose.
        kind: which form the link leads to: `company` or `owner`.
    """
    mark, known = address_mark(db.session(), email), find_user(db.session(), email)
    if mark is None:
        _write(email, _language_of(known), "registration_known", user=known)
    else:
        _write(email, None, "registration", token=link_token(LinkPurpose.REGISTRATION, email, mark), kind=kind)


def send_invitation(invitation: Invitation) -> None:
    """Ask a colleague to join; tell whoever has an account elsewhere why the invitation leads nowhere."""
    known = find_user(db.session(), invitation.email)
    has_account = known is not None and known.removed_at is None
    template = "invitation_known" if has_account else "invitation"
    db.session.flush()  # a new invitation gets its number
    token = link_token(LinkPurpose.INVITATION, invitation.id)
    _write(invitation.email, _language_of(known), template, invitation=invitation, token=token)


def send_decision(organisation: Organisation) -> None:
    """Tell every user of an organisation that it was approved, or why it was refused."""
    template = "organisation_approved" if organisation.is_working else "organisation_refused"
    for user in colleagues_of(db.session(), organisation):
        if user.active:
            _write(user.email, _language_of(user), template, user=user, organisation=organisation)


def send_removal(user: User, by: User) -> None:
    """Tell somebody that a colleague took them out of the organisation."""
    _write(user.email, _language_of(user), "removed", user=user, by=by)
