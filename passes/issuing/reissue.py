"""Signing papers again because the key that signed them was retired: the same identity and claims under another key.

Only the signature and the key id differ, so scans, status and extensions that refer to the paper go on referring to it.
The old paper does not: stations answer it with "reprint".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Decision
from passes.db import UtcDateTime
from passes.issuing.holders import tell_holders
from passes.issuing.models import PassStatus, Supplement, SupplementDecision, SupplementKind, VehiclePass
from passes.notices.models import NoticeKind
from protocol import claims

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from protocol.cose import Signer
    from protocol.policy import Policy

Kind = type[VehiclePass] | type[Supplement]
_KINDS: Mapping[str, Kind] = {"passes": VehiclePass, "supplements": Supplement}

# A paper is signed within minutes of its approval; nobody waits a day.
_LONGEST_QUEUE = timedelta(days=1)


def request_reissue(session: Session, actor: User | None, kid: str, rules: Policy, now: datetime) -> int:
    """Put every paper that a key signed, and that still holds, before the signing worker again; return how many.

    Args:
        session: the caller's transaction.
        actor: who asks for it; None for the command line.
        kid: the retired key, 16 hexadecimal digits.
        rules: the policy in force; its mass extensions make passes and slips hold longer than they say.
        now: papers that hold no longer are left alone.
    """
    counts = {name: _put_before_worker(session, kind, kid, rules, now) for name, kind in _KINDS.items()}
    tell_holders(session, NoticeKind.PASSES_REISSUED, {}, now, VehiclePass.kid == kid, VehiclePass.signed_at.is_(None))
    audit.record(session, actor, "issuing.request_reissue", f"IssuerKey:{kid}", dict(counts), now)
    return sum(counts.values())


@dataclass(frozen=True)
class ReissuePreview:
    """What signing the papers of a key again would come to.

    Args:
        passes: passes that hold and bear its signature.
        supplements: slips and cards likewise.
        carriers: how many carriers would have to print anew.
    """

    passes: int
    supplements: int
    carriers: int


@dataclass(frozen=True)
class ReissueProgress:
    """How far the signing of a key's papers by another one is.

    Args:
        requested: papers that were put before the worker when it was last asked for.
        waiting: those that it has not signed yet.
    """

    requested: int
    waiting: int

    @property
    def done(self) -> int:
        """Papers that bear the new signature."""
        return max(0, self.requested - self.waiting)


def preview_reissue(session: Session, kid: str, rules: Policy, now: datetime) -> ReissuePreview:
    """Count what `request_reissue` would put before the worker; what waits there already is left out."""
    counts, carriers = {}, set()
    for name, kind in _KINDS.items():
        statement = sa.select(kind.carrier_id, sa.func.count()).where(
            *_is_affected(kind, kid, rules, now), kind.signed_at.is_not(None)
        )
        rows = session.execute(statement.group_by(kind.carrier_id)).all()
        counts[name] = sum(row[1] for row in rows)
        carriers |= {row[0] for row in rows}
    return ReissuePreview(counts["passes"], counts["supplements"], len(carriers))


def progress_of(session: Session, kid: str) -> ReissueProgress | None:
    """Return how far it is; None if nobody asked for it yet."""
    asked = audit.entries(audit.AuditFilter(verb="issuing.request_reissue", subjects=(f"IssuerKey:{kid}",)))
    last = session.scalars(asked.limit(1)).first()
    if last is None:
        return None
    waiting = 0
    for kind in _KINDS.values():
        is_waiting = (kind.kid == kid, kind.signed_at.is_(None), kind.status != PassStatus.REVOKED)
        waiting += session.scalar(sa.select(sa.func.count()).select_from(kind).where(*is_waiting)) or 0
    return ReissueProgress(sum(last.details.values()), waiting)


def _is_affected(kind: Kind, kid: str, rules: Policy, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a paper was signed by a key and holds, by its own end or a mass extension."""
    is_extensible = sa.true() if kind is VehiclePass else Supplement.kind == SupplementKind.SLIP
    holds = [kind.expires_at > now]
    holds += [
        sa.and_(
            is_extensible,
            kind.requested_at >= extension.issued_from - _LONGEST_QUEUE,
            kind.requested_at < extension.issued_before,
        )
        for extension in rules.extensions
        if extension.until > now
    ]
    return kind.kid == kid, kind.status != PassStatus.REVOKED, sa.or_(*holds)


def _put_before_worker(session: Session, kind: Kind, kid: str, rules: Policy, now: datetime) -> int:
    done = session.execute(
        sa.update(kind).where(*_is_affected(kind, kid, rules, now)).values(signed_at=None, reissue_requested_at=now)
    )
    count: int = done.rowcount
    return count


def unsigned_papers(session: Session) -> tuple[int, datetime | None]:
    """Return how many approved papers wait for a signature, first or again, and since when the first of them does.

    Those that cannot be signed are not among them: waiting does not help them.
    """
    total, since = 0, None
    for kind in _KINDS.values():
        begun = sa.func.coalesce(kind.reissue_requested_at, kind.requested_at, type_=UtcDateTime())
        statement = sa.select(sa.func.count(), sa.func.min(begun, type_=UtcDateTime()))
        statement = statement.where(kind.signed_at.is_(None), kind.signing_error.is_(None))
        if kind is Supplement:
            statement = statement.join(SupplementDecision).where(SupplementDecision.outcome == Decision.APPROVED)
        count, oldest = session.execute(statement).one()
        total, since = total + count, min(filter(None, (since, oldest)), default=None)
    return total, since


def sign_again(text: str, signer: Signer) -> str:
    """Return the text of the same paper, signed by another key.

    Args:
        text: as it was signed before.
        signer: the key in use.
    """
    return claims.issue(claims.peek(text), signer)


def as_signed(text: str) -> claims.VehiclePass:
    """Read a pass back from the text that was signed: vehicle and crew may have changed in the register since.

    Raises:
        ValueError: it is no vehicle pass.
    """
    credential = claims.peek(text)
    if not isinstance(credential, claims.VehiclePass):
        raise ValueError("the signed text is no vehicle pass")  # noqa: TRY004 - the text is wrong, not a type
    return credential
