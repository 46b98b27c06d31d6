"""Officers: who is on which station's list, and what of a PIN gets there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import audit
from passes.officers import services
from passes.officers.models import Officer, StationPepper
from passes.stations.services import create_station
from passes.trust import publishing
from passes.trust.repository import TrustRepository
from protocol.details import SealedDetails
from protocol.pins import is_pin_of
from protocol.roster import OfficerRole, RosterContent, parse_roster, roster_path
from protocol.scan_record import Action, RecordKind
from protocol.station_box import parse_box
from protocol.trust import StationKind
from tests.factories import Factories
from tests.passes.pages import Login
from tests.passes.post import road_post
from tests.passes.test_station_boxes import enrol

NOW = datetime(2021, 9, 14, 2, tzinfo=UTC)
CHIEF = OfficerRole.CHIEF


@pytest.fixture
def lanes(session: Session) -> tuple[str, str]:
    for station_id in ("lane-1", "lane-2"):
        create_station(
            session, None, station_id=station_id, name=f"Chốt {station_id}", kind=StationKind.ROAD, area_code="00337",
            now=NOW,
        )  # fmt: skip
    session.commit()
    return "lane-1", "lane-2"


def add(session: Session, *stations: str, role: OfficerRole = CHIEF, name: str = "Đào Văn Chốt") -> Officer:
    return services.add_officer(session, None, name=name, role=role, station_ids=stations, now=NOW)


def test_one_pin_opens_every_station_of_the_officer_and_is_kept_nowhere(
    session: Session, lanes: tuple[str, str]
) -> None:
    officer = add(session, *lanes)
    pin = services.give_pin(session, None, officer.id, NOW)
    session.commit()
    rosters = [services.roster_of(session, lane) for lane in lanes]
    for roster in rosters:
        (entry,) = roster.officers
        assert roster.pepper
        assert entry.pin
        assert is_pin_of(pin, officer.id, roster.pepper, entry.pin)
    assert rosters[0].pepper != rosters[1].pepper
    assert not is_pin_of(pin, officer.id, rosters[0].pepper or b"", rosters[1].officers[0].pin or "")
    rows = [row for table in Officer.metadata.sorted_tables for row in session.execute(table.select())]
    kept = {str(value) for row in rows for value in row}
    assert officer.id in kept
    assert pin not in kept
    deeds = [entry.details for entry in audit.entries_about(session, officer)]
    assert len(deeds) > 1
    assert pin not in str(deeds)


def test_a_pepper_is_unreadable_in_the_database(session: Session, lanes: tuple[str, str]) -> None:
    services.give_pin(session, None, add(session, lanes[0]).id, NOW)
    session.flush()
    stored = session.connection().exec_driver_sql("SELECT pepper FROM station_peppers").scalar_one()
    assert session.get_one(StationPepper, lanes[0]).pepper.encode() not in bytes(stored)


def test_a_new_pin_replaces_the_one_before_and_counts_up(session: Session, lanes: tuple[str, str]) -> None:
    officer = add(session, lanes[0])
    pins = [services.give_pin(session, None, officer.id, NOW) for _ in range(2)]
    while pins[-1] == pins[-2]:  # it is drawn: once in a million times the same comes twice
        pins.append(services.give_pin(session, None, officer.id, NOW))
    roster = services.roster_of(session, lanes[0])
    assert roster.officers[0].pin_serial == len(pins)
    fits = [is_pin_of(pin, officer.id, roster.pepper or b"", roster.officers[0].pin or "") for pin in pins[-2:]]
    assert fits == [False, True]


def test_a_station_that_is_new_to_an_officer_has_no_pin_until_the_next_is_given(
    session: Session, lanes: tuple[str, str]
) -> None:
    officer = add(session, lanes[0])
    services.give_pin(session, None, officer.id, NOW)
    services.change_officer(
        session, None, officer.id, name="Đào Văn Chốt", role=OfficerRole.INSPECTOR, station_ids=lanes, now=NOW
    )
    assert officer.stations_without_pin == [lanes[1]]
    assert services.roster_of(session, lanes[0]).officers[0].pin
    assert services.roster_of(session, lanes[1]).officers[0].pin is None
    services.give_pin(session, None, officer.id, NOW)
    assert officer.stations_without_pin == []


def test_who_leaves_is_on_no_list_and_keeps_name_and_id(session: Session, lanes: tuple[str, str]) -> None:
    officer = add(session, *lanes)
    services.dismiss_officer(session, None, officer.id, NOW)
    session.commit()
    assert services.roster_of(session, lanes[0]) == RosterContent(())
    assert services.names_of(session, [officer.id, None, "cb-nobody"]) == {officer.id: "Đào Văn Chốt"}
    with pytest.raises(services.OfficerError, match="serves no more"):
        services.give_pin(session, None, officer.id, NOW)
    assert [entry.verb for entry in audit.entries_about(session, officer)] == ["officers.add", "officers.dismiss"]


def test_a_station_with_officers_and_no_chief_is_named(session: Session, lanes: tuple[str, str]) -> None:
    add(session, lanes[0], role=OfficerRole.INSPECTOR)
    assert services.stations_without_chief(session) == [lanes[0]]
    add(session, lanes[0])
    assert services.stations_without_chief(session) == []


@pytest.mark.parametrize(
    ("name", "stations", "code"), [("  ", ["lane-1"], "name_missing"), ("An", ["lane-9"], "station_unknown")]
)
def test_an_officer_without_name_or_at_an_unknown_station_is_refused(
    session: Session, lanes: tuple[str, str], name: str, stations: list[str], code: str
) -> None:
    del lanes
    with pytest.raises(services.OfficerError) as refused:
        services.add_officer(session, None, name=name, role=CHIEF, station_ids=stations, now=NOW)
    assert refused.value.code == code


def test_the_box_of_a_station_carries_its_officers_and_changes_with_them(
    app: Flask, session: Session, client: FlaskClient, lanes: tuple[str, str]
) -> None:
    mine, path = X25519PrivateKey.generate(), roster_path(lanes[0])
    enrol(session, client, lanes[0], mine)

    def published() -> tuple[int, RosterContent]:
        app.extensions["worker"].drain()
        targets = TrustRepository(app.extensions["instance"].trust_dir).read_targets()
        box = parse_box(targets[path], path, publishing.targets.load(targets).issuers)
        return box.epoch, parse_roster(box.open(mine))

    epoch, roster = published()
    assert roster.officers == ()
    officer = add(session, lanes[0])
    pin = services.give_pin(session, None, officer.id, NOW)
    session.commit()
    next_epoch, roster = published()
    assert next_epoch > epoch
    assert [(one.id, one.name, one.role) for one in roster.officers] == [(officer.id, officer.name, CHIEF)]
    assert is_pin_of(pin, officer.id, roster.pepper or b"", roster.officers[0].pin or "")
    services.dismiss_officer(session, None, officer.id, NOW)
    session.commit()
    assert published()[1].officers == ()


def test_an_administrator_adds_an_officer_and_sees_the_pin_once(
    session: Session, factories: Factories, login: Login, lanes: tuple[str, str]
) -> None:
    desk = login(factories.user("administrator"))
    empty = desk.get("/officers").get_data(as_text=True)
    assert "Chưa có cán bộ nào" in empty
    missing = desk.post("/officers/new", data={"name": "", "stations": [lanes[0]]}).get_data(as_text=True)
    assert "Nhập họ và tên." in missing
    assert "Chọn nhiệm vụ." in missing
    asked = desk.post(
        "/officers/new", data={"name": "Đào Văn Chốt", "role": "inspector", "stations": list(lanes)},
        follow_redirects=True,
    )  # fmt: skip
    assert "Chốt lane-1, Chốt lane-2" in asked.get_data(as_text=True)
    (officer,) = services.list_officers(session)
    shown = desk.post(f"/officers/{officer.id}/pin").get_data(as_text=True)
    found = re.search(r'id="pin">(\d{3}) (\d{3})<', shown)
    assert found
    roster = services.roster_of(session, lanes[1])
    assert is_pin_of("".join(found.groups()), officer.id, roster.pepper or b"", roster.officers[0].pin or "")
    page = desk.get("/officers").get_data(as_text=True).replace(officer.id, "")  # it is drawn: any digits may be in it
    assert "Chưa có chốt trưởng: Chốt lane-1, Chốt lane-2." in page
    assert "".join(found.groups()) not in page
    assert " ".join(found.groups()) not in page
    changed = {"name": "Đào Văn Chốt", "role": "chief", "stations": [lanes[0]]}
    assert desk.post(f"/officers/{officer.id}", data=changed).status_code == 302
    session.expire_all()
    assert (officer.role, officer.station_ids) == (CHIEF, [lanes[0]])
    assert desk.post(f"/officers/{officer.id}/dismiss").status_code == 302
    assert desk.get(f"/officers/{officer.id}").status_code == 404
    assert services.list_officers(session) == []


def test_the_list_of_scans_names_the_officer_and_the_chiefs_reason(
    session: Session, client: FlaskClient, factories: Factories, login: Login
) -> None:
    post = road_post(session, client)
    chief = add(session, "road-1")
    session.commit()
    at = datetime.now(UTC) - timedelta(minutes=5)
    overruled = post.record(at, kind=RecordKind.NO_PAPER, action=Action.ADMITTED, officer=chief.id)
    details = SealedDetails(plate="29C55555", note="Xe cấp cứu")
    by_name = post.record(at, kind=RecordKind.NO_PAPER, action=Action.TURNED_BACK, officer="Cán bộ 12")
    post.send(post.sealed(overruled, details), by_name)
    client.application.extensions["worker"].drain()
    page = login(factories.user("administrator")).get("/scans").get_data(as_text=True)
    for part in ("Đào Văn Chốt", "Lý do: Xe cấp cứu", "Cán bộ 12"):
        assert part in page


def test_officers_are_kept_on_the_command_line(app: Flask, session: Session, lanes: tuple[str, str]) -> None:
    run = app.test_cli_runner().invoke
    from passes.officers.cli import group  # noqa: PLC0415 - commands are imported when they are needed

    added = run(group, ["add", "Đào Văn Chốt", "--role", "chief", "--station", lanes[0]])
    officer_id, pin, name = added.output.strip().split("\t")
    assert name == "Đào Văn Chốt"
    assert re.fullmatch(r"\d{6}", pin)
    assert run(group, ["list"]).output == f"{officer_id}\tchief\tlane-1\tPIN\tĐào Văn Chốt\n"
    renewed = run(group, ["pin", officer_id]).output.strip()
    session.expire_all()
    roster = services.roster_of(session, lanes[0])
    assert is_pin_of(renewed, officer_id, roster.pepper or b"", roster.officers[0].pin or "")
    assert run(group, ["add", "X", "--station", "nowhere"]).exit_code == 2
    assert run(group, ["dismiss", officer_id]).exit_code == 0
    assert run(group, ["list"]).output == ""
    assert run(group, ["pin", officer_id]).exit_code == 2
