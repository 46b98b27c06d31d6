"""Adding somebody who passed no post: a district heard where they were, and follows them up like everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import OrganisationKind
from passes.areas.services import district_of, get_area
from passes.followup.access_rules import FollowUpError
from passes.followup.models import FollowUp, FollowUpStatus, StaySource, StayStatement
from passes.followup.refreshing import refresh_people
from passes.movement.reported import report_movement
from passes.movement.turns import take_turn
from passes.names import tidy
from passes.people.services import keep_person

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.people.models import Person


@dataclass(frozen=True)
class Report:
    """What a district was told of a person.

    Args:
        id_number: normalised ID number.
        name: full name.
        phone: E.164.
        stay: ward where they stay now.
        area: where they were: a ward, district or province.
        at: when.
        site: the freight point, where it was one.
        plate: normalised; of the vehicle they rode in.
    """

    id_number: str
    name: str
    phone: str | None
    stay: str
    area: str
    at: datetime
    site: str | None = None
    plate: str | None = None


def report_person(session: Session, actor: User, report: Report, now: datetime) -> tuple[Person, list[FollowUp]]:
    """Keep where somebody was and where they stay; return them and the follow-ups that this leads to.

    Args:
        session: the caller's transaction.
        actor: whose office was told.
        report: what it was told.
        now: when.

    Raises:
        FollowUpError: it lies in the future, or the person stays in another district.
        passes.areas.services.AreaUnknownError: there is no such area.
    """
    for code in (report.stay, report.area):
        get_area(session, code)
    if report.at > now:
        raise FollowUpError("in_future", "nobody was anywhere in the future")
    office = actor.organisation
    if office.kind is not OrganisationKind.HEALTH and district_of(session, report.stay) != office.area_code:
        raise FollowUpError("stay_elsewhere", f"{report.stay} lies in another district")
    take_turn(session)
    person = keep_person(session, id_number=report.id_number, name=tidy(report.name), phone=report.phone, now=now)
    session.add(StayStatement(person_id=person.id, at=now, source=StaySource.STAFF, area_code=report.stay))
    session.flush()
    report_movement(
        session, person.id, area=report.area, at=report.at, site_id=report.site, plate=report.plate, now=now
    )
    refresh_people(session, [person.id], now)
    audit.record(session, actor, "followups.report", person, {"area": report.area, "stay": report.stay}, now)
    rows = session.scalars(
        sa.select(FollowUp).where(FollowUp.person_id == person.id, FollowUp.status == FollowUpStatus.FOLLOW_UP)
    )
    return person, list(rows)
