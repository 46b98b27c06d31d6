"""Looking applications up: a carrier's own, and the authority's queue with its promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.models import Organisation
from passes.applications.models import Application, ApplicationState, ApplicationVehicle
from passes.applications.transitions import EDITABLE
from passes.fleet.models import Vehicle

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Promise:
    """Until when the authority promised to decide an application.

    Args:
        due: the promised moment, aware.
        left: how long until then; negative when it has passed.
    """

    due: datetime
    left: timedelta

    @property
    def hours_left(self) -> int:
        """Whole hours left; negative hours when it has passed."""
        hours = abs(self.left) // timedelta(hours=1)
        return hours if self.left >= timedelta() else -hours

    @property
    def is_late(self) -> bool:
        """Whether the promise is broken."""
        return self.left < timedelta()


def promise_of(application: Application, promised: timedelta, now: datetime) -> Promise:
    """Return the promise for an application that was sent.

    Raises:
        ValueError: it was never sent.
    """
    if application.submitted_at is None:
        raise ValueError("nothing is promised for an application that was not sent")
    due = application.submitted_at + promised
    return Promise(due, due - now)


def find_application(session: Session, reference: str, carrier: Organisation | None = None) -> Application | None:
    """Return the application with this reference, or None; with `carrier`, only one of that carrier's."""
    statement = sa.select(Application).where(Application.reference == reference.strip().upper())
    if carrier is not None:
        statement = statement.where(Application.carrier_id == carrier.id)
    return session.scalar(statement)


def applications_of(carrier: Organisation, state: ApplicationState | None = None) -> sa.Select[tuple[Application]]:
    """Return a statement for a carrier's applications, newest first."""
    statement = sa.select(Application).where(Application.carrier_id == carrier.id)
    if state is not None:
        statement = statement.where(Application.state == state)
    return statement.order_by(Application.created_at.desc(), Application.id.desc())


def waiting(query: str = "") -> sa.Select[tuple[Application]]:
    """Return a statement for the applications that wait for a decision, oldest first.

    Args:
        query: part of a reference, of a carrier's name, or of a plate.
    """
    statement = sa.select(Application).where(Application.state == ApplicationState.SUBMITTED)
    if text := query.strip():
        plate = "".join(c for c in text.upper() if c.isalnum())
        has_plate = (
            sa.select(ApplicationVehicle.id)
            .join(Vehicle, Vehicle.id == ApplicationVehicle.vehicle_id)
            .where(ApplicationVehicle.application_id == Application.id, Vehicle.plate.contains(plate, autoescape=True))
            .exists()
        )
        statement = statement.join(Organisation, Organisation.id == Application.carrier_id).where(
            sa.or_(
                Application.reference.contains(text.upper(), autoescape=True),
                Organisation.name.contains(text, autoescape=True),
                Organisation.short_name.contains(text, autoescape=True),
                has_plate if plate else sa.false(),
            )
        )
    return statement.order_by(Application.submitted_at, Application.id)


def count_ahead(session: Session, application: Application) -> int:
    """Return how many applications wait in front of this one."""
    return _count(
        session,
        Application.state == ApplicationState.SUBMITTED,
        Application.id != application.id,
        sa.tuple_(Application.submitted_at, Application.id) < (application.submitted_at, application.id),
    )


def count_waiting(session: Session) -> int:
    """Return how many applications wait for a decision."""
    return _count(session, Application.state == ApplicationState.SUBMITTED)


def count_unsent(session: Session, carrier: Organisation) -> int:
    """Return how many applications of a carrier wait for itself: not sent yet, or returned."""
    return _count(session, Application.carrier_id == carrier.id, Application.state.in_(EDITABLE))


def _count(session: Session, *conditions: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Application).where(*conditions)) or 0
