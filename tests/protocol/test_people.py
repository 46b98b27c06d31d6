"""ID numbers and citizen cards."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.people import (
    CitizenCard,
    CitizenCardError,
    IdNumberError,
    normalise_id_number,
    parse_citizen_card,
)

CARD = "001090012345|012345678|Nguyễn Văn Bình|01021990|Nam|Số 1, Chương Dương, Hoàn Kiếm, Hà Nội|10062021"


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("001090012345", "001090012345"),
        (" 001 090 012 345 ", "001090012345"),
        ("079.090.012345", "079090012345"),
        ("096-090-012345", "096090012345"),
        ("012345678", "012345678"),
    ],
)
def test_an_id_number_is_its_digits(written: str, digits: str) -> None:
    assert normalise_id_number(written) == digits


@pytest.mark.parametrize(
    "written",
    ["", "12345678", "1234567890", "003090012345", "097090012345", "100090012345", "00109001234x", "000000000",
     "0010900123456", "٠٠١٠٩٠٠١٢٣٤٥", "001090012345\n001090012345"],
)  # fmt: skip
def test_what_is_no_id_number_is_refused(written: str) -> None:
    with pytest.raises(IdNumberError):
        normalise_id_number(written)


def test_exactly_63_provinces_of_birth_are_known() -> None:
    known = 0
    for province in range(1_000):
        try:
            normalise_id_number(f"{province:03}090012345")
        except IdNumberError:
            continue
        known += 1
    assert known == 63


def test_a_citizen_cards_code_is_read() -> None:
    assert parse_citizen_card(CARD) == CitizenCard(
        id_number="001090012345",
        old_id_number="012345678",
        name="Nguyễn Văn Bình",
        born_on=date(1990, 2, 1),
        sex="Nam",
        address="Số 1, Chương Dương, Hoàn Kiếm, Hà Nội",
        issued_on=date(2021, 6, 10),
    )
    assert parse_citizen_card(CARD.replace("012345678", "")).old_id_number is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "VP1:ABC",
        CARD + "|",
        CARD.replace("|Nam", ""),
        CARD.replace("01021990", "31021990"),
        CARD.replace("01021990", "1990-02-01"),
        CARD.replace("001090012345", "1"),
        CARD.replace("|012345678|", "|1|"),
        CARD.replace("Nguyễn Văn Bình", " "),
        CARD.replace("Nam", "N\u0000m"),
        CARD.replace("Số 1", "Số 1" * 200),
    ],
)
def test_what_is_no_citizen_card_is_refused(text: str) -> None:
    with pytest.raises(CitizenCardError):
        parse_citizen_card(text)


@given(st.text(max_size=200) | st.lists(st.text(max_size=12), min_size=7, max_size=7).map("|".join))
def test_any_text_is_a_card_or_refused(text: str) -> None:
    try:
        parse_citizen_card(text)
    except CitizenCardError:
        return
