"""Which installed packages belong to which of the project's extras, read from the metadata of this environment."""

import importlib.metadata
import re

from packaging.requirements import Requirement

PROJECT = "vehicle-pass"


def normalised(name: str) -> str:
    """One spelling for a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def dependencies(*extras: str) -> dict[str, importlib.metadata.Distribution]:
    """Everything that the project with these extras pulls in on this machine, by normalised name."""
    found: dict[str, importlib.metadata.Distribution] = {}
    open_ends = [(PROJECT, frozenset(extras))]
    seen = set()
    while open_ends:
        name, wanted = open_ends.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        distribution = importlib.metadata.distribution(name)
        if name != PROJECT:
            found[name] = distribution
        for line in distribution.requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                open_ends.append((normalised(requirement.name), frozenset(requirement.extras)))
    return found
