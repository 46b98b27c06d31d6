"""Stations, the running programs at a checkpoint or freight point, as the trust repository describes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from protocol import areas, documents, fields

_PER_DEGREE: Final = 1_000_000
_MAX_LATITUDE: Final = 90
_MAX_LONGITUDE: Final = 180


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
class Position:
    """A point on the ground, to a millionth of a degree.

    Attributes:
        latitude: Degrees north, -90 to 90.
        longitude: Degrees east, -180 to 180.
    """

    latitude: float
    longitude: float


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
        position: Where exactly, if that was told.
    """

    id: str
    name: str
    kind: StationKind
    area: str
    site: str | None = None
    direction: Direction = Direction.BOTH
    within: tuple[str, ...] = ()
    position: Position | None = None


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
    item: dict[str, object] = {
        "id": station.id,
        "name": station.name,
        "kind": station.kind,
        "area": station.area,
        "site": station.site,
        "direction": station.direction,
        "within": list(station.within),
    }
    if station.position:
        degrees = (station.position.latitude, station.position.longitude)
        item["position"] = [round(degree * _PER_DEGREE) for degree in degrees]
    return item


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
        position=_read_position(item["position"]) if item.get("position") is not None else None,
    )


def _read_position(value: object) -> Position:
    latitude, longitude = fields.array(value, 2, at_least=2)
    return Position(_degrees(latitude, _MAX_LATITUDE), _degrees(longitude, _MAX_LONGITUDE))


def _degrees(value: object, most: int) -> float:
    return fields.integer(value, most * _PER_DEGREE + 1, start=-most * _PER_DEGREE) / _PER_DEGREE
