"""Pages for what is known later: findings, clocks, and persons who turn out to be somebody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.issuing import services as issuing
from passes.issuing.models import RevocationReason
from passes.movement.models import ClockCorrection, Movement, Scan, TravelAlert
from passes.people.models import Person
from passes.people.services import find_person
from passes.stations.cli import group as stations_cli
from protocol.scan_record import SealedDetails
from tests.factories import Factories
from tests.passes.morning import DAY, TODAY
from tests.passes.post import Post, road_post

HOUR = timedelta(hours=1)
Login = Callable[[User], FlaskClient]


@pytest.fixture
def post(session: Session, client: FlaskClient) -> Post:
    return road_post(session, client)


def noon() -> datetime:
    return DAY + 12 * HOUR


def test_the_authority_works_off_findings_and_alerts(
    app: Flask, session: Session, client: FlaskClient, post: Post, factories: Factories, login: Login
) -> None:
    far = road_post(session, client, "road-2", "00355")
    for station, north, east in (("road-1", "20.96", "105.84"), ("road-2", "20.84", "106.69")):
        assert app.test_cli_runner().invoke(stations_cli, ["locate", station, f"{north},{east}"]).exit_code == 0
    vehicle_pass = factories.vehicle_pass()
    post.send(post.scan(vehicle_pass, noon()))
    far.send(far.scan(vehicle_pass, noon() + HOUR / 4))
    issuing.revoke(session, None, vehicle_pass, RevocationReason.MISUSE, datetime.now(UTC))
    session.commit()
    jobs.wake()
    page = login(factories.user("reviewer"))
    shown = page.get("/findings").get_data(as_text=True)
    assert "km đường chim bay trong 15 phút" in shown
    assert "2 lượt quét" in shown.replace("<strong>", "").replace("</strong>", "")
    alert = session.query(TravelAlert).one()
    assert page.post(f"/findings/alerts/{alert.id}/seen").status_code == 302
    assert page.post("/findings/alerts/999/seen").status_code == 404
    scans = [scan.id for scan in session.scalars(sa.select(Scan))]
    done = page.post("/findings/seen", data={"scan": [*scans, "no such scan"]}, follow_redirects=True)
    assert "Đã xem 2 phát hiện." in done.get_data(as_text=True)
    assert "Không có phát hiện nào chờ xem" in page.get("/findings").get_data(as_text=True)
    assert login(factories.user("district")).get("/findings").status_code == 403


CLOCK = {
    "station": "road-1",
    "from_day": f"{TODAY:%d/%m/%Y}",
    "from_clock": "11:00",
    "to_day": f"{TODAY:%d/%m/%Y}",
    "to_clock": "13:00",
    "side": "slow",
    "minutes": "90",
    "reason": "So với giờ GPS",
}


def test_an_administrator_puts_a_clock_right_and_takes_it_back(
    session: Session, post: Post, factories: Factories, login: Login
) -> None:
    post.send(post.scan(factories.vehicle_pass(), noon()))
    page = login(factories.user("administrator"))
    assert "/scans/clocks" in page.get("/scans").get_data(as_text=True)
    wrong = page.post("/scans/clocks", data=CLOCK | {"minutes": "0", "reason": "So với GPS"}).get_data(as_text=True)
    assert "Nhập số phút lệch, khác 0." in wrong
    assert "So với GPS" in wrong
    assert page.post("/scans/clocks", data=CLOCK).status_code == 302
    session.expire_all()
    assert session.query(Scan).one().scanned_at == noon() + 1.5 * HOUR
    overlapping = page.post("/scans/clocks", data=CLOCK).get_data(as_text=True)
    assert "Rút lại hiệu chỉnh đó trước." in overlapping
    number = session.query(ClockCorrection).one().id
    assert page.post(f"/scans/clocks/{number}/take-back").status_code == 302
    assert page.post(f"/scans/clocks/{number}/take-back").status_code == 404
    session.expire_all()
    assert session.query(Scan).one().scanned_at == noon()
    fast = page.post("/scans/clocks", data=CLOCK | {"side": "fast", "minutes": "30"})
    assert fast.status_code == 302
    session.expire_all()
    assert session.query(Scan).one().scanned_at == noon() - HOUR / 2
    assert login(factories.user("health")).get("/scans/clocks").status_code == 403


def test_health_staff_merge_a_provisional_person_by_id_number_and_split_them_again(
    session: Session, post: Post, factories: Factories, login: Login
) -> None:
    record = post.record(
        noon(), crew_present=(0,), iss="VN-TH", cti=bytes.fromhex("00112233445566aa"), details=SealedDetails()
    )
    post.send(record)
    stranger = session.scalars(sa.select(Person).where(Person.provisional_key.is_not(None))).one()
    page = login(factories.user("health"))
    assert f"số {stranger.id}" in page.get("/people/provisional").get_data(as_text=True)
    wrong = page.post(f"/people/{stranger.id}/merge", data={"id_number": "12 34"}).get_data(as_text=True)
    assert "Nhập 12 chữ số của căn cước công dân" in wrong
    assert 'value="12 34"' in wrong
    merged = page.post(f"/people/{stranger.id}/merge", data={"id_number": "001 085 000 009"}, follow_redirects=True)
    assert "Tách ra" in merged.get_data(as_text=True)
    known = find_person(session, "001085000009")
    assert known is not None
    session.expire_all()
    assert session.query(Movement).one().person_id == known.id
    assert page.post(f"/people/{stranger.id}/merge", data={"id_number": "001085000009"}).status_code == 404
    assert page.post(f"/people/{stranger.id}/split").status_code == 302
    assert page.post(f"/people/{stranger.id}/split").status_code == 404
    session.expire_all()
    assert session.query(Movement).one().person_id == stranger.id
    assert login(factories.user("ward")).get("/people/provisional").status_code == 403
