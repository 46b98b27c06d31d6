"""Where exactly stations stand: with it posts tell whether a pass can have come so far so fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes import audit
from passes.stations.errors import StationError
from passes.stations.places import get_station
from passes.trust import services as trust
from protocol.trust import Position

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.stations.models import Station

_SOUTH, _NORTH, _WEST, _EAST = 7.0, 24.0, 102.0, 115.0  # degrees around Vietnam, its islands included


def locate_station(
    session: Session, actor: User | None, station_id: str, position: Position | None, now: datetime
) -> Station:
    """Say where exactly a station stands; None forgets it.

    Raises:
        StationError: there is no such station (`station_unknown`).
    """
    station = get_station(session, station_id)
    station.set_position(position)
    trust.note_change(session, "station.located", now)
    audit.record(session, actor, "stations.locate", station, {"is_known": position is not None}, now)
    return station


def parse_position(text: str) -> Position | None:
    """Read a position as maps give it: latitude and longitude in degrees; nothing typed is None.

    Args:
        text: for example `20.963012, 105.841000`, degrees with a point.

    Raises:
        StationError: it is none, or not in Vietnam (`position_invalid`).
    """
    if not text.strip():
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise StationError("position_invalid", "a position is two numbers with a comma between", "position") from error
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        raise StationError("position_invalid", "this is not in Vietnam; latitude comes first", "position")
    return Position(latitude, longitude)
