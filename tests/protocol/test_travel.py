"""What no truck can drive is told from what it can, by positions where they are known, else by areas."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from protocol.documents import DocumentError
from protocol.places import Position, StationInfo, StationKind, dump_stations, parse_stations
from protocol.travel import distance_km, is_too_fast, least_time

AT = datetime(2021, 9, 14, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOLERANCE = 2 * MINUTE
PHAP_VAN = StationInfo("phap-van", "Chốt Pháp Vân", StationKind.ROAD, "00337", within=("008", "01"))
PHU_DONG = StationInfo("phu-dong", "Chốt Phù Đổng", StationKind.ROAD, "00544", within=("018", "01"))
BAC_GIANG = StationInfo("bac-giang", "Chốt Bắc Giang", StationKind.ROAD, "07807", within=("219", "24"))
HERE, THERE = Position(20.9635, 105.8469), Position(21.0406, 105.9406)


def test_a_distance_is_that_along_the_ground() -> None:
    assert distance_km(Position(0, 0), Position(0, 1)) == pytest.approx(111.19, abs=0.02)
    assert distance_km(Position(21.0285, 105.8542), Position(10.8231, 106.6297)) == pytest.approx(1137.8, abs=2)
    assert distance_km(HERE, HERE) == 0


@pytest.mark.parametrize("minutes", [0, 4, 7, 8, 60])
def test_thirteen_kilometres_take_ten_minutes_less_what_the_clocks_differ(minutes: int) -> None:
    here, there = replace(PHAP_VAN, position=HERE), replace(PHU_DONG, position=THERE)
    assert distance_km(HERE, THERE) == pytest.approx(12.96, abs=0.05)
    later = AT + minutes * MINUTE
    for first, second in ((AT, later), (later, AT)):
        assert is_too_fast(here, first, there, second, TOLERANCE) is (minutes < 8)


def test_lanes_of_one_checkpoint_tell_nothing() -> None:
    near = replace(PHU_DONG, position=Position(HERE.latitude + 0.005, HERE.longitude))
    assert not is_too_fast(replace(PHAP_VAN, position=HERE), AT, near, AT, timedelta(0))


def test_a_station_is_never_too_far_from_itself() -> None:
    moved = replace(PHAP_VAN, position=THERE)
    assert not is_too_fast(replace(PHAP_VAN, position=HERE), AT, moved, AT, timedelta(0))


@pytest.mark.parametrize(
    ("there", "least"),
    [(PHU_DONG, 3 * MINUTE), (BAC_GIANG, 10 * MINUTE), (replace(PHU_DONG, within=("008", "01")), timedelta(0))],
)
def test_without_positions_other_districts_and_provinces_take_at_least_some_minutes(
    there: StationInfo, least: timedelta
) -> None:
    assert least_time(PHAP_VAN, there, TOLERANCE) == least
    assert least_time(replace(PHAP_VAN, position=HERE), there, TOLERANCE) == least


def test_stations_of_which_little_is_known_tell_nothing() -> None:
    assert least_time(replace(PHAP_VAN, within=()), replace(BAC_GIANG, within=()), TOLERANCE) == timedelta(0)
    district = replace(PHU_DONG, area="018", within=("01",))
    assert least_time(PHAP_VAN, district, TOLERANCE) == 3 * MINUTE


def test_a_position_is_published_only_where_it_is_known() -> None:
    located = replace(PHAP_VAN, position=Position(-20.9635, 105.846999))
    data = dump_stations([located, PHU_DONG])
    assert parse_stations(data) == {"phap-van": located, "phu-dong": PHU_DONG}
    assert data.count(b"position") == 1


@pytest.mark.parametrize("wrong", ["[1]", "[1,2,3]", "[90000001,0]", "[0,-180000001]", "[1.5,2]", '"here"'])
def test_a_position_of_another_form_is_refused(wrong: str) -> None:
    data = dump_stations([replace(PHAP_VAN, position=HERE)]).replace(b"[20963500,105846900]", wrong.encode())
    with pytest.raises(DocumentError):
        parse_stations(data)
