"""Applications while the carrier works on them: what is known is kept, what is missing is said, nothing is sent."""

from __future__ import annotations

import enum
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import (
    Application,
    ApplicationCrew,
    ApplicationState,
    ApplicationStop,
    ApplicationVehicle,
    Decision,
)
from passes.applications.transitions import EDITABLE, ApplicationError
from passes.areas.services import get_area
from passes.db import lock
from passes.fleet.services import find_crew_member, find_vehicle, usual_crew
from passes.local_time import local_date
from protocol.claims import CargoClass, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.fleet.models import CrewMember

MAX_VEHICLES = 1000
MAX_CREW = 8
MAX_STOPS = 12
USUAL_DAYS = 7
"""How long a window is where nobody said otherwise, first and last day included."""
REFERENCE_LETTERS = "23456789CFGHJKLMNPQRTVWX"
"""Of letters and digits that look alike, only one; no vowels, so that no word comes out."""
_REFERENCE_CHARS = 5


class Part(enum.StrEnum):
    """What an application must say before it can be checked."""

    ROUTE = "route"
    CARGO = "cargo"
    WINDOW = "window"
    VEHICLES = "vehicles"


@dataclass(frozen=True)
class CrewedVehicle:
    """One vehicle of a draft and who is in it, by row ids; the order of the crew is that of the pass."""

    vehicle_id: int
    crew_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Trip:
    """Where to, with what, and when; what is not known yet is None.

    Args:
        route: area codes: origin, stops in order, destination.
        cargo: what is carried.
        first_day: first local day of the window.
        last_day: its last day, included.
    """

    route: tuple[str | None, ...] = (None, None)
    cargo: CargoClass | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class ApplicationDraft(Trip):
    """A trip, and the vehicles that make it, each with its crew."""

    vehicles: tuple[CrewedVehicle, ...] = ()


def missing_parts(application: Application) -> tuple[Part, ...]:
    """Return what an application lacks before it can be checked and sent."""
    places = [stop.area_code for stop in application.stops]
    found = {
        Part.ROUTE: len(places) > 1 and all(places),
        Part.CARGO: application.cargo is not None,
        Part.WINDOW: application.first_day is not None and application.last_day is not None,
        Part.VEHICLES: bool(application.vehicles),
    }
    return tuple(part for part, is_known in found.items() if not is_known)


def without_driver(application: Application) -> list[ApplicationVehicle]:
    """Return the vehicles of an application in which nobody drives."""
    return [i for i in application.vehicles if not any(entry.member.role is Role.DRIVER for entry in i.crew)]


def usual_window(today: date) -> tuple[date, date]:
    """Return the days that a new application begins with."""
    return today, today + timedelta(days=USUAL_DAYS - 1)


def create_draft(session: Session, actor: User, draft: ApplicationDraft, now: datetime) -> Application:
    """Keep a new application of the actor's organisation, not sent yet.

    Raises:
        ApplicationError: a vehicle or person is not the carrier's (`not_own`), or a count is out of range.
        passes.areas.services.AreaUnknownError: the route names an unknown division.
    """
    application = Application(
        reference=_new_reference(session, now),
        carrier=actor.organisation,
        state=ApplicationState.DRAFT,
        created_at=now,
        created_by_id=actor.id,
    )
    _write_trip(session, application, draft)
    if len({item.vehicle_id for item in draft.vehicles}) != len(draft.vehicles):
        raise ApplicationError("vehicle_twice", "a vehicle stands twice in the application")
    for item in draft.vehicles:
        _add_vehicle(session, application, item.vehicle_id, item.crew_ids)
    session.add(application)
    audit.record(session, actor, "applications.create", application, {"reference": application.reference}, now)
    return application


def _new_reference(session: Session, now: datetime) -> str:
    day = local_date(now)
    while True:
        letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(_REFERENCE_CHARS))
        reference = f"HS-{day:%y%m%d}-{letters}"
        if session.scalar(sa.select(Application.id).where(Application.reference == reference)) is None:
            return reference


def change_trip(session: Session, actor: User, application: Application, trip: Trip, now: datetime) -> None:
    """Replace where an unsent or returned application goes, with what, and when.

    Raises:
        ApplicationError: it is sent or decided (`not_editable`), or a count is out of range (`count`).
        passes.areas.services.AreaUnknownError: the route names an unknown division.
    """
    _require_editable(session, application)
    application.stops.clear()
    session.flush()
    _write_trip(session, application, trip)
    _record_change(session, actor, application, now)


def choose_vehicles(
    session: Session, actor: User, application: Application, vehicle_ids: Sequence[int], now: datetime
) -> None:
    """Make these the vehicles of an unsent or returned application.

    Those that it has already keep their crew; new ones get the people who usually go with them and are not in another
    vehicle of the application.

    Raises:
        ApplicationError: it is sent or decided (`not_editable`), a vehicle is not the carrier's (`not_own`), or there
            are too many (`count`).
    """
    _require_editable(session, application)
    wanted = dict.fromkeys(vehicle_ids)
    application.vehicles = [item for item in application.vehicles if item.vehicle_id in wanted]
    session.flush()
    known = {item.vehicle_id for item in application.vehicles}
    seated = {entry.crew_member_id for item in application.vehicles for entry in item.crew}
    usual = usual_crew(session, application.carrier)
    for vehicle_id in wanted:
        if vehicle_id not in known:
            crew = [member.id for member in usual.get(vehicle_id, ()) if member.id not in seated]
            _add_vehicle(session, application, vehicle_id, tuple(crew[:MAX_CREW]))
    _record_change(session, actor, application, now)


def assign_crew(
    session: Session,
    actor: User,
    application: Application,
    item: ApplicationVehicle,
    crew_ids: Collection[int],
    now: datetime,
) -> None:
    """Say who goes with one vehicle, drivers first; who was in another vehicle of the application leaves that one.

    Raises:
        ApplicationError: the application is sent or decided (`not_editable`), the vehicle is not in it any more
            (`vehicle_unknown`), a person is not the carrier's (`not_own`), or there are more than eight (`crew_count`).
    """
    _require_editable(session, application)
    if item not in application.vehicles:
        raise ApplicationError("vehicle_unknown", "a colleague took the vehicle out of the application")
    crew = _crew(session, application, tuple(crew_ids))
    chosen = {member.id for member in crew}
    for other in application.vehicles:
        if other is not item:
            _seat(session, other, [entry.member for entry in other.crew if entry.crew_member_id not in chosen])
    _seat(session, item, sorted(crew, key=lambda member: (member.role is not Role.DRIVER, member.id)))
    _record_change(session, actor, application, now)


def copy_application(session: Session, actor: User, application: Application, now: datetime) -> Application:
    """Make a new draft that asks for the same again, for as many days, from the day after the last one asked for.

    Vehicles and people who left the carrier's lists since are left out.
    """
    first, last = usual_window(local_date(now))
    if application.first_day is not None and application.last_day is not None:
        first = max(first, application.last_day + timedelta(days=1))
        last = first + (application.last_day - application.first_day)
    vehicles = tuple(
        CrewedVehicle(i.vehicle_id, tuple(e.crew_member_id for e in i.crew if e.member.retired_at is None))
        for i in application.vehicles
        if i.vehicle.retired_at is None
    )
    draft = ApplicationDraft(
        route=tuple(stop.area_code for stop in application.stops),
        cargo=CargoClass(application.cargo) if application.cargo is not None else None,
        first_day=first,
        last_day=last,
        vehicles=vehicles,
    )
    return create_draft(session, actor, draft, now)


def _require_editable(session: Session, application: Application) -> None:
    """Keep an application as it is now: nobody sends it while it is changed."""
    lock(session, application)
    if application.state not in EDITABLE:
        raise ApplicationError("not_editable", f"an application that is {application.state} cannot be changed")


def _record_change(session: Session, actor: User, application: Application, now: datetime) -> None:
    audit.record(session, actor, "applications.change", application, {"reference": application.reference}, now)


def _write_trip(session: Session, application: Application, trip: Trip) -> None:
    if not 1 < len(trip.route) <= MAX_STOPS:
        raise ApplicationError("count", "a route leads from somewhere to somewhere, with a few stops")
    application.cargo = None if trip.cargo is None else int(trip.cargo)
    application.first_day, application.last_day = trip.first_day, trip.last_day
    application.stops = [
        ApplicationStop(position=position, area_code=get_area(session, code).code if code else None)
        for position, code in enumerate(trip.route)
    ]


def _crew(session: Session, application: Application, crew_ids: tuple[int, ...]) -> list[CrewMember]:
    if len(set(crew_ids)) != len(crew_ids) or len(crew_ids) > MAX_CREW:
        raise ApplicationError("crew_count", "a vehicle has up to eight people, each once")
    found = [find_crew_member(session, application.carrier, member_id) for member_id in crew_ids]
    crew = [member for member in found if member is not None]
    if len(crew) != len(crew_ids):
        raise ApplicationError("not_own", "a person is not in the carrier's list")
    return crew


def _add_vehicle(session: Session, application: Application, vehicle_id: int, crew_ids: tuple[int, ...]) -> None:
    vehicle = find_vehicle(session, application.carrier, vehicle_id)
    if vehicle is None:
        raise ApplicationError("not_own", "a vehicle is not in the carrier's list")
    if len(application.vehicles) == MAX_VEHICLES:
        raise ApplicationError("count", f"an application has at most {MAX_VEHICLES} vehicles")
    crew = _crew(session, application, crew_ids)
    position = max((item.position for item in application.vehicles), default=-1) + 1
    item = ApplicationVehicle(vehicle=vehicle, position=position, decision=Decision.PENDING)
    item.crew = [ApplicationCrew(position=seat, member=member) for seat, member in enumerate(crew)]
    application.vehicles.append(item)


def _seat(session: Session, item: ApplicationVehicle, crew: Sequence[CrewMember]) -> None:
    if [entry.member for entry in item.crew] == list(crew):
        return
    item.crew.clear()
    session.flush()
    item.crew = [ApplicationCrew(position=seat, member=member) for seat, member in enumerate(crew)]
