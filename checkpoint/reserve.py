"""Room on the disk that is set aside, so that a full disk does not stop the post at once.

A file of some megabytes lies in the station's folder and holds nothing. When the disk is full, it is removed, and the
log goes on writing into what it held, for thousands of records, while the station says loudly what is to be done.
"""

import os
from dataclasses import dataclass
from pathlib import Path

RESERVE_BYTES = 16 * 1024 * 1024
_CHUNK = bytes(1024 * 1024)


@dataclass(frozen=True, slots=True)
class Reserve:
    """The room set aside.

    Attributes:
        path: the file that holds it.
        size: bytes.
    """

    path: Path
    size: int = RESERVE_BYTES

    @property
    def is_held(self) -> bool:
        """Whether the room is there to be given up."""
        return self.path.exists()

    def hold(self) -> bool:
        """Set the room aside, as long as as much again stays free; say whether it is held."""
        if self.is_held:
            return True
        scratch = self.path.with_name(f".{self.path.name}.new")
        try:
            disk = os.statvfs(self.path.parent)
            if disk.f_bavail * disk.f_frsize < 2 * self.size:
                return False
            with scratch.open("wb") as file:
                # Zeros that are written take room on every file system; asking for room is not possible on each.
                for _ in range(-(-self.size // len(_CHUNK))):
                    file.write(_CHUNK)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self.path)
        except OSError:
            scratch.unlink(missing_ok=True)
            return False
        return True

    def release(self) -> bool:
        """Give the room up; say whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True
