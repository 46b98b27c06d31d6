"""Stations, the running programs at a checkpoint or freight point, as the trust repository describes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from protocol import areas, documents, fields


class StationKind(StrEnum):
    """Where a station stands."""

    ROAD = "road"
    FREIGHT = "freight"


class Direction(StrEnum):
    """Which traffic a station sees."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class StationInfo:
    """One station.

    Attributes:
        id: The station's name in records.
        name: The place, in words.
        kind: Road checkpoint or freight point.
        area: The area code of the place.
        site: The id of the freight point, None on a road.
        direction: Which traffic it sees.
        within: The area codes above `area`, written out by the publisher so that a verifier needs no tree of areas.
    """

    id: str
    name: str
    kind: StationKind
    area: str
    site: str | None = None
    direction: Direction = Direction.BOTH
    within: tuple[str, ...] = ()


def dump_stations(stations: Iterable[StationInfo]) -> bytes:
    """Write the target `stations`."""
    ordered = sorted(stations, key=lambda station: station.id)
    return documents.dump({"stations": [_write(station) for station in ordered]})


def parse_stations(data: bytes) -> Mapping[str, StationInfo]:
    """Read the target `stations`: stations by id.

    Raises:
        documents.DocumentError: If it is malformed, or names a station twice.
    """
    return documents.parse(data, _read)


def _write(station: StationInfo) -> dict[str, object]:
    return {
        "id": station.id,
        "name": station.name,
        "kind": station.kind,
        "area": station.area,
        "site": station.site,
        "direction": station.direction,
        "within": list(station.within),
    }


def _read(document: fields.Map) -> Mapping[str, StationInfo]:
    stations = documents.items(document, "stations", _read_station)
    by_id = {station.id: station for station in stations}
    if len(by_id) != len(stations):
        raise documents.DocumentError("a station is named twice")
    return MappingProxyType(by_id)


def _read_station(item: fields.Map) -> StationInfo:
    area = fields.text(item.get("area"), documents.MAX_ID_CHARS)
    areas.level(area)
    return StationInfo(
        id=fields.text(item.get("id"), documents.MAX_ID_CHARS),
        name=fields.text(item.get("name"), documents.MAX_TEXT_CHARS),
        kind=StationKind(fields.text(item.get("kind"), documents.MAX_ID_CHARS)),
        area=area,
        site=documents.optional_text(item.get("site")),
        direction=Direction(fields.text(item.get("direction"), documents.MAX_ID_CHARS)),
        within=documents.area_codes(item.get("within")),
    )
