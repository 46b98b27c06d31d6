"""Where trust data come from: the issuer's address, a directory, or an archive file, through one interface of TUF's."""

import logging
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import urllib3
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface, Urllib3Fetcher

from checkpoint.trust.archive import ArchiveReader
from checkpoint.trust.errors import TrustImportError
from checkpoint.trust.limits import Limits

METADATA = "metadata/"
TARGETS = "targets/"

# A station without network tries again by its own timetable, and says so in its own words.
for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).setLevel(logging.ERROR)

_LOCAL_BASE = "trust:///"
_SAFE_NAME = re.compile(r"(metadata|targets)(/[A-Za-z0-9_][A-Za-z0-9._-]*)+")
_CHUNK = 64 * 1024
_NOT_FOUND = 404


class _Reader(Protocol):
    def has(self, name: str) -> bool: ...

    def read(self, name: str) -> Iterator[bytes]: ...


class DirectoryReader:
    """Gives the files of an unpacked archive, or of the repository itself, by name. Follows no link inside it.

    Args:
        path: holds `metadata/` and `targets/`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def has(self, name: str) -> bool:
        """Whether a regular file of this name is there, with no link on the way to it."""
        place = self._path
        try:
            for part in name.split("/"):
                place /= part
                mode = place.lstat().st_mode
                if stat.S_ISLNK(mode):
                    return False
        except OSError:
            return False
        return stat.S_ISREG(mode)

    def read(self, name: str) -> Iterator[bytes]:
        """Yield one file in pieces.

        Raises:
            TrustImportError: `trust_source_unreadable`, for instance because the stick was pulled.
        """
        try:
            with os.fdopen(os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                while piece := file.read(_CHUNK):
                    yield piece
        except OSError as error:
            detail = f"{name}: {error.strerror}"
            raise TrustImportError("trust_source_unreadable", source=str(self._path), detail=detail) from error


class _LocalFetcher(FetcherInterface):
    """Answers TUF's requests from a reader."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(_LOCAL_BASE)
        if not _SAFE_NAME.fullmatch(name) or not self._reader.has(name):
            raise DownloadHTTPError(f"{name} is not there", _NOT_FOUND)
        return self._reader.read(name)


class _BoundedFetcher(FetcherInterface):
    """Puts the limits around another fetcher, and turns its broken connections into one kind of error."""

    def __init__(self, inner: FetcherInterface, metadata_url: str, limits: Limits) -> None:
        self._inner = inner
        self._metadata_url = metadata_url
        self._limits = limits
        self._bytes_left = limits.total_bytes
        self._ends_at = time.monotonic() + limits.duration_seconds

    @contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        """Download one file, whatever length was signed for it, only up to this station's limit."""
        is_metadata = url.startswith(self._metadata_url)
        ceiling = self._limits.metadata_bytes if is_metadata else self._limits.target_bytes
        with super().download_file(url, min(max_length, ceiling)) as file:
            yield file

    def _fetch(self, url: str) -> Iterator[bytes]:
        return self._counted(self._inner.fetch(url), url)

    def _counted(self, pieces: Iterator[bytes], url: str) -> Iterator[bytes]:
        try:
            for piece in pieces:
                self._bytes_left -= len(piece)
                if self._bytes_left < 0:
                    detail = f"more than {self._limits.total_bytes} bytes"
                    raise TrustImportError("trust_too_large", source=url, detail=detail)
                if time.monotonic() > self._ends_at:
                    raise DownloadError(f"{url} took too long")
                yield piece
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise DownloadError(f"{url} broke off") from error


class Source:
    """One opened source.

    Args:
        name: how a person named it.
        base_url: what metadata and targets are addressed below.
        fetcher: reads them.
        limits: ceilings of the import.
    """

    def __init__(self, name: str, base_url: str, fetcher: FetcherInterface, limits: Limits) -> None:
        self.name = name
        self.metadata_url = base_url + METADATA
        self.targets_url = base_url + TARGETS
        self.limits = limits
        self.fetcher: FetcherInterface = _BoundedFetcher(fetcher, self.metadata_url, limits)

    def roots(self) -> Iterator[bytes]:
        """Yield every root the source has, from version 1.

        Raises:
            DownloadError: it could not be read.
        """
        for version in range(1, self.limits.root_rotations + 1):
            try:
                yield self.fetcher.download_bytes(f"{self.metadata_url}{version}.root.json", self.limits.root_bytes)
            except DownloadHTTPError as error:
                if error.status_code != _NOT_FOUND:
                    raise
                return


def is_address(source: str | Path) -> bool:
    """Whether a source is an address on the network, not a path."""
    return isinstance(source, str) and source.startswith(("http://", "https://"))


@contextmanager
def open_source(source: str | Path, limits: Limits) -> Iterator[Source]:
    """Open a source for one import.

    Args:
        source: the repository's address (`https://…/trust`), a directory, or an archive file.
        limits: ceilings of the import.

    Raises:
        TrustImportError: `trust_source_missing`, or what `ArchiveReader` refuses.
    """
    if is_address(source):
        fetcher = Urllib3Fetcher(socket_timeout=limits.silence_seconds, app_user_agent="checkpoint")
        yield Source(str(source), f"{str(source).rstrip('/')}/", fetcher, limits)
        return
    path = Path(source)
    if (path / METADATA).is_dir():
        yield Source(str(path), _LOCAL_BASE, _LocalFetcher(DirectoryReader(path)), limits)
    elif path.is_file():
        with ArchiveReader(path, limits) as archive:
            yield Source(str(path), _LOCAL_BASE, _LocalFetcher(archive), limits)
    else:
        raise TrustImportError("trust_source_missing", source=str(path), detail="no archive and no metadata/ in it")
