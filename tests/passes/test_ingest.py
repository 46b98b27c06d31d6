"""From records to scans, movements and stays: real passes, real signatures, details really sealed."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.followup.models import StaySource, StayStatement
from passes.issuing import services as issuing
from passes.issuing.models import RevocationReason, VehiclePass
from passes.local_time import start_of_day
from passes.movement import services
from passes.movement.late import find_late
from passes.movement.models import Movement, MovementSource, Scan, ScanArea, ScanRecord
from passes.movement.readings import read_scan
from passes.people.models import Person
from passes.people.services import find_person
from passes.sites.services import create_site
from passes.stations.services import create_station
from passes.trust.instance_keys import InstanceKeys
from protocol import claims
from protocol.claims import CrewCard, Role
from protocol.cose import SoftwareSigner
from protocol.reasons import Outcome, Reason
from protocol.scan_record import PersonSeen, RecordKind, SealedDetails
from protocol.trust import StationKind
from tests.factories import CHUONG_DUONG, Factories, now, today
from tests.passes.post import Post, current_trust, enrolled_post, freight_post, road_post

NGHI_SON = "16654"  # a ward of Thanh Hóa
VAN_DINH = "10354"  # a ward of Ứng Hòa


@pytest.fixture
def vehicle_pass(factories: Factories) -> VehiclePass:
    """A signed pass of a driver (crew index 0) and an assistant (1), from Chương Dương to Ứng Hòa."""
    return factories.vehicle_pass()


@pytest.fixture
def post(session: Session, client: FlaskClient) -> Post:
    """A road checkpoint in Hoàng Liệt."""
    return road_post(session, client)


def noon() -> datetime:
    """Today's local noon: inside the window of the pass."""
    return start_of_day(today()) + timedelta(hours=12)


def crew_of(vehicle_pass: VehiclePass) -> list[int]:
    return [entry.person_id for entry in vehicle_pass.crew]


def movements(session: Session) -> set[tuple[int, str, str, datetime]]:
    """Person, source, area and time of every movement."""
    session.expire_all()
    return {(m.person_id, m.source.value, m.area_code, m.at) for m in session.scalars(sa.select(Movement))}


def of_source(session: Session, source: MovementSource) -> set[tuple[int, str, datetime]]:
    return {(person, area, at) for person, found, area, at in movements(session) if found == source}


def only_scan(session: Session) -> Scan:
    session.expire_all()
    return session.scalars(sa.select(Scan)).one()


def test_a_scan_moves_everybody_on_the_pass_when_nobody_is_ticked(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    post.send(post.scan(vehicle_pass, at))
    driver, assistant = crew_of(vehicle_pass)
    assert of_source(session, MovementSource.SCAN) == {(driver, "00337", at), (assistant, "00337", at)}
    scan = only_scan(session)
    assert (scan.pass_id, scan.plate, scan.outcome, scan.action) == (
        vehicle_pass.id,
        vehicle_pass.plate,
        "ADMIT",
        "admitted",
    )


def test_of_a_ticked_crew_only_those_ticked_move(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    post.send(post.scan(vehicle_pass, noon(), crew_present=(1,)))
    assert {person for person, *_ in movements(session)} == {crew_of(vehicle_pass)[1]}


@pytest.mark.parametrize("outcome", [Outcome.REFER, Outcome.REFUSE])
def test_refused_and_referred_scans_move_people_too(
    session: Session, post: Post, vehicle_pass: VehiclePass, outcome: Outcome
) -> None:
    post.send(post.scan(vehicle_pass, noon(), outcome=outcome, reasons=("EXPIRED",)))
    assert {person for person, *_ in movements(session)} == set(crew_of(vehicle_pass))


DOUBTS = [
    {"plate_mismatch": True, "reasons": ("PLATE_MISMATCH",)},
    {"crew_mismatch": True, "reasons": ("CREW_MISMATCH",)},
    {"reasons": ("IMPOSSIBLE_TRAVEL",)},
]


@pytest.mark.parametrize("doubt", DOUBTS)
def test_where_paper_and_vehicle_differ_only_those_ticked_move(
    session: Session, post: Post, vehicle_pass: VehiclePass, doubt: dict[str, object]
) -> None:
    post.send(post.scan(vehicle_pass, noon(), **doubt))
    assert movements(session) == set()
    post.send(post.scan(vehicle_pass, noon() + timedelta(hours=1), crew_present=(0,), **doubt))
    assert {person for person, *_ in movements(session)} == {crew_of(vehicle_pass)[0]}


def test_a_scan_without_a_verified_signature_is_kept_and_moves_nobody(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    signed = vehicle_pass.text or ""
    text = signed[:-1] + ("B" if signed.endswith("A") else "A")
    post.send(
        post.record(noon(), outcome=Outcome.REFUSE, reasons=("SIGNATURE_INVALID",), details=SealedDetails(text=text))
    )
    assert movements(session) == set()
    scan = only_scan(session)
    assert (scan.iss, scan.cti, scan.pass_id, scan.outcome) == (None, None, None, "REFUSE")
    assert text in (scan.details or "")


def test_a_signature_that_an_outdated_station_could_not_verify_counts(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    post.send(
        post.record(
            noon(),
            outcome=Outcome.REFUSE,
            reasons=("ISSUER_UNKNOWN",),
            details=SealedDetails(text=vehicle_pass.text),
        )
    )
    assert {person for person, *_ in movements(session)} == set(crew_of(vehicle_pass))
    scan = only_scan(session)
    assert (scan.outcome, scan.late_outcome, scan.late_reasons) == ("REFUSE", "ADMIT", [])


def test_no_paper_is_a_scan_with_details_and_moves_nobody(session: Session, post: Post) -> None:
    people = (PersonSeen(id_number="001085012345", name="Nguyễn Văn Bình", lodging=VAN_DINH),)
    details = SealedDetails(plate="29C-123.45", people=people)
    post.send(post.record(noon(), kind=RecordKind.NO_PAPER, details=details))
    scan = only_scan(session)
    assert (scan.kind, scan.plate) == ("no_paper", "29C12345")
    assert "Nguyễn Văn Bình" in (scan.details or "")
    assert movements(session) == set()
    assert session.scalars(sa.select(StayStatement)).all() == []


def test_details_stand_encrypted_in_the_database(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    post.send(post.scan(vehicle_pass, noon()))
    raw = session.execute(sa.text("SELECT details FROM scans")).scalar_one()
    assert (vehicle_pass.text or "").encode() not in raw


def test_details_sealed_to_a_lost_key_cost_the_details_and_not_the_scan(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    record = post.scan(vehicle_pass, noon())
    post.send(replace(record, sealed=secrets.token_bytes(200)))
    assert {person for person, *_ in movements(session)} == set(crew_of(vehicle_pass))


def test_details_sealed_for_another_record_do_not_open(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    first, second = post.scan(vehicle_pass, noon()), post.record(noon())
    post.send(replace(second, sealed=first.sealed))
    assert vehicle_pass.text not in (only_scan(session).details or "")


def test_a_void_takes_a_scan_back_and_a_later_restatement_brings_it_again(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    scan = post.scan(vehicle_pass, at, lodging=VAN_DINH)
    post.send(scan)
    post.send(post.void(scan, at + timedelta(seconds=5)))
    assert movements(session) == set()
    assert session.scalars(sa.select(StayStatement)).all() == []
    voided = only_scan(session)
    assert (voided.is_voided, voided.kind, voided.pass_id) == (True, "code", vehicle_pass.id)
    post.send(post.restated(scan, at + timedelta(seconds=9), crew_present=(0,)))
    assert not only_scan(session).is_voided
    assert {person for person, *_ in movements(session)} == {crew_of(vehicle_pass)[0]}


def test_the_newest_record_of_a_scan_counts_in_whatever_order_they_come(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    first = post.scan(vehicle_pass, at)
    ticked = post.restated(first, at + timedelta(seconds=3), crew_present=(0,))
    last = post.restated(first, at + timedelta(seconds=6), crew_present=(1,), coming_from=NGHI_SON)
    expected = None
    for order in itertools.permutations([first, ticked, last]):
        for record in order:
            post.send(record)
        found = movements(session)
        expected = expected or found
        assert found == expected
        for table in (Movement, StayStatement, ScanArea, Scan, ScanRecord):
            session.execute(sa.delete(table))
        session.commit()
    assert expected is not None
    assert {person for person, *_ in expected} == {crew_of(vehicle_pass)[1]}
    assert {area for _, _, area, _ in expected} == {"00337", CHUONG_DUONG, NGHI_SON}


def test_the_origin_is_declared_once_at_the_first_scan_under_the_pass(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    post.send(post.scan(vehicle_pass, at, crew_present=(0,)))
    post.send(post.scan(vehicle_pass, at + timedelta(hours=2)))
    driver = crew_of(vehicle_pass)[0]
    assert of_source(session, MovementSource.DECLARED) == {(driver, CHUONG_DUONG, at)}


def test_an_earlier_scan_that_arrives_later_takes_the_origin_over(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    post.send(post.scan(vehicle_pass, at))
    post.send(post.scan(vehicle_pass, at - timedelta(hours=2), crew_present=(1,)))
    assistant = crew_of(vehicle_pass)[1]
    assert of_source(session, MovementSource.DECLARED) == {(assistant, CHUONG_DUONG, at - timedelta(hours=2))}


def test_a_first_scan_that_is_taken_back_hands_the_origin_on(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    first, second = post.scan(vehicle_pass, at), post.scan(vehicle_pass, at + timedelta(hours=1), crew_present=(0,))
    post.send(first, second)
    post.send(post.void(first, at + timedelta(hours=2)))
    driver = crew_of(vehicle_pass)[0]
    assert of_source(session, MovementSource.DECLARED) == {(driver, CHUONG_DUONG, at + timedelta(hours=1))}


def test_of_two_first_scans_at_one_moment_the_lesser_id_speaks_for_the_origin(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    post.send(post.scan(vehicle_pass, at, id="b" * 32, crew_present=(0,)))
    post.send(post.scan(vehicle_pass, at, id="a" * 32, crew_present=(1,)))
    assert of_source(session, MovementSource.DECLARED) == {(crew_of(vehicle_pass)[1], CHUONG_DUONG, at)}


def test_coming_from_is_declared_at_its_own_scan(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    at = noon()
    post.send(post.scan(vehicle_pass, at, crew_present=(0,)))
    post.send(post.scan(vehicle_pass, at + timedelta(hours=3), crew_present=(0,), coming_from=NGHI_SON))
    driver = crew_of(vehicle_pass)[0]
    assert of_source(session, MovementSource.DECLARED) == {
        (driver, CHUONG_DUONG, at),
        (driver, NGHI_SON, at + timedelta(hours=3)),
    }


def test_an_area_that_there_is_not_is_no_place(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    post.send(post.scan(vehicle_pass, noon(), coming_from="99999", lodging="99998"))
    assert only_scan(session).coming_from is None
    assert {area for _, area, _ in of_source(session, MovementSource.DECLARED)} == {CHUONG_DUONG}
    assert session.scalars(sa.select(StayStatement)).all() == []


def test_lodging_becomes_an_officers_statement_of_the_stay(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    at = noon()
    scan = post.scan(vehicle_pass, at, lodging=VAN_DINH)
    post.send(scan)
    said = session.scalars(sa.select(StayStatement)).one()
    assert (said.person_id, said.area_code, said.at, said.source, said.scan_id) == (
        crew_of(vehicle_pass)[0],
        VAN_DINH,
        at,
        StaySource.OFFICER,
        scan.id,
    )


def test_lodging_of_somebody_who_was_not_there_is_not_taken_down(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    post.send(post.scan(vehicle_pass, noon(), lodging=VAN_DINH, crew_present=(1,)))
    assert session.scalars(sa.select(StayStatement)).all() == []


def test_a_person_is_found_by_id_number_where_the_crew_index_is_not_given(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    number = vehicle_pass.crew[1].person.id_number
    details = SealedDetails(text=vehicle_pass.text, people=(PersonSeen(id_number=number, lodging=VAN_DINH),))
    post.send(post.scan(vehicle_pass, noon(), details=details))
    assert session.scalars(sa.select(StayStatement.person_id)).all() == [crew_of(vehicle_pass)[1]]


def test_a_freight_point_is_a_site_and_no_road_scan(
    session: Session, client: FlaskClient, vehicle_pass: VehiclePass
) -> None:
    create_site(session, None, site_id="depot", name="Điểm tập kết", kind="depot", ward="00355", now=now())
    create_station(session, None, station_id="gate", name="Cổng", kind=StationKind.FREIGHT, site_id="depot", now=now())
    gate, road = enrolled_post(session, client, "gate"), road_post(session, client)
    gate.send(gate.scan(vehicle_pass, noon(), crew_present=(0,)))
    road.send(road.scan(vehicle_pass, noon() + timedelta(hours=1), crew_present=(0,)))
    found = {
        (m.source.value, m.area_code, m.site_id, m.station_id, m.is_road_scan)
        for m in session.scalars(sa.select(Movement))
    }
    assert found == {
        ("scan", "00355", "depot", "gate", False),
        ("scan", "00337", None, "road-1", True),
        ("declared", CHUONG_DUONG, None, None, False),
    }


def test_an_unknown_pass_moves_provisional_people_until_their_id_number_is_known(
    app: Flask, session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    signer = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"]).signer_for(
        bytes.fromhex(vehicle_pass.kid or "")
    )
    card = CrewCard(
        iss=vehicle_pass.iss,
        cti=secrets.token_bytes(8),
        issued_at=now(),
        not_before=noon() - timedelta(hours=1),
        expires_at=noon() + timedelta(days=1),
        role=Role.DRIVER,
        name="Trần Văn Lạ",
        id_last4="6789",
        licence_class="C",
        district="281",
        status=claims.StatusRef(vehicle_pass.status_uri or "", 5),
    )
    details = SealedDetails(text=claims.issue(card, signer))
    scan = post.record(noon(), outcome=Outcome.REFER, iss=card.iss, cti=card.cti, details=details)
    post.send(scan)
    person = session.scalars(sa.select(Person).where(Person.provisional_key.is_not(None))).one()
    assert (person.name, person.provisional_key) == ("Trần Văn Lạ", f"{card.iss}:{card.cti.hex()}:0")
    assert {found for found, *_ in movements(session)} == {person.id}
    seen = (PersonSeen(id_number="001085456789", crew_index=0),)
    post.send(post.restated(scan, noon() + timedelta(seconds=9), details=replace(details, people=seen)))
    known = find_person(session, "001085456789")
    assert known is not None
    assert {found for found, *_ in movements(session)} == {known.id}


def slip_to(vehicle_pass: VehiclePass, **changes: object) -> claims.Amendment:
    """A slip by which somebody (crew index 2) takes the driver's place."""
    plain = claims.Amendment(
        iss=vehicle_pass.iss,
        cti=secrets.token_bytes(8),
        issued_at=now(),
        not_before=noon() - timedelta(hours=1),
        expires_at=noon() + timedelta(hours=4),
        pass_cti=bytes.fromhex(vehicle_pass.cti),
        joining=((2, claims.CrewEntry(Role.DRIVER, "Phạm Quốc Toàn", "7788")),),
        renewed=(),
        leaving=(0,),
        leg=(),
        cargo=None,
        status=claims.StatusRef(vehicle_pass.status_uri or "", 6),
    )
    return plain._replace(**changes)


@pytest.fixture
def sign(app: Flask, vehicle_pass: VehiclePass) -> Callable[[claims.Credential], str]:
    """Signs with the issuing key."""
    keys = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"])
    return lambda credential: claims.issue(credential, keys.signer_for(bytes.fromhex(vehicle_pass.kid or "")))


def joined(session: Session, vehicle_pass: VehiclePass) -> int:
    """The person whom a slip brought, by the pass and the crew index that means them for ever."""
    key = f"{vehicle_pass.iss}:{vehicle_pass.cti}:2"
    return session.scalars(sa.select(Person.id).where(Person.provisional_key == key)).one()


@pytest.mark.parametrize("is_slip_first", [True, False])
def test_a_slip_beside_the_pass_changes_who_was_in_the_vehicle(
    session: Session,
    post: Post,
    vehicle_pass: VehiclePass,
    sign: Callable[[claims.Credential], str],
    *,
    is_slip_first: bool,
) -> None:
    texts = [vehicle_pass.text or "", sign(slip_to(vehicle_pass))]
    text, other = texts[::-1] if is_slip_first else texts
    post.send(post.scan(vehicle_pass, noon(), details=SealedDetails(text=text, beside=(other,))))
    _driver, assistant = crew_of(vehicle_pass)
    assert {person for person, *_ in movements(session)} == {assistant, joined(session, vehicle_pass)}
    assert only_scan(session).late_outcome is None


def test_whoever_is_ticked_was_there_by_the_index_that_pass_or_slip_gives_them(
    session: Session, post: Post, vehicle_pass: VehiclePass, sign: Callable[[claims.Credential], str]
) -> None:
    details = SealedDetails(text=vehicle_pass.text, beside=(sign(slip_to(vehicle_pass)),))
    post.send(post.scan(vehicle_pass, noon(), crew_present=(0, 2), details=details))
    driver, _assistant = crew_of(vehicle_pass)
    assert {person for person, *_ in movements(session)} == {driver, joined(session, vehicle_pass)}


def test_a_slip_alone_names_the_pass_and_its_people(
    session: Session, post: Post, vehicle_pass: VehiclePass, sign: Callable[[claims.Credential], str]
) -> None:
    details = SealedDetails(text=sign(slip_to(vehicle_pass)))
    unread = {"iss": None, "cti": None, "outcome": Outcome.REFUSE, "reasons": ("ISSUER_UNKNOWN",)}
    post.send(post.scan(vehicle_pass, noon(), details=details, **unread))
    scan = only_scan(session)
    assert (scan.iss, scan.cti, scan.pass_id) == (vehicle_pass.iss, vehicle_pass.cti, vehicle_pass.id)
    _driver, assistant = crew_of(vehicle_pass)
    assert {person for person, *_ in movements(session)} == {assistant, joined(session, vehicle_pass)}


@pytest.mark.parametrize(
    "changes",
    [
        lambda: {"expires_at": noon()},
        lambda: {"not_before": noon() + timedelta(seconds=1)},
        lambda: {"pass_cti": b"another!"},
    ],
    ids=["ended", "not begun", "another pass's"],
)
def test_a_slip_that_did_not_hold_changes_nobody(
    session: Session,
    post: Post,
    vehicle_pass: VehiclePass,
    sign: Callable[[claims.Credential], str],
    changes: Callable[[], dict[str, object]],
) -> None:
    details = SealedDetails(text=vehicle_pass.text, beside=(sign(slip_to(vehicle_pass, **changes())),))
    post.send(post.scan(vehicle_pass, noon(), details=details))
    assert {person for person, *_ in movements(session)} == set(crew_of(vehicle_pass))


def test_a_forged_slip_changes_nobody(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    forged = claims.issue(slip_to(vehicle_pass), SoftwareSigner.from_seed(bytes(32)))
    details = SealedDetails(text=vehicle_pass.text, beside=(forged,))
    post.send(post.scan(vehicle_pass, noon(), outcome=Outcome.REFUSE, reasons=("ISSUER_UNKNOWN",), details=details))
    assert {person for person, *_ in movements(session)} == set(crew_of(vehicle_pass))


def test_ticks_beyond_the_crew_of_a_pass_name_nobody(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    post.send(post.scan(vehicle_pass, noon(), crew_present=(0, 7)))
    assert {person for person, *_ in movements(session)} == {crew_of(vehicle_pass)[0]}


def test_processing_a_record_again_changes_nothing(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    post.send(post.scan(vehicle_pass, noon(), lodging=VAN_DINH))
    before = {(m.id, m.person_id, m.at) for m in session.scalars(sa.select(Movement))}
    session.execute(sa.update(ScanRecord).values(processed_at=None))
    session.commit()
    jobs.wake()
    session.expire_all()
    assert {(m.id, m.person_id, m.at) for m in session.scalars(sa.select(Movement))} == before
    assert len(session.scalars(sa.select(StayStatement)).all()) == 1
    assert not services.has_waiting_records(session)


def test_more_records_than_one_batch_are_all_processed(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    post.send(*(post.scan(vehicle_pass, noon() + timedelta(seconds=n), crew_present=(0,)) for n in range(450)))
    assert len(of_source(session, MovementSource.SCAN)) == 450
    assert len(of_source(session, MovementSource.DECLARED)) == 1


def test_a_pass_revoked_meanwhile_is_a_late_finding(
    session: Session, post: Post, vehicle_pass: VehiclePass, factories: Factories
) -> None:
    at = noon()
    issuing.revoke(session, factories.user("reviewer"), vehicle_pass, RevocationReason.MISUSE, now())
    session.commit()
    jobs.wake()
    post.send(post.scan(vehicle_pass, at))
    scan = only_scan(session)
    assert (scan.outcome, scan.late_outcome) == ("ADMIT", "REFUSE")
    assert "REVOKED" in (scan.late_reasons or [])


def test_what_a_station_said_rightly_is_no_late_finding_even_with_old_data(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    post.send(post.scan(vehicle_pass, noon(), reasons=("TRUST_STALE",)))
    assert only_scan(session).late_outcome is None
    post.send(post.scan(vehicle_pass, noon(), outcome=Outcome.REFER, reasons=("TRUST_EXPIRED",)))
    assert session.scalars(sa.select(Scan.late_outcome)).all() == [None, None]


def test_what_only_the_station_could_know_is_taken_from_it(
    session: Session, post: Post, vehicle_pass: VehiclePass
) -> None:
    said = ("ALREADY_SCANNED", "IMPOSSIBLE_TRAVEL", "CLOCK_DOUBT", "PLATE_MISMATCH", "CREW_MISMATCH")
    record = post.scan(vehicle_pass, noon(), reasons=said, plate_mismatch=True, crew_mismatch=True)
    post.send(record)
    row = session.get(ScanRecord, record.id)
    assert row is not None
    reading = replace(read_scan([row], {}), details=SealedDetails(text=vehicle_pass.text))
    assert find_late(reading, current_trust(), None) is None
    without = replace(reading, record=replace(record, reasons=said[:-1]))
    late = find_late(without, current_trust(), None)
    assert late is not None
    assert Reason.CREW_MISMATCH in late.reasons


def test_the_list_of_scans_can_be_narrowed_and_shows_late_findings(
    session: Session,
    post: Post,
    vehicle_pass: VehiclePass,
    factories: Factories,
    login: Callable[[User], FlaskClient],
) -> None:
    at = noon()
    post.send(post.scan(vehicle_pass, at))
    post.send(post.record(at + timedelta(minutes=1), kind=RecordKind.NO_PAPER, details=SealedDetails(plate="30E24680")))
    issuing.revoke(session, None, vehicle_pass, RevocationReason.MISUSE, now())
    session.commit()
    jobs.wake()
    post.send(post.scan(vehicle_pass, at + timedelta(minutes=2)))
    page = login(factories.user("health"))

    def rows(query: str = "") -> int:
        return page.get(f"/scans{query}").get_data(as_text=True).count("<tr>") - 1

    assert rows() == 3
    assert rows("?late=1") == 2  # the one after the revocation, and the one before
    assert "Giấy đã bị thu hồi" in page.get("/scans?late=1").get_data(as_text=True)
    assert rows("?plate=30e-246.80") == 1
    assert rows(f"?day={today():%d/%m/%Y}") == 3
    assert rows("?station=nowhere") == -1
    assert rows("?action=turned_back") == -1
    assert rows("?outcome=ADMIT") == 2
    assert "Ghi ngày theo" in page.get("/scans?day=xyz").get_data(as_text=True)


@pytest.mark.parametrize("role", ["carrier", "reviewer", "district", "ward"])
def test_carriers_reviewers_and_districts_see_no_scans(
    factories: Factories, login: Callable[[User], FlaskClient], role: str
) -> None:
    assert login(factories.user(role)).get("/scans").status_code == 403


def test_utc_and_local_clocks_name_the_same_scan(session: Session, post: Post, vehicle_pass: VehiclePass) -> None:
    at = noon().replace(microsecond=123456)
    post.send(post.scan(vehicle_pass, at))
    assert only_scan(session).scanned_at == at
    assert at.tzinfo is UTC
    assert of_source(session, MovementSource.SCAN) == {(person, "00337", at) for person in crew_of(vehicle_pass)}


def test_a_plate_that_is_none_is_kept_as_far_as_it_can_be_read(session: Session, post: Post) -> None:
    details = SealedDetails(plate=" 80-b\x00 12.34 (Lào)")
    post.send(post.record(noon(), kind=RecordKind.TYPED, details=details))
    assert only_scan(session).plate == "80B1234LÀO"


def test_a_freight_point_scan_happens_where_the_freight_point_is(
    session: Session, client: FlaskClient, vehicle_pass: VehiclePass
) -> None:
    gate = freight_post(session, client)
    gate.send(gate.scan(vehicle_pass, noon()))
    assert {area for _, area, _ in of_source(session, MovementSource.SCAN)} == {"00355"}
