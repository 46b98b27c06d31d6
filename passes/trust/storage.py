"""The trust repository's files: reading the publication in force, writing the next one, packing it into an archive."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp

from passes.trust.files import remove_leftovers, write_whole
from passes.trust.roles import LIVE, TrustRepositoryError

# Publications kept beside the newest, so that a station that is in the middle of an update can finish it.
KEEP_PUBLICATIONS: Final = 24

_TIMESTAMP: Final = "timestamp.json"
_VERSIONED = re.compile(r"([1-9][0-9]*)\.(root|targets|live|snapshot)\.json")


@dataclass(frozen=True)
class State:
    """The publication in force, that is the one `timestamp.json` points to."""

    root: Metadata[Root]
    timestamp: Metadata[Timestamp]
    snapshot: Metadata[Snapshot]
    targets: Metadata[Targets]
    targets_data: bytes
    live: Metadata[Targets]


@dataclass(frozen=True)
class Publication:
    """Everything that one publication adds, signed and ready to be written.

    Args:
        targets: target name → content.
        metadata: versioned file name → content.
        timestamp: the new `timestamp.json`, which makes the rest count.
    """

    targets: Mapping[str, bytes]
    metadata: Mapping[str, bytes]
    timestamp: bytes


class RepositoryFiles:
    """Files below `metadata/` and `targets/`.

    Args:
        directory: holds both.
    """

    def __init__(self, directory: Path) -> None:
        self.metadata_dir = directory / "metadata"
        self.targets_dir = directory / "targets"

    @property
    def is_published(self) -> bool:
        """Whether a first publication was completed."""
        return (self.metadata_dir / _TIMESTAMP).exists()

    def read_state(self) -> State:
        """Read the publication in force.

        Raises:
            TrustRepositoryError: `not_initialised`, `damaged`.
        """
        if not self.is_published:
            message = f"{self.metadata_dir.parent} holds no trust repository yet; run `passes init`."
            raise TrustRepositoryError("not_initialised", message)
        timestamp: Metadata[Timestamp] = self._parse(_TIMESTAMP)
        snapshot: Metadata[Snapshot] = self._parse(f"{timestamp.signed.snapshot_meta.version}.snapshot.json")
        versions = {name: meta.version for name, meta in snapshot.signed.meta.items()}
        targets_name = f"{versions.get('targets.json')}.targets.json"
        return State(
            root=self._parse(f"{self.newest_root_version()}.root.json"),
            timestamp=timestamp,
            snapshot=snapshot,
            targets=self._parse(targets_name),
            targets_data=self.read_metadata(targets_name),
            live=self._parse(f"{versions.get(f'{LIVE}.json')}.{LIVE}.json"),
        )

    def read_metadata(self, name: str) -> bytes:
        """Read one metadata file.

        Raises:
            TrustRepositoryError: `damaged`.
        """
        try:
            return (self.metadata_dir / name).read_bytes()
        except OSError as error:
            message = f"{self.metadata_dir / name} cannot be read ({error.strerror}); restore it from the backup."
            raise TrustRepositoryError("damaged", message) from error

    def newest_root_version(self) -> int:
        """Return the greatest version of root on disk.

        Raises:
            TrustRepositoryError: `not_initialised`.
        """
        versions = self._versions("root")
        if not versions:
            raise TrustRepositoryError("not_initialised", f"{self.metadata_dir} holds no root; run `passes init`.")
        return versions[-1]

    def read_contents(self, targets: Targets) -> dict[str, bytes]:
        """Read the contents that one role's metadata lists, checked against its hashes.

        Raises:
            TrustRepositoryError: `damaged`.
        """
        contents: dict[str, bytes] = {}
        for name, file in targets.targets.items():
            path = self._target_path(file)
            try:
                contents[name] = path.read_bytes()
                file.verify_length_and_hashes(contents[name])
            except (OSError, RepositoryError) as error:
                message = f"{path} is missing or was changed; restore it from the backup."
                raise TrustRepositoryError("damaged", message) from error
        return contents

    def write(self, publication: Publication) -> None:
        """Write new names first and the timestamp last; then drop what no station can still be fetching.

        Raises:
            TrustRepositoryError: `unwritable`; the earlier publication stays in force.
        """
        try:
            self.metadata_dir.mkdir(parents=True, exist_ok=True)
            self.targets_dir.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self.metadata_dir)
            remove_leftovers(self.targets_dir)
            for name, data in publication.targets.items():
                path = self._target_path(TargetFile.from_data(name, data, ["sha256"]))
                if not path.exists() or path.read_bytes() != data:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_whole(path, data)
            for name, data in publication.metadata.items():
                write_whole(self.metadata_dir / name, data)
            write_whole(self.metadata_dir / _TIMESTAMP, publication.timestamp)
            self._prune()
        except OSError as error:
            message = f"{error.filename or self.metadata_dir} cannot be written: {error.strerror}."
            raise TrustRepositoryError("unwritable", message) from error

    def pack(self) -> bytes:
        """Return the publication in force, with every root, as an uncompressed tar file.

        The same publication always gives the same bytes. Nothing in it is secret.

        Raises:
            TrustRepositoryError: `not_initialised`, `damaged`.
        """
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name, data in self._members():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                member.mode = 0o644
                archive.addfile(member, io.BytesIO(data))
        return buffer.getvalue()

    def _members(self) -> Iterator[tuple[str, bytes]]:
        state = self.read_state()
        names = [f"{version}.root.json" for version in self._versions("root")]
        names += [
            f"{state.targets.signed.version}.targets.json",
            f"{state.live.signed.version}.{LIVE}.json",
            f"{state.snapshot.signed.version}.snapshot.json",
            _TIMESTAMP,
        ]
        for name in names:
            yield f"metadata/{name}", self.read_metadata(name)
        for role in (state.targets.signed, state.live.signed):
            contents = self.read_contents(role)
            for name, file in role.targets.items():
                yield f"targets/{file.get_prefixed_paths()[0]}", contents[name]

    def _parse(self, name: str) -> Metadata[Any]:
        try:
            return Metadata.from_bytes(self.read_metadata(name))
        except RepositoryError as error:
            message = f"{self.metadata_dir / name} is damaged; restore it from the backup."
            raise TrustRepositoryError("damaged", message) from error

    def _target_path(self, file: TargetFile) -> Path:
        return self.targets_dir / file.get_prefixed_paths()[0]

    def _versions(self, role: str) -> list[int]:
        found = (_VERSIONED.fullmatch(path.name) for path in self.metadata_dir.glob(f"*.{role}.json"))
        return sorted(int(match[1]) for match in found if match and match[2] == role)

    def _prune(self) -> None:
        kept: set[Path] = set()
        for role in ("snapshot", "targets", LIVE):
            versions = self._versions(role)
            for version in versions[:-KEEP_PUBLICATIONS]:
                (self.metadata_dir / f"{version}.{role}.json").unlink(missing_ok=True)
            if role != "snapshot":
                kept.update(self._listed(f"{version}.{role}.json" for version in versions[-KEEP_PUBLICATIONS:]))
        for path in self.targets_dir.rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink(missing_ok=True)

    def _listed(self, names: Iterable[str]) -> Iterator[Path]:
        for name in names:
            targets: Metadata[Targets] = self._parse(name)
            yield from (self._target_path(file) for file in targets.signed.targets.values())
