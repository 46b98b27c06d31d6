"""People on a district's list, made without stations: movements in a zone, and where they stay."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from passes import jobs
from passes.followup.models import FollowUp, StaySource, StayStatement
from passes.local_time import start_of_day
from passes.movement.models import Movement, MovementSource
from passes.movement.services import ZoneDraft, publish_zone
from passes.people.models import Person
from passes.people.services import keep_person
from passes.retention.models import RetentionMark
from protocol.zones import ZoneKind
from tests.factories import now, today

ZONE_WARD = "00355"
VAN_DINH = "10354"
HOUR = timedelta(hours=1)


def follow(
    session: Session, zone_id: str, areas: Iterable[str] = (ZONE_WARD,), days: int = 14, **values: object
) -> None:
    """Publish a zone that holds since a month ago, and let the worker match it."""
    given = {
        "id": zone_id,
        "name": f"Khu vực {zone_id}",
        "kind": ZoneKind.LOCKDOWN,
        "areas": tuple(areas),
        "starts_at": start_of_day(today()) - timedelta(days=40),
        "decision": "1/QĐ",
        "monitoring_days": days,
    } | values
    publish_zone(session, None, ZoneDraft(**given), now())
    session.commit()
    jobs.wake()
    session.expire_all()


@dataclass
class Crowd:
    """Makes people with a movement each."""

    session: Session
    made: int = 0

    def person(
        self,
        at: datetime | None = None,
        *,
        area: str = ZONE_WARD,
        stay: str | None = VAN_DINH,
        plate: str | None = None,
        **values: object,
    ) -> Person:
        """Somebody who was somewhere, when this day began unless told, and stays somewhere."""
        self.made += 1
        at = at or start_of_day(today())
        given = {
            "id_number": f"001090{self.made:06d}",
            "name": f"Nguyễn Văn {self.made:04d}",
            "phone": f"+84912{self.made:06d}",
        } | values
        person = keep_person(self.session, now=now(), **given)
        self.session.add(
            Movement(person_id=person.id, at=at, area_code=area, source=MovementSource.IMPORT, plate=plate)
        )
        if stay:
            self.session.add(StayStatement(person_id=person.id, at=at, source=StaySource.IMPORT, area_code=stay))
        self.session.flush()
        return person


def rows_of(session: Session, person: Person) -> dict[str, FollowUp]:
    """The follow-ups of a person by zone, as they stand now."""
    session.expire_all()
    return {row.zone_id: row for row in session.scalars(sa.select(FollowUp).where(FollowUp.person_id == person.id))}


def age(session: Session, days: int) -> None:
    """Let everybody have come onto their lists so many days ago."""
    session.execute(sa.update(FollowUp).values(listed_at=now() - timedelta(days=days)))
    session.commit()
    session.expire_all()


def known_since(session: Session, days: int) -> None:
    """Let all movements of now have been known for so many days."""
    newest = session.scalar(sa.select(sa.func.max(Movement.id))) or 0
    session.add(RetentionMark(noted_at=now() - timedelta(days=days), newest_movement_id=newest))
    session.commit()
