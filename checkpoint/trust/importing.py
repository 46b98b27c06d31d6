"""Taking in what the issuer has published: whole or not at all."""

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from checkpoint.trust.boxes import keep_newest
from checkpoint.trust.errors import TrustImportError, TrustStoreError
from checkpoint.trust.generations import TARGETS_DIR, Generation, GenerationDamagedError, Generations, roots_of
from checkpoint.trust.in_force import Imported, read_in_force
from checkpoint.trust.limits import Limits
from checkpoint.trust.sources import Source, open_source
from checkpoint.trust.updating import find_anchor, live_keys, load_trust, says_the_same, update
from protocol.progress import WentBackError, require_progress
from protocol.trust import Trust

# How far ahead of the clock data may claim to have been published: a wrong clock at the issuer, not one at the station,
# would otherwise raise every station's clock floor for good.
MAX_AHEAD = timedelta(hours=24)


class Importer:
    """Imports into the generations of one station; whoever calls it sees to it that only one import runs at a time.

    Args:
        generations: where they are kept.
        root_sha256: SHA-256 (32 bytes) of the root from the enrolment code.
        limits: ceilings of an import.
        station: whose boxes are kept; None keeps none.
    """

    def __init__(self, generations: Generations, root_sha256: bytes, limits: Limits, station: str | None) -> None:
        self._generations = generations
        self._root_sha256 = root_sha256
        self._limits = limits
        self._station = station

    def run(self, source: str | Path, now: datetime) -> Imported:
        """Take in the publication, if it is sound and not older than what is in force; see `TrustStore.import_from`.

        Raises:
            TrustImportError: refused.
            OSError: the disk refused.
        """
        current = before = self._generations.current()
        with open_source(source, self._limits) as opened:
            if unchanged := self._unchanged(opened, now):
                return unchanged
            try:
                staging, contents = self._fetch(opened, max(now, before.floor) if before else now)
            except TrustImportError as error:
                if error.code != "trust_expired" or before is None or before.floor <= now:
                    raise
                staging, contents = self._fetch(opened, now)
                if not self._has_new_live_key(staging):
                    raise
            trust = load_trust(contents, opened)
        if self._has_new_live_key(staging):
            # Whoever held the key before may have counted and dated ahead, so that nobody could follow. That was
            # the reason for the new key, which offline keys have signed: counting and dating begin anew.
            before = None
        clock = max(now, before.floor) if before else now
        _check_time(trust, clock, opened)
        if before and trust.generation < before.number:
            detail = f"publication {trust.generation} is older than {before.number}"
            raise TrustImportError("trust_rollback", source=opened.name, detail=detail)
        self._require_progress(trust, contents, staging, opened)
        floor = max(trust.published_at, before.floor) if before else trust.published_at
        accepted = self._generations.accept(trust.generation, floor)
        return Imported(trust.generation, trust.published_at, is_new=accepted != current)

    def _unchanged(self, opened: Source, now: datetime) -> Imported | None:
        """Return what is in force, if that is sound and the source has nothing newer: nothing is then written."""
        try:
            held = read_in_force(self._generations)
        except TrustStoreError:
            return None
        clock, folder = max(now, held.generation.floor), self._generations.path(held.generation)
        if held.generation != self._generations.current() or not says_the_same(opened, folder, clock):
            return None
        return Imported(held.trust.generation, held.trust.published_at, is_new=False)

    def _fetch(self, opened: Source, clock: datetime) -> tuple[Path, dict[str, bytes]]:
        """Return a working folder with what a source has, verified at a clock, and the contents of its targets."""
        staging = self._generations.stage(self._base())
        bootstrap = self._own_anchor(staging) or find_anchor(opened, self._root_sha256)
        return staging, update(opened, bootstrap, staging, clock, self._station)

    def _has_new_live_key(self, staging: Path) -> bool:
        """Whether the role `live`, which counts and dates, has other keys there than in what was accepted last."""
        base = self._base()
        return base is not None and not live_keys(self._generations.path(base)) & live_keys(staging)

    def _require_progress(self, trust: Trust, contents: Mapping[str, bytes], staging: Path, source: Source) -> None:
        """Refuse what newer version numbers alone do not show to be older than what is in force."""
        try:
            held = read_in_force(self._generations)
        except TrustStoreError:
            return  # nothing sound to compare with: the first import, or a repair
        before = held.trust
        try:
            if self._has_new_live_key(staging):
                before = replace(before, generation=0)
            require_progress(before, trust)
            if self._station is not None:
                keep_newest(staging / TARGETS_DIR, self._station, (held.targets, before), (contents, trust))
        except WentBackError as error:
            raise TrustImportError("trust_rollback", source=source.name, detail=str(error)) from error

    def _base(self) -> Generation | None:
        """Return the newest sound generation, whose metadata the next must not go back behind."""
        for generation in self._generations.candidates():
            with contextlib.suppress(GenerationDamagedError):
                self._generations.check(generation)
                return generation
        return None

    def _own_anchor(self, folder: Path) -> bytes | None:
        for path in roots_of(folder):
            root = path.read_bytes()
            if hashlib.sha256(root).digest() == self._root_sha256:
                return root
        return None


def _check_time(trust: Trust, clock: datetime, source: Source) -> None:
    if trust.published_at > clock + MAX_AHEAD:
        detail = f"published {trust.published_at.isoformat()}, the clock says {clock.isoformat()}"
        raise TrustImportError("trust_in_future", source=source.name, detail=detail)
