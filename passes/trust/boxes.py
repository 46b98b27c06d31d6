"""What only enrolled devices may read: made anew when it, or those who may read it, changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.db import privacy
from passes.movement import services as movement
from passes.officers import services as officers
from passes.stations import services as stations
from protocol.receipts import dump_receipts, receipts_path
from protocol.roster import dump_roster, roster_path
from protocol.sightings import SLOT, dump_sightings, sightings_path, slots_at
from protocol.station_box import MARK_BYTES, MAX_DEVICES, BoxError, make_box, parse_box

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from protocol.cose import Signer
    from protocol.trust import Trust


@dataclass(frozen=True)
class BoxMaker:
    """Makes the boxes of one publication, or takes over those that still say the same to the same devices.

    An epoch's key is made, sealed to the devices and forgotten. A revoked device, or another content, makes the next
    epoch; nothing is encrypted twice under one key.

    Args:
        signer: issuing key in use; signs the boxes.
        previous: targets of the publication before, by name.
        before: the same, loaded; None where there is none.
        epoch: generation of this publication.
        is_anew: make every box anew. After a restored backup stations have seen later epochs than the ones here.
    """

    signer: Signer
    previous: Mapping[str, bytes]
    before: Trust | None
    epoch: int
    is_anew: bool

    def box(self, path: str, content: bytes, devices: Sequence[bytes]) -> bytes:
        """Return the target at a path, for some devices."""
        mark = _mark(path, content, devices)
        data = self.previous.get(path)
        if not self.is_anew and data is not None and self._is_same(data, path, mark):
            return data
        return make_box(content, path, self.epoch, mark, devices, self.signer)

    def _is_same(self, data: bytes, path: str, mark: bytes) -> bool:
        if self.before is None:
            return False
        try:
            box = parse_box(data, path, self.before.issuers)
        except BoxError:
            return False
        return (box.kid, box.mark) == (self.signer.kid, mark)


def station_boxes(session: Session, maker: BoxMaker, now: datetime) -> dict[str, bytes]:
    """Return every target that only devices may read, by name.

    Those are `officers/<station>` and `receipts/<station>` for the devices of that station, and the hours of
    `sightings/` for the devices of all.

    Args:
        session: an open session.
        maker: of this publication.
        now: of this publication.
    """
    made: dict[str, bytes] = {}
    keys = stations.encryption_keys(session)
    receipts = stations.receipts_by_station(session, now)
    for station_id, devices in keys.items():
        roster = officers.roster_of(session, station_id)
        path = roster_path(station_id)
        made[path] = maker.box(path, dump_roster(roster.officers, roster.pepper), devices)
        if of_station := receipts.get(station_id):
            path = receipts_path(station_id)
            made[path] = maker.box(path, dump_receipts(of_station), devices)
    if len(keys) > 1:  # a station alone has nobody to hear of
        made |= _sightings(session, maker, [key for devices in keys.values() for key in devices], now)
    return made


def _sightings(session: Session, maker: BoxMaker, devices: list[bytes], now: datetime) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    for slot in slots_at(now):
        if not (seen := movement.sightings_between(session, slot, slot + SLOT)):
            continue
        content = dump_sightings(slot, seen)
        for part, start in enumerate(range(0, len(devices), MAX_DEVICES)):
            path = sightings_path(slot, part)
            made[path] = maker.box(path, content, devices[start : start + MAX_DEVICES])
    return made


def _mark(path: str, content: bytes, devices: Sequence[bytes]) -> bytes:
    """Return a keyed hash of what is inside and for whom: the issuer itself cannot open a box to compare."""
    digest = hashlib.sha256(content + b"".join(sorted(devices))).hexdigest()
    return bytes.fromhex(privacy().lookup("box", f"{path}\0{digest}"))[:MARK_BYTES]
