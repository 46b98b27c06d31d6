"""How often the long proofs repeat: a full count for `script/test --long`, a reduced one for every other run.

A test names its count here and nowhere else, so that the run can say at its start what it left out.
"""

import os
from dataclasses import dataclass

IS_LONG = os.environ.get("VP_LONG") == "1"


@dataclass(frozen=True)
class Count:
    """How often one proof repeats."""

    name: str
    reduced: int
    full: int

    @property
    def value(self) -> int:
        """The count for this run."""
        return self.full if IS_LONG else self.reduced

    def __str__(self) -> str:
        """One line for the run's header."""
        return f"{self.name}: {self.value:,} of {self.full:,}"


REGISTERED: dict[str, Count] = {}


def count(name: str, reduced: int, full: int) -> int:
    """Register how often a proof repeats, and say how often in this run.

    Args:
        name: what is repeated, as a person would say it ("scans killed at a random moment").
        reduced: repetitions in an ordinary run.
        full: repetitions with `--long`.

    Raises:
        ValueError: the name is taken by a proof with other counts.
    """
    entry = Count(name, reduced, full)
    if REGISTERED.setdefault(name, entry) != entry:
        raise ValueError(f"two proofs are called {name!r}")
    return entry.value
