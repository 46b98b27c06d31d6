"""Whether pages count, name and announce things as their readers would: one and many, in both languages."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications.models import ApplicationState
from passes.followup.models import FollowUp, FollowUpStatus
from passes.local_time import start_of_day
from passes.movement.services import ZoneDraft, publish_zone
from passes.people.services import keep_person
from protocol.zones import ZoneKind
from tests.factories import HOAN_KIEM, UNG_HOA, Factories, now, today
from tests.passes.pages import Login, words

VAN_DINH = "10354"


def said(client: FlaskClient, path: str, kind: str) -> list[str]:
    """The words of every paragraph of a kind on a page."""
    paragraphs = re.findall(rf'<p class="{kind}">(.*?)</p>', client.get(path).get_data(as_text=True), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", text) for text in paragraphs]


def test_a_list_is_counted_in_one_and_in_many(desk: FlaskClient, carrier: User, factories: Factories) -> None:
    factories.vehicle(carrier)
    assert said(desk, "/fleet/vehicles", "count-line") == ["1 phương tiện"]
    desk.get("/lang/en")
    assert said(desk, "/fleet/vehicles", "count-line") == ["1 vehicle"]
    factories.vehicle(carrier)
    assert said(desk, "/fleet/vehicles", "count-line") == ["2 vehicles"]


def test_english_tells_one_vehicle_from_the_list_of_them(
    desk: FlaskClient, carrier: User, factories: Factories, login: Login
) -> None:
    factories.vehicle(carrier)
    desk.get("/lang/en")
    assert "<h1>Vehicles</h1>" in desk.get("/fleet/vehicles").get_data(as_text=True)
    auditor = login(factories.user("administrator"))
    auditor.get("/lang/en")
    log = words(auditor.get("/audit"))
    assert "Vehicle 29C-" in log
    assert "Vehicles 1" not in log


def test_the_home_page_says_what_waits_and_nothing_where_nothing_waits(
    desk: FlaskClient, carrier: User, factories: Factories, login: Login
) -> None:
    reviewing = login(factories.user("reviewer"))
    assert said(desk, "/", "task-count") == said(reviewing, "/", "task-count") == []
    factories.application(carrier)
    factories.application(carrier, ApplicationState.RETURNED)
    factories.application(carrier, ApplicationState.SUBMITTED)
    factories.application(factories.user())
    assert said(desk, "/", "task-count") == ["2 hồ sơ chưa nộp hoặc cần bổ sung"]
    assert said(reviewing, "/", "task-count") == ["1 hồ sơ đang chờ"]


def test_a_district_reads_how_many_people_it_follows_up_now(
    session: Session, factories: Factories, login: Login
) -> None:
    draft = ZoneDraft("Phong tỏa", ZoneKind.LOCKDOWN, (VAN_DINH,), start_of_day(today()), "1/QĐ")
    zone = publish_zone(session, None, draft, now())
    cases = (
        (UNG_HOA, FollowUpStatus.FOLLOW_UP),
        (UNG_HOA, FollowUpStatus.CANCELED),
        (HOAN_KIEM, FollowUpStatus.FOLLOW_UP),
    )
    for number, (district, status) in enumerate(cases):
        person = keep_person(session, id_number=f"00108501234{number}", name="Nguyễn Văn Bình", now=now())
        session.add(
            FollowUp(
                person=person,
                zone_id=zone.id,
                first_at=now(),
                last_at=now(),
                due=now(),
                status=status,
                district_code=district,
                created_at=now(),
                updated_at=now(),
            )
        )
    session.commit()
    assert said(login(factories.user("district")), "/", "task-count") == ["1 người đang được theo dõi"]
