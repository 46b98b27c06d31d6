"""One publication of the trust repository: from what it shall say to signed bytes that are ready to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from securesystemslib.signer import Signer
from tuf.api.metadata import Metadata, Root, Targets

from passes.trust.keys import OnlineKeys
from passes.trust.roles import (
    LIVE,
    TrustRepositoryError,
    build_live,
    build_snapshot,
    build_targets,
    build_timestamp,
    sign,
)
from passes.trust.storage import Publication, State


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a publication shall say, and who signs it.

    Args:
        root: the root that stations will have when they read it.
        new_root: that root's signed bytes, if this publication brings it.
        targets: top-level targets, name → content; None leaves them as they were signed last.
        live: targets of the role `live`, name → content.
        targets_key: signs `targets`; needed only with them.
        online: signs the rest.
        state: the publication in force; None for the first.
        min_version: least version number of what is signed.
    """

    root: Metadata[Root]
    new_root: bytes | None = None
    targets: Mapping[str, bytes] | None = None
    live: Mapping[str, bytes]
    targets_key: Signer | None = None
    online: OnlineKeys
    state: State | None
    min_version: int | None = None


def compose(draft: Draft, now: datetime) -> Publication:
    """Sign a draft, checking each signature as a station will.

    Args:
        draft: what to sign.
        now: every expiry is counted from it.

    Returns:
        The publication; nothing has been written.

    Raises:
        TrustRepositoryError: `key_missing`, `key_unknown`, `target_not_allowed`.
    """
    root, online, state = draft.root.signed, draft.online, draft.state
    metadata: dict[str, bytes] = {}
    if draft.new_root is not None:
        metadata[f"{root.version}.root.json"] = draft.new_root

    targets, targets_data = _targets(draft, now)
    metadata[f"{targets.signed.version}.targets.json"] = targets_data

    live_version = _next(state.live.signed.version if state else 0, draft.min_version)
    live_data = sign(build_live(live_version, draft.live, now), [online.live], (targets.signed, LIVE))
    metadata[f"{live_version}.{LIVE}.json"] = live_data

    snapshot_version = _next(state.snapshot.signed.version if state else 0, draft.min_version)
    parts = {"targets": (targets.signed.version, targets_data), LIVE: (live_version, live_data)}
    snapshot = build_snapshot(snapshot_version, parts, now)
    snapshot_data = sign(snapshot, [online.snapshot], (root, "snapshot"))
    metadata[f"{snapshot_version}.snapshot.json"] = snapshot_data

    timestamp_version = _next(state.timestamp.signed.version if state else 0, draft.min_version)
    timestamp = build_timestamp(timestamp_version, snapshot_version, snapshot_data, now)
    contents = {**(draft.targets or {}), **draft.live}
    return Publication(contents, metadata, sign(timestamp, [online.timestamp], (root, "timestamp")))


def no_targets_key() -> TrustRepositoryError:
    """Return the error for offline keys that came without the one that is needed most."""
    message = "The targets key is needed for this; bring the medium that holds targets.pem."
    return TrustRepositoryError("key_missing", message)


def _targets(draft: Draft, now: datetime) -> tuple[Metadata[Targets], bytes]:
    """Return the top-level targets of this publication: newly signed, or the bytes that were signed before."""
    root, state = draft.root.signed, draft.state
    if draft.targets is None and state is not None:
        return state.targets, state.targets_data
    if draft.targets_key is None:
        raise no_targets_key()
    version = _next(state.targets.signed.version if state else 0, draft.min_version)
    targets = build_targets(version, draft.targets or {}, draft.online.live, now)
    return targets, sign(targets, [draft.targets_key], (root, "targets"))


def _next(current: int, least: int | None) -> int:
    return max(current + 1, least or 1)
