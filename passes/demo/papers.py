"""The carriers' and the authority's part of the story: applications in, approvals, and what the printer gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.applications.drafts import ApplicationDraft, CrewedVehicle, create_draft
from passes.applications.services import approve, submit
from passes.fleet.services import CrewDraft, change_crew_member, crew_of, vehicles_of
from passes.issuing.models import VehiclePass
from protocol.claims import CargoClass
from protocol.plates import format_plate

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.demo.seed import Cast


@dataclass(frozen=True)
class Trip:
    """One application of the story.

    Args:
        carrier: index of the carrier in the demo.
        plate: as formatted.
        crew: names on board, the driver first.
        route: area codes.
        first_day: first local day.
        last_day: last local day.
    """

    carrier: int
    plate: str
    crew: tuple[str, ...]
    route: tuple[str, ...]
    first_day: date
    last_day: date


def apply_for(session: Session, cast: Cast, trip: Trip, issuer_id: str, now: datetime) -> VehiclePass:
    """Apply for a trip and approve it, as carrier and reviewer do; returns the pass, not signed yet."""
    actor = cast.carriers[trip.carrier]
    carrier = actor.organisation
    vehicle = next(v for v in vehicles_of(session, carrier) if format_plate(v.plate) == trip.plate)
    members = {member.person.name: member.id for member in crew_of(session, carrier)}
    draft = ApplicationDraft(
        vehicles=(CrewedVehicle(vehicle.id, tuple(members[name] for name in trip.crew)),),
        route=trip.route,
        cargo=CargoClass.FOOD,
        first_day=trip.first_day,
        last_day=trip.last_day,
    )
    application = create_draft(session, actor, draft, now)
    submit(session, actor, application, now)
    return approve(session, cast.reviewer, application, issuer_id, now)[0]


def set_test_expiry(session: Session, actor: User, name: str, expires_at: datetime, now: datetime) -> None:
    """Write down until when the last test of one of the actor's crew holds."""
    member = next(m for m in crew_of(session, actor.organisation) if m.person.name == name)
    draft = CrewDraft(
        id_number=member.person.id_number or "",
        name=name,
        phone=member.person.phone or "",
        residence_code=member.person.residence_code or "",
        role=member.role,
        licence_class=member.licence_class,
        licence_expires_on=member.licence_expires_on,
        test_expires_at=expires_at,
    )
    change_crew_member(session, actor, member, draft, now)


def signed_pass(session: Session, pass_id: int) -> VehiclePass | None:
    """Return a pass once the worker has signed it, else None."""
    session.expire_all()
    return session.scalar(sa.select(VehiclePass).where(VehiclePass.id == pass_id, VehiclePass.signed_at.is_not(None)))
