"""The trust data that the station decides with: the newest generation on its disk that is whole."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from checkpoint.trust.errors import TrustStoreError
from checkpoint.trust.generations import TARGETS_DIR, Generation, GenerationDamagedError, Generations
from protocol.trust import Trust, TrustError, load


@dataclass(frozen=True, slots=True)
class InForce:
    """One generation, read and compared byte for byte with what was accepted.

    Attributes:
        generation: which.
        trust: what it says.
        targets: the content of each target, by name.
    """

    generation: Generation
    trust: Trust
    targets: Mapping[str, bytes]

    def named(self, prefix: str) -> dict[str, bytes]:
        """Return the targets whose names begin in a way."""
        return {name: data for name, data in self.targets.items() if name.startswith(prefix)}


@dataclass(frozen=True)
class Imported:
    """What an import came to.

    Args:
        generation: number of the publication now in force.
        published_at: when the issuer published it.
        is_new: whether anything differs from what was in force before.
    """

    generation: int
    published_at: datetime
    is_new: bool


def read_in_force(generations: Generations) -> InForce:
    """Read what is in force. A damaged generation is passed over for the one before it.

    Raises:
        TrustStoreError: `trust_empty` before the first import; `trust_damaged` when no generation is sound.
    """
    candidates = generations.candidates()
    if not candidates:
        raise TrustStoreError("trust_empty")
    for generation in candidates:
        with contextlib.suppress(GenerationDamagedError, OSError, TrustError):
            files = generations.check(generation)
            folder = generations.path(generation)
            targets = {unquote(f.name): (folder / f).read_bytes() for f in files if f.parts[0] == TARGETS_DIR}
            return InForce(generation, load(targets), targets)
    raise TrustStoreError("trust_damaged")
