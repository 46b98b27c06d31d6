"""What only the devices of one station may read: made anew when it, or those who may read it, changed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from passes.db import privacy
from passes.officers import services as officers
from passes.stations import services as stations
from protocol.roster import dump_roster, roster_path
from protocol.station_box import MARK_BYTES, BoxError, make_box, parse_box

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from protocol.cose import Signer
    from protocol.trust import Trust


def station_boxes(
    session: Session,
    signer: Signer,
    previous: Mapping[str, bytes],
    before: Trust | None,
    epoch: int,
    *,
    is_anew: bool = False,
) -> dict[str, bytes]:
    """Return the target `officers/<station>` of every station that has a device to read it.

    An epoch's key is made, sealed to the devices and forgotten. A revoked device, or an officer who came or went, makes
    the next epoch; nothing is encrypted twice under one key.

    Args:
        session: an open session.
        signer: issuing key in use; signs the boxes.
        previous: targets of the publication before, by name.
        before: the same, loaded; None where there is none.
        epoch: generation of this publication.
        is_anew: make every box anew. After a restored backup stations have seen later epochs than the ones here.
    """
    made: dict[str, bytes] = {}
    for station_id, devices in stations.encryption_keys(session).items():
        path = roster_path(station_id)
        roster = officers.roster_of(session, station_id)
        content = dump_roster(roster.officers, roster.pepper)
        mark = _mark(path, content, devices)
        if is_anew or before is None or not _is_same(previous.get(path), path, before, signer, mark):
            made[path] = make_box(content, path, epoch, mark, devices, signer)
        else:
            made[path] = previous[path]
    return made


def _mark(path: str, content: bytes, devices: Sequence[bytes]) -> bytes:
    """Return a keyed hash of what is inside and for whom: the issuer itself cannot open a box to compare."""
    digest = hashlib.sha256(content + b"".join(sorted(devices))).hexdigest()
    return bytes.fromhex(privacy().lookup("box", f"{path}\0{digest}"))[:MARK_BYTES]


def _is_same(data: bytes | None, path: str, before: Trust, signer: Signer, mark: bytes) -> bool:
    if data is None:
        return False
    try:
        box = parse_box(data, path, before.issuers)
    except BoxError:
        return False
    return (box.kid, box.mark) == (signer.kid, mark)
