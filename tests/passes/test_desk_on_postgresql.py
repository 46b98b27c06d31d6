"""The desk on PostgreSQL: every question that it asks, once, and the same answers as on the embedded database."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from passes.accounts.models import OrganisationKind
from passes.db import db
from passes.followup import deciding, transfers, visits
from passes.followup.events import LookupReason, Visit, VisitOutcome
from passes.followup.listing import Filters, Work, people_on_list
from passes.followup.models import FollowUpStatus
from passes.followup.person import person_file
from passes.followup.services import desk_rows, lookups_matching
from passes.followup.visits import VisitDraft
from passes.local_time import local_date
from passes.movement.merging import merge_persons, split_person
from passes.movement.models import Movement
from passes.people.services import keep_person
from passes.reports.arrivals import arrivals_per_day
from passes.reports.concerned import carriers_concerned, describe, people_concerned
from passes.retention import person as retained
from passes.retention import services as retention
from tests.factories import HOAN_KIEM, UNG_HOA, Factories, now
from tests.passes.followed import Crowd, age, follow, known_since, rows_of
from tests.passes.morning import DAY


@pytest.mark.usefixtures("app_on_postgresql")
def test_the_whole_desk_works_on_postgresql() -> None:
    session, factories = db.session(), Factories(db.session())
    officer = factories.user("district")
    crowd = Crowd(session)
    old, mate = (crowd.person(DAY - timedelta(days=30), plate="29C10000") for _ in range(2))
    people = [crowd.person(plate="29C10001") for _ in range(3)]
    follow(session, "z")

    def listed(**filters: object) -> set[int]:
        return set(session.scalars(people_on_list(session, officer, Filters(**filters), now())))

    assert listed(query="nguyen van 0003") == {people[0].id}
    assert listed(query="29C-100.01") == {person.id for person in people}
    assert listed(query="nobody at all") == set()
    assert listed(work=Work.OVERDUE) == {old.id, mate.id}
    assert listed(outside_of=("01",)) == set()
    age(session, 2)
    assert listed(work=Work.MISSED, missed=2) == {person.id for person in people}
    assert visits.record_healthy(session, officer, [person.id for person in people], now()) == 3
    assert listed(work=Work.TODAY) == set()
    assert deciding.acknowledge(session, officer, [people[0].id], now()) == 1
    assert deciding.assign(session, officer, [people[0].id], user_id=officer.id, now=now()) == 1
    assert listed(work=Work.MINE) == {people[0].id}
    assert len(desk_rows(session, officer, [person.id for person in people], now())) == 3
    file = person_file(session, officer, people[0].id, LookupReason.DUTY, now())
    assert {companion.person_id for companion in file.companions} == {people[1].id, people[2].id}
    assert len(session.scalars(lookups_matching(day=local_date(now()))).all()) == 1
    assert sum(arrivals_per_day(session, officer, now()).values()) == 5

    provisional = keep_person(session, id_number=None, name="Ai đó", provisional_key="x:1:0", now=now())
    session.add(Movement(person_id=provisional.id, at=DAY, area_code="00355", source="import"))
    follow(session, "z", days=15)
    health = factories.user("health")
    visits.record_visit(session, health, provisional.id, VisitDraft(now(), VisitOutcome.NOT_MET), now())
    merge_persons(session, None, provisional.id, people[0].id, now())
    on_whom = sa.select(Visit.person_id).where(Visit.named_person_id == provisional.id)
    assert session.scalar(on_whom) == people[0].id
    split_person(session, None, provisional.id, now())
    assert session.scalar(on_whom) == provisional.id

    other = factories.user("district", factories.organisation(area_code=HOAN_KIEM, kind=OrganisationKind.DISTRICT))
    asked = transfers.ask_transfer(session, officer, people[1].id, "00067", now(), "Về nhà", now())
    transfers.decide_transfer(session, other, asked.id, is_accepted=True, answer=None, now=now())
    assert rows_of(session, people[1])["z"].district_code == HOAN_KIEM

    member = factories.crew(factories.user(), residence_code="10354")
    concerned = session.scalars(people_concerned(session, UNG_HOA)).all()
    assert [row.members for row in describe(session, concerned)][:2] == [
        (member,),
        (),
    ]  # with a carrier here come first
    assert [count for _carrier, count in carriers_concerned(session, UNG_HOA)] == [1]

    assert deciding.complete_overdue(session, officer, [old.id], now()) == 1
    known_since(session, 30)
    done = retention.purge(session, None, 21, now())
    assert (done.movements, done.kept_movements, done.sealed_followups) == (1, 1, 1)
    assert rows_of(session, old)["z"].status is FollowUpStatus.COMPLETED
    assert retained.report(session, None, old, now())["status_events"]
    assert retained.erase(session, None, old, {}, None, now())["followups"] == 1
    session.commit()
