"""Reading an archive without keeping anything of it, for `checkpoint verify --trust`."""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from checkpoint.trust.errors import TrustImportError
from checkpoint.trust.limits import Limits
from checkpoint.trust.sources import open_source
from checkpoint.trust.updating import BEFORE_EVERY_EXPIRY, expiries, find_anchor, first_root, load_trust, update
from protocol.trust import Trust


class Anchor(StrEnum):
    """What the trust in a set of data stands on."""

    ENROLMENT = "enrolment"
    ROOT = "root"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class LoadedOnce:
    """What was read of an archive.

    Attributes:
        trust: what it says.
        anchor: what that stands on.
        expires_at: when the first of its signatures expires or expired; stations take no update from it afterwards.
    """

    trust: Trust
    anchor: Anchor
    expires_at: datetime


def load_once(source: str | Path, root: bytes | None, limits: Limits | None = None) -> LoadedOnce:
    """Verify and load a directory or an archive; nothing on this machine changes.

    TUF's expiry is judged at the data's own `published_at`, not at `now`. Expiry protects a station's store from being
    kept on old data; here nobody's store is updated, and the same archive is read at the clock of old scans, of drills
    and of disputes. Whoever publishes with an expired root or targets is refused all the same, and data that are old at
    `now` give TRUST_STALE or TRUST_EXPIRED by policy, like accepted data at a station: TUF's lifetimes (10 days and
    more) are longer than both.

    Args:
        source: a directory or an archive file; an address works too.
        root: a root file obtained by another way; None takes the archive's own version 1, which then proves only that
            the archive is of one piece.
        limits: ceilings of the import.

    Returns:
        The trust, what it stands on, and how long its signatures are good.

    Raises:
        TrustImportError: refused, with one of its codes; `trust_wrong_anchor` when `root` is none of the archive's.
    """
    ceilings = limits or Limits()
    try:
        with tempfile.TemporaryDirectory() as scratch, open_source(source, ceilings) as opened:
            bootstrap = first_root(opened) if root is None else find_anchor(opened, hashlib.sha256(root).digest())
            trust = load_trust(update(opened, bootstrap, Path(scratch), BEFORE_EVERY_EXPIRY), opened)
            expires = expiries(Path(scratch))
    except OSError as error:
        detail = f"{error.filename}: {error.strerror or error}"
        raise TrustImportError("trust_unwritable", source=str(source), detail=detail) from error
    role, first = min(expires.items(), key=lambda item: item[1])
    if first <= trust.published_at:
        detail = f"{role} expired {first.isoformat()}, before this was published"
        raise TrustImportError("trust_expired", source=str(source), detail=detail)
    return LoadedOnce(trust, Anchor.ARCHIVE if root is None else Anchor.ROOT, first)
