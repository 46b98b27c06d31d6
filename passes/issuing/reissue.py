"""Signing passes again because the key that signed them was retired: the same identity and claims under another key.

Only the signature and the key id differ, so scans, status and extensions that refer to the pass go on referring to it.
The old paper does not: stations answer it with "reprint".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.db import UtcDateTime
from passes.issuing.models import PassStatus, VehiclePass
from protocol import claims

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from protocol.cose import Signer
    from protocol.policy import Policy

# A pass is signed within minutes of its approval; nobody waits a day.
_LONGEST_QUEUE = timedelta(days=1)


def request_reissue(session: Session, actor: User | None, kid: str, rules: Policy, now: datetime) -> int:
    """Put every pass that a key signed, and that still holds, before the signing worker again; return how many.

    Args:
        session: the caller's transaction.
        actor: who asks for it; None for the command line.
        kid: the retired key, 16 hexadecimal digits.
        rules: the policy in force; its mass extensions make passes hold longer than they say.
        now: passes that hold no longer are left alone.
    """
    holds = [VehiclePass.expires_at > now]
    holds += [
        sa.and_(
            VehiclePass.requested_at >= extension.issued_from - _LONGEST_QUEUE,
            VehiclePass.requested_at < extension.issued_before,
        )
        for extension in rules.extensions
        if extension.until > now
    ]
    done = session.execute(
        sa.update(VehiclePass)
        .where(VehiclePass.kid == kid, VehiclePass.status != PassStatus.REVOKED, sa.or_(*holds))
        .values(signed_at=None, reissue_requested_at=now)
    )
    count: int = done.rowcount  # type: ignore[attr-defined] # an UPDATE's result counts rows
    audit.record(session, actor, "issuing.request_reissue", f"IssuerKey:{kid}", {"passes": count}, now)
    return count


def unsigned_passes(session: Session) -> tuple[int, datetime | None]:
    """Return how many passes wait for a signature, first or again, and since when the first of them does.

    Those that cannot be signed are not among them: waiting does not help them.
    """
    since = sa.func.coalesce(VehiclePass.reissue_requested_at, VehiclePass.requested_at, type_=UtcDateTime())
    statement = sa.select(sa.func.count(), sa.func.min(since, type_=UtcDateTime()))
    is_waiting = sa.and_(VehiclePass.signed_at.is_(None), VehiclePass.signing_error.is_(None))
    count, oldest = session.execute(statement.where(is_waiting)).one()
    return count, oldest


def sign_again(text: str, signer: Signer) -> str:
    """Return the text of the same pass, signed by another key.

    Args:
        text: as it was signed before.
        signer: the key in use.
    """
    return claims.issue(as_signed(text), signer)


def as_signed(text: str) -> claims.VehiclePass:
    """Read a pass back from the text that was signed: vehicle and crew may have changed in the register since.

    Raises:
        ValueError: it is no vehicle pass.
    """
    credential = claims.peek(text)
    if not isinstance(credential, claims.VehiclePass):
        raise ValueError("the signed text is no vehicle pass")  # noqa: TRY004 - the text is wrong, not a type
    return credential
