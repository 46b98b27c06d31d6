"""Looking applications up: a carrier's own, and the authority's queue with its promise."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.services import organisations_named
from passes.applications.models import Application, ApplicationState, ApplicationVehicle
from passes.applications.transitions import EDITABLE
from passes.fleet.models import Vehicle

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation


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


class CheckSummary(enum.StrEnum):
    """What the automatic checks came to when an application was sent."""

    CLEAN = "clean"
    UNKNOWN = "unknown"
    FAILED = "failed"


class Urgency(enum.StrEnum):
    """How near the promise of an application is."""

    LATE = "late"
    SOON = "soon"


_REFERENCE = re.compile(r"(HS-?|\d{6}-)?[\dA-Z-]{0,12}")
SOON = timedelta(hours=6)
"""From this much time left on an application is urgent."""


@dataclass(frozen=True)
class QueueFilter:
    """What the queue is narrowed to.

    Args:
        text: part of a reference, of a carrier's name, or of a plate.
        checks: what the automatic checks came to.
        urgency: how near the promise is.
        cargo: a cargo class.
    """

    text: str = ""
    checks: CheckSummary | None = None
    urgency: Urgency | None = None
    cargo: int | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out."""
        return self != QueueFilter()


def waiting(
    wanted: QueueFilter | None = None, promised: timedelta = timedelta(), now: datetime | None = None
) -> sa.Select[tuple[Application]]:
    """Return a statement for the applications that wait for a decision, oldest first.

    Args:
        wanted: what it is narrowed to; nothing when None.
        promised: how long the authority promised to take; needed to filter by urgency.
        now: needed to filter by urgency.
    """
    wanted = wanted or QueueFilter()
    statement = sa.select(Application).where(Application.state == ApplicationState.SUBMITTED)
    if wanted.checks is CheckSummary.FAILED:
        statement = statement.where(Application.failed_checks > 0)
    elif wanted.checks is CheckSummary.UNKNOWN:
        statement = statement.where(Application.failed_checks == 0, Application.unknown_checks > 0)
    elif wanted.checks is CheckSummary.CLEAN:
        statement = statement.where(Application.failed_checks == 0, Application.unknown_checks == 0)
    if wanted.urgency is not None and now is not None:
        margin = timedelta() if wanted.urgency is Urgency.LATE else SOON
        statement = statement.where(Application.submitted_at < now - promised + margin)
    if wanted.cargo is not None:
        statement = statement.where(Application.cargo == wanted.cargo)
    if text := wanted.text.strip():
        statement = statement.where(_says(text))
    return statement.order_by(Application.submitted_at, Application.id)


def _says(text: str) -> sa.ColumnElement[bool]:
    """Return the condition that an application's reference, carrier or one of its plates holds a text.

    Carriers and vehicles are few beside applications: they are looked through first, once.
    """
    found: list[sa.ColumnElement[bool]] = [Application.carrier_id.in_(organisations_named(text))]
    if _REFERENCE.fullmatch(text.upper()):
        found.append(Application.reference.contains(text.upper(), autoescape=True))
    if plate := "".join(c for c in text.upper() if c.isalnum()):
        vehicles = sa.select(Vehicle.id).where(Vehicle.plate.contains(plate, autoescape=True))
        found.append(
            Application.id.in_(
                sa.select(ApplicationVehicle.application_id).where(ApplicationVehicle.vehicle_id.in_(vehicles))
            )
        )
    return sa.or_(*found)


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
