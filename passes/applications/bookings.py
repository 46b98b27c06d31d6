"""Which vehicles and people other applications already claim for days of this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes.applications.models import (
    Application,
    ApplicationCrew,
    ApplicationState,
    ApplicationVehicle,
    Decision,
)
from passes.fleet.models import CrewMember, Vehicle
from passes.issuing.register import holding_items

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_CLAIMING = (ApplicationState.SUBMITTED, ApplicationState.APPROVED)


@dataclass(frozen=True)
class Booking:
    """Another claim to the same vehicle or person.

    Args:
        reference: of the application that claims it.
        is_own: whether it is the same carrier's; another carrier's reference is shown to reviewers only.
    """

    reference: str
    is_own: bool


def vehicle_bookings(session: Session, application: Application) -> dict[str, Booking]:
    """Return the claims of other applications, of any carrier, to this application's vehicles, by plate."""
    plates = {item.vehicle.plate for item in application.vehicles}
    statement = _claims(application).join(ApplicationVehicle.vehicle).where(Vehicle.plate.in_(plates))
    return _first_claims(session, application, statement.add_columns(Vehicle.plate.label("key")))


def crew_bookings(session: Session, application: Application) -> dict[int, Booking]:
    """Return the claims of other applications, of any carrier, to this application's people, by person id."""
    people = {entry.member.person_id for item in application.vehicles for entry in item.crew}
    statement = (
        _claims(application)
        .join(ApplicationCrew, ApplicationCrew.application_vehicle_id == ApplicationVehicle.id)
        .join(CrewMember, CrewMember.id == ApplicationCrew.crew_member_id)
        .where(CrewMember.person_id.in_(people))
    )
    return _first_claims(session, application, statement.add_columns(CrewMember.person_id.label("key")))


def _claims(application: Application) -> sa.Select[Any]:
    """Select vehicles of other applications whose window shares a day with this one's."""
    return (
        sa.select(ApplicationVehicle.id, Application.reference, Application.carrier_id, Application.state)
        .join(Application, Application.id == ApplicationVehicle.application_id)
        .where(
            Application.id != application.id,
            Application.state.in_(_CLAIMING),
            ApplicationVehicle.decision != Decision.REFUSED,
            Application.first_day <= application.last_day,
            Application.last_day >= application.first_day,
        )
        .order_by(Application.id)
    )


def _first_claims(session: Session, application: Application, statement: sa.Select[Any]) -> dict[Any, Booking]:
    rows = session.execute(statement).all()
    holding = holding_items(session, [row.id for row in rows])
    found: dict[Any, Booking] = {}
    for row in rows:
        if row.state is ApplicationState.APPROVED and row.id not in holding:
            continue  # its pass was revoked: the vehicle and the people are free again
        found.setdefault(row.key, Booking(row.reference, is_own=row.carrier_id == application.carrier_id))
    return found
