"""The station's folder: its key, what it is enrolled as, its trust data, its log."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from checkpoint.errors import StationError
from checkpoint.reserve import Reserve
from checkpoint.scanlog import ScanLog
from checkpoint.trust import TrustStore
from protocol.cose import SoftwareSigner

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


class HomeError(StationError):
    """The folder cannot be used: `home_unwritable`, `home_damaged`, `not_enrolled`."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the station is enrolled as.

    Attributes:
        url: where the issuer answers.
        station: the station's id.
        root_sha256: SHA-256 of the trust repository's root, hexadecimal: the anchor of all trust.
    """

    url: str
    station: str
    root_sha256: str


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one station.

    Attributes:
        path: the folder.
    """

    path: Path

    def make(self) -> None:
        """Make the folder, for this user's eyes only.

        Raises:
            HomeError: it cannot be made.
        """
        with _written(self.path):
            self.path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)

    def enrolment(self) -> Enrolment:
        """Return what the station is enrolled as.

        Raises:
            HomeError: it is not enrolled, or the file is damaged.
        """
        path = self.path / "station.json"
        try:
            return Enrolment(**json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            raise HomeError("not_enrolled", path=self.path) from None
        except (OSError, ValueError, TypeError) as error:
            raise HomeError("home_damaged", path=path) from error

    @property
    def is_enrolled(self) -> bool:
        """Whether the station was enrolled."""
        return (self.path / "station.json").exists()

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Write what the station is enrolled as.

        Raises:
            HomeError: it cannot be written.
        """
        text = json.dumps(asdict(enrolment), ensure_ascii=False, indent=1)
        self._write(self.path / "station.json", text.encode())

    @property
    def device_key_path(self) -> Path:
        """The file of the station's own key."""
        return self.path / "device.pem"

    def device_key(self, *, make: bool = False) -> SoftwareSigner:
        """Return the station's own key.

        Args:
            make: make one if there is none yet.

        Raises:
            HomeError: there is none, it is damaged, or it cannot be written.
        """
        path = self.device_key_path
        if make and not path.exists():
            self._write(path, _pem(Ed25519PrivateKey.generate()))
        key = self._read_key(path)
        if not isinstance(key, Ed25519PrivateKey):
            raise HomeError("home_damaged", path=path)
        return SoftwareSigner(key)

    def encryption_key(self, *, make: bool = False) -> X25519PrivateKey:
        """Return the key with which this device opens what only its station may read.

        Args:
            make: make one if there is none yet.

        Raises:
            HomeError: there is none, it is damaged, or it cannot be written.
        """
        path = self.path / "device-x25519.pem"
        if make and not path.exists():
            self._write(path, _pem(X25519PrivateKey.generate()))
        key = self._read_key(path)
        if not isinstance(key, X25519PrivateKey):
            raise HomeError("home_damaged", path=path)
        return key

    def trust_store(self) -> TrustStore:
        """Return the store of the data that the enrolment's anchor vouches for.

        Raises:
            HomeError: the station is not enrolled.
        """
        enrolment = self.enrolment()
        return TrustStore(self.path / "trust", bytes.fromhex(enrolment.root_sha256), station=enrolment.station)

    def scan_log(self) -> ScanLog:
        """Open the log.

        Raises:
            ScanLogError: it cannot be opened.
        """
        self.make()
        return ScanLog(self.path / "scans.db", DeviceKeyFile(self).current, self.reserve)

    @property
    def reserve(self) -> Reserve:
        """The room on the disk that is set aside for the log."""
        return Reserve(self.path / "reserve")

    def _read_key(self, path: Path) -> PrivateKeyTypes:
        try:
            return serialization.load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError:
            raise HomeError("not_enrolled", path=self.path) from None
        except (OSError, ValueError, TypeError) as error:
            raise HomeError("home_damaged", path=path) from error

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all, readable by this user only."""
        self.make()
        scratch = path.with_name(f".{path.name}.new")
        with _written(path):
            handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_FILE)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


class DeviceKeyFile:
    """The device's key of the moment, read again only when its file was replaced.

    Args:
        home: the station's folder.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._seen: tuple[int, int] | None = None
        self._key: SoftwareSigner | None = None

    def current(self) -> SoftwareSigner:
        """Return the key. Once it was read, a disk that fails to give it again stops nobody.

        Raises:
            HomeError: there is none, or it is damaged.
        """
        try:
            stat = self._home.device_key_path.stat()
            seen = (stat.st_ino, stat.st_mtime_ns)
            if self._key is None or seen != self._seen:
                self._key, self._seen = self._home.device_key(), seen
        except (OSError, HomeError):
            if self._key is None:
                return self._home.device_key()
        return self._key


def _pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write into the station's own error."""
    try:
        yield
    except OSError as error:
        raise HomeError("home_unwritable", path=path, detail=error.strerror or str(error)) from error
