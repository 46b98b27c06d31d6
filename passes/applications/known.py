"""What the system knows about the vehicles, people, places and cargoes of applications, looked up for many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from passes.applications.cargo import stopped_cargoes
from passes.areas.services import labels
from passes.fleet.services import owners_of
from passes.issuing.register import misused
from protocol.areas import AreaLevel

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.applications.models import Application

MEMORY = timedelta(days=90)
"""For how long a pass that was revoked for misuse is held against its vehicle and its people."""


@dataclass(frozen=True)
class Known:
    """What is known about everything that some applications name.

    Args:
        areas: codes of their routes that are districts or wards.
        stopped_cargoes: cargo classes that are not let through at present.
        owners: by plate, row id and name of each carrier that has the vehicle in use.
        revoked_plates: by plate, the number of the last pass that was revoked for misuse.
        revoked_people: the same by person id.
    """

    areas: frozenset[str]
    stopped_cargoes: frozenset[int]
    owners: Mapping[str, tuple[tuple[int, str], ...]]
    revoked_plates: Mapping[str, str]
    revoked_people: Mapping[int, str]


def known_about(session: Session, applications: Collection[Application], now: datetime) -> Known:
    """Look up what the checks of these applications need."""
    plates = {item.vehicle.plate for application in applications for item in application.vehicles}
    people = {entry.member.person_id for a in applications for item in a.vehicles for entry in item.crew}
    codes = {code for application in applications for code in application.route}
    revoked_plates, revoked_people = misused(session, plates, people, now - MEMORY)
    return Known(
        areas=frozenset(code for code in labels(session, codes) if len(code) >= AreaLevel.DISTRICT),
        stopped_cargoes=stopped_cargoes(session),
        owners=owners_of(session, plates),
        revoked_plates=revoked_plates,
        revoked_people=revoked_people,
    )
