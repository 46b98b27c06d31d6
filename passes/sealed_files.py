"""Files that hold personal data: outside the web root, encrypted, under names that say nothing."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from passes.privacy import Privacy

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class SealedFiles:
    """A folder of encrypted files, read and written whole.

    Args:
        folder: made when the first file is written; only its owner enters.
        privacy: the instance's keys.
    """

    def __init__(self, folder: Path, privacy: Privacy) -> None:
        """Touch nothing yet."""
        self._folder = folder
        self._privacy = privacy

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, whole or not at all.

        Raises:
            ValueError: the name is none of ours.
        """
        path = self._path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(self._privacy.seal(content))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def read(self, name: str) -> bytes:
        """Return what a file holds.

        Raises:
            FileNotFoundError: there is none of this name.
            passes.privacy.PrivacyError: another instance wrote it, or it was altered.
        """
        return self._privacy.unseal(self._path(name).read_bytes())

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """Remove a file; one that is gone already is no error."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a sealed file")
        return self._folder / name
