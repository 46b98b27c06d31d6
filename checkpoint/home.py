"""The station's folder: its key, what it is enrolled as, its trust data, its log."""

import json
from dataclasses import asdict, dataclass

from checkpoint.device_keys import DeviceKeyFile, KeyRing
from checkpoint.home_files import HomeError, make_folder, write_whole
from checkpoint.reserve import Reserve
from checkpoint.scanlog import ScanLog
from checkpoint.trust import TrustStore

__all__ = ["Enrolment", "Home", "HomeError"]


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
class Home(KeyRing):
    """The folder of one station.

    Attributes:
        path: the folder.
    """

    def make(self) -> None:
        """Make the folder, for this user's eyes only.

        Raises:
            HomeError: it cannot be made.
        """
        make_folder(self.path)

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
        write_whole(self.path / "station.json", text.encode())

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
