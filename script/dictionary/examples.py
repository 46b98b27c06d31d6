"""Passes made up from the word lists: what a dictionary is fitted to. The same seed always gives the same passes.

Only `random()` of the standard generator is used: its sequence is promised never to change.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import words

from protocol.claims import CargoClass, CrewEntry, Role, StatusRef, VehicleClass, VehiclePass

Item = TypeVar("Item")

FIRST_DAY = datetime(2021, 8, 31, 17, tzinfo=UTC)
CREW_SIZES = ((1, 50), (2, 46), (3, 4))
ROUTE_LENGTHS = ((2, 50), (3, 25), (4, 15), (5, 7), (6, 3))
WINDOW_DAYS = (3, 5, 7, 7, 7, 14, 14, 30)
VEHICLES = (
    (VehicleClass.TRUCK, 40),
    (VehicleClass.TRACTOR, 20),
    (VehicleClass.CONTAINER, 12),
    (VehicleClass.REFRIGERATED, 8),
    (VehicleClass.VAN, 6),
    (VehicleClass.TANKER, 4),
    (VehicleClass.DUMP, 4),
    (VehicleClass.TRAILER, 3),
    (VehicleClass.PICKUP, 2),
    (VehicleClass.OTHER, 1),
)
CARGOES = (
    (CargoClass.FOOD, 18),
    (CargoClass.IMPORT_EXPORT, 14),
    (CargoClass.PRODUCTION, 12),
    (CargoClass.ESSENTIALS, 8),
    (CargoClass.FARMING, 8),
    (CargoClass.CONSTRUCTION, 8),
    (CargoClass.MEDICAL, 6),
    (CargoClass.FUEL, 6),
    (CargoClass.PARCELS, 6),
    (CargoClass.OTHER, 4),
    (CargoClass.LIVESTOCK, 4),
    (CargoClass.EMPTY, 4),
    (CargoClass.WASTE, 2),
)
PAYLOADS = "0.5 1 1.5 2.5 3.5 5 6.5 7 8 10 12 15 18 20 22 25 28 30".split()
PROVINCES = "01 79 31 30 33 24 27 35 36 22 20 48 74 75 92".split()
SERIES = "29C 29H 29D 30E 15C 14C 17C 19C 20C 34C 36C 37C 38C 51C 51D 61C 60C 88C 89C 90C 98C 99C 29LD 15RM".split()


class Chance:
    """Repeatable choices."""

    def __init__(self, seed: int) -> None:
        """Begin a sequence."""
        self._random = random.Random(seed)  # noqa: S311 - made-up data, no secret

    def below(self, end: int) -> int:
        """Choose a number from 0 to below `end`."""
        return int(self._random.random() * end)

    def happens(self, probability: float) -> bool:
        """Say whether something happens."""
        return self._random.random() < probability

    def one(self, items: Sequence[Item]) -> Item:
        """Choose among equals."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[tuple[Item, float]]) -> Item:
        """Choose by weight."""
        left = self._random.random() * sum(weight for _, weight in items)
        for item, weight in items:
            left -= weight
            if left < 0:
                return item
        return items[-1][0]

    def early(self, items: Sequence[Item], steepness: float, flat: float) -> Item:
        """Choose so that the item at place n has the weight (n + flat) to the power of -steepness."""
        return self.weighted([(item, (place + flat) ** -steepness) for place, item in enumerate(items)])


def passes(seed: int, count: int) -> Iterator[VehiclePass]:
    """Make up passes."""
    chance = Chance(seed)
    for _ in range(count):
        yield _pass(chance)


def _pass(chance: Chance) -> VehiclePass:
    not_before = FIRST_DAY + timedelta(days=chance.below(120))
    days = chance.one(WINDOW_DAYS)
    return VehiclePass(
        iss="VN-HN",
        cti=bytes(chance.below(256) for _ in range(8)),
        issued_at=not_before - timedelta(seconds=chance.below(3 * 86_400)),
        not_before=not_before,
        expires_at=not_before + timedelta(days=days),
        plate=f"{chance.one(SERIES)}{chance.below(90_000) + 10_000}",
        vehicle_class=chance.weighted(VEHICLES),
        payload_tonnes=Decimal(chance.one(PAYLOADS)),
        carrier=_carrier(chance),
        crew=tuple(_person(chance, place, not_before, days) for place in range(chance.weighted(CREW_SIZES))),
        route=tuple(_area(chance) for _ in range(chance.weighted(ROUTE_LENGTHS))),
        cargo=chance.weighted(CARGOES),
        status=StatusRef(f"status/{chance.weighted(((0, 8), (1, 1), (2, 1)))}", chance.below(2**17)),
    )


def _person(chance: Chance, place: int, not_before: datetime, days: int) -> CrewEntry:
    minutes = 600 + chance.below(min(days, 4) * 1_440 - 600)
    return CrewEntry(
        role=Role.DRIVER if place == 0 or chance.happens(1 / 3) else Role.ASSISTANT,
        name=_name(chance),
        id_last4=f"{chance.below(10_000):04}",
        expires_at=not_before + timedelta(minutes=minutes) if chance.happens(3 / 4) else None,
    )


def _name(chance: Chance) -> str:
    middles = words.MALE_MIDDLES if chance.happens(0.95) else words.FEMALE_MIDDLES
    parts = [chance.early(words.SURNAMES, 1.2, 0.6), chance.early(middles, 1.0, 1)]
    if chance.happens(0.1):
        parts.append(chance.early(middles[1:], 0.5, 2))
    return " ".join([*parts, chance.early(words.GIVEN_NAMES, 0.6, 8)])


def _carrier(chance: Chance) -> str:
    parts = [chance.weighted(words.COMPANY_FORMS)]
    for _ in range(chance.weighted(((0, 15), (1, 60), (2, 25)))):
        sector = chance.early(words.SECTORS, 0.8, 2)
        if sector not in parts:
            parts.append(sector)
    if chance.happens(0.15):
        parts.append(chance.early(words.PLACES, 0.5, 5))
    else:
        parts += [chance.early(words.SYLLABLES, 0.5, 5) for _ in range(chance.weighted(((2, 85), (3, 15))))]
    return " ".join(parts)[:60].strip()


def _area(chance: Chance) -> str:
    kind = chance.below(20)
    if kind < 5:
        return chance.one(PROVINCES)
    return f"{1 + chance.below(973):03}" if kind < 12 else f"{1 + chance.below(32_248):05}"
