"""Passes that end soon: which they are, and asking for them again with one act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.applications.checks import run_checks
from passes.applications.drafts import ApplicationDraft, CrewedVehicle, create_draft, usual_window
from passes.applications.models import Application, ApplicationState, ApplicationVehicle
from passes.applications.sending import send
from passes.applications.services import drop_blocked
from passes.fleet.models import Vehicle
from passes.issuing.models import PassStatus, VehiclePass
from passes.local_time import local_date
from protocol.claims import CargoClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation, User
    from passes.applications.sending import SendingRules

HORIZONS_DAYS = (1, 3, 7)
_UNDERWAY = (ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.RETURNED)


@dataclass(frozen=True)
class Expiring:
    """Passes that end within so many days, and not within fewer of the other horizons."""

    days: int
    passes: tuple[VehiclePass, ...]


@dataclass
class Renewal:
    """What a renewal came to.

    Args:
        approved: applications that policy approved at once.
        sent: applications that went to a reviewer.
        unfinished: drafts that could not be sent as they are.
        left_out: vehicles for which no pass could be made.
    """

    approved: list[Application] = field(default_factory=list)
    sent: list[Application] = field(default_factory=list)
    unfinished: list[Application] = field(default_factory=list)
    left_out: list[Vehicle] = field(default_factory=list)


def expiring_passes(session: Session, carrier: Organisation, now: datetime) -> list[Expiring]:
    """Return the carrier's passes that end within 1, 3 and 7 days and have no successor yet, asked for or issued."""
    open_passes = passes_to_renew(session, carrier, now + timedelta(days=HORIZONS_DAYS[-1]), now)
    groups, start = [], now
    for days in HORIZONS_DAYS:
        end = now + timedelta(days=days)
        groups.append(Expiring(days, tuple(one for one in open_passes if start < one.expires_at <= end)))
        start = end
    return [group for group in groups if group.passes]


def passes_to_renew(session: Session, carrier: Organisation, until: datetime, now: datetime) -> list[VehiclePass]:
    """Return the carrier's passes that end until a moment and have no successor yet, those that end first in front."""
    passes = session.scalars(
        sa.select(VehiclePass)
        .where(
            VehiclePass.carrier_id == carrier.id,
            VehiclePass.status == PassStatus.VALID,
            VehiclePass.expires_at > now,
            VehiclePass.expires_at <= until,
        )
        .order_by(VehiclePass.expires_at, VehiclePass.plate)
    ).all()
    asked = _asked_for_again(session, carrier)
    last = _last_ends(session, carrier, now)
    return [
        one
        for one in passes
        if last[one.plate] <= one.expires_at
        and asked.get(one.plate, date.min) < local_date(one.expires_at)
        and one.application_vehicle.vehicle.retired_at is None
    ]


def _last_ends(session: Session, carrier: Organisation, now: datetime) -> dict[str, datetime]:
    """Return when the last of the carrier's passes for each plate ends."""
    rows = session.execute(
        sa.select(VehiclePass.plate, sa.func.max(VehiclePass.expires_at))
        .where(
            VehiclePass.carrier_id == carrier.id, VehiclePass.status == PassStatus.VALID, VehiclePass.expires_at > now
        )
        .group_by(VehiclePass.plate)
    )
    return dict(rows.all())


def _asked_for_again(session: Session, carrier: Organisation) -> dict[str, date]:
    """Return until which day each plate is asked for in an application that is underway."""
    rows = session.execute(
        sa.select(Vehicle.plate, sa.func.max(Application.last_day))
        .join(ApplicationVehicle, ApplicationVehicle.vehicle_id == Vehicle.id)
        .join(ApplicationVehicle.application)
        .where(
            Application.carrier_id == carrier.id, Application.state.in_(_UNDERWAY), Application.last_day.is_not(None)
        )
        .group_by(Vehicle.plate)
    )
    return dict(rows.all())


def renew(session: Session, actor: User, passes: Sequence[VehiclePass], rules: SendingRules, now: datetime) -> Renewal:
    """Ask for passes again, for as many days as before, from the day after; one application for each earlier one.

    Vehicles for which no pass could be made are left out and named; what can be sent is sent.

    Raises:
        passes.issuing.services.IssuingError: a pass cannot be made.
    """
    done = Renewal()
    for items in _by_application(passes):
        application = create_draft(session, actor, _draft(items, now), now)
        session.flush()
        report = run_checks(session, application, now)
        if report.is_blocked and not all(vehicle.is_blocked for vehicle in report.vehicles):
            done.left_out += drop_blocked(session, actor, application, now)
            report = run_checks(session, application, now)
        if report.is_blocked:
            done.unfinished.append(application)
        elif send(session, actor, application, rules, now):
            done.approved.append(application)
        else:
            done.sent.append(application)
    return done


def _by_application(passes: Iterable[VehiclePass]) -> list[list[VehiclePass]]:
    groups: dict[tuple[int, date], list[VehiclePass]] = {}
    for one in passes:
        key = (one.application_vehicle.application_id, local_date(one.expires_at))
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _draft(passes: Sequence[VehiclePass], now: datetime) -> ApplicationDraft:
    earlier = passes[0].application_vehicle.application
    first, last = usual_window(local_date(now))
    first = max(first, local_date(passes[0].expires_at))  # an exclusive midnight: the day after the last one
    days = earlier.last_day - earlier.first_day if earlier.first_day and earlier.last_day else last - first
    return ApplicationDraft(
        route=earlier.route,
        cargo=None if earlier.cargo is None else CargoClass(earlier.cargo),
        first_day=first,
        last_day=first + days,
        vehicles=tuple(
            CrewedVehicle(
                one.application_vehicle.vehicle_id,
                tuple(e.crew_member_id for e in one.application_vehicle.crew if e.member.retired_at is None),
            )
            for one in passes
        ),
    )
