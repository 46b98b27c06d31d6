"""Generations of trust data on the station's disk: each a folder that never changes, and one link to the newest.

A generation's name is `<number>-<floor>-<SHA-256 of its manifest>`: the issuer's count, the clock floor that holds
since it was accepted (seconds since 1970), and the digest of the manifest, which lists every file's SHA-256. So the
link alone, one rename, says what is in force, which numbers are too old, how far the clock may be set back, and whether
a single byte has changed since.
"""

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MANIFEST = "manifest.json"
METADATA_DIR, TARGETS_DIR, ROOT_HISTORY = "metadata", "targets", "root_history"

_CURRENT = "current"
_NEXT_LINK = "current.next"
_GENERATIONS = "generations"
_STAGING = "staging"
_NAME = re.compile(r"([0-9]{1,19})-([0-9]{1,12})-([0-9a-f]{64})")
_KEPT = 2


class GenerationDamagedError(Exception):
    """A generation is not what its name says: a file is missing, added or changed."""


@dataclass(frozen=True, order=True)
class Generation:
    """One accepted state of the trust data.

    Args:
        number: the issuer's count of publications.
        floor: the newest `published_at` accepted up to it.
        digest: hex SHA-256 of its manifest.
    """

    number: int
    floor: datetime
    digest: str

    @property
    def name(self) -> str:
        """Its folder's name."""
        return f"{self.number:010d}-{int(self.floor.timestamp())}-{self.digest}"

    @classmethod
    def parse(cls, name: str) -> "Generation | None":
        """Read a folder's name; None when it is not one of a generation."""
        match = _NAME.fullmatch(name)
        return match and cls(int(match[1]), datetime.fromtimestamp(int(match[2]), UTC), match[3])


class Generations:
    """The generations below one directory.

    Args:
        directory: holds `generations/`, `current` and, while an import runs, `staging/`.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._folder = directory / _GENERATIONS
        self._link = directory / _CURRENT

    def path(self, generation: Generation) -> Path:
        """Return a generation's folder."""
        return self._folder / generation.name

    def current(self) -> Generation | None:
        """Return what the link names, whether or not its folder is still sound."""
        try:
            return Generation.parse(self._link.readlink().name)
        except OSError:
            return None

    def candidates(self) -> list[Generation]:
        """Return the current generation, then older ones that could stand in for it, newest first.

        A folder newer than the link was never accepted: its import died before the switch.
        """
        current = self.current()
        if current is None:
            return []
        found = filter(None, map(Generation.parse, _names(self._folder)))
        older = (other for other in found if other != current and other.number <= current.number)
        return [current, *sorted(older, reverse=True)]

    def check(self, generation: Generation) -> list[Path]:
        """Return the files of a generation, relative to its folder, once every digest has been compared.

        Raises:
            GenerationDamagedError: something differs.
        """
        folder = self.path(generation)
        try:
            manifest = (folder / MANIFEST).read_bytes()
            if hashlib.sha256(manifest).hexdigest() != generation.digest:
                raise GenerationDamagedError(f"{generation.name}: the manifest was changed")
            listed: dict[str, str] = json.loads(manifest)
            if listed != _digests(folder):
                raise GenerationDamagedError(f"{generation.name}: a file is missing, added or changed")
        except (OSError, ValueError) as error:
            raise GenerationDamagedError(f"{generation.name}: {error}") from error
        return [Path(name) for name in listed]

    def stage(self, base: Generation | None) -> Path:
        """Return an empty working folder, or one with a copy of `base` in it. What a dead import left is removed.

        Raises:
            OSError: it cannot be written.
        """
        self.discard()
        staging = self.directory / _STAGING
        if base is None:
            staging.mkdir(parents=True)
        else:
            _copy(self.path(base), staging)
            (staging / MANIFEST).unlink()
        return staging

    def discard(self) -> None:
        """Remove the working folder, as far as the disk lets it be removed."""
        shutil.rmtree(self.directory / _STAGING, ignore_errors=True)

    def accept(self, number: int, floor: datetime) -> Generation:
        """Make the working folder the current generation, durably and in one step.

        Args:
            number: the issuer's count of publications.
            floor: the newest `published_at` accepted so far.

        Returns:
            The generation in force; equal to the one before when not a byte differs.

        Raises:
            OSError: the disk refused; what was in force still is.
        """
        staging = self.directory / _STAGING
        manifest = json.dumps(_digests(staging), sort_keys=True, separators=(",", ":")).encode()
        (staging / MANIFEST).write_bytes(manifest)
        accepted = Generation(number, floor.replace(microsecond=0), hashlib.sha256(manifest).hexdigest())
        if self._is_sound(accepted):
            self.discard()
        else:
            self._settle(staging, accepted)
        if accepted != self.current():
            self._switch(accepted)
        self._prune(accepted)
        return accepted

    def _settle(self, staging: Path, generation: Generation) -> None:
        """Give the working folder its final name, after everything in it is on the disk."""
        for path in [*staging.rglob("*"), staging]:
            _sync(path)
        self._folder.mkdir(exist_ok=True)
        final = self.path(generation)
        if final.exists():
            shutil.rmtree(final)
        staging.rename(final)
        _sync(self._folder)
        _sync(self.directory)

    def _switch(self, generation: Generation) -> None:
        link = self.directory / _NEXT_LINK
        link.unlink(missing_ok=True)
        link.symlink_to(Path(_GENERATIONS) / generation.name)
        link.replace(self._link)
        _sync(self.directory)

    def _prune(self, current: Generation) -> None:
        """Keep the current generation and the soundest one before it; the rest goes, as far as the disk lets it go."""
        keep = {current.name}
        for older in self.candidates()[1:]:
            if len(keep) < _KEPT and self._is_sound(older):
                keep.add(older.name)
        for name in _names(self._folder):
            if name not in keep:
                shutil.rmtree(self._folder / name, ignore_errors=True)

    def _is_sound(self, generation: Generation) -> bool:
        try:
            self.check(generation)
        except GenerationDamagedError:
            return False
        return True


def roots_of(folder: Path) -> list[Path]:
    """Return the files of every version of the root that a generation or a working copy holds."""
    return list((folder / METADATA_DIR / ROOT_HISTORY).glob("*.root.json"))


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _copy(source: Path, target: Path) -> None:
    """Copy a folder, up to the first file that the disk refuses: `shutil.copytree` would report every one."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            shutil.copy2(path, target / path.name)


def _digests(folder: Path) -> dict[str, str]:
    """Return relative name → hex SHA-256 of every file below a folder except its manifest."""
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    named = {path.relative_to(folder).as_posix(): path for path in files}
    named.pop(MANIFEST, None)
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named.items()}


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
