"""Papers of vehicles and crew that end soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from passes.fleet.services import crew_of, vehicles_of
from passes.local_time import local_date

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation
    from passes.fleet.models import CrewMember, Vehicle


@dataclass(frozen=True)
class ExpiringPapers:
    """Whose papers end within some days, or ended, those that end first in front.

    Args:
        inspections: vehicles.
        licences: drivers.
        tests: people whose test ends within a day.
    """

    inspections: tuple[Vehicle, ...]
    licences: tuple[CrewMember, ...]
    tests: tuple[CrewMember, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing ends."""
        return not (self.inspections or self.licences or self.tests)


def expiring_papers(session: Session, carrier: Organisation, days: int, now: datetime) -> ExpiringPapers:
    """Return which papers of a carrier's fleet end within `days` days, tests within one."""
    last_day, tomorrow = local_date(now + timedelta(days=days)), now + timedelta(days=1)
    crew = crew_of(session, carrier)
    vehicles = [v for v in vehicles_of(session, carrier) if v.inspection_expires_on <= last_day]
    licences = [(m.licence_expires_on, m) for m in crew if m.licence_expires_on and m.licence_expires_on <= last_day]
    tests = [(m.test_expires_at, m) for m in crew if m.test_expires_at and m.test_expires_at <= tomorrow]
    # Whose papers end together stay in the order of their lists.
    return ExpiringPapers(
        inspections=tuple(sorted(vehicles, key=lambda vehicle: vehicle.inspection_expires_on)),
        licences=tuple(member for _, member in sorted(licences, key=lambda licence: licence[0])),
        tests=tuple(member for _, member in sorted(tests, key=lambda test: test[0])),
    )
