"""What is known later: clocks that were wrong, passes revoked since, zones published since, copies seen elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.audit import AuditEntry
from passes.followup.models import FollowUp, StayStatement
from passes.issuing import services as issuing
from passes.issuing.models import RevocationReason, VehiclePass
from passes.movement import services
from passes.movement.models import Exposure, Movement, MovementSource, Scan, TravelAlert
from passes.movement.services import ClockError, ZoneDraft
from passes.stations.models import Station
from protocol.places import Position
from protocol.zones import ZoneKind
from tests.factories import CHUONG_DUONG, Factories, now
from tests.passes.morning import DAY
from tests.passes.post import Post, road_post

HOUR = timedelta(hours=1)
HOANG_LIET, HAI_PHONG = Position(20.9643, 105.8412), Position(20.8449, 106.6881)


@pytest.fixture
def vehicle_pass(factories: Factories) -> VehiclePass:
    """A signed pass of a driver and an assistant, from Chương Dương to Ứng Hòa."""
    return factories.vehicle_pass()


@pytest.fixture
def post(session: Session, client: FlaskClient) -> Post:
    """A road checkpoint in Hoàng Liệt."""
    return road_post(session, client)


def noon() -> datetime:
    return DAY + 12 * HOUR


def scan_of(session: Session) -> Scan:
    session.expire_all()
    return session.scalars(sa.select(Scan)).one()


def revoke(session: Session, vehicle_pass: VehiclePass) -> None:
    """Revoke a pass, and publish it."""
    issuing.revoke(session, None, vehicle_pass, RevocationReason.MISUSE, datetime.now(UTC))
    session.commit()
    jobs.wake()


def late(session: Session) -> dict[datetime, list[str] | None]:
    """Late reasons by the time of the scan; None where we would say the same today."""
    session.expire_all()
    return {scan.scanned_at: scan.late_reasons for scan in session.scalars(sa.select(Scan))}


def zone(**values: object) -> ZoneDraft:
    given = {"id": "z", "name": "Vùng", "kind": ZoneKind.OUTBREAK, "areas": (CHUONG_DUONG,), "decision": "1"}
    return ZoneDraft(**(given | {"starts_at": noon() - 5 * HOUR} | values))


# ---------- clocks ----------


def correct(session: Session, hours: float, start: datetime, end: datetime, station: str = "road-1") -> int:
    seconds = int(hours * 3600)
    made = services.correct_clock(session, None, station, start, end, seconds, "Đồng hồ chậm", now())
    session.commit()
    jobs.wake()
    session.expire_all()
    return made.id


def test_a_corrected_clock_moves_scans_movements_stays_exposures_and_follow_ups(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    post.send(post.scan(vehicle_pass, noon(), lodging="10354"))
    services.publish_zone(session, None, zone(areas=("00337",), starts_at=noon() + HOUR), now())
    session.commit()
    jobs.wake()
    assert session.query(Exposure).count() == 0
    number = correct(session, 1.5, noon() - HOUR, noon() + HOUR)
    right = noon() + 1.5 * HOUR
    scan = scan_of(session)
    assert (scan.scanned_at, scan.clock_at) == (right, noon())
    assert {m.at for m in session.scalars(sa.select(Movement))} == {right}
    assert session.query(StayStatement).one().at == right
    assert {(e.first_at, e.last_at) for e in session.scalars(sa.select(Exposure))} == {(right, right)}
    assert session.query(FollowUp).count() == 2
    services.take_back_correction(session, None, number, now())
    session.commit()
    jobs.wake()
    scan = scan_of(session)
    assert (scan.scanned_at, scan.clock_at) == (noon(), None)
    assert {m.at for m in session.scalars(sa.select(Movement))} == {noon()}
    assert session.query(Exposure).count() == 0
    verbs = session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.subject == f"ClockCorrection:{number}"))
    assert list(verbs) == ["scans.correct_clock", "scans.take_back_correction"]


def test_only_what_that_clock_showed_in_that_time_is_moved_and_later_records_too(
    session: Session, client: FlaskClient, post: Post, vehicle_pass: VehiclePass
) -> None:
    other = road_post(session, client, "road-2", "00355")
    correct(session, -1, noon(), noon() + HOUR)
    post.send(*(post.scan(vehicle_pass, noon() + minutes * HOUR / 60) for minutes in (-1, 0, 59, 60)))
    other.send(other.scan(vehicle_pass, noon()))
    moments = sorted(scan.scanned_at for scan in session.scalars(sa.select(Scan)))
    minute = HOUR / 60
    assert moments == [noon() - 60 * minute, noon() - minute, noon() - minute, noon(), noon() + 60 * minute]


def test_the_first_scan_by_the_right_clock_speaks_for_the_origin(
    session: Session, client: FlaskClient, post: Post, vehicle_pass: VehiclePass
) -> None:
    other = road_post(session, client, "road-2", "00355")
    post.send(post.scan(vehicle_pass, noon(), crew_present=(0,)))
    other.send(other.scan(vehicle_pass, noon() + HOUR, crew_present=(1,)))

    def declared() -> set[tuple[int, datetime]]:
        session.expire_all()
        rows = session.scalars(sa.select(Movement).where(Movement.source == MovementSource.DECLARED))
        return {(row.person_id, row.at) for row in rows}

    driver, assistant = (entry.person_id for entry in vehicle_pass.crew)
    assert declared() == {(driver, noon())}
    correct(session, 2, noon(), noon() + HOUR)
    assert declared() == {(assistant, noon() + HOUR)}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"station_id": "nowhere"}, "station_unknown"),
        ({"to_at": noon() - HOUR}, "empty"),
        ({"offset_seconds": 0}, "offset"),
        ({"offset_seconds": 10**12}, "offset"),
        ({"reason": " "}, "reason"),
        ({"from_at": noon() + HOUR / 2, "to_at": noon() + 3 * HOUR}, "overlap"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    session: Session, post: Post, values: dict[str, object], code: str
) -> None:
    assert post.station == "road-1"
    correct(session, 1, noon(), noon() + HOUR)
    given = {"station_id": "road-1", "from_at": noon(), "to_at": noon() + HOUR, "offset_seconds": 60, "reason": "GPS"}
    with pytest.raises(ClockError) as caught:
        services.correct_clock(session, None, now=now(), **(given | values))
    assert caught.value.code == code


# ---------- known later ----------


def test_a_pass_revoked_after_a_scan_is_a_finding_and_looking_at_it_closes_it(
    session: Session, post: Post, vehicle_pass: VehiclePass, factories: Factories
) -> None:
    post.send(post.scan(vehicle_pass, noon()))
    assert late(session) == {noon(): None}
    revoke(session, vehicle_pass)
    assert late(session) == {noon(): ["REVOKED"]}
    (found,) = session.scalars(services.unseen_findings())
    assert services.mark_findings_seen(session, factories.user("reviewer"), [found.id], now()) == 1
    assert session.scalars(services.unseen_findings()).all() == []
    services.publish_zone(session, None, zone(), now())
    session.commit()
    jobs.wake()
    assert late(session) == {noon(): ["REVOKED", "ARRIVED_FROM_ZONE"]}
    assert len(session.scalars(services.unseen_findings()).all()) == 1  # it says something new


def test_zones_change_what_we_would_have_said_only_where_and_when_they_hold(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    post.send(post.scan(vehicle_pass, noon()), post.scan(vehicle_pass, noon() + 2 * HOUR))
    services.publish_zone(session, None, zone(), now())
    session.commit()
    jobs.wake()
    arrived = ["ARRIVED_FROM_ZONE"]
    assert late(session) == {noon(): arrived, noon() + 2 * HOUR: arrived}
    services.lift_zone(session, None, "z", noon() + HOUR, now())
    session.commit()
    jobs.wake()
    assert late(session) == {noon(): arrived, noon() + 2 * HOUR: None}
    services.withdraw_zone(session, None, "z", now())
    session.commit()
    jobs.wake()
    assert late(session) == {noon(): None, noon() + 2 * HOUR: None}
    services.publish_zone(session, None, zone(id="ahead", areas=("281",)), now())
    session.commit()
    jobs.wake()
    assert late(session) == {noon(): ["ENTERING_ZONE"], noon() + 2 * HOUR: ["ENTERING_ZONE"]}


def test_scans_that_nothing_new_concerns_are_not_judged_again(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    post.send(post.scan(vehicle_pass, noon()))
    generation = scan_of(session).assessed_generation
    services.publish_zone(session, None, zone(areas=("38",)), now())
    session.commit()
    jobs.wake()
    assert scan_of(session).assessed_generation == generation
    services.publish_zone(session, None, zone(id="earlier", ends_at=noon() - HOUR), now())
    session.commit()
    jobs.wake()
    assert scan_of(session).assessed_generation == generation


# ---------- too fast ----------


def place(session: Session, station: str, position: Position) -> None:
    session.get_one(Station, station).set_position(position)
    session.commit()


def alerts(session: Session) -> set[tuple[str, str]]:
    session.expire_all()
    return {(row.first_scan_id, row.second_scan_id) for row in session.scalars(sa.select(TravelAlert))}


@pytest.mark.parametrize("is_later_first", [False, True])
def test_one_pass_at_two_posts_too_soon_is_an_alert_and_a_finding_whichever_comes_home_first(
    session: Session, client: FlaskClient, post: Post, vehicle_pass: VehiclePass, *, is_later_first: bool
) -> None:
    far = road_post(session, client, "road-2", "00355")
    place(session, "road-1", HOANG_LIET)
    place(session, "road-2", HAI_PHONG)
    here, there = post.scan(vehicle_pass, noon()), far.scan(vehicle_pass, noon() + HOUR / 2)
    sends: list[Callable[[], object]] = [lambda: post.send(here), lambda: far.send(there)]
    for send in reversed(sends) if is_later_first else sends:
        send()
    assert alerts(session) == {(here.id, there.id)}
    assert late(session) == {noon(): None, noon() + HOUR / 2: ["IMPOSSIBLE_TRAVEL"]}
    alert = session.query(TravelAlert).one()
    assert alert.kilometres == pytest.approx(89, abs=2)
    assert alert.seconds == 1800
    post.send(post.void(here, noon() + 2 * HOUR))
    assert alerts(session) == set()
    assert late(session)[noon() + HOUR / 2] is None


def test_districts_tell_where_no_position_does_and_a_drive_that_is_possible_raises_no_alert(
    session: Session, client: FlaskClient, post: Post, vehicle_pass: VehiclePass
) -> None:
    far = road_post(session, client, "road-2", "00355")
    post.send(post.scan(vehicle_pass, noon()))
    far.send(far.scan(vehicle_pass, noon() + HOUR / 10))
    assert alerts(session) == set()
    far.send(far.scan(vehicle_pass, noon() - HOUR / 60))
    assert [alert.kilometres for alert in session.scalars(sa.select(TravelAlert))] == [None]
    place(session, "road-1", HOANG_LIET)
    place(session, "road-2", HAI_PHONG)
    far.send(far.scan(vehicle_pass, noon() + 3 * HOUR))
    assert len(alerts(session)) == 2  # now that the distance is known, six minutes are too few; three hours are not
