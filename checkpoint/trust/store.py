"""The station's trust data: imported whole or not at all, loaded at boot without any network."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from checkpoint.trust.errors import TrustImportError, TrustStoreError
from checkpoint.trust.generations import Generations, roots_of
from checkpoint.trust.in_force import Imported, InForce, read_in_force
from checkpoint.trust.limits import Limits
from protocol.trust import Trust

_ANCHOR_CHARS = 16


@dataclass(frozen=True)
class TrustStatus:
    """The store's condition.

    Args:
        trust: what `load_current` gives; None when there is nothing sound.
        clock_floor: the clock is never earlier than this; None before the first import.
        is_fallback: the newest generation is damaged and an older one stands in for it; import again.
        expires: role → when TUF's metadata expire; after that this publication is taken in nowhere any more.
        root_version: version of the root in force.
        root_sha256: its SHA-256 in hexadecimal, by which people compare it with the issuer's.
    """

    trust: Trust | None
    clock_floor: datetime | None
    is_fallback: bool = False
    expires: Mapping[str, datetime] = field(default_factory=dict)
    root_version: int | None = None
    root_sha256: str | None = None

    @property
    def generation(self) -> int | None:
        """Number of the publication in force."""
        return self.trust.generation if self.trust else None

    @property
    def published_at(self) -> datetime | None:
        """When the issuer published it; the age of the data is counted from here."""
        return self.trust.published_at if self.trust else None

    @property
    def is_damaged(self) -> bool:
        """Whether data were accepted, and none of them is sound any more."""
        return self.trust is None and self.clock_floor is not None


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
        from checkpoint.trust.importing import Importer

        importer = Importer(self._generations, self._root_sha256, self._limits, self._station)
        try:
            with self._exclusively(str(source)):
                try:
                    return importer.run(source, now)
                finally:
                    self._generations.discard()
        except OSError as error:
            detail = f"{error.filename or self._directory}: {error.strerror or error}"
            raise TrustImportError("trust_unwritable", source=str(source), detail=detail) from error

    def in_force(self) -> InForce:
        """Read what is in force, compared byte for byte with what was accepted. Needs no network and no clock.

        A damaged generation is passed over for the one before it; `status` says so.

        Raises:
            TrustStoreError: `trust_empty` before the first import; `trust_damaged` when no generation is sound.
        """
        return read_in_force(self._generations)

    def load_current(self) -> Trust:
        """Return what the data in force say.

        Raises:
            TrustStoreError: as `in_force`.
        """
        return self.in_force().trust

    def status(self) -> TrustStatus:
        """Return the store's condition; never raises for an empty or damaged store."""
        from checkpoint.trust.updating import expiries

        try:
            held = self.in_force()
        except TrustStoreError:
            return TrustStatus(None, self.clock_floor)
        folder = self._generations.path(held.generation)
        versions = {int(path.name.split(".")[0]): path for path in roots_of(folder)}
        newest = max(versions)
        return TrustStatus(
            held.trust,
            self.clock_floor,
            is_fallback=held.generation != self._generations.current(),
            expires=expiries(folder),
            root_version=newest,
            root_sha256=hashlib.sha256(versions[newest].read_bytes()).hexdigest(),
        )

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
