"""Whether a vehicle can have come from one station to another in the time between two scans.

The straight line between two stations is never longer than the road, so that what is too fast along it is too fast
indeed. Stations whose position is not known are only told apart by their areas, with bounds that no truck beats.
"""

import math
from datetime import datetime, timedelta
from typing import Final

from protocol.areas import AreaLevel
from protocol.places import Position, StationInfo

FASTEST_KMH: Final = 80
"""Along the straight line. Roads are longer, trucks slower, and each stops at both stations."""
NEAR_KM: Final = 1.0
"""Lanes of one checkpoint; scans that close to each other tell nothing."""
OTHER_DISTRICT: Final = timedelta(minutes=3)
OTHER_PROVINCE: Final = timedelta(minutes=10)
"""What it takes at least between stations of unknown position, clocks included."""

_EARTH_KM: Final = 6371.0


def least_time(
    one: StationInfo, other: StationInfo, clock_tolerance: timedelta, fastest_kmh: float = FASTEST_KMH
) -> timedelta:
    """Give the time below which nobody has been at both stations; nothing if that cannot be said.

    Args:
        one: A station.
        other: Another station.
        clock_tolerance: How far apart the clocks of two stations may be.
        fastest_kmh: What nobody drives along the straight line.
    """
    if one.position and other.position:
        km = distance_km(one.position, other.position)
        return max(timedelta(hours=km / fastest_kmh) - clock_tolerance, timedelta(0)) if km > NEAR_KM else timedelta(0)
    here, there = _divisions(one), _divisions(other)
    if here[0] and there[0] and here[0] != there[0]:
        return OTHER_PROVINCE
    return OTHER_DISTRICT if here[1] and there[1] and here[1] != there[1] else timedelta(0)


def is_too_fast(
    here: StationInfo,
    at: datetime,
    there: StationInfo,
    seen_at: datetime,
    clock_tolerance: timedelta,
    fastest_kmh: float = FASTEST_KMH,
) -> bool:
    """Tell whether one and the same vehicle cannot have been at both stations at those times.

    Args:
        here: One station.
        at: When the credential was scanned here, aware.
        there: The other station.
        seen_at: When it was scanned there, before or after, aware.
        clock_tolerance: How far apart the clocks of two stations may be.
        fastest_kmh: What nobody drives along the straight line.
    """
    return here.id != there.id and abs(at - seen_at) < least_time(here, there, clock_tolerance, fastest_kmh)


def distance_km(one: Position, other: Position) -> float:
    """Give the length of the straight line along the ground between two positions, kilometres."""
    lat_1, lat_2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat, half_lon = (lat_2 - lat_1) / 2, math.radians(other.longitude - one.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(half_lon) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


def _divisions(station: StationInfo) -> tuple[str | None, str | None]:
    """Give the province and district that a station stands in, as far as they were told."""
    codes = {len(code): code for code in (station.area, *station.within)}
    return codes.get(AreaLevel.PROVINCE), codes.get(AreaLevel.DISTRICT)
