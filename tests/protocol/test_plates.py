"""Number plates as people write them, as the protocol carries them, as vehicles show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.plates import PlateError, format_plate, normalise_plate


@pytest.mark.parametrize(
    ("written", "normalised", "shown"),
    [
        ("29C-123.45", "29C12345", "29C-123.45"),
        ("29c 12345", "29C12345", "29C-123.45"),
        (" 29C12345 ", "29C12345", "29C-123.45"),
        ("29C–123.45", "29C12345", "29C-123.45"),
        ("29C-1234", "29C1234", "29C-1234"),
        ("29R-012.34", "29R01234", "29R-012.34"),
        ("51RM-001.23", "51RM00123", "51RM-001.23"),
        ("29LD-123.45", "29LD12345", "29LD-123.45"),
        ("29MĐ-001.23", "29MD00123", "29MD-001.23"),
        ("80A-001.23", "80A00123", "80A-001.23"),
        ("29H-999.99", "29H99999", "29H-999.99"),
        ("２９Ｃ－１２３．４５", "29C12345", "29C-123.45"),  # noqa: RUF001 - as some input methods type it
    ],
)
def test_a_plate_has_one_normal_form_and_is_shown_as_on_the_vehicle(written: str, normalised: str, shown: str) -> None:
    assert normalise_plate(written) == normalised
    assert format_plate(normalised) == shown
    assert normalise_plate(shown) == normalised


@pytest.mark.parametrize(
    "written",
    ["", "29C-12", "29C-123456", "13C-123.45", "09C-123.45", "29-123.45", "29I-123.45", "29ZZ-123.45", "C29-123.45",
     "29C1-123.45", "29C-123,45", "29C-12٣.45", "TM-12-34", "29C-123.45\n29C-123.46"],
)  # fmt: skip
def test_what_is_no_plate_is_refused(written: str) -> None:
    with pytest.raises(PlateError):
        normalise_plate(written)


@given(st.text(max_size=12))
def test_any_text_is_a_plate_or_refused_and_a_normal_form_stays(text: str) -> None:
    try:
        plate = normalise_plate(text)
    except PlateError:
        return
    assert normalise_plate(plate) == plate
    assert normalise_plate(format_plate(plate)) == plate


def test_what_is_no_plate_is_shown_as_it_is() -> None:
    assert format_plate("UN 1234") == "UN 1234"
