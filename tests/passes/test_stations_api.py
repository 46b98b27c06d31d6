"""What stations ask of the issuer: enrolment and handing in records, with real keys over real requests."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.audit import AuditEntry
from passes.movement.models import ScanRecord
from passes.press.symbol import draw_symbol
from passes.sites.cli import group as sites_cli
from passes.sites.models import Site
from passes.sites.services import RefusedLine, SiteError, SitesRefusedError, create_site, import_sites
from passes.stations import services
from passes.stations.cli import group as stations_cli
from passes.stations.models import Device, EnrolmentSecret, UsedNonce
from passes.trust.models import TrustChange
from protocol import cbor
from protocol.device import MAX_BATCH_BYTES, make_request_token, sign_batch
from protocol.enrolment import EnrolmentCode
from protocol.trust import StationKind
from tests.factories import Factories
from tests.passes.post import ENROL, SCANS, answer_of, current_trust, enrol_body, new_signer, road_post

NOW = datetime(2021, 9, 18, 1, 0, tzinfo=UTC)
STATION_FORM = {"name": "Chốt Pháp Vân", "kind": "road", "area": "00337", "direction": "both", "site_id": ""}


def issue_code(session: Session, station_id: str = "road-1", now: datetime | None = None) -> EnrolmentCode:
    if session.get(services.Station, station_id) is None:
        services.create_station(
            session, None, station_id=station_id, name="Chốt", kind=StationKind.ROAD, area_code="00337", now=NOW
        )
    code = services.issue_enrolment_code(
        session, None, station_id, "https://issuer.example", bytes(32), now or datetime.now(UTC)
    )
    session.commit()
    return code


def enrol(client: FlaskClient, body: bytes, content_type: str = "application/cbor") -> tuple[int, dict[str, object]]:
    response = client.post(ENROL, data=body, content_type=content_type)
    return response.status_code, answer_of(response)


def test_a_device_enrols_once_with_a_code_and_a_lost_answer_can_be_asked_for_again(
    session: Session, client: FlaskClient
) -> None:
    code = issue_code(session)
    signer = new_signer()
    assert enrol(client, enrol_body(code.secret, signer)) == (200, {"station": "road-1"})
    assert enrol(client, enrol_body(code.secret, signer)) == (200, {"station": "road-1"})
    assert enrol(client, enrol_body(code.secret, new_signer())) == (403, {"error": "secret_used"})
    device = session.scalars(sa.select(Device)).one()
    assert device.kid == signer.kid.hex()
    assert session.scalars(sa.select(EnrolmentSecret)).one().used_at == device.enrolled_at


def test_only_the_hash_of_an_enrolment_secret_is_kept(session: Session) -> None:
    code = issue_code(session)
    kept = session.scalars(sa.select(EnrolmentSecret)).one()
    assert code.secret.hex() not in kept.secret_hash
    assert len(code.secret) == 16


def test_enrolment_refuses_unknown_late_and_unproven_secrets(session: Session, client: FlaskClient) -> None:
    signer = new_signer()
    unknown = secrets.token_bytes(16)
    assert enrol(client, enrol_body(unknown, signer)) == (403, {"error": "secret_unknown"})
    late = issue_code(session, now=datetime.now(UTC) - timedelta(hours=24, seconds=1))
    assert enrol(client, enrol_body(late.secret, signer)) == (403, {"error": "secret_expired"})
    good = issue_code(session)
    someone_elses = enrol_body(good.secret, signer, public_key=new_signer().public_raw)
    assert enrol(client, someone_elses) == (403, {"error": "proof_invalid"})
    assert session.scalar(sa.select(sa.func.count()).select_from(Device)) == 0


def test_a_key_that_is_enrolled_or_revoked_does_not_enrol_again(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    other = issue_code(session, "road-2")
    assert enrol(client, enrol_body(other.secret, post.signer)) == (409, {"error": "key_taken"})
    device = session.scalars(sa.select(Device)).one()
    services.revoke_device(session, None, device.id, NOW)
    session.commit()
    again = issue_code(session)
    assert enrol(client, enrol_body(again.secret, post.signer)) == (409, {"error": "key_taken"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not cbor",
        cbor.dumps([]),
        cbor.dumps({"secret": b"x" * 16}),
        cbor.dumps({"secret": "x" * 16, "public_key": bytes(32), "proof": bytes(64)}),
        cbor.dumps({"secret": bytes(16), "public_key": bytes(31), "proof": bytes(64)}),
    ],
)
def test_a_malformed_enrolment_is_refused_with_its_code(client: FlaskClient, body: bytes) -> None:
    assert enrol(client, body) == (400, {"error": "malformed"})


def test_enrolment_reads_no_large_bodies_and_no_other_types(client: FlaskClient) -> None:
    assert enrol(client, b"\0" * 1025) == (413, {"error": "too_large"})
    assert enrol(client, b"{}", "application/json") == (415, {"error": "unsupported_type"})


def test_a_batch_is_taken_in_once_however_often_it_is_sent(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    records = [post.record(NOW + timedelta(minutes=n)) for n in range(3)]
    ids = [record.id for record in records]
    assert answer_of(post.send(*records)) == {"accepted": ids, "known": [], "refused": {}}
    assert answer_of(post.send(*records)) == {"accepted": [], "known": ids, "refused": {}}
    bodies = {row.id: row.body for row in session.scalars(sa.select(ScanRecord))}
    assert bodies == {record.id: record.encode() for record in records}


def test_a_known_id_with_another_content_is_a_conflict_and_never_overwritten(
    session: Session, client: FlaskClient
) -> None:
    post = road_post(session, client)
    first = post.record(NOW)
    post.send(first)
    forged = post.record(NOW + timedelta(hours=1), id=first.id)
    assert answer_of(post.send(forged)) == {"accepted": [], "known": [], "refused": {first.id: "conflict"}}
    assert session.scalars(sa.select(ScanRecord)).one().body == first.encode()


def test_one_bad_record_does_not_hold_up_the_others(session: Session, client: FlaskClient) -> None:
    post, other = road_post(session, client), road_post(session, client, "road-2")
    good = post.record(NOW)
    foreign = other.record(NOW)
    body = sign_batch([b"\xff", foreign.encode(), good.encode()], post.signer)
    answer = answer_of(post.send_body(body))
    assert answer == {"accepted": [good.id], "known": [], "refused": {"#0": "malformed", foreign.id: "wrong_station"}}


def test_a_station_cannot_void_the_scan_of_another(session: Session, client: FlaskClient) -> None:
    post, other = road_post(session, client), road_post(session, client, "road-2")
    theirs = other.record(NOW)
    other.send(theirs)
    mine = post.record(NOW, of=theirs.id)
    assert answer_of(post.send(mine))["refused"] == {mine.id: "other_stations_scan"}


def test_a_token_is_good_for_one_request_only(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    nonce = secrets.token_bytes(16)
    assert post.send(post.record(NOW), nonce=nonce).status_code == 200
    again = post.send(post.record(NOW), nonce=nonce)
    assert (again.status_code, answer_of(again)) == (401, {"error": "nonce_used"})
    assert session.scalar(sa.select(sa.func.count()).select_from(ScanRecord)) == 1


def test_nonces_are_forgotten_when_their_tokens_have_expired(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    session.add(UsedNonce(nonce="00", expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()
    post.send(post.record(NOW))
    assert session.get(UsedNonce, "00") is None


def test_a_token_is_bound_to_body_path_station_key_and_time(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    body = sign_batch([post.record(NOW).encode()], post.signer)
    now, nonce = datetime.now(UTC), secrets.token_bytes(16)
    make = make_request_token
    tokens = {
        "another body": make(post.signer, "road-1", "POST", SCANS, body + b"\0", nonce, now),
        "another path": make(post.signer, "road-1", "POST", ENROL, body, nonce, now),
        "another method": make(post.signer, "road-1", "PUT", SCANS, body, nonce, now),
        "another station": make(post.signer, "road-2", "POST", SCANS, body, nonce, now),
        "too old": make(post.signer, "road-1", "POST", SCANS, body, nonce, now - timedelta(minutes=6)),
        "no token": "AAAA",
    }
    for what, token in tokens.items():
        response = post.send_body(body, token=token)
        assert (what, response.status_code, answer_of(response)) == (what, 401, {"error": "token_invalid"})
    unknown = post.send_body(body, signer=new_signer())
    assert (unknown.status_code, answer_of(unknown)) == (401, {"error": "device_unknown"})
    without = client.post(SCANS, data=body, content_type="application/cose")
    assert (without.status_code, answer_of(without)) == (401, {"error": "token_missing"})
    assert session.scalar(sa.select(sa.func.count()).select_from(ScanRecord)) == 0


def test_a_batch_signed_by_another_device_is_refused(session: Session, client: FlaskClient) -> None:
    post, other = road_post(session, client), road_post(session, client, "road-2")
    body = sign_batch([post.record(NOW).encode()], other.signer)
    response = post.send_body(body)
    assert (response.status_code, answer_of(response)) == (400, {"error": "malformed"})


def test_a_revoked_device_is_shut_out_for_good(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    services.revoke_device(session, None, session.scalars(sa.select(Device)).one().id, NOW)
    session.commit()
    response = post.send(post.record(NOW))
    assert (response.status_code, answer_of(response)) == (403, {"error": "device_revoked"})


def test_bodies_beyond_the_limit_are_not_read(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    response = post.send_body(b"\0" * (MAX_BATCH_BYTES + 1))
    assert (response.status_code, answer_of(response)) == (413, {"error": "too_large"})


def test_a_new_station_is_published_with_the_areas_around_it(app: Flask, session: Session, client: FlaskClient) -> None:
    del app
    road_post(session, client)
    assert session.scalars(sa.select(TrustChange.cause)).all() == ["station.created"]
    info = services.published_stations(session)[0]
    assert (info.area, info.within) == ("00337", ("008", "01"))
    jobs.wake()
    assert current_trust().stations["road-1"] == info


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"station_id": "chốt 1"}, "id_invalid"),
        ({"station_id": "road-1"}, "id_taken"),
        ({"name": " "}, "name_missing"),
        ({"site_id": "depot"}, "site_on_road"),
        ({"kind": StationKind.FREIGHT, "site_id": "nowhere"}, "site_unknown"),
        ({"area_code": None}, "area_missing"),
        ({"area_code": "99999"}, "area_unknown"),
        ({"area_code": "01"}, "area_level"),
    ],
)
def test_a_station_with_a_wrong_value_is_refused(session: Session, values: dict[str, object], code: str) -> None:
    issue_code(session)
    given = {"station_id": "new", "name": "Chốt", "kind": StationKind.ROAD, "area_code": "00337"} | values
    with pytest.raises(services.StationError) as refused:
        services.create_station(session, None, **given, now=NOW)
    assert refused.value.code == code


def test_an_administrator_adds_a_station_hands_out_a_code_and_revokes_the_device(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("administrator"))
    form = {
        "station_id": "phap-van-1",
        "name": "Chốt Pháp Vân",
        "kind": "road",
        "area": "00337",
        "direction": "both",
        "site_id": "",
    }
    assert page.post("/stations/new", data=form).status_code == 302
    shown = page.post("/stations/phap-van-1/code").get_data(as_text=True)
    text = next(line for line in shown.split('"') if "EN1-" in line).split(">")[1].split("<")[0]
    code = EnrolmentCode.from_text(text)
    assert code.station == "phap-van-1"
    assert draw_symbol(text).path in shown  # the same, to be held before the station's camera
    assert text not in page.get("/stations").get_data(as_text=True)
    signer = new_signer()
    assert enrol(page, enrol_body(code.secret, signer))[0] == 200
    device = session.scalars(sa.select(Device)).one()
    assert page.post(f"/stations/devices/{device.id}/revoke").status_code == 302
    assert "Đã thu hồi" in page.get("/stations").get_data(as_text=True)
    verbs = set(session.scalars(sa.select(AuditEntry.verb)))
    assert {"stations.create", "stations.issue_code", "stations.enrol", "stations.revoke_device"} <= verbs


def test_a_wrong_station_is_refused_at_its_field(factories: Factories, login: Callable[[User], FlaskClient]) -> None:
    page = login(factories.user("administrator"))
    form = STATION_FORM | {"station_id": "a b"}
    answer = page.post("/stations/new", data=form).get_data(as_text=True)
    assert "Lỗi:" in answer
    assert "Mã chỉ gồm chữ không dấu" in answer


@pytest.mark.parametrize("role", ["carrier", "reviewer", "health", "district", "ward"])
def test_nobody_but_administrators_sees_stations(
    factories: Factories, login: Callable[[User], FlaskClient], role: str
) -> None:
    page = login(factories.user(role))
    for address in ("/stations", "/stations/new", "/stations/x/code", "/stations/devices/1/revoke"):
        assert page.get(address).status_code == 403


def test_the_command_line_makes_stations_and_codes(app: Flask, session: Session) -> None:
    run = app.test_cli_runner()
    made = run.invoke(stations_cli, ["create", "road-1", "--name", "Chốt", "--kind", "road", "--area", "00337"])
    assert made.exit_code == 0, made.output
    code = run.invoke(stations_cli, ["enrol-code", "road-1"])
    assert EnrolmentCode.from_text(code.output.strip()).station == "road-1"
    assert run.invoke(stations_cli, ["enrol-code", "nowhere"]).exit_code == 2
    assert "road-1\troad\t00337\tChốt" in run.invoke(stations_cli, ["list"]).output
    session.expire_all()
    assert "road-1" in services.stations_by_id(session)


def test_a_file_of_sites_is_taken_in_whole_and_only_once(session: Session) -> None:
    lines = ["id,name,kind,ward\n", "depot,Điểm tập kết,depot,00355\n", 'cho,"Chợ đầu mối, phía Nam",market,00337\n']
    assert import_sites(session, None, lines, NOW) == 2
    assert import_sites(session, None, lines, NOW) == 0
    assert session.get(Site, "cho").name == "Chợ đầu mối, phía Nam"


def test_a_file_with_bad_lines_is_refused_and_names_each(app: Flask, session: Session, tmp_path: Path) -> None:
    bad = "a b,X,depot,00355\nc,X,depot,99999\nd,X,depot,008\ne,,depot,00355\nf,X\n"
    text = "id,name,kind,ward\ndepot,Điểm,depot,00355\n" + bad
    with pytest.raises(SitesRefusedError) as refused:
        import_sites(session, None, text.splitlines(), NOW)
    session.rollback()
    codes = [(line.line, line.code) for line in refused.value.lines]
    assert codes == [(3, "id_invalid"), (4, "ward_unknown"), (5, "ward_level"), (6, "name_missing"), (7, "columns")]
    file = tmp_path / "sites.csv"
    file.write_text(text, "utf-8")
    result = app.test_cli_runner().invoke(sites_cli, ["import", str(file)])
    assert result.exit_code == 2
    assert "line 4" in result.output
    assert session.scalar(sa.select(sa.func.count()).select_from(Site)) == 0


def test_a_file_without_its_header_is_refused_at_line_one(session: Session) -> None:
    with pytest.raises(SitesRefusedError) as refused:
        import_sites(session, None, ["depot,Điểm,depot,00355\n"], NOW)
    assert [(line.line, line.code) for line in refused.value.lines] == [(1, "header")]
    assert isinstance(refused.value.lines[0], RefusedLine)


def test_a_site_cannot_be_made_twice(session: Session) -> None:
    create_site(session, None, site_id="depot", name="Điểm", kind="depot", ward="00355", now=NOW)
    with pytest.raises(SiteError) as refused:
        create_site(session, None, site_id="depot", name="Khác", kind="depot", ward="00355", now=NOW)
    assert refused.value.code == "id_taken"
