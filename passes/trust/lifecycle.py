"""Keys over their lifetime: made, published, put to use, retired, replaced. People do this, with offline keys at hand.

Each function publishes before the caller commits. A process that dies between the two has told stations more than the
database knows; the same command again brings both together.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from tuf.api.metadata import Metadata, Root

from passes import audit
from passes.trust import publishing, services
from passes.trust.keys import KeyFileError
from passes.trust.models import IssuerKey
from passes.trust.publication import no_targets_key
from passes.trust.roles import TrustRepositoryError, are_online_keys_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.trust.instance_keys import InstanceKeys
    from passes.trust.keys import OfflineKeys
    from passes.trust.repository import TrustRepository
    from protocol.policy import Policy

_REASON_CHARS = 200
_AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Ceremony:
    """What has to come together to change what only offline keys may.

    Args:
        repository: the trust repository of the instance.
        keys: the instance's own keys.
        offline: the keys that were brought along.
    """

    repository: TrustRepository
    keys: InstanceKeys
    offline: OfflineKeys


def publish_all(
    session: Session,
    actor: User | None,
    ceremony: Ceremony,
    now: datetime,
    *,
    rules: Policy | None = None,
    min_version: int | None = None,
) -> int:
    """Sign issuer keys and policy again, with new expiries, and everything else with them; return the generation.

    Args:
        session: the caller's transaction.
        actor: who does it; None for the command line.
        ceremony: the keys; the targets key is needed.
        now: when.
        rules: a new policy; None keeps the one in force.
        min_version: after a restored backup, a version above all that stations have seen.

    Raises:
        TrustRepositoryError: as `publishing.publish_offline`; nothing changed.
        NoIssuerKeyError: no key is in use.
    """
    change = publishing.OfflineChange(rules=rules)
    generation = _publish(session, ceremony, now, change, min_version)
    details = {"policy": "kept" if rules is None else "changed"}
    audit.record(session, actor, "trust.publish_offline", f"Trust:{generation}", details, now)
    return generation


def rotate_issuer_key(
    session: Session, actor: User | None, ceremony: Ceremony, iss: str, now: datetime, signs_after: timedelta = _AT_ONCE
) -> IssuerKey:
    """Make the next issuing key and tell stations of it; from then on, or after a while, it signs.

    The key before stays good: what it signed is admitted until it is retired.

    Args:
        session: the caller's transaction.
        actor: who does it; None for the command line.
        ceremony: the keys; the targets key is needed.
        iss: issuer id.
        now: when.
        signs_after: how long the key before goes on signing, so that posts without network hear of the new key first;
            not at all if its file is lost.

    Raises:
        TrustRepositoryError: as `publishing.publish_offline`; then stations know nothing of the key, and its file can
            be deleted.
        KeyFileError: the key file cannot be written.
    """
    signer = ceremony.keys.generate_issuing_key()
    key = services.add_issuer_key(session, actor, iss, signer.public_key, now)
    if not _has_key_in_use(session, ceremony, now):
        key.signs_from = now  # from this publication on: nothing else can sign its status lists
    _publish(session, ceremony, now, publishing.OfflineChange(keys_sign_from=now + signs_after))
    session.refresh(key)
    return key


def retire_key(
    session: Session, actor: User | None, ceremony: Ceremony, kid: str, reason: str, now: datetime
) -> IssuerKey:
    """Withdraw an issuing key for ever. In the same publication the key in use signs every status list.

    A key that is retired already stays as it is; stations are told again if they were not.

    Args:
        session: the caller's transaction.
        actor: who does it; None for the command line.
        ceremony: the keys; the targets key is needed.
        kid: which key, 16 hexadecimal digits.
        reason: why, in words; published.
        now: when.

    Raises:
        IssuerKeyError: no such key (`unknown`), no other key could sign (`last`), `reason_invalid`.
        TrustRepositoryError: as `publishing.publish_offline`; nothing changed.
    """
    key = session.get(IssuerKey, kid)
    if key is None:
        raise services.IssuerKeyError("unknown", f"no issuing key has the id {kid!r}; `passes trust status` names them")
    if key.retired_at is None:
        _put_successor_to_use(session, key, now)
        key.retired_at, key.reason = now.replace(microsecond=0), _as_reason(reason)
        audit.record(session, actor, "trust.retire_key", key, {"reason": key.reason}, now)
    if not publishing.is_tombstoned(ceremony.repository, bytes.fromhex(kid)):
        _publish(session, ceremony, now)
    return key


def rotate_root(
    session: Session,
    actor: User | None,
    ceremony: Ceremony,
    now: datetime,
    *,
    replacement: OfflineKeys | None = None,
    has_new_online_keys: bool = False,
) -> int:
    """Publish the next root; return its version.

    Args:
        session: the caller's transaction; only the log is written.
        actor: who does it; None for the command line.
        ceremony: the keys; two of the root keys in force, and the targets key unless all other keys stay.
        now: the root's year is counted from it.
        replacement: all offline keys from now on; None keeps those in force.
        has_new_online_keys: make new online keys, because those in use were stolen or lost.

    Raises:
        TrustRepositoryError: as `TrustRepository.rotate_root`; nothing changed.
        KeyFileError: the new online keys cannot be written.
    """
    if has_new_online_keys and (replacement or ceremony.offline).targets is None:
        raise no_targets_key()  # it delegates to the key of `live`
    with ceremony.repository.lock():
        online = ceremony.keys.stage_online_keys() if has_new_online_keys else ceremony.keys.online
        ceremony.repository.rotate_root(ceremony.offline, online, now, replacement)
        settle_online_keys(ceremony.repository, ceremony.keys)
        version = ceremony.repository.status(now).roles["root"].version
    details = {"offline_keys": "kept" if replacement is None else "replaced"}
    details["online_keys"] = "replaced" if has_new_online_keys else "kept"
    audit.record(session, actor, "trust.rotate_root", f"Root:{version}", details, now)
    return version


def settle_online_keys(repository: TrustRepository, keys: InstanceKeys) -> None:
    """Put new online keys to use if the root in force names them; drop them if it does not.

    Raises:
        TrustRepositoryError: there is no readable root.
        KeyFileError: they cannot be opened.
    """
    try:
        staged = keys.staged_online_keys()
    except KeyFileError as error:
        if error.code != "missing":
            raise
        keys.discard_online_keys()  # their making was cut short; no root names them
        return
    if staged is None:
        return
    root: Metadata[Root] = Metadata.from_bytes(repository.read_root())
    if are_online_keys_of(root.signed, staged):
        keys.adopt_online_keys()
    else:
        keys.discard_online_keys()


def require_online_keys(repository: TrustRepository, keys: InstanceKeys) -> None:
    """Make sure that the online keys in use are those that stations were told of.

    Raises:
        TrustRepositoryError: they are not (`key_unknown`), or there is no readable root.
        KeyFileError: they cannot be opened.
    """
    root: Metadata[Root] = Metadata.from_bytes(repository.read_root())
    if not are_online_keys_of(root.signed, keys.online):
        message = "The online keys are not those of the root; `passes trust publish` puts right what was interrupted."
        raise TrustRepositoryError("key_unknown", message)


def _publish(
    session: Session,
    ceremony: Ceremony,
    now: datetime,
    change: publishing.OfflineChange | None = None,
    min_version: int | None = None,
) -> int:
    session.flush()
    return publishing.publish_offline(
        session, ceremony.repository, ceremony.keys, ceremony.offline, now, change=change, min_version=min_version
    )


def _has_key_in_use(session: Session, ceremony: Ceremony, now: datetime) -> bool:
    """Whether there is a key that signs, and its file can be opened."""
    try:
        ceremony.keys.signer_for(bytes.fromhex(services.current_issuer_key(session, now).kid))
    except (services.NoIssuerKeyError, KeyFileError):
        return False
    return True


def _put_successor_to_use(session: Session, retiring: IssuerKey, now: datetime) -> None:
    """Let the newest other key that stations know sign from now on, even if it was to wait."""
    successor = session.scalar(
        sa.select(IssuerKey)
        .where(IssuerKey.retired_at.is_(None), IssuerKey.signs_from.is_not(None), IssuerKey.kid != retiring.kid)
        .order_by(IssuerKey.signs_from.desc(), IssuerKey.created_at.desc())
        .limit(1)
    )
    if successor is None or successor.signs_from is None:
        message = f"key {retiring.kid} is the only one that could sign; run `passes trust rotate-issuer-key` first"
        raise services.IssuerKeyError("last", message)
    successor.signs_from = min(successor.signs_from, now)


def _as_reason(reason: str) -> str:
    text = unicodedata.normalize("NFC", " ".join(reason.split()))
    if not 0 < len(text) <= _REASON_CHARS or not text.isprintable():
        raise services.IssuerKeyError("reason_invalid", f"a reason has 1 to {_REASON_CHARS} characters")
    return text
