"""How much trust data a station takes in, whoever signed it."""

from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True)
class Limits:
    """Ceilings for one import. A signed length above them does not raise them: an online key may have been stolen.

    Args:
        root_rotations: root versions followed in one import; a station that slept for years still gets through.
        root_bytes: size of one root.
        timestamp_bytes: size of the timestamp.
        snapshot_bytes: size of the snapshot.
        metadata_bytes: size of any other metadata file.
        target_bytes: size of one target; a full status list has 32 KiB, a zone over a whole city some 100 KiB.
        targets: number of targets.
        total_bytes: everything that one import reads.
        archive_bytes: size of an archive file.
        archive_members: entries in an archive.
        duration_seconds: how long one import may read.
        silence_seconds: how long the network may say nothing.
    """

    root_rotations: int = 256
    root_bytes: int = 64 * _KIB
    timestamp_bytes: int = 16 * _KIB
    snapshot_bytes: int = 64 * _KIB
    metadata_bytes: int = 2 * _MIB
    target_bytes: int = 8 * _MIB
    targets: int = 4096
    total_bytes: int = 64 * _MIB
    archive_bytes: int = 96 * _MIB
    archive_members: int = 16384
    duration_seconds: float = 600.0
    silence_seconds: int = 20
