"""Which vehicles and people of an application other applications already claim for the same days."""

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
from passes.batches import in_batches
from passes.fleet.models import CrewMember, Vehicle
from passes.issuing.register import holding_items, rides_by_slips

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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


@dataclass(frozen=True)
class Bookings:
    """The claims of other applications, of any carrier, to what one application asks for.

    Args:
        vehicles: by plate.
        people: by person id.
    """

    vehicles: Mapping[str, Booking]
    people: Mapping[int, Booking]


def bookings_of(session: Session, applications: Collection[Application]) -> dict[int, Bookings]:
    """Return who else claims what these applications ask for, by their row ids."""
    if not applications:
        return {}
    plates = {item.vehicle.plate for application in applications for item in application.vehicles}
    people = {entry.member.person_id for a in applications for item in a.vehicles for entry in item.crew}
    claims = _claims(applications)
    vehicle_claims = _rows(session, claims.join(ApplicationVehicle.vehicle), Vehicle.plate, plates)
    crew_claims = _rows(
        session,
        claims.join(ApplicationCrew, ApplicationCrew.application_vehicle_id == ApplicationVehicle.id).join(
            CrewMember, CrewMember.id == ApplicationCrew.crew_member_id
        ),
        CrewMember.person_id,
        people,
    )
    _follow_slips(session, claims, crew_claims, people)
    return {a.id: Bookings(_first_claims(a, vehicle_claims), _first_claims(a, crew_claims)) for a in applications}


def _claims(applications: Collection[Application]) -> sa.Select[Any]:
    """Select the vehicles of all applications that claim a day from the first to the last of these applications'."""
    return (
        sa.select(
            ApplicationVehicle.id,
            Application.id.label("application_id"),
            Application.reference,
            Application.carrier_id,
            Application.state,
            Application.first_day,
            Application.last_day,
        )
        .join(Application, Application.id == ApplicationVehicle.application_id)
        .where(
            Application.state.in_(_CLAIMING),
            ApplicationVehicle.decision != Decision.REFUSED,
            Application.first_day <= max(application.last_day for application in applications),
            Application.last_day >= min(application.first_day for application in applications),
        )
        .order_by(Application.id)
    )


def _rows(session: Session, statement: sa.Select[Any], key: Any, wanted: Collection[Any]) -> dict[Any, list[Any]]:
    """Return the claims that hold, by what is claimed, oldest application first."""
    statement = statement.add_columns(key.label("key"))
    rows = [row for batch in in_batches(wanted) for row in session.execute(statement.where(key.in_(batch)))]
    holding = holding_items(session, [row.id for row in rows])
    found: dict[Any, list[Any]] = {}
    for row in rows:
        if row.state is ApplicationState.APPROVED and row.id not in holding:
            continue  # its pass was revoked: the vehicle and the people are free again
        found.setdefault(row.key, []).append(row)
    return found


def _follow_slips(
    session: Session, claims: sa.Select[Any], found: dict[Any, list[Any]], people: Collection[int]
) -> None:
    """Free whom a slip took off a pass, and book whom one put on another."""
    rides = rides_by_slips(session, people)
    joined = {item for items in rides.values() for item, is_riding in items.items() if is_riding}
    rows = {
        row.id: row
        for batch in in_batches(joined)
        for row in session.execute(claims.where(ApplicationVehicle.id.in_(batch)))
    }
    for person, items in rides.items():
        kept = {row.id: row for row in found.get(person, ()) if items.get(row.id, True)}
        kept |= {item: rows[item] for item, is_riding in items.items() if is_riding and item in rows}
        found[person] = sorted(kept.values(), key=lambda row: row.application_id)


def _first_claims(application: Application, claims: Mapping[Any, list[Any]]) -> dict[Any, Booking]:
    """Return the first claim of another application to each thing that shares a day with this one."""
    found: dict[Any, Booking] = {}
    for key, rows in claims.items():
        for row in rows:
            is_other = row.application_id != application.id
            if is_other and row.first_day <= application.last_day and row.last_day >= application.first_day:
                found[key] = Booking(row.reference, is_own=row.carrier_id == application.carrier_id)
                break
    return found
