"""Where credentials were seen lately, told to every post: the content of the targets `sightings/<hour>-<part>`.

One target holds the sightings of one hour, so that an hour that is over is fetched once and never again. What is inside
is only for enrolled devices (`protocol.station_box`): a credential's number, the post and the second.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from protocol import cbor, fields, times

SIGHTINGS_PREFIX: Final = "sightings/"
SLOT: Final = timedelta(hours=1)
SLOTS: Final = 6
"""So many hours are told of beside the one that runs; who drives for longer has had the time."""
MAX_PER_SLOT: Final = 10_000
"""The newest of one hour; 22 posts at their peak see 6,000. Bounds what a post has to hold."""

_VERSION, _START, _SEEN = range(3)
_FORMAT_VERSION: Final = 1
_CTI_BYTES: Final = 8
_ROW_BYTES: Final = _CTI_BYTES + 2
_MAX_ID_CHARS: Final = 64


class SightingsError(ValueError):
    """Not the sightings of an hour."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One credential at one post.

    Attributes:
        iss: Who issued it.
        cti: Its number, 8 bytes.
        station: The id of the station.
        at: When it was scanned there, to the second.
    """

    iss: str
    cti: bytes
    station: str
    at: datetime


class Sightings:
    """What a post knows of other posts' scans."""

    def __init__(self, sightings: Iterable[Sighting] = ()) -> None:
        """Keep sightings by what was seen.

        Args:
            sightings: In any order; each may be there more than once.
        """
        self._by_credential: dict[tuple[str, bytes], list[tuple[datetime, str]]] = defaultdict(list)
        for one in sightings:
            self._by_credential[one.iss, one.cti].append((one.at, one.station))

    def __len__(self) -> int:
        return sum(map(len, self._by_credential.values()))

    def elsewhere(self, iss: str, cti: bytes, station: str) -> tuple[Sighting, ...]:
        """Tell where else a credential was seen lately, newest first.

        Args:
            iss: Who issued it.
            cti: Its number.
            station: The post that asks; its own scans are left out.
        """
        found = sorted(set(self._by_credential.get((iss, cti), ())), reverse=True)
        return tuple(Sighting(iss, cti, where, at) for at, where in found if where != station)


def slots_at(now: datetime) -> tuple[datetime, ...]:
    """Give the starts of the hours that posts are told of, oldest first."""
    running = now.replace(minute=0, second=0, microsecond=0)
    return tuple(running - back * SLOT for back in range(SLOTS, -1, -1))


def sightings_path(slot: datetime, part: int) -> str:
    """Give the target that holds an hour's sightings for one part of the devices.

    Args:
        slot: The start of the hour, UTC.
        part: Counts from 0; more than one only where there are more devices than one box has room for.
    """
    return f"{SIGHTINGS_PREFIX}{slot:%Y%m%d%H}-{part}"


def dump_sightings(slot: datetime, sightings: Iterable[Sighting]) -> bytes:
    """Write the sightings of one hour; equal ones once, in an order of their own.

    Args:
        slot: The start of the hour.
        sightings: All of that hour; of more than `MAX_PER_SLOT`, the newest.
    """
    newest = sorted({(one.at, one.station, one.iss, one.cti) for one in sightings}, reverse=True)[:MAX_PER_SLOT]
    rows: dict[str, dict[str, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for at, station, iss, cti in newest:
        rows[station][iss].append(cti + int((at - slot).total_seconds()).to_bytes(2))
    seen = {station: {iss: b"".join(sorted(of)) for iss, of in by_iss.items()} for station, by_iss in rows.items()}
    return cbor.dumps({_VERSION: _FORMAT_VERSION, _START: times.to_numeric_date(slot), _SEEN: seen})


def parse_sightings(data: bytes) -> tuple[Sighting, ...]:
    """Read the sightings of one hour.

    Raises:
        SightingsError: If they are malformed, or too many.
    """
    try:
        said = fields.mapping(cbor.loads(data))
        if fields.integer(said.get(_VERSION)) != _FORMAT_VERSION:
            raise SightingsError("of another version")
        found = tuple(_read(times.from_numeric_date(said.get(_START)), fields.mapping(said.get(_SEEN))))
    except (cbor.CborError, fields.FieldError, times.MomentError) as error:
        raise SightingsError(str(error)) from error
    return found


def _read(slot: datetime, seen: fields.Map) -> Iterator[Sighting]:
    left = MAX_PER_SLOT
    for station, by_iss in seen.items():
        place = fields.text(station, _MAX_ID_CHARS)
        for iss, packed in fields.mapping(by_iss).items():
            rows = fields.byte_string(packed, left * _ROW_BYTES, at_least=_ROW_BYTES)
            left -= len(rows) // _ROW_BYTES
            if len(rows) % _ROW_BYTES:
                raise SightingsError("not a whole number of rows")
            issuer = fields.text(iss, _MAX_ID_CHARS)
            for start in range(0, len(rows), _ROW_BYTES):
                seconds = int.from_bytes(rows[start + _CTI_BYTES : start + _ROW_BYTES])
                if seconds >= SLOT.total_seconds():
                    raise SightingsError("after its hour")
                cti = rows[start : start + _CTI_BYTES]
                yield Sighting(issuer, cti, place, slot + timedelta(seconds=seconds))
