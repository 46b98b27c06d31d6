"""The station's trust data: imported whole or not at all, loaded at boot without any network."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from checkpoint.trust.boxes import keep_newest
from checkpoint.trust.errors import TrustImportError, TrustStoreError
from checkpoint.trust.generations import Generation, GenerationDamagedError, Generations
from checkpoint.trust.limits import Limits
from checkpoint.trust.sources import Source, open_source
from checkpoint.trust.updating import (
    METADATA_DIR,
    ROOT_HISTORY,
    TARGETS_DIR,
    expiries,
    find_anchor,
    live_keys,
    load_trust,
    says_the_same,
    update,
)
from protocol.progress import WentBackError, require_progress
from protocol.roster import roster_path
from protocol.trust import Trust, TrustError, load

# How far ahead of the clock data may claim to have been published: a wrong clock at the issuer, not one at the station,
# would otherwise raise every station's clock floor for good.
MAX_AHEAD = timedelta(hours=24)

_ANCHOR_CHARS = 16


@dataclass(frozen=True)
class Imported:
    """What an import came to.

    Args:
        generation: number of the publication now in force.
        published_at: when the issuer published it.
        is_new: whether anything differs from what was in force before.
    """

    generation: int
    published_at: datetime
    is_new: bool


@dataclass(frozen=True)
class TrustStatus:
    """The store's condition.

    Args:
        generation: number of the publication that `load_current` gives; None when there is none.
        published_at: when the issuer published it; the age of the data is counted from here.
        clock_floor: the clock is never earlier than this.
        is_fallback: the newest generation is damaged and an older one stands in for it; import again.
        expires: role → when TUF's metadata expire; after that updates are refused, and only updates.
        root_version: version of the root in force.
    """

    generation: int | None
    published_at: datetime | None
    clock_floor: datetime | None
    is_fallback: bool
    expires: Mapping[str, datetime]
    root_version: int | None


class TrustStore:
    """Trust data of one station under one anchor.

    Stores of different anchors stand beside each other in the same directory and know nothing of each other, so a
    station that is enrolled anew with another root starts empty.

    Args:
        directory: `trust/` in the station's home.
        root_sha256: SHA-256 (32 bytes) of the root from the enrolment code.
        limits: ceilings of an import.
        station: whose box of officers is kept; None keeps none.
    """

    def __init__(
        self, directory: Path, root_sha256: bytes, limits: Limits | None = None, station: str | None = None
    ) -> None:
        self._root_sha256 = root_sha256
        self._limits = limits or Limits()
        self._station = station
        self._directory = directory / root_sha256.hex()[:_ANCHOR_CHARS]
        self._generations = Generations(self._directory)

    @property
    def clock_floor(self) -> datetime | None:
        """The newest `published_at` that was ever accepted, in whole seconds; None before the first import."""
        current = self._generations.current()
        return current.floor if current else None

    def current_id(self) -> str | None:
        """Return a name of what is in force that changes with every import; a running program reloads when it does."""
        current = self._generations.current()
        return current.name if current else None

    def import_from(self, source: str | Path, now: datetime) -> Imported:
        """Take in the issuer's newest publication, if it is sound and not older than what is in force.

        Args:
            source: the repository's address (`https://…/trust`), a directory, or an archive file.
            now: the station's clock, aware. A clock below the floor is raised to it.

        Returns:
            What is in force now.

        Raises:
            TrustImportError: refused, with one of its codes; what was in force still is.
        """
        try:
            with self._exclusively(str(source)):
                try:
                    return self._import(source, now)
                finally:
                    self._generations.discard()
        except OSError as error:
            detail = f"{error.filename or self._directory}: {error.strerror or error}"
            raise TrustImportError("trust_unwritable", source=str(source), detail=detail) from error

    def load_current(self) -> Trust:
        """Load what is in force, compared byte for byte with what was accepted. Needs no network and no clock.

        A damaged generation is passed over for the one before it; `status` says so.

        Raises:
            TrustStoreError: `trust_empty` before the first import; `trust_damaged` when no generation is sound.
        """
        return self._load()[1]

    def station_box(self) -> bytes | None:
        """Return the box of officers that only the devices of this station can open, None where there is none.

        Raises:
            TrustStoreError: as `load_current`.
        """
        if self._station is None:
            return None
        path = roster_path(self._station)
        return self.targets(path).get(path)

    def targets(self, prefix: str) -> dict[str, bytes]:
        """Return the contents in force whose names begin in a way, by name.

        Raises:
            TrustStoreError: as `load_current`.
        """
        generation, _ = self._load()
        return {name: data for name, data in self._read_targets(generation).items() if name.startswith(prefix)}

    def status(self) -> TrustStatus:
        """Return the store's condition; never raises for an empty or damaged store."""
        try:
            generation, trust = self._load()
        except TrustStoreError:
            return TrustStatus(None, None, self.clock_floor, is_fallback=False, expires={}, root_version=None)
        folder = self._generations.path(generation)
        return TrustStatus(
            trust.generation,
            trust.published_at,
            self.clock_floor,
            is_fallback=generation != self._generations.current(),
            expires=expiries(folder),
            root_version=max(int(path.name.split(".")[0]) for path in _roots(folder)),
        )

    def _load(self) -> tuple[Generation, Trust]:
        candidates = self._generations.candidates()
        if not candidates:
            raise TrustStoreError("trust_empty")
        for generation in candidates:
            with contextlib.suppress(GenerationDamagedError, OSError, TrustError):
                return generation, load(self._read_targets(generation))
        raise TrustStoreError("trust_damaged")

    def _read_targets(self, generation: Generation) -> dict[str, bytes]:
        files = self._generations.check(generation)
        folder = self._generations.path(generation)
        return {unquote(file.name): (folder / file).read_bytes() for file in files if file.parts[0] == TARGETS_DIR}

    def _import(self, source: str | Path, now: datetime) -> Imported:
        current = before = self._generations.current()
        with open_source(source, self._limits) as opened:
            if unchanged := self._unchanged(opened, now):
                return unchanged
            try:
                staging, contents = self._fetch(opened, max(now, before.floor) if before else now)
            except TrustImportError as error:
                if error.code != "trust_expired" or before is None or before.floor <= now:
                    raise
                staging, contents = self._fetch(opened, now)
                if not self._has_new_live_key(staging):
                    raise
            trust = load_trust(contents, opened)
        if self._has_new_live_key(staging):
            # Whoever held the key before may have counted and dated ahead, so that nobody could follow. That was
            # the reason for the new key, which offline keys have signed: counting and dating begin anew.
            before = None
        clock = max(now, before.floor) if before else now
        _check_time(trust, clock, opened)
        if before and trust.generation < before.number:
            detail = f"publication {trust.generation} is older than {before.number}"
            raise TrustImportError("trust_rollback", source=opened.name, detail=detail)
        self._require_progress(trust, contents, staging, opened)
        floor = max(trust.published_at, before.floor) if before else trust.published_at
        accepted = self._generations.accept(trust.generation, floor)
        return Imported(trust.generation, trust.published_at, is_new=accepted != current)

    def _unchanged(self, opened: Source, now: datetime) -> Imported | None:
        """Return what is in force, if that is sound and the source has nothing newer: nothing is then written."""
        try:
            generation, trust = self._load()
        except TrustStoreError:
            return None
        clock = max(now, generation.floor)
        if generation != self._generations.current() or not says_the_same(
            opened, self._generations.path(generation), clock
        ):
            return None
        return Imported(trust.generation, trust.published_at, is_new=False)

    def _fetch(self, opened: Source, clock: datetime) -> tuple[Path, dict[str, bytes]]:
        """Return a working folder with what a source has, verified at a clock, and the contents of its targets."""
        staging = self._generations.stage(self._base())
        bootstrap = self._own_anchor(staging) or find_anchor(opened, self._root_sha256)
        return staging, update(opened, bootstrap, staging, clock, self._station)

    def _has_new_live_key(self, staging: Path) -> bool:
        """Whether the role `live`, which counts and dates, has other keys there than in what was accepted last."""
        base = self._base()
        return base is not None and not live_keys(self._generations.path(base)) & live_keys(staging)

    def _require_progress(self, trust: Trust, contents: Mapping[str, bytes], staging: Path, source: Source) -> None:
        """Refuse what newer version numbers alone do not show to be older than what is in force."""
        try:
            generation, before = self._load()
            held = self._read_targets(generation)
        except (TrustStoreError, GenerationDamagedError, OSError):
            return  # nothing sound to compare with: the first import, or a repair
        try:
            if self._has_new_live_key(staging):
                before = replace(before, generation=0)
            require_progress(before, trust)
            if self._station is not None:
                keep_newest(staging / TARGETS_DIR, self._station, (held, before), (contents, trust))
        except WentBackError as error:
            raise TrustImportError("trust_rollback", source=source.name, detail=str(error)) from error

    def _base(self) -> Generation | None:
        """Return the newest sound generation, whose metadata the next must not go back behind."""
        for generation in self._generations.candidates():
            with contextlib.suppress(GenerationDamagedError):
                self._generations.check(generation)
                return generation
        return None

    def _own_anchor(self, folder: Path) -> bytes | None:
        for path in _roots(folder):
            root = path.read_bytes()
            if hashlib.sha256(root).digest() == self._root_sha256:
                return root
        return None

    @contextlib.contextmanager
    def _exclusively(self, source: str) -> Iterator[None]:
        self._directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise TrustImportError("trust_busy", source=source, detail="another import is running") from error
        finally:
            os.close(handle)


def _check_time(trust: Trust, clock: datetime, source: Source) -> None:
    if trust.published_at > clock + MAX_AHEAD:
        detail = f"published {trust.published_at.isoformat()}, the clock says {clock.isoformat()}"
        raise TrustImportError("trust_in_future", source=source.name, detail=detail)


def _roots(folder: Path) -> Iterator[Path]:
    return (folder / METADATA_DIR / ROOT_HISTORY).glob("*.root.json")
