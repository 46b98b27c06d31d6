"""Applications: drafting, and the guarded transitions from sending to decision."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.checks import CheckOutcome, CheckReport, run_checks
from passes.applications.decisions import approve, decide, reject, send_back
from passes.applications.models import (
    Application,
    ApplicationCrew,
    ApplicationState,
    ApplicationStop,
    ApplicationVehicle,
    Decision,
)
from passes.applications.transitions import EDITABLE, TRANSITIONS, Act, ApplicationError, TransitionError, move
from passes.areas.services import get_area
from passes.fleet.services import find_crew_member, find_vehicle
from passes.local_time import local_date

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation, User
    from protocol.claims import CargoClass

__all__ = [
    "ApplicationDraft",
    "ApplicationError",
    "CrewedVehicle",
    "approve",
    "change_draft",
    "create_draft",
    "decide",
    "reject",
    "send_back",
    "submit",
    "withdraw",
]

MAX_VEHICLES = 200
MAX_CREW = 8
MAX_STOPS = 12
REFERENCE_LETTERS = "23456789CFGHJKLMNPQRTVWX"
"""Of letters and digits that look alike, only one; no vowels, so that no word comes out."""
_REFERENCE_CHARS = 5


@dataclass(frozen=True)
class CrewedVehicle:
    """One vehicle of a draft and who is in it, by row ids; the order of the crew is that of the pass."""

    vehicle_id: int
    crew_ids: tuple[int, ...]


@dataclass(frozen=True)
class ApplicationDraft:
    """What a carrier asks for.

    Args:
        vehicles: at least one, each with its crew.
        route: area codes: origin, stops in order, destination.
        cargo: what is carried.
        first_day: first local day of the window.
        last_day: its last day, included.
    """

    vehicles: tuple[CrewedVehicle, ...]
    route: tuple[str, ...]
    cargo: CargoClass
    first_day: date
    last_day: date


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
    _write(session, application, draft)
    session.add(application)
    audit.record(session, actor, "applications.create", application, {"reference": application.reference}, now)
    return application


def change_draft(
    session: Session, actor: User, application: Application, draft: ApplicationDraft, now: datetime
) -> None:
    """Replace what an unsent or returned application says.

    Raises:
        ApplicationError: it is sent or decided (`not_editable`), or as `create_draft` says.
        passes.areas.services.AreaUnknownError: the route names an unknown division.
    """
    if application.state not in EDITABLE:
        raise ApplicationError("not_editable", f"an application that is {application.state} cannot be changed")
    application.vehicles.clear()
    application.stops.clear()
    session.flush()
    _write(session, application, draft)
    audit.record(session, actor, "applications.change", application, {"reference": application.reference}, now)


def _new_reference(session: Session, now: datetime) -> str:
    day = local_date(now)
    while True:
        letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(_REFERENCE_CHARS))
        reference = f"HS-{day:%y%m%d}-{letters}"
        if session.scalar(sa.select(Application.id).where(Application.reference == reference)) is None:
            return reference


def _write(session: Session, application: Application, draft: ApplicationDraft) -> None:
    if not 0 < len(draft.vehicles) <= MAX_VEHICLES or not 1 < len(draft.route) <= MAX_STOPS:
        raise ApplicationError("count", "an application has vehicles, and a route from somewhere to somewhere")
    if len({item.vehicle_id for item in draft.vehicles}) != len(draft.vehicles):
        raise ApplicationError("vehicle_twice", "a vehicle stands twice in the application")
    application.cargo = int(draft.cargo)
    application.first_day, application.last_day = draft.first_day, draft.last_day
    application.stops = [
        ApplicationStop(position=position, area_code=get_area(session, code).code)
        for position, code in enumerate(draft.route)
    ]
    application.vehicles = [
        _crewed_vehicle(session, application.carrier, position, item) for position, item in enumerate(draft.vehicles)
    ]


def _crewed_vehicle(
    session: Session, carrier: Organisation, position: int, wanted: CrewedVehicle
) -> ApplicationVehicle:
    vehicle = find_vehicle(session, carrier, wanted.vehicle_id)
    crew = [find_crew_member(session, carrier, member_id) for member_id in wanted.crew_ids]
    if vehicle is None or None in crew:
        raise ApplicationError("not_own", "a vehicle or person is not in the carrier's list")
    if not 0 < len(set(wanted.crew_ids)) == len(wanted.crew_ids) <= MAX_CREW:
        raise ApplicationError("crew_count", "a vehicle has one to eight people, each once")
    return ApplicationVehicle(
        vehicle=vehicle,
        position=position,
        decision=Decision.PENDING,
        crew=[ApplicationCrew(position=seat, member=member) for seat, member in enumerate(crew)],
    )


def submit(session: Session, actor: User, application: Application, now: datetime) -> CheckReport:
    """Send an application to the authority. A returned one keeps its place in the queue.

    Returns:
        What the automatic checks found; failures that do not block go to the reviewer.

    Raises:
        TransitionError: it is sent or decided already.
        ApplicationError: a check says that no pass could be made (`blocked`).
    """
    if application.state not in TRANSITIONS[Act.SUBMIT].sources:
        raise TransitionError(Act.SUBMIT, application.state)
    report = run_checks(session, application, now)
    if report.is_blocked:
        raise ApplicationError("blocked", "an automatic check says that no pass could be made")
    move(session, actor, application, Act.SUBMIT, now)
    application.submitted_at = application.submitted_at or now
    application.decided_at = application.decided_by_id = application.note = None
    application.failed_checks = report.count(CheckOutcome.FAIL)
    application.unknown_checks = report.count(CheckOutcome.UNKNOWN)
    return report


def withdraw(session: Session, actor: User, application: Application, now: datetime) -> None:
    """Take an application back before it is decided.

    Raises:
        TransitionError: it is decided or withdrawn already.
    """
    move(session, actor, application, Act.WITHDRAW, now)
