"""Issuer keys as rows, and the work list of the publisher."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.trust.models import IssuerKey, TrustChange
from protocol.cose import key_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

SIGHTINGS = "scans.sighted"
"""The cause of changes that come with every scan."""


class NoIssuerKeyError(Exception):
    """There is no key that could sign: none was made, or all are retired."""


class IssuerKeyError(Exception):
    """An issuer key cannot be added or retired. A retired key never comes back.

    Attributes:
        code: `known`, `unknown`, `last`, `reason_invalid`; stable.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep the code beside the English message."""
        super().__init__(message)
        self.code = code


def note_change(session: Session, cause: str, now: datetime) -> None:
    """Write down, in the transaction of the cause, that stations must learn of something.

    Args:
        session: the caller's transaction.
        cause: stable word for the log: `pass.revoked`, `zone.published`, `station.created` …
        now: when.
    """
    session.add(TrustChange(at=now, cause=cause))


def add_issuer_key(session: Session, actor: User | None, iss: str, public_key: bytes, now: datetime) -> IssuerKey:
    """Keep the public half of a new issuing key. It signs once it is published.

    Raises:
        IssuerKeyError: its id is known, retired keys included (`known`).
    """
    kid = key_id(public_key).hex()
    if session.get(IssuerKey, kid) is not None:
        raise IssuerKeyError("known", f"key {kid} is known already; make a new one")
    key = IssuerKey(kid=kid, iss=iss, public_key=public_key, created_at=now)
    session.add(key)
    audit.record(session, actor, "trust.add_key", key, {"iss": iss}, now)
    return key


def current_issuer_key(session: Session, now: datetime) -> IssuerKey:
    """Return the key in use: of those that were published and not retired, the newest whose time has come.

    Raises:
        NoIssuerKeyError: there is none.
    """
    key = session.scalar(
        sa.select(IssuerKey)
        .where(IssuerKey.retired_at.is_(None), IssuerKey.signs_from <= now)
        .order_by(IssuerKey.signs_from.desc(), IssuerKey.created_at.desc())
        .limit(1)
    )
    if key is None:
        message = "no issuing key is in use; `passes trust rotate-issuer-key` makes one"
        raise NoIssuerKeyError(message)
    return key


def require_key_of(session: Session, iss: str, now: datetime) -> None:
    """Make sure that the key in use signs for this issuer: posts refuse what another's key signed, however good.

    Raises:
        NoIssuerKeyError: there is no key in use, or it signs for another.
    """
    key = current_issuer_key(session, now)
    if key.iss != iss:
        message = (
            f"issuer_id in config.toml is {iss}, and the key in use signs for {key.iss}: new passes wait. Put "
            f"issuer_id back, or make a key for {iss} by `passes trust rotate-issuer-key --offline-keys DIR`."
        )
        raise NoIssuerKeyError(message)


class KeyState(enum.StrEnum):
    """What becomes of an issuing key."""

    RETIRED = "retired"
    UNPUBLISHED = "unpublished"
    UPCOMING = "upcoming"
    IN_USE = "in_use"
    GOOD = "good"


def state_of_key(session: Session, key: IssuerKey, now: datetime) -> KeyState:
    """Return what becomes of an issuing key at a moment."""
    if key.retired_at is not None:
        return KeyState.RETIRED
    if key.signs_from is None:
        return KeyState.UNPUBLISHED
    if key.signs_from > now:
        return KeyState.UPCOMING
    return KeyState.IN_USE if key is current_issuer_key(session, now) else KeyState.GOOD


def describe(session: Session, key: IssuerKey, now: datetime) -> str:
    """Say in English, for an operator, what becomes of an issuing key at a moment."""
    return {
        KeyState.RETIRED: f"retired {key.retired_at:%Y-%m-%d %H:%M} UTC: {key.reason}" if key.retired_at else "",
        KeyState.UNPUBLISHED: "not published; it signs nothing",
        KeyState.UPCOMING: f"published; signs from {key.signs_from:%Y-%m-%d %H:%M} UTC" if key.signs_from else "",
        KeyState.IN_USE: "in use",
        KeyState.GOOD: "good; signs nothing new",
    }[state_of_key(session, key, now)]


def find_issuer_key(session: Session, kid: str) -> IssuerKey | None:
    """Return one key by its id (hex), retired ones included, or None."""
    return session.get(IssuerKey, kid)


def is_retired(session: Session, kid: str) -> bool:
    """Whether an issuing key (hex) was retired, so that stations refuse what it signed."""
    key = session.get(IssuerKey, kid)
    return key is not None and key.retired_at is not None


def note_published_keys(session: Session, signs_from: datetime) -> None:
    """Write down that stations were told of every key that there is: new ones sign from `signs_from` on."""
    session.execute(sa.update(IssuerKey).where(IssuerKey.signs_from.is_(None)).values(signs_from=signs_from))


def issuer_keys(session: Session) -> list[IssuerKey]:
    """Return every key, tombstones included, oldest first."""
    return list(session.scalars(sa.select(IssuerKey).order_by(IssuerKey.created_at, IssuerKey.kid)))


def note_sightings(session: Session, now: datetime) -> None:
    """Write down that posts must hear of scans at other posts; that can wait a little, and is written down once."""
    if not any(change.cause == SIGHTINGS for change in pending_changes(session)):
        note_change(session, SIGHTINGS, now)


def are_urgent(changes: Sequence[TrustChange]) -> bool:
    """Whether among some changes there is one that stations must learn of at once."""
    return any(change.cause != SIGHTINGS for change in changes)


def pending_changes(session: Session) -> list[TrustChange]:
    """Return what stations have not been told yet."""
    return list(
        session.scalars(sa.select(TrustChange).where(TrustChange.generation.is_(None)).order_by(TrustChange.id))
    )
