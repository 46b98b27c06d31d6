"""Provisional persons who turn out to be somebody, and turn out not to be."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.audit import AuditEntry
from passes.followup.models import FollowUp, FollowUpStatus
from passes.movement import services
from passes.movement.models import Exposure, Movement
from passes.movement.services import ZoneDraft
from passes.people.merging import MergeError
from passes.people.models import Person
from passes.people.services import keep_person
from protocol.scan_record import PersonSeen, SealedDetails
from protocol.zones import ZoneKind
from tests.factories import now
from tests.passes.post import Post, road_post

WARD = "00337"
AT = datetime(2021, 9, 14, 2, 0, tzinfo=UTC)
FOREIGN = {"iss": "VN-TH", "cti": bytes.fromhex("00112233445566aa")}


@pytest.fixture
def post(session: Session, client: FlaskClient) -> Post:
    """A road checkpoint inside a published zone."""
    post = road_post(session, client)
    draft = ZoneDraft(
        id="z", name="Vùng", kind=ZoneKind.OUTBREAK, areas=(WARD,), decision="1", starts_at=AT - timedelta(days=1)
    )
    services.publish_zone(session, None, draft, now())
    session.commit()
    jobs.wake()
    return post


def send(post: Post, hours: int, index: int = 0, lodging: str | None = None) -> None:
    """A scan of a pass of another issuer, of which only crew indexes are known here."""
    details = SealedDetails(people=(PersonSeen(crew_index=index, lodging=lodging),) if lodging else ())
    post.send(post.record(AT + timedelta(hours=hours), crew_present=(index,), details=details, **FOREIGN))


def stranger(session: Session, index: int = 0) -> int:
    session.expire_all()
    return session.scalars(sa.select(Person.id).where(Person.provisional_key.endswith(f":{index}"))).one()


def somebody(session: Session, number: int = 1) -> int:
    return keep_person(session, id_number=f"00108500{number:04d}", name="Nguyễn Văn Bình", now=now()).id


def state(session: Session) -> set[tuple[object, ...]]:
    """What is open: person, first, last, stay."""
    session.expire_all()
    exposed = {(e.person_id, e.first_at, e.last_at) for e in session.scalars(sa.select(Exposure))}
    rows = session.scalars(sa.select(FollowUp).where(FollowUp.status == FollowUpStatus.FOLLOW_UP))
    followed = {(row.person_id, row.first_at, row.last_at, row.stay_code) for row in rows}
    assert {one[:3] for one in followed} == exposed
    return followed


def test_a_merge_moves_everything_to_the_known_person_and_a_split_takes_it_back(session: Session, post: Post) -> None:
    send(post, 1, lodging="10354")
    send(post, 5)
    unknown, known = stranger(session), somebody(session)
    session.add(Movement(person_id=known, at=AT + timedelta(hours=3), area_code=WARD, source="import"))
    session.commit()
    services.publish_zone(
        session,
        None,
        ZoneDraft(id="z", name="V", kind=ZoneKind.OUTBREAK, areas=(WARD,), decision="2", starts_at=AT),
        now(),
    )
    session.commit()
    jobs.wake()
    h = timedelta(hours=1)
    apart = {(unknown, AT + h, AT + 5 * h, "10354"), (known, AT + 3 * h, AT + 3 * h, None)}
    assert state(session) == apart
    assert services.merge_persons(session, None, unknown, known, now()) == known
    session.commit()
    assert state(session) == {(known, AT + h, AT + 5 * h, "10354")}
    services.split_person(session, None, unknown, now())
    session.commit()
    assert state(session) == apart
    verbs = session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.subject == f"Person:{unknown}"))
    assert list(verbs) == ["people.merge", "people.split"]


def test_scans_that_come_after_a_merge_count_for_the_known_person_and_go_back_with_a_split(
    session: Session, post: Post
) -> None:
    send(post, 1)
    unknown, known = stranger(session), somebody(session)
    services.merge_persons(session, None, unknown, known, now())
    session.commit()
    send(post, 2, lodging="10354")
    h = timedelta(hours=1)
    assert state(session) == {(known, AT + h, AT + 2 * h, "10354")}
    services.split_person(session, None, unknown, now())
    session.commit()
    assert state(session) == {(unknown, AT + h, AT + 2 * h, "10354")}


def test_merges_in_a_row_are_one_person_and_each_can_be_split_off(session: Session, post: Post) -> None:
    send(post, 1, index=0)
    send(post, 2, index=1)
    first, second, known = stranger(session, 0), stranger(session, 1), somebody(session)
    services.merge_persons(session, None, first, second, now())
    services.merge_persons(session, None, second, known, now())
    session.commit()
    h = timedelta(hours=1)
    assert state(session) == {(known, AT + h, AT + 2 * h, None)}
    services.split_person(session, None, second, now())
    session.commit()
    assert state(session) == {(second, AT + h, AT + 2 * h, None)}
    services.split_person(session, None, first, now())
    session.commit()
    assert state(session) == {(first, AT + h, AT + h, None), (second, AT + 2 * h, AT + 2 * h, None)}


def test_two_people_of_one_scan_who_were_merged_by_mistake_are_split_again(session: Session, post: Post) -> None:
    record = post.record(AT + timedelta(hours=1), crew_present=(0, 1), details=SealedDetails(), **FOREIGN)
    post.send(record)
    first, second = stranger(session, 0), stranger(session, 1)
    before = state(session)
    services.merge_persons(session, None, first, second, now())
    session.commit()
    assert {person for person, *_ in state(session)} == {second}
    post.send(post.restated(record, AT + timedelta(hours=2), crew_present=(0, 1)))
    services.split_person(session, None, first, now())
    session.commit()
    assert state(session) == before


def test_what_cannot_be_merged_or_split_says_why(session: Session, post: Post) -> None:
    send(post, 1)
    unknown, known, other = stranger(session), somebody(session), somebody(session, 2)

    def refused(action: object, *ids: int) -> str:
        with pytest.raises(MergeError) as caught:
            action(session, None, *ids, now())
        session.rollback()
        return caught.value.code

    session.commit()
    assert refused(services.merge_persons, unknown, 999) == "unknown"
    assert refused(services.merge_persons, unknown, unknown) == "same"
    assert refused(services.merge_persons, known, other) == "two_numbers"
    assert refused(services.split_person, unknown) == "not_merged"
    assert refused(services.split_person, 999) == "unknown"
    services.merge_persons(session, None, unknown, known, now())
    session.commit()
    assert refused(services.merge_persons, unknown, other) == "merged_already"
