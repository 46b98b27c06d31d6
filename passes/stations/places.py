"""Stations as places: adding one, finding them, telling the posts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.areas.services import AreaUnknownError, get_area, lineage
from passes.identifiers import IDENTIFIER_RULE, is_identifier
from passes.names import tidy
from passes.sites.services import sites_by_id
from passes.stations.errors import StationError
from passes.stations.models import Station
from passes.trust import services as trust
from protocol.areas import AreaLevel
from protocol.trust import Direction, Position, StationInfo, StationKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

_NAME_CHARS = 120


def create_station(  # noqa: PLR0913 - the columns of a station
    session: Session,
    actor: User | None,
    *,
    station_id: str,
    name: str,
    kind: StationKind,
    area_code: str | None = None,
    site_id: str | None = None,
    direction: Direction = Direction.BOTH,
    position: Position | None = None,
    now: datetime,
) -> Station:
    """Keep a new station; other stations learn of it with their next sync.

    Args:
        session: the caller's transaction.
        actor: who adds it; None for the command line.
        station_id: letters, digits, `.`, `_`, `-`; at most 40.
        name: the place, in words.
        kind: road checkpoint or freight point.
        area_code: ward or district of the place; that of the site when None.
        site_id: the freight point that it stands at.
        direction: which traffic it sees.
        position: where exactly; with it posts tell whether a pass can have come so far so fast.
        now: when.

    Raises:
        StationError: a value is missing, malformed, unknown or taken.
    """
    station_id, name = station_id.strip(), tidy(name)
    if not is_identifier(station_id):
        raise StationError("id_invalid", f"{station_id!r}: {IDENTIFIER_RULE}", "station_id")
    if not 0 < len(name) <= _NAME_CHARS:
        raise StationError("name_missing", f"a name has 1 to {_NAME_CHARS} characters", "name")
    if session.get(Station, station_id) is not None:
        raise StationError("id_taken", f"{station_id} is registered already", "station_id")
    if kind is StationKind.ROAD and site_id:
        raise StationError("site_on_road", "a station on a road belongs to no site", "site_id")
    site = sites_by_id(session, [site_id]).get(site_id or "")
    if site_id and site is None:
        raise StationError("site_unknown", f"no site has the id {site_id!r}", "site_id")
    area_code = area_code or (site.ward_code if site else None)
    if not area_code:
        raise StationError("area_missing", "a station needs the ward or district where it stands", "area_code")
    try:
        get_area(session, area_code)
    except AreaUnknownError as error:
        raise StationError("area_unknown", str(error), "area_code") from error
    if len(area_code) < AreaLevel.DISTRICT:
        raise StationError("area_level", "a station stands in a ward or district", "area_code")
    station = Station(
        id=station_id, name=name, kind=kind, direction=direction, area_code=area_code, site_id=site_id or None
    )
    station.set_position(position)
    session.add(station)
    trust.note_change(session, "station.created", now)
    audit.record(session, actor, "stations.create", station, {"kind": kind.value, "area": area_code}, now)
    return station


def get_station(session: Session, station_id: str) -> Station:
    """Return one station.

    Raises:
        StationError: there is none with this id (`station_unknown`).
    """
    station = session.get(Station, station_id)
    if station is None:
        raise StationError("station_unknown", f"no station has the id {station_id!r}", "station_id")
    return station


def stations_by_id(session: Session) -> dict[str, Station]:
    """Return every station by its id, in the order of ids."""
    return {station.id: station for station in session.scalars(sa.select(Station).order_by(Station.id))}


def published_stations(session: Session) -> tuple[StationInfo, ...]:
    """Return every station as other stations are told of it."""
    return tuple(
        StationInfo(
            id=station.id,
            name=station.name,
            kind=station.kind,
            area=station.area_code,
            site=station.site_id,
            direction=station.direction,
            within=lineage(session, station.area_code)[1:],
            position=station.position,
        )
        for station in stations_by_id(session).values()
    )
