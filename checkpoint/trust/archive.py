"""A trust archive: the uncompressed POSIX tar file that `passes trust export` writes. Read in place, never unpacked.

Headers are decoded one by one with the standard library's `TarInfo.frombuf`; its `TarFile` would follow extension
headers, links and sparse maps, none of which an honest archive has and each of which a hostile one may abuse.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from checkpoint.trust.errors import TrustImportError
from checkpoint.trust.limits import Limits

_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 64 * 1024
_FILE_TYPES = frozenset({tarfile.REGTYPE, tarfile.AREGTYPE})


class ArchiveReader:
    """Gives the files of one archive by name.

    Args:
        path: the archive.
        limits: its greatest size and number of entries.

    Raises:
        TrustImportError: `trust_source_unreadable`, `trust_too_large`, `trust_archive_damaged` (truncated, or no tar
            file), `trust_archive_unsafe` (links, devices, names that lead elsewhere, a name twice, extension headers).
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise self._unreadable(error) from error
        try:
            self._members = self._index(limits)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def has(self, name: str) -> bool:
        """Whether the archive holds a file of this name."""
        return name in self._members

    def read(self, name: str) -> Iterator[bytes]:
        """Yield one file in pieces.

        Args:
            name: such as `metadata/timestamp.json`; one that `has`.

        Raises:
            TrustImportError: `trust_source_unreadable`, for instance because the stick was pulled.
        """
        offset, left = self._members[name]
        while left > 0:
            piece = self._read_at(offset, min(left, _CHUNK))
            if not piece:
                raise self._refused("trust_archive_damaged", f"{name} ends early")
            yield piece
            offset += len(piece)
            left -= len(piece)

    def _index(self, limits: Limits) -> dict[str, tuple[int, int]]:
        """Return name → (offset, size) of every file, in bytes."""
        size = self._path.stat().st_size
        if size > limits.archive_bytes:
            raise self._refused("trust_too_large", f"{size} bytes")
        members: dict[str, tuple[int, int]] = {}
        offset = 0
        for _ in range(limits.archive_members):
            header = self._read_at(offset, _BLOCK)
            if len(header) == _BLOCK and not any(header):
                return members
            member = self._decode(header, offset)
            offset += _BLOCK
            if member.type == tarfile.DIRTYPE:
                continue
            if member.name in members:
                raise self._refused("trust_archive_unsafe", f"{member.name} stands in it twice")
            if member.size < 0 or offset + member.size > size:
                raise self._refused("trust_archive_damaged", f"{member.name} reaches past the end")
            members[member.name] = (offset, member.size)
            offset += -(-member.size // _BLOCK) * _BLOCK
        raise self._refused("trust_too_large", f"more than {limits.archive_members} entries")

    def _decode(self, header: bytes, offset: int) -> tarfile.TarInfo:
        try:
            member = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        except (tarfile.TarError, ValueError) as error:
            raise self._refused("trust_archive_damaged", f"no header at byte {offset}") from error
        member.name = member.name.removeprefix("./")
        parts = member.name.split("/")
        if member.type not in _FILE_TYPES | {tarfile.DIRTYPE}:
            raise self._refused("trust_archive_unsafe", f"{member.name} is neither a file nor a folder")
        if member.name.startswith("/") or ".." in parts or "\\" in member.name or "\0" in member.name:
            raise self._refused("trust_archive_unsafe", f"{member.name} leads elsewhere")
        return member

    def _read_at(self, offset: int, count: int) -> bytes:
        try:
            self._file.seek(offset)
            return self._file.read(count)
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> TrustImportError:
        return self._refused("trust_source_unreadable", error.strerror or str(error))

    def _refused(self, code: str, detail: str) -> TrustImportError:
        return TrustImportError(code, source=str(self._path), detail=detail)
