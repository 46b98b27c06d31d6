"""What each role of the trust repository signs, for how long, and with which keys. Bytes in, bytes out; no files.

The Update Framework, specification 1.0, through python-tuf's metadata API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Role,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from passes.trust.keys import ROOT_KEY_COUNT, ROOT_THRESHOLD, OnlineKeys

LIVE: Final = "live"
LIVE_PATHS: Final = ("zones", "stations", "status/*", "live/*", "officers/*", "receipts/*", "sightings/*")
HEAD_TARGET: Final = "live/head"

LIFETIMES: Final[Mapping[str, timedelta]] = {
    "root": timedelta(days=365),
    "targets": timedelta(days=90),
    "snapshot": timedelta(days=10),
    "timestamp": timedelta(days=10),
    LIVE: timedelta(days=10),
}


class TrustRepositoryError(Exception):
    """The trust repository cannot be read or published to; nothing was changed.

    Args:
        code: `not_initialised`, `already_initialised`, `damaged`, `key_missing`, `key_unknown`, `target_not_allowed`,
            `target_malformed`, `tombstone_missing`, `head_missing`, `unacceptable`, `key_not_published`, `unwritable`;
            stable.
        message: one English sentence for an operator.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def is_live(name: str) -> bool:
    """Whether a target belongs to the online role `live`, and not to the offline role `targets`."""
    parts = name.split("/")
    return any(
        len(parts) == len(pattern.split("/"))
        and all(fnmatchcase(part, wanted) for part, wanted in zip(parts, pattern.split("/"), strict=True))
        for pattern in LIVE_PATHS
    )


def expiry(role: str, now: datetime) -> datetime:
    """Return when metadata of `role` that is signed at `now` expires.

    Raises:
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    return now.astimezone(UTC) + LIFETIMES[role]


def build_root(
    version: int, root_keys: Sequence[Key], targets_key: Key, online: OnlineKeys, now: datetime
) -> Metadata[Root]:
    """Return an unsigned root: three keys of which two must sign the next root, and one key for each other role.

    Raises:
        TrustRepositoryError: `key_missing`: fewer than three different root keys.
    """
    if len({key.keyid for key in root_keys}) != ROOT_KEY_COUNT:
        message = f"A root needs {ROOT_KEY_COUNT} different root keys; bring all of the offline key files."
        raise TrustRepositoryError("key_missing", message)
    root = Root(
        version=version,
        expires=expiry("root", now),
        roles={
            "root": Role([], ROOT_THRESHOLD),
            "targets": Role([], 1),
            "snapshot": Role([], 1),
            "timestamp": Role([], 1),
        },
        consistent_snapshot=True,
    )
    for key in root_keys:
        root.add_key(key, "root")
    root.add_key(targets_key, "targets")
    root.add_key(online.snapshot.public_key, "snapshot")
    root.add_key(online.timestamp.public_key, "timestamp")
    return Metadata(root)


def build_targets(version: int, targets: Mapping[str, bytes], live_key: Signer, now: datetime) -> Metadata[Targets]:
    """Return unsigned top-level targets that delegate `LIVE_PATHS`, and nothing else, to the online key of `live`.

    Raises:
        TrustRepositoryError: `target_not_allowed`: one of them belongs to `live`.
    """
    if stray := sorted(filter(is_live, targets)):
        message = f"{', '.join(stray)}: signed by the online role, not by the offline targets key."
        raise TrustRepositoryError("target_not_allowed", message)
    public = live_key.public_key
    role = DelegatedRole(LIVE, [public.keyid], threshold=1, terminating=True, paths=list(LIVE_PATHS))
    return Metadata(
        Targets(
            version=version,
            expires=expiry("targets", now),
            targets=_target_files(targets),
            delegations=Delegations({public.keyid: public}, {LIVE: role}),
        )
    )


def build_live(version: int, targets: Mapping[str, bytes], now: datetime) -> Metadata[Targets]:
    """Return the unsigned metadata of `live`.

    Raises:
        TrustRepositoryError: `target_not_allowed`: one of them is not among `LIVE_PATHS`.
    """
    if stray := sorted(name for name in targets if not is_live(name)):
        message = f"{', '.join(stray)}: not delegated to the online role; only the offline targets key may sign it."
        raise TrustRepositoryError("target_not_allowed", message)
    return Metadata(Targets(version=version, expires=expiry(LIVE, now), targets=_target_files(targets)))


def build_snapshot(version: int, parts: Mapping[str, tuple[int, bytes]], now: datetime) -> Metadata[Snapshot]:
    """Return the unsigned snapshot over `parts`: role name → its version and its metadata bytes."""
    meta = {f"{role}.json": MetaFile.from_data(number, data, ["sha256"]) for role, (number, data) in parts.items()}
    return Metadata(Snapshot(version=version, expires=expiry("snapshot", now), meta=meta))


def build_timestamp(version: int, snapshot_version: int, snapshot: bytes, now: datetime) -> Metadata[Timestamp]:
    """Return the unsigned timestamp that points to one snapshot."""
    meta = MetaFile.from_data(snapshot_version, snapshot, ["sha256"])
    return Metadata(Timestamp(version=version, expires=expiry("timestamp", now), snapshot_meta=meta))


def are_online_keys_of(root: Root, online: OnlineKeys) -> bool:
    """Whether a root names these keys for what the issuer signs by itself."""
    return all(
        signer.public_key.keyid in root.roles[role].keyids
        for role, signer in (("snapshot", online.snapshot), ("timestamp", online.timestamp))
    )


def require_root_keys(root: Root, signers: Sequence[Signer]) -> None:
    """Refuse to change a root with fewer of its keys than it asks for, where some were brought.

    Raises:
        TrustRepositoryError: `key_missing`. Keys that the root does not know are `sign`'s matter.
    """
    brought = {signer.public_key.keyid for signer in signers} & set(root.roles["root"].keyids)
    if 0 < len(brought) < root.roles["root"].threshold:
        message = f"{ROOT_THRESHOLD} of the {ROOT_KEY_COUNT} root keys are needed, and {len(brought)} was given; "
        raise TrustRepositoryError("key_missing", message + "name the other medium with --offline-keys too.")


def sign(metadata: Metadata[Any], signers: Sequence[Signer], *delegators: tuple[Root | Targets, str]) -> bytes:
    """Sign metadata, and check it as a station will before it is given out.

    Args:
        metadata: what to sign; earlier signatures are dropped.
        signers: who signs.
        delegators: who must accept the result, each with the role name it knows the signer by.

    Returns:
        The signed file's bytes.

    Raises:
        TrustRepositoryError: `key_unknown`: these are not the keys that the repository's stations trust for the role.
    """
    metadata.signatures.clear()
    for signer in signers:
        metadata.sign(signer, append=True)
    for delegator, role in delegators:
        try:
            delegator.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
        except (RepositoryError, UnverifiedSignatureError, ValueError) as error:
            message = (
                f"The keys given for “{role}” are not those that stations trust for it; nothing was published. "
                "If they were replaced, the newer medium counts."
            )
            raise TrustRepositoryError("key_unknown", message) from error
    return metadata.to_bytes()


def _target_files(targets: Mapping[str, bytes]) -> dict[str, TargetFile]:
    return {name: TargetFile.from_data(name, data, ["sha256"]) for name, data in sorted(targets.items())}
