"""Files of the station's folder: private, written whole or not at all, errors in the station's own words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checkpoint.errors import StationError

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


class HomeError(StationError):
    """The folder cannot be used: `home_unwritable`, `home_damaged`, `not_enrolled`."""


def make_folder(path: Path) -> None:
    """Make a folder, for this user's eyes only.

    Raises:
        HomeError: it cannot be made.
    """
    with written(path):
        path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by this user only.

    Raises:
        HomeError: it cannot be written.
    """
    make_folder(path.parent)
    scratch = path.with_name(f".{path.name}.new")
    with written(path):
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Wait until a folder's names are on the disk."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write into the station's own error."""
    try:
        yield
    except OSError as error:
        raise HomeError("home_unwritable", path=path, detail=error.strerror or str(error)) from error
