"""Where exactly stations stand: typed as maps give it, published to all posts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from passes.stations import positions, services
from passes.stations.cli import group
from protocol.trust import Position, StationKind
from tests.factories import Factories
from tests.passes.pages import Login

NOW = datetime(2021, 9, 14, 2, tzinfo=UTC)


@pytest.fixture
def station(session: Session) -> str:
    services.create_station(
        session, None, station_id="road-1", name="Chốt", kind=StationKind.ROAD, area_code="00337", now=NOW
    )
    session.commit()
    return "road-1"


@pytest.mark.parametrize(
    ("text", "position"),
    [("20.963012, 105.841", Position(20.963012, 105.841)), (" 10.77,106.7 ", Position(10.77, 106.7)), ("  ", None)],
)
def test_a_position_is_read_as_maps_give_it(text: str, position: Position | None) -> None:
    assert positions.parse_position(text) == position


@pytest.mark.parametrize("text", ["105.841, 20.963", "20.963", "20,963, 105,841", "north, east", "nan, nan", "1, 2, 3"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(services.StationError) as refused:
        positions.parse_position(text)
    assert refused.value.code == "position_invalid"


def test_an_administrator_says_where_a_station_stands(
    session: Session, station: str, factories: Factories, login: Login
) -> None:
    desk, url = login(factories.user("administrator")), f"/stations/{station}/position"
    assert "chưa có" in desk.get("/stations").get_data(as_text=True)
    wrong = desk.post(url, data={"position": "105.841, 20.963"}).get_data(as_text=True)
    assert "trong nước Việt Nam" in wrong
    assert "105.841, 20.963" in wrong
    assert desk.post(url, data={"position": "20.963, 105.841"}).status_code == 302
    session.expire_all()
    assert services.published_stations(session)[0].position == Position(20.963, 105.841)
    assert 'value="20.963000, 105.841000"' in desk.get(url).get_data(as_text=True)
    assert desk.post(url, data={"position": ""}).status_code == 302
    session.expire_all()
    assert services.published_stations(session)[0].position is None
    assert desk.get("/stations/nowhere/position").status_code == 404


def test_a_station_is_located_on_the_command_line(app: Flask, session: Session, station: str) -> None:
    run = app.test_cli_runner().invoke
    assert run(group, ["locate", station, "20.963, 105.841"]).exit_code == 0
    assert run(group, ["locate", station, "here"]).exit_code == 2
    new = ["create", "road-2", "--name", "X", "--kind", "road", "--area", "00337", "--position", "21, 105.9"]
    assert run(group, new).exit_code == 0
    session.expire_all()
    assert [one.position for one in services.published_stations(session)] == [
        Position(20.963, 105.841),
        Position(21, 105.9),
    ]
