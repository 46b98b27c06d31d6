"""One run of TUF's client at the station's own clock, up to the content of every target."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.api.metadata import Metadata, Targets
from tuf.ngclient import Updater, UpdaterConfig

from checkpoint.trust.errors import TrustImportError
from checkpoint.trust.generations import METADATA_DIR, ROOT_HISTORY, TARGETS_DIR
from checkpoint.trust.limits import Limits
from checkpoint.trust.refusals import refusal
from checkpoint.trust.sources import Source
from protocol import trust as protocol_trust
from protocol.receipts import RECEIPTS_PREFIX
from protocol.roster import OFFICERS_PREFIX

OF_ONE_STATION = (OFFICERS_PREFIX, RECEIPTS_PREFIX)
BEFORE_EVERY_EXPIRY = datetime.min.replace(tzinfo=UTC)

_LIVE = "live"
_TARGET_NAME = re.compile(r"[a-z][a-z0-9-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")


def set_clock(updater: Updater, now: datetime) -> None:
    """Let TUF judge expiry at the station's clock; python-tuf takes the machine's and offers no way to say otherwise.

    Args:
        updater: one that has not run yet.
        now: the clock, aware.

    Raises:
        TypeError: this version of python-tuf keeps its clock elsewhere.
    """
    trusted_set = updater._trusted_set  # noqa: SLF001 - python-tuf has no public way to give it a clock
    if not isinstance(getattr(trusted_set, "reference_time", None), datetime):
        raise TypeError("this version of python-tuf keeps its clock elsewhere")
    trusted_set.reference_time = now


def updater_config(limits: Limits) -> UpdaterConfig:
    """Return the limits in python-tuf's words."""
    return UpdaterConfig(
        max_root_rotations=limits.root_rotations,
        max_delegations=2,
        root_max_length=limits.root_bytes,
        timestamp_max_length=limits.timestamp_bytes,
        snapshot_max_length=limits.snapshot_bytes,
        targets_max_length=limits.metadata_bytes,
        app_user_agent="checkpoint",
    )


def find_anchor(source: Source, root_sha256: bytes) -> bytes:
    """Return the root that an enrolment code names; it may be any version the source still has.

    Args:
        source: where to look.
        root_sha256: 32 bytes.

    Raises:
        TrustImportError: `trust_wrong_anchor`, `trust_incomplete`, or what kept the source from being read.
    """
    has_root = False
    try:
        for root in source.roots():
            has_root = True
            if hashlib.sha256(root).digest() == root_sha256:
                return root
    except DownloadError as error:
        raise refusal(error, source.name) from error
    code = "trust_wrong_anchor" if has_root else "trust_incomplete"
    raise TrustImportError(code, source=source.name, detail="no root with the digest of the enrolment code")


def first_root(source: Source) -> bytes:
    """Return root version 1 as the source has it, for a reader that was given no anchor.

    Raises:
        TrustImportError: `trust_incomplete`, or what kept the source from being read.
    """
    try:
        for root in source.roots():
            return root
    except DownloadError as error:
        raise refusal(error, source.name) from error
    raise TrustImportError("trust_incomplete", source=source.name, detail="1.root.json is not there")


def update(
    source: Source, bootstrap: bytes, directory: Path, now: datetime, station: str | None = None
) -> dict[str, bytes]:
    """Verify what a source has, starting from a trusted root, and fetch every target of it.

    Args:
        source: where the data come from.
        bootstrap: the trusted root.
        directory: a working copy; its `metadata/` and `targets/` hold what was accepted before, behind which the
            source must not go back, and afterwards what is accepted now.
        now: the clock at which TUF's expiry is judged.
        station: whose officers and receipts are fetched; those of others are nothing to this machine.

    Returns:
        Target name → content.

    Raises:
        TrustImportError: the data are refused; the working copy is then worthless.
        OSError: the working copy cannot be written.
    """
    metadata_dir, targets_dir = directory / METADATA_DIR, directory / TARGETS_DIR
    metadata_dir.mkdir(parents=True, exist_ok=True)
    targets_dir.mkdir(exist_ok=True)
    try:
        updater = Updater(
            str(metadata_dir),
            source.metadata_url,
            str(targets_dir),
            source.targets_url,
            fetcher=source.fetcher,
            config=updater_config(source.limits),
            bootstrap=bootstrap,
        )
        set_clock(updater, now)
        updater.refresh()
        if updater.get_targetinfo(protocol_trust.HEAD) is None:
            raise TrustImportError("trust_incomplete", source=source.name, detail=protocol_trust.HEAD)
        paths = dict(_fetch(updater, source, metadata_dir, station))
    except (RepositoryError, DownloadError) as error:
        raise refusal(error, source.name) from error
    kept = set(paths.values())
    for path in targets_dir.iterdir():
        if path not in kept:
            path.unlink()
    # A convenience link of python-tuf; the history beside it says the same, and a generation holds files only.
    (metadata_dir / "root.json").unlink(missing_ok=True)
    return {name: path.read_bytes() for name, path in paths.items()}


def says_the_same(source: Source, directory: Path, now: datetime) -> bool:
    """Whether a source has exactly the publication that was accepted last, and its signatures are still good.

    One small file tells: the timestamp names everything else by its digest. Each publication has another.

    Args:
        source: where the data come from.
        directory: the generation in force.
        now: the clock at which TUF's expiry is judged.

    Raises:
        TrustImportError: the source could not be read.
    """
    path = directory / METADATA_DIR / "timestamp.json"
    try:
        newest = source.fetcher.download_bytes(f"{source.metadata_url}timestamp.json", source.limits.timestamp_bytes)
        return newest == path.read_bytes() and min(expiries(directory).values()) > now
    except DownloadError as error:
        raise refusal(error, source.name) from error
    except (OSError, RepositoryError):
        return False  # what is in force is damaged; the whole is fetched


def load_trust(targets: Mapping[str, bytes], source: Source) -> protocol_trust.Trust:
    """Make values of verified targets.

    Raises:
        TrustImportError: `trust_content_invalid`: signed, but not what this program understands.
    """
    try:
        return protocol_trust.load(targets)
    except protocol_trust.TrustError as error:
        raise TrustImportError("trust_content_invalid", source=source.name, detail=str(error)) from error


def expiries(directory: Path) -> dict[str, datetime]:
    """Return when each role in a working copy or generation expires, by role name; root is the newest one.

    Raises:
        RepositoryError: a file is not readable as metadata.
        OSError: a file is not there.
    """
    metadata_dir = directory / METADATA_DIR
    roots = sorted((metadata_dir / ROOT_HISTORY).glob("*.root.json"), key=lambda path: int(path.name.split(".")[0]))
    files = {"root": roots[-1]}
    files |= {role: metadata_dir / f"{role}.json" for role in ("targets", _LIVE, "snapshot", "timestamp")}
    return {role: _read(path).signed.expires for role, path in files.items()}


def live_keys(directory: Path) -> frozenset[str]:
    """Return the ids of the keys that may sign the role `live` in a working copy or generation.

    Raises:
        RepositoryError: the offline targets are not readable as metadata.
        OSError: they are not there.
    """
    signed = _read(directory / METADATA_DIR / "targets.json").signed
    roles = signed.delegations.roles if isinstance(signed, Targets) and signed.delegations else None
    return frozenset(roles[_LIVE].keyids) if roles and _LIVE in roles else frozenset()


def _fetch(updater: Updater, source: Source, metadata_dir: Path, station: str | None) -> Iterator[tuple[str, Path]]:
    """Yield name and file of every target; those that came with the working copy are not fetched again."""
    names = {name for role in ("targets", _LIVE) for name in _listed(metadata_dir / f"{role}.json")}
    if len(names) > source.limits.targets:
        raise TrustImportError("trust_too_large", source=source.name, detail=f"{len(names)} targets")
    own = {f"{prefix}{station}" for prefix in OF_ONE_STATION}
    for name in sorted(names):
        if name.startswith(OF_ONE_STATION) and name not in own:
            continue
        if not _TARGET_NAME.fullmatch(name):
            raise TrustImportError("trust_metadata_invalid", source=source.name, detail=f"target name {name!r}")
        info = updater.get_targetinfo(name)
        if info is None:
            continue  # `live` lists a target that was never delegated to it: as good as absent
        if info.length > source.limits.target_bytes:
            raise TrustImportError("trust_too_large", source=source.name, detail=f"{name}: {info.length} bytes")
        yield name, Path(updater.find_cached_target(info) or updater.download_target(info))


def _listed(path: Path) -> list[str]:
    signed = _read(path).signed
    return list(signed.targets) if isinstance(signed, Targets) else []


def _read(path: Path) -> Metadata[Any]:
    return Metadata.from_bytes(path.read_bytes())
