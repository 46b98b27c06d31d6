"""Where a city's month takes place, and the zones that are published into it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks._city import BEGIN, Places
from passes.areas.models import Area
from passes.db import db
from passes.movement.models import Movement
from passes.movement.services import ZoneDraft
from protocol.zones import ZoneKind

AROUND = ("30", "33", "35", "36", "38")
"""The provinces that trips come from."""
EQUAL_SHARE = 0.01
"""How many of the small city's movements the zone of equal size matches: so few that hardly anybody is in it twice."""


def places(session: Any) -> Places:
    """Return the wards of Hanoi and of the provinces around it."""
    wards = sa.select(Area.code).where(sa.func.length(Area.code) == 5).order_by(Area.code)
    district = sa.orm.aliased(Area)
    joined = wards.join(district, Area.parent_code == district.code)
    city = session.scalars(joined.where(district.parent_code == "01")).all()
    return Places(city, session.scalars(joined.where(district.parent_code.in_(AROUND))).all())


def ten_zones(where: Places) -> list[ZoneDraft]:
    """Return zones of every kind: wards, a district, another province's, sites, with and without passage."""
    posts, sites = [ward for _, ward in where.posts], [site for site, _ in where.sites]
    day = timedelta(days=1)
    kinds: list[tuple[tuple[str, ...], tuple[str, ...], int, int | None, bool]] = [
        ((posts[0],), (), 3, 10, True),
        ((posts[1], posts[2]), (), 0, 30, False),
        (("009",), (), 5, 12, True),
        (("33",), (), 8, 15, True),
        ((), tuple(sites[:4]), 0, None, True),
        ((where.city[50],), (sites[9],), 10, 25, False),
        (("356",), (), 20, None, True),
        (tuple(where.outside[:25]), (), 2, 9, False),
        ((posts[7],), (), 12, 14, True),
        (("001", "002"), tuple(sites[20:22]), 14, 21, True),
    ]
    return [
        ZoneDraft(
            id=f"zone-{number}",
            name=f"Vùng {number}",
            kind=ZoneKind.OUTBREAK,
            areas=areas,
            sites=chosen,
            starts_at=BEGIN + first * day,
            ends_at=None if last is None else BEGIN + last * day,
            passage=passage,
            monitoring_days=14 if number % 2 else 21,
            decision=f"{number}/QĐ-UBND",
        )
        for number, (areas, chosen, first, last, passage) in enumerate(kinds)
    ]


def reachable_ends(where: Places, most: int) -> dict[int, datetime]:
    """Return which end makes a zone of the provinces around match how many movements, from the month's begin on.

    Args:
        where: the places of the city.
        most: no more movements than these.
    """
    outside = Movement.area_code.in_(where.outside)
    moments = db.session.scalars(sa.select(Movement.at).where(outside).order_by(Movement.at).limit(most + 1)).all()
    ends: dict[int, datetime] = {}
    for count, (moment, following) in enumerate(pairwise(moments), 1):
        end = moment.replace(microsecond=0) + timedelta(seconds=1)
        if following >= end:
            ends[count] = end
    return ends


def equal_zones(apps: Sequence[Flask], most: int) -> list[ZoneDraft]:
    """Return a zone for each issuer, each of which matches the same number of movements.

    Args:
        apps: the issuers; each has taken in its month.
        most: no more movements than these.
    """
    ends = []
    for app in apps:
        with app.app_context():
            ends.append(reachable_ends(places(db.session()), most))
    count = max(set.intersection(*(set(reached) for reached in ends)))
    return [
        ZoneDraft(
            id="equal",
            name="Vùng để so sánh",
            kind=ZoneKind.LOCKDOWN,
            areas=AROUND,
            starts_at=BEGIN,
            ends_at=reached[count],
            decision="1/QĐ-UBND",
        )
        for reached in ends
    ]
