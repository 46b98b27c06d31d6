"""The box of this station's officers among the other targets: it never goes back, and it is not needed to decide."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from protocol.progress import WentBackError
from protocol.roster import roster_path
from protocol.station_box import Box, BoxError, parse_box
from protocol.trust import Trust

Publication = tuple[Mapping[str, bytes], Trust]


def keep_newest(targets_dir: Path, station: str, before: Publication, after: Publication) -> None:
    """Refuse an earlier box than the one in force; keep that one where the publication has none that is sound.

    A publication without a box is no reason to refuse it: verdicts do not need one. But whoever holds an online key
    could leave the box out once, so that an earlier one would not be noticed the next time.

    Args:
        targets_dir: the targets that are about to be in force.
        station: whose box.
        before: contents and trust in force.
        after: contents and trust that are to follow.

    Raises:
        WentBackError: the box is of an earlier epoch.
        OSError: the box in force cannot be kept.
    """
    path = roster_path(station)
    held, coming = _box(path, before), _box(path, after)
    if held is None:
        return
    if coming is None:
        (targets_dir / quote(path, safe="")).write_bytes(before[0][path])
    elif coming.epoch < held.epoch:
        raise WentBackError(f"{path} is of epoch {coming.epoch}, before {held.epoch}")


def _box(path: str, publication: Publication) -> Box | None:
    contents, trust = publication
    try:
        return parse_box(contents[path], path, trust.issuers)
    except (KeyError, BoxError):
        return None
