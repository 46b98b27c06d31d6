"""Policy as the authority drafts it: kept here, signed elsewhere by the offline targets key.

A draft is the exact text of the target `policy`; `passes trust publish --offline-keys DIR --policy FILE` signs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.errors import ValueRefusedError
from passes.names import tidy
from passes.trust.models import PolicyDraft
from protocol import policy

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from protocol.policy import Extension, Policy

_REASON_CHARS = 200


class DraftError(ValueRefusedError):
    """A policy cannot be drafted as given."""


def save_draft(session: Session, actor: User, rules: Policy, reason: str, now: datetime) -> PolicyDraft:
    """Keep a policy to be signed.

    Args:
        session: the caller's transaction.
        actor: who drafted it.
        rules: the whole policy.
        reason: the decision it follows, in words.
        now: when.

    Raises:
        DraftError: nobody says why (`reason_missing`), or data would expire before it is stale (`hours_order`).
    """
    reason = tidy(reason)
    if not 0 < len(reason) <= _REASON_CHARS:
        raise DraftError("reason_missing", "reason", f"a reason has 1 to {_REASON_CHARS} characters")
    if rules.trust_expired_hours <= rules.trust_stale_hours:
        raise DraftError("hours_order", "trust_expired_hours", "data is stale before it has expired")
    draft = PolicyDraft(content=policy.dump(rules), reason=reason, created_at=now, created_by_id=actor.id)
    session.add(draft)
    audit.record(session, actor, "trust.draft_policy", draft, None, now)
    return draft


def with_extension(rules: Policy, extension: Extension) -> Policy:
    """Return a policy with one more mass extension.

    Raises:
        DraftError: the period is empty (`period_empty`), or it extends nothing (`until_early`).
    """
    if extension.issued_before <= extension.issued_from:
        raise DraftError("period_empty", "issued_until", "the period ends before it begins")
    if extension.until <= extension.issued_from:
        raise DraftError("until_early", "until", "the extension ends before the passes were issued")
    return replace(rules, extensions=(*rules.extensions, extension))


def drafts() -> sa.Select[tuple[PolicyDraft]]:
    """Return a statement for drafts, newest first."""
    return sa.select(PolicyDraft).order_by(PolicyDraft.id.desc())


def find_draft(session: Session, draft_id: int) -> PolicyDraft | None:
    """Return one draft, or None."""
    return session.get(PolicyDraft, draft_id)


def note_export(session: Session, actor: User, draft: PolicyDraft, now: datetime) -> None:
    """Write down that somebody took a draft away to have it signed."""
    draft.exported_at = draft.exported_at or now
    audit.record(session, actor, "trust.export_policy", draft, None, now)


def rules_of(draft: PolicyDraft) -> Policy:
    """Return the policy that a draft says."""
    return policy.parse(draft.content)
