"""The keys of this machine: the present ones, those that are to follow, and those before."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from checkpoint.home_files import PRIVATE_FOLDER, HomeError, sync_folder, write_whole, written
from protocol.cose import SoftwareSigner
from protocol.station_box import Box, BoxError

_DEVICE_KEY, _ENCRYPTION_KEY = "device.pem", "device-x25519.pem"
_COMING, _BEFORE = "keys.coming", "keys.before"


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """A pair of keys of a device.

    Attributes:
        signer: signs what it sends and records.
        encryption: opens what only its station may read.
    """

    signer: SoftwareSigner
    encryption: X25519PrivateKey


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys in a station's folder.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def device_key_path(self) -> Path:
        """The file of the station's own key."""
        return self.path / _DEVICE_KEY

    def device_key(self, *, make: bool = False) -> SoftwareSigner:
        """Return the station's own key.

        Args:
            make: make one if there is none yet.

        Raises:
            HomeError: there is none, it is damaged, or it cannot be written.
        """
        path = self.device_key_path
        if make and not path.exists():
            write_whole(path, _pem(Ed25519PrivateKey.generate()))
        return self._ed25519(path)

    def encryption_key(self, *, make: bool = False) -> X25519PrivateKey:
        """Return the key with which this device opens what only its station may read.

        Args:
            make: make one if there is none yet.

        Raises:
            HomeError: there is none, it is damaged, or it cannot be written.
        """
        path = self.path / _ENCRYPTION_KEY
        if make and not path.exists():
            write_whole(path, _pem(X25519PrivateKey.generate()))
        return self._x25519(path)

    def open_box(self, box: Box) -> bytes:
        """Return what a box holds for this device.

        Until the issuer has published again after a change of keys, boxes are for the keys before.

        Raises:
            BoxError: it is not for this device.
            HomeError: this device has no key that opens boxes.
        """
        try:
            return box.open(self.encryption_key())
        except BoxError:
            before = self.path / _BEFORE / _ENCRYPTION_KEY
            if not before.exists():
                raise
        return box.open(self._x25519(before))

    def coming_keys(self) -> DeviceKeys | None:
        """Return the keys that are to take the place of the present ones, as long as that is not done.

        Raises:
            HomeError: they are damaged.
        """
        folder = self.path / _COMING
        if not (folder / _DEVICE_KEY).exists():
            return None
        encryption = folder / _ENCRYPTION_KEY
        if not encryption.exists():  # it has taken its place already
            encryption = self.path / _ENCRYPTION_KEY
        return DeviceKeys(self._ed25519(folder / _DEVICE_KEY), self._x25519(encryption))

    def make_coming_keys(self) -> DeviceKeys:
        """Make keys that are to take the place of the present ones, unless there are some already.

        Raises:
            HomeError: they cannot be written, or are damaged.
        """
        if keys := self.coming_keys():
            return keys
        keys = DeviceKeys(SoftwareSigner(signing := Ed25519PrivateKey.generate()), X25519PrivateKey.generate())
        write_whole(self.path / _COMING / _ENCRYPTION_KEY, _pem(keys.encryption))
        write_whole(self.path / _COMING / _DEVICE_KEY, _pem(signing))  # last: where it is, both are
        return keys

    def device_key_age(self, now: datetime) -> timedelta:
        """Return how old the present key is, by the clock of this machine when it was made.

        Raises:
            HomeError: there is none.
        """
        try:
            return now - datetime.fromtimestamp(self.device_key_path.stat().st_mtime, UTC)
        except OSError as error:
            raise HomeError("not_enrolled", path=self.path) from error

    def forget_coming_keys(self) -> None:
        """Drop keys that will not take the place of the present ones.

        Raises:
            HomeError: the disk refused.
        """
        with written(self.path / _COMING):
            for name in (_DEVICE_KEY, _ENCRYPTION_KEY):
                (self.path / _COMING / name).unlink(missing_ok=True)

    def take_coming_keys(self) -> None:
        """Put the coming keys in the place of the present ones. Interrupted at any point, it can be done again.

        Raises:
            HomeError: the disk refused.
        """
        coming, before = self.path / _COMING, self.path / _BEFORE
        with written(self.path):
            before.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            if (coming / _ENCRYPTION_KEY).exists():
                if (self.path / _ENCRYPTION_KEY).exists():
                    (self.path / _ENCRYPTION_KEY).replace(before / _ENCRYPTION_KEY)
                (coming / _ENCRYPTION_KEY).replace(self.path / _ENCRYPTION_KEY)
            (coming / _DEVICE_KEY).replace(self.device_key_path)
            for folder in (self.path, before, coming):
                sync_folder(folder)

    def _ed25519(self, path: Path) -> SoftwareSigner:
        key = self._read_key(path)
        if not isinstance(key, Ed25519PrivateKey):
            raise HomeError("home_damaged", path=path)
        return SoftwareSigner(key)

    def _x25519(self, path: Path) -> X25519PrivateKey:
        key = self._read_key(path)
        if not isinstance(key, X25519PrivateKey):
            raise HomeError("home_damaged", path=path)
        return key

    def _read_key(self, path: Path) -> PrivateKeyTypes:
        try:
            return serialization.load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError:
            raise HomeError("not_enrolled", path=self.path) from None
        except (OSError, ValueError, TypeError) as error:
            raise HomeError("home_damaged", path=path) from error


class DeviceKeyFile:
    """The device's key of the moment, read again only when its file was replaced.

    Args:
        home: the station's folder.
    """

    def __init__(self, home: KeyRing) -> None:
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
