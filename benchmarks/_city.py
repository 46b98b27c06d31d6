"""A month of freight at the posts of a city, for measuring: who went where, as a file of movements.

Twenty-two posts, each on a road into the city; crews of 1.43 people; every trip comes from a ward outside, passes a
post inwards, stops at a freight point or two, and passes a post outwards. Half past eight in the morning and nine at
night are the busiest. The same seed gives the same month.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DAYS = 30
BEGIN = datetime(2021, 8, 31, 17, 0, tzinfo=UTC)
"""1 September 2021, midnight in Hanoi."""

POSTS = 22
CREW_OF_TWO = 0.43
HOURS = (2, 1, 1, 2, 3, 5, 7, 9, 10, 9, 8, 7, 6, 6, 6, 6, 6, 6, 7, 8, 10, 10, 7, 4)
"""Vehicles by local hour; the peak is about two and a half times the mean of the night and the day."""

_STAY_SHARE = 0.1
_FAMILY = "Nguyễn Trần Lê Phạm Hoàng Vũ Phan Bùi Đặng Đỗ".split()
_MIDDLE = "Văn Đức Hữu Xuân Minh Quang Ngọc Công".split()
_GIVEN = "Hùng Dũng Cường Tuấn Minh Thắng Hải Sơn Nam Long Hưng Bình".split()


@dataclass(frozen=True)
class Places:
    """Where things are.

    Attributes:
        city: wards of the city.
        outside: wards of other provinces.
    """

    city: Sequence[str]
    outside: Sequence[str]

    @property
    def posts(self) -> list[tuple[str, str]]:
        """Station and ward of each post."""
        step = len(self.city) // POSTS
        return [(f"chot-{n + 1:02}", self.city[n * step]) for n in range(POSTS)]

    @property
    def sites(self) -> list[tuple[str, str]]:
        """Site and ward of each freight point."""
        return [(f"kho-{n + 1:03}", self.city[(n * 7 + 3) % len(self.city)]) for n in range(150)]


def write_month(path: Path, places: Places, movements: int, people: int) -> None:
    """Write a month of movements in the order in which they happened.

    Args:
        path: the file to write.
        places: where.
        movements: how many.
        people: of how many persons.
    """
    dice = random.Random(2021)
    vehicles = _vehicles(dice, people)
    found: list[tuple[datetime, dict[str, Any]]] = []
    while len(found) < movements:
        found.extend(_trip(dice, dice.choice(vehicles), places))
    found = found[:movements]
    found.sort(key=lambda one: one[0])
    with path.open("w", encoding="utf-8") as file:
        for number, (at, said) in enumerate(found):
            line = {"id": f"{number:012}", "at": at.isoformat().replace("+00:00", "Z"), **said}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _vehicles(dice: random.Random, people: int) -> list[tuple[str, list[dict[str, str]]]]:
    """Return plates with their crews."""
    found: list[tuple[str, list[dict[str, str]]]] = []
    number = 0
    while number < people:
        crew = []
        for role in ("driver", "assistant")[: 1 + (dice.random() < CREW_OF_TWO)]:
            name = f"{dice.choice(_FAMILY)} {dice.choice(_MIDDLE)} {dice.choice(_GIVEN)}"
            crew.append({"person": f"0010{number:08}", "name": name, "role": role})
            number += 1
        found.append((f"29C{10000 + len(found) % 90000}", crew))
    return found


def _moment(dice: random.Random) -> datetime:
    hour = dice.choices(range(24), HOURS)[0]
    return BEGIN + timedelta(days=dice.randrange(DAYS), hours=hour, seconds=dice.randrange(3600))


def _trip(
    dice: random.Random, vehicle: tuple[str, list[dict[str, str]]], places: Places
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Yield the movements of a vehicle's crew on one trip."""
    plate, crew = vehicle
    at = _moment(dice)
    (post, ward), (way_out, ward_out) = dice.choice(places.posts), dice.choice(places.posts)
    stops: list[tuple[datetime, dict[str, Any]]] = [
        (at, {"area": dice.choice(places.outside), "source": "declared"}),
        (at, {"area": ward, "station": post, "direction": "in", "source": "scan"}),
    ]
    for _ in range(dice.choice((1, 1, 2))):
        at += timedelta(minutes=dice.randrange(20, 180))
        site, site_ward = dice.choice(places.sites)
        stops.append((at, {"area": site_ward, "site": site, "direction": "at", "source": "checkin"}))
    at += timedelta(minutes=dice.randrange(20, 180))
    stops.append((at, {"area": ward_out, "station": way_out, "direction": "out", "source": "scan"}))
    lodging = {"stay": dice.choice(places.city)} if dice.random() < _STAY_SHARE else {}
    for person in crew:
        for place, (moment, said) in enumerate(stops):
            yield moment, {**person, "plate": plate, **said, **(lodging if place == 1 else {})}
