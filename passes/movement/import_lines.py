"""One line of a file of movements: what it says, or why it cannot be taken in.

A line is a JSON object: `id`, `person` (ID number), `name`, `role`, `at` (RFC 3339), `area`, `site`, `station`,
`direction` (in, out, at), `plate`, `pass_id`, `source`, `stay` (ward where the person lodges). `id` and `at` are always
there, and something that says who and where. A pass is `ISSUER:CTI`, or `ISSUER:CTI:INDEX` for one of its crew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from passes.areas.models import Area
from passes.errors import ValueRefusedError
from passes.local_time import NoMomentError, read_moment
from passes.movement.models import Direction, MovementSource
from passes.movement.plates import kept_plate
from passes.names import tidy
from passes.sites.services import all_sites
from passes.stations.services import stations_by_id
from protocol.areas import AreaLevel
from protocol.claims import Role
from protocol.contents import MAX_NAME_CHARS
from protocol.people import IdNumberError, normalise_id_number
from protocol.places import StationKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

_ID_CHARS = 64
_ROLES = {role.value: role for role in Role}
_DIRECTIONS = {direction.value: direction for direction in Direction}
_SOURCES = {source.value: source for source in MovementSource}
_SEEN_AT_POST = frozenset({MovementSource.SCAN, MovementSource.IMPORT})
_CACHED = 200_000


class LineError(ValueRefusedError):
    """A line cannot be taken in; `field` is the part of it that is wrong."""


class Spot(NamedTuple):
    """Where and how somebody was seen, in the form in which it is kept.

    `station` is one of the register, `said_station` one that it does not know.
    """

    area: str
    site: str | None
    station: str | None
    said_station: str | None
    is_road_scan: bool
    direction: Direction | None
    source: MovementSource


class Line(NamedTuple):
    """What one line says, in the form in which it is kept."""

    id: str
    person: str | None
    name: str | None
    role: Role | None
    at: datetime
    spot: Spot
    plate: str | None
    pass_id: str | None
    stay: str | None


@dataclass(frozen=True)
class Register:
    """What lines may name: areas, sites with their wards, stations with their kinds and areas."""

    areas: frozenset[str]
    sites: Mapping[str, str]
    stations: Mapping[str, tuple[StationKind, str]]

    @classmethod
    def of(cls, session: Session) -> Register:
        """Return what is registered now."""
        return cls(
            areas=frozenset(session.scalars(sa.select(Area.code))),
            sites={site.id: site.ward_code for site in all_sites(session)},
            stations={station.id: (station.kind, station.area_code) for station in stations_by_id(session).values()},
        )


class LineReader:
    """Reads lines of one file; what many lines repeat is worked out once."""

    def __init__(self, register: Register) -> None:
        """Keep what lines may name."""
        self._register = register
        self._spots: dict[tuple[Any, ...], Spot] = {}
        self._people: dict[str, str] = {}
        self._names: dict[str, str | None] = {}
        self._plates: dict[str, str | None] = {}

    def read(self, raw: bytes) -> Line:
        """Return what a line says.

        Raises:
            LineError: it cannot be taken in.
        """
        try:
            said = json.loads(raw.decode())
        except (ValueError, RecursionError) as error:
            raise LineError("not_json", "line", f"not UTF-8 JSON: {error}") from error
        if type(said) is not dict:
            raise LineError("not_json", "line", "not one JSON object")
        get = said.get
        place = (get("area"), get("site"), get("station"), get("direction"), get("source"))
        try:
            spot = self._spots[place]
        except (KeyError, TypeError):  # seen for the first time, or something that is no text
            spot = self._spot(*place)
            _remember(self._spots, place, spot)
        role, person, stay = get("role"), get("person"), get("stay")
        return Line(
            _id(get("id")),
            None if person is None or person == "" else self._person(person),
            self._name(get("name")),
            None if role is None else _choice(_ROLES, role, "role"),
            _moment(get("at")),
            spot,
            self._plate(get("plate")),
            _text(get("pass_id"), "pass_id"),
            None if stay is None or stay == "" else self._stay(stay),
        )

    def _spot(self, area: object, site: object, station: object, direction: object, source: object) -> Spot:
        """Return where a line says that somebody was."""
        way = _choice(_DIRECTIONS, direction, "direction")
        kind_of_source = _choice(_SOURCES, source, "source") or MovementSource.IMPORT
        post, point = _text(station, "station"), _text(site, "site")
        if point is not None and point not in self._register.sites:
            raise LineError("site_unknown", "site", f"no site has the id {point!r}; `passes sites import` adds sites")
        kind, station_area = self._register.stations.get(post or "", (None, None))
        if kind is None and post is not None and point is None and way is not Direction.AT:
            kind = StationKind.ROAD
        area = area or station_area or self._register.sites.get(point or "")
        if area is None:
            raise LineError("missing", "area", "says neither an area nor a site or station that is registered")
        return Spot(
            area=self._known_area(area, "area"),
            site=point,
            station=post if station_area is not None else None,
            said_station=post if station_area is None else None,
            is_road_scan=kind is StationKind.ROAD and kind_of_source in _SEEN_AT_POST,
            direction=way,
            source=kind_of_source,
        )

    def _stay(self, code: object) -> str:
        stay = self._known_area(code, "stay")
        if len(stay) < AreaLevel.DISTRICT:
            raise LineError("stay_level", "stay", "a person stays in a ward, or at least in a district")
        return stay

    def _known_area(self, code: object, field: str) -> str:
        if type(code) is not str or code not in self._register.areas:
            raise LineError("area_unknown", field, f"no administrative division has the code {code!r}")
        return code

    def _person(self, value: Any) -> str:
        found = self._people.get(value) if type(value) is str else None
        if found is None:
            text = _text(value, "person") or ""
            try:
                found = normalise_id_number(text)
            except IdNumberError as error:
                raise LineError("person_invalid", "person", str(error)) from error
            _remember(self._people, text, found)
        return found

    def _name(self, value: Any) -> str | None:
        if value is None:
            return None
        if type(value) is not str:
            raise LineError("wrong_type", "name", "is no text")
        if value not in self._names:
            _remember(self._names, value, tidy(value)[:MAX_NAME_CHARS].rstrip() or None)
        return self._names[value]

    def _plate(self, value: Any) -> str | None:
        if value is None or value == "":
            return None
        try:
            return self._plates[value]
        except (KeyError, TypeError):
            plate = kept_plate(_text(value, "plate") or "")
            _remember(self._plates, value, plate)
            return plate


def _moment(value: Any) -> datetime:
    if value is None or value == "":
        raise LineError("missing", "at", "is missing")
    if type(value) is not str:
        raise LineError("at_invalid", "at", "is no text; times are RFC 3339: 2021-09-11T00:00:00+07:00")
    try:
        return read_moment(value)
    except NoMomentError as error:
        raise LineError("at_invalid", "at", str(error)) from error


def _remember(cache: dict[str, Any], key: str, value: object) -> None:
    if len(cache) >= _CACHED:
        cache.clear()
    cache[key] = value


def _id(value: object) -> str:
    if value is None or value == "":
        raise LineError("missing", "id", "is missing")
    if type(value) is not str or len(value) > _ID_CHARS or not value.isprintable():
        raise LineError("id_invalid", "id", f"is not a text of 1 to {_ID_CHARS} printable characters")
    return value


def _text(value: object, field: str) -> str | None:
    if value is None or value == "":
        return None
    if type(value) is not str:
        raise LineError("wrong_type", field, "is no text; numbers that begin with 0 are texts as well")
    if len(value) > _ID_CHARS or not value.isprintable():
        raise LineError("too_long", field, f"is longer than {_ID_CHARS} characters, or not printable")
    return value


def _choice(choices: Mapping[str, Any], value: Any, field: str) -> Any:
    if value is None or value == "":
        return None
    found = choices.get(value) if type(value) is str else None
    if found is None:
        raise LineError("unknown", field, f"is {', '.join(choices)} or left out, not {value!r}")
    return found
