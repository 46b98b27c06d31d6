"""The trust repository: what stations fetch, verify and then decide with, without any network.

Layout below one directory, all of it public: `metadata/` (every `N.root.json`; `N.targets.json`, `N.live.json` and
`N.snapshot.json` of the last publications; `timestamp.json`) and `targets/` (contents under names that carry their
SHA-256, "consistent snapshots" in The Update Framework's words). A publication writes only new names and replaces
`timestamp.json` last, so a reader sees the state before or the state after, never a mixture, whenever the writer dies.

Knows bytes and keys only: what the targets say comes from `passes.trust.services`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import Key
from tuf.api.metadata import Root

from passes.trust.condition import RepositoryStatus, condition_of
from passes.trust.files import DirectoryLock, write_whole
from passes.trust.keys import OfflineKeys, OnlineKeys
from passes.trust.publication import Draft, compose, no_targets_key
from passes.trust.roles import HEAD_TARGET, TrustRepositoryError, build_root, require_root_keys, sign
from passes.trust.storage import RepositoryFiles
from passes.trust.tombstones import require_tombstones
from protocol.trust import ISSUERS


class TrustRepository:
    """One trust repository.

    Every method that publishes raises `TrustRepositoryError` with `not_initialised`, `damaged`, `key_missing`,
    `key_unknown`, `target_not_allowed`, `head_missing` or `unwritable`, and has then changed nothing that counts.

    Args:
        directory: holds `metadata/` and `targets/`; made by `initialise`.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._files = RepositoryFiles(directory)
        self._lock = DirectoryLock(directory / ".lock")

    @property
    def metadata_dir(self) -> Path:
        """What is served as `/trust/metadata/`."""
        return self._files.metadata_dir

    @property
    def targets_dir(self) -> Path:
        """What is served as `/trust/targets/`."""
        return self._files.targets_dir

    @property
    def is_initialised(self) -> bool:
        """Whether a first publication was completed."""
        return self._files.is_published

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other writers out, in this process and in others, while one decides what to publish and publishes it.

        Raises:
            TrustRepositoryError: `unwritable`.
        """
        with ExitStack() as stack:
            try:
                self.directory.mkdir(parents=True, exist_ok=True)
                stack.enter_context(self._lock.held())
            except OSError as error:
                message = f"{self.directory} cannot be written: {error.strerror}."
                raise TrustRepositoryError("unwritable", message) from error
            yield

    def initialise(
        self,
        offline: OfflineKeys,
        online: OnlineKeys,
        offline_targets: Mapping[str, bytes],
        now: datetime,
        live_targets: Mapping[str, bytes] | None = None,
    ) -> None:
        """Make the repository: root version 1 and a first publication.

        Stations can import it once live targets, given here or by `publish_live`, are in it.

        Args:
            offline: all three root keys and the targets key.
            online: the keys of `snapshot`, `timestamp` and `live`.
            offline_targets: `issuers`, `policy`: name → content.
            now: when it is signed; every expiry is counted from it.
            live_targets: as for `publish_live`.

        Raises:
            TrustRepositoryError: as above, or `already_initialised`.
        """
        with self.lock():
            if self.is_initialised:
                raise TrustRepositoryError("already_initialised", f"{self.directory} holds a trust repository already.")
            if live_targets is not None:
                _require_head(live_targets)
            if offline.targets is None:
                raise no_targets_key()
            root_keys = [signer.public_key for signer in offline.root]
            root = build_root(1, root_keys, offline.targets.public_key, online, now)
            signed_root = sign(root, offline.root, (root.signed, "root"))
            draft = Draft(
                root=root,
                new_root=signed_root,
                targets=offline_targets,
                live=live_targets or {},
                targets_key=offline.targets,
                online=online,
                state=None,
            )
            self._files.write(compose(draft, now))

    def publish_offline(
        self,
        targets: Mapping[str, bytes],
        offline: OfflineKeys,
        online: OnlineKeys,
        now: datetime,
        *,
        live_targets: Mapping[str, bytes] | None = None,
        min_version: int | None = None,
    ) -> None:
        """Replace the targets that only the offline key may sign, and sign what depends on them again.

        Args:
            targets: `issuers`, `policy`: all of them, name → content. Every key that was ever retired is still in it.
            offline: holds the targets key; root keys are not needed.
            online: the online keys.
            now: when it is signed.
            live_targets: new content of `live` in the same publication; what was there stays when None. Needed when a
                key is retired that signed status lists: stations would refuse lists of a retired key.
            min_version: as for `publish_live`.

        Raises:
            TrustRepositoryError: as above, or `tombstone_missing`, `target_malformed`.
        """
        with self.lock():
            state = self._files.read_state()
            live = self._files.read_contents(state.live.signed) if live_targets is None else live_targets
            _require_head(live)
            if (before := self._files.read_contents(state.targets.signed).get(ISSUERS)) is not None:
                require_tombstones(before, targets.get(ISSUERS, b""))
            draft = Draft(
                root=state.root,
                targets=targets,
                live=live,
                targets_key=offline.targets,
                online=online,
                state=state,
                min_version=min_version,
            )
            self._files.write(compose(draft, now))

    def publish_live(
        self, targets: Mapping[str, bytes], online: OnlineKeys, now: datetime, min_version: int | None = None
    ) -> None:
        """Replace everything that the online role signs: zones, stations, status lists, `live/head`, officers.

        Args:
            targets: all of them, name → content; one that is missing here is gone. `live/head` must be among them.
            online: the online keys.
            now: when it is signed.
            min_version: least version of what is signed. After a restored backup: a number above every one that
                stations have seen, because they never go back.
        """
        with self.lock():
            state = self._files.read_state()
            _require_head(targets)
            draft = Draft(root=state.root, live=targets, online=online, state=state, min_version=min_version)
            self._files.write(compose(draft, now))

    def rotate_root(
        self, current: OfflineKeys, online: OnlineKeys, now: datetime, replacement: OfflineKeys | None = None
    ) -> None:
        """Publish the next root version: a new expiry, the online keys given, and new offline keys if there are any.

        Args:
            current: at least two of the root keys in force; and the targets key, unless it is being replaced or neither
                it nor the `live` key changes.
            online: the online keys from now on, the same or new ones.
            now: when it is signed.
            replacement: all offline keys from now on; None keeps those in force.
        """
        with self.lock():
            state = self._files.read_state()
            old = state.root.signed
            require_root_keys(old, current.root)
            offline = replacement or current
            if replacement is None:
                root_keys, targets_key = _keys_of(old, "root"), _keys_of(old, "targets")[0]
            elif replacement.targets is None:
                raise no_targets_key()
            else:
                root_keys = [signer.public_key for signer in replacement.root]
                targets_key = replacement.targets.public_key
            signers = {signer.public_key.keyid: signer for signer in (*current.root, *offline.root)}
            root = build_root(old.version + 1, root_keys, targets_key, online, now)
            signed_root = sign(root, list(signers.values()), (old, "root"), (root.signed, "root"))
            draft = Draft(
                root=root,
                new_root=signed_root,
                targets=None if offline.targets is None else self._files.read_contents(state.targets.signed),
                live=self._files.read_contents(state.live.signed),
                targets_key=offline.targets,
                online=online,
                state=state,
            )
            self._files.write(compose(draft, now))

    def next_version(self, min_version: int | None = None) -> int:
        """Return the version that `live` gets with the next publication; callers use it as the head's generation.

        Call it and publish under one `lock()`.

        Raises:
            TrustRepositoryError: `damaged`.
        """
        current = self._files.read_state().live.signed.version if self.is_initialised else 0
        return max(current + 1, min_version or 1)

    def read_targets(self) -> dict[str, bytes]:
        """Return the content of every target in force, as `protocol.trust.load` takes it.

        Raises:
            TrustRepositoryError: `not_initialised`, `damaged`.
        """
        state = self._files.read_state()
        return self._files.read_contents(state.targets.signed) | self._files.read_contents(state.live.signed)

    def read_root(self, version: int | None = None) -> bytes:
        """Return a root as it was signed, the newest unless a version is given.

        Raises:
            TrustRepositoryError: `not_initialised`, `damaged`.
        """
        return self._files.read_metadata(f"{version or self._files.newest_root_version()}.root.json")

    def root_sha256(self, version: int | None = None) -> bytes:
        """Return a root's SHA-256 (32 bytes); the newest root's is the anchor that enrolment codes carry.

        Raises:
            TrustRepositoryError: `not_initialised`, `damaged`.
        """
        return hashlib.sha256(self.read_root(version)).digest()

    def status(self, now: datetime) -> RepositoryStatus:
        """Return versions and expiries as they stand at `now`.

        Raises:
            TrustRepositoryError: `not_initialised`, `damaged`.
        """
        return condition_of(self._files.read_state(), self.read_root(), now)

    def export(self, path: Path) -> None:
        """Write the publication in force, with every root, as a tar archive for stations without network.

        Args:
            path: the archive; what stood there is replaced once the new one is complete.

        Raises:
            TrustRepositoryError: `not_initialised`, `damaged`, `unwritable`.
        """
        with self.lock():
            packed = self._files.pack()
        try:
            write_whole(path, packed)
        except OSError as error:
            raise TrustRepositoryError("unwritable", f"{path} cannot be written: {error.strerror}.") from error


def _require_head(live_targets: Mapping[str, bytes]) -> None:
    if HEAD_TARGET not in live_targets:
        message = f"“{HEAD_TARGET}” is not among the live targets; without it no station can tell how old the data are."
        raise TrustRepositoryError("head_missing", message)


def _keys_of(root: Root, role: str) -> list[Key]:
    return [root.get_key(keyid) for keyid in root.roles[role].keyids]
