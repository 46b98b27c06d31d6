"""In what condition the trust repository is: versions, sizes, and what has expired."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tuf.api.metadata import Metadata

from passes.trust.roles import LIVE
from passes.trust.storage import State


@dataclass(frozen=True)
class RoleStatus:
    """One role's newest metadata: its version, when it expires, and whether it has at the time asked for."""

    version: int
    expires: datetime
    is_expired: bool


@dataclass(frozen=True)
class RepositoryStatus:
    """What `passes trust status` and `passes doctor` show.

    Args:
        roles: by name: `root`, `targets`, `live`, `snapshot`, `timestamp`.
        root_sha256: hex digest of the newest root, the anchor of new enrolments.
        target_bytes: target name → its size in bytes.
    """

    roles: Mapping[str, RoleStatus]
    root_sha256: str
    target_bytes: Mapping[str, int]


def condition_of(state: State, root_data: bytes, now: datetime) -> RepositoryStatus:
    """Return the condition of one publication as it stands at `now`.

    Args:
        state: the publication.
        root_data: its root's signed bytes.
        now: an aware datetime.
    """
    newest: dict[str, Metadata[Any]] = {
        "root": state.root,
        "targets": state.targets,
        LIVE: state.live,
        "snapshot": state.snapshot,
        "timestamp": state.timestamp,
    }
    roles = {
        name: RoleStatus(item.signed.version, item.signed.expires, item.signed.is_expired(now))
        for name, item in newest.items()
    }
    files = state.targets.signed.targets | state.live.signed.targets
    sizes = {name: file.length for name, file in sorted(files.items())}
    return RepositoryStatus(roles, hashlib.sha256(root_data).hexdigest(), sizes)
