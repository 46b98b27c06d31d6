"""An authority with real keys and a real trust repository, for tests on both sides of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from passes.trust.keys import FileSigner, OfflineKeys, OnlineKeys, generate_issuing_key, generate_sealing_key
from passes.trust.repository import TrustRepository
from protocol.policy import default_policy, dump
from protocol.status import Status, StatusList, build_token
from protocol.trust import (
    IssuerKey,
    SealingKey,
    StationInfo,
    StationKind,
    dump_head,
    dump_issuers,
    dump_stations,
    dump_zones,
)

PASSPHRASE = "a passphrase of the tests"
START = datetime(2021, 9, 11, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Authority:
    """Publishes at the times it is told, and remembers what it published.

    Args:
        directory: keys and repository go below it.
        now: when the repository is made.
    """

    def __init__(self, directory: Path, now: datetime = START) -> None:
        self.directory = directory
        self.offline = OfflineKeys.generate(directory / "offline", PASSPHRASE)
        self.online = OnlineKeys.generate(directory / "online", PASSPHRASE)
        self.signer: FileSigner = generate_issuing_key(directory / "issuing", PASSPHRASE)
        self.sealing = SealingKey(*generate_sealing_key(directory / "sealing", PASSPHRASE))
        self.repository = TrustRepository(directory / "trust")
        self.issuers = [IssuerKey("VN-HN", self.signer.kid, self.signer.public_key)]
        self.revoked: set[int] = set()
        self.lists_signed_at = START
        self.repository.initialise(self.offline, self.online, self.offline_targets(), now, self.live_targets(now, 1))

    def offline_targets(self) -> dict[str, bytes]:
        """What the offline key signs."""
        return {"issuers": dump_issuers(self.issuers, self.sealing), "policy": dump(default_policy())}

    def live_targets(self, published_at: datetime, generation: int) -> dict[str, bytes]:
        """What the online key signs: one status list, one station, no zones."""
        statuses = StatusList.from_entries(dict.fromkeys(self.revoked, Status.REVOKED))
        return {
            "zones": dump_zones([]),
            "stations": dump_stations([StationInfo("chot-1", "Chốt 1", StationKind.ROAD, "00001")]),
            "status/0": build_token(statuses, "status/0", self.lists_signed_at, self.signer),
            "live/head": dump_head(published_at, generation),
        }

    def publish(self, now: datetime, min_version: int | None = None, published_at: datetime | None = None) -> int:
        """Publish the live targets; return the generation."""
        generation = self.repository.next_version(min_version)
        live = self.live_targets(published_at or now, generation)
        self.repository.publish_live(live, self.online, now, min_version)
        return generation

    def republish_offline(self, now: datetime, min_version: int | None = None) -> int:
        """Publish everything, with what the offline key signs; return the generation."""
        generation = self.repository.next_version(min_version)
        live = self.live_targets(now, generation)
        self.repository.publish_offline(
            self.offline_targets(), self.offline, self.online, now, live_targets=live, min_version=min_version
        )
        return generation

    def retire_key(self, reason: str, now: datetime) -> bytes:
        """Withdraw the key in use for a new one, in one publication; return the withdrawn key's id."""
        retired = self.signer.kid
        self.signer = generate_issuing_key(self.directory / "issuing", PASSPHRASE)
        self.lists_signed_at = now
        self.issuers = [
            *(replace(key, retired_at=now, reason=reason) if key.kid == retired else key for key in self.issuers),
            IssuerKey("VN-HN", self.signer.kid, self.signer.public_key),
        ]
        self.republish_offline(now)
        return retired

    def export(self, name: str = "trust.tar") -> Path:
        """Write the archive of what is in force."""
        path = self.directory / name
        self.repository.export(path)
        return path
