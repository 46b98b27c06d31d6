"""Files that are there whole or not at all, and a lock between processes that write the same folder."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TEMPORARY_PREFIX = ".writing-"
_PUBLIC_MODE = 0o644


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable, not only the contents of its files."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes, mode: int = _PUBLIC_MODE, *, is_new: bool = False) -> None:
    """Write a file under a temporary name, make it durable, then give it its own name.

    Args:
        path: where it goes; its directory exists.
        data: everything the file holds.
        mode: permission bits.
        is_new: refuse to replace what stands there.

    Raises:
        FileExistsError: `is_new`, and something stands there.
        OSError: it could not be written; `path` is as it was.
    """
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY_PREFIX, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if is_new:
            path.hardlink_to(temporary)  # unlike a rename, this fails where a file stands
        else:
            temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    sync_directory(path.parent)


def remove_leftovers(directory: Path) -> None:
    """Remove what a killed writer left under a temporary name. Call it only while holding the lock."""
    for leftover in directory.rglob(f"{_TEMPORARY_PREFIX}*"):
        leftover.unlink(missing_ok=True)


class DirectoryLock:
    """One writer at a time, across threads and processes; the thread that holds it may take it again.

    Args:
        path: the lock file; made on first use, never removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.RLock()
        self._depth = 0
        self._handle = -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for the length of the `with` block."""
        with self._thread_lock:
            if self._depth == 0:
                self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(self._handle, fcntl.LOCK_EX)
                except BaseException:
                    os.close(self._handle)
                    raise
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    os.close(self._handle)  # closing releases the lock
