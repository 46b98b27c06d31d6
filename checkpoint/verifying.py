"""`checkpoint verify`: verdicts about texts, without recording anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checkpoint.clock import system_time
from checkpoint.errors import StationError
from checkpoint.home import Home
from checkpoint.trust.once import Anchor, load_once
from protocol.assess import Context, assess
from protocol.reasons import Verdict
from protocol.trust import Trust


class RootFileError(StationError):
    """The root file cannot be read (`root_unreadable`)."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Judges texts.

    Attributes:
        trust: what it trusts.
        anchor: what that trust stands on.
        context: what it knows beside the code.
        at: the clock to judge at; None is the machine's, read anew for each text.
        expires_at: when the first signature of the archive expires, if an archive was named.
    """

    trust: Trust
    anchor: Anchor
    context: Context
    at: datetime | None
    expires_at: datetime | None = None

    @property
    def has_expired(self) -> bool:
        """Whether stations would take no update from this archive any more."""
        return self.expires_at is not None and self.expires_at <= (self.at or system_time())

    def judge(self, text: str | Sequence[str]) -> Verdict:
        """Judge one text, or several of one vehicle together."""
        return assess(text, self.trust, self.context, self.at or system_time())


def open_verifier(home: Home, source: Path | None, root: Path | None, at: datetime | None) -> Verifier:
    """Load trust, from a directory or an archive if one is named, else from the station's own store.

    Args:
        home: the station's folder.
        source: a directory or an archive.
        root: a root file obtained by another way; without it an archive vouches only for itself.
        at: the clock to judge at.

    Raises:
        RootFileError: the root file cannot be read.
        TrustImportError: the archive is refused.
        HomeError: no source is named, and the station is not enrolled.
        TrustStoreError: no source is named, and the station has no sound trust.
    """
    if source is None:
        enrolment = home.enrolment()
        trust = home.trust_store().load_current()
        return Verifier(trust, Anchor.ENROLMENT, Context(station=trust.stations.get(enrolment.station)), at)
    try:
        root_bytes = root.read_bytes() if root else None
    except OSError as error:
        raise RootFileError("root_unreadable", path=root, detail=error.strerror or str(error)) from error
    loaded = load_once(source, root_bytes)
    return Verifier(loaded.trust, loaded.anchor, Context(), at, loaded.expires_at)
