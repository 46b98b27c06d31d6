"""Area codes and the numbers that they travel as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import areas
from protocol.areas import AreaCodeError, AreaLevel


@pytest.mark.parametrize(
    ("code", "level"), [("01", AreaLevel.PROVINCE), ("001", AreaLevel.DISTRICT), ("00001", AreaLevel.WARD)]
)
def test_the_number_of_digits_tells_the_level(code: str, level: AreaLevel) -> None:
    assert areas.level(code) is level


@pytest.mark.parametrize("code", ["", "1", "0001", "000001", "0a", "\u0660\u0661", " 01", "-1", "²3"])
def test_what_is_no_area_code_is_refused(code: str) -> None:
    with pytest.raises(AreaCodeError):
        areas.level(code)
    with pytest.raises(AreaCodeError):
        areas.to_number(code)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("00", 0),
        ("01", 1),
        ("99", 99),
        ("000", 100),
        ("281", 381),
        ("999", 1_099),
        ("00000", 1_100),
        ("99999", 101_099),
    ],
)
def test_a_code_has_one_number(code: str, number: int) -> None:
    assert areas.to_number(code) == number
    assert areas.from_number(number) == code


@given(st.integers(0, 101_099))
def test_every_number_is_one_codes(number: int) -> None:
    assert areas.to_number(areas.from_number(number)) == number


@pytest.mark.parametrize("number", [-1, 101_100, 1.0, True, "1", None])
def test_what_is_no_area_number_is_refused(number: object) -> None:
    with pytest.raises(AreaCodeError):
        areas.from_number(number)
