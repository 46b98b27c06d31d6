"""How pages say times, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from passes import moments

NOW = datetime(2021, 9, 18, 3, 0, tzinfo=UTC)  # 10:00 in Hanoi


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    app = Flask(__name__)
    app.config.update(BABEL_DEFAULT_LOCALE="vi", BABEL_DEFAULT_TIMEZONE="Asia/Ho_Chi_Minh")
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        (datetime(2021, 9, 18, 7, 5, tzinfo=UTC), "hôm nay lúc 14:05"),
        (datetime(2021, 9, 17, 16, 59, tzinfo=UTC), "hôm qua lúc 23:59"),
        (datetime(2021, 9, 17, 17, 0, tzinfo=UTC), "hôm nay lúc 00:00"),
        (datetime(2021, 9, 18, 17, 0, tzinfo=UTC), "ngày mai lúc 00:00"),
        (datetime(2021, 9, 13, 2, 30, tzinfo=UTC), "Thứ Hai 13/09 lúc 09:30"),
        (datetime(2021, 9, 24, 2, 30, tzinfo=UTC), "Thứ Sáu 24/09 lúc 09:30"),
        (datetime(2021, 9, 11, 2, 30, tzinfo=UTC), "11/09/2021 lúc 09:30"),
    ],
)
def test_a_time_is_said_as_people_say_it_on_the_local_day(moment: datetime, spoken: str) -> None:
    assert moments.spoken_time(moment, NOW) == spoken


def test_the_full_time_names_the_weekday_the_second_and_whose_time_it_is() -> None:
    assert moments.full_time(datetime(2021, 9, 18, 7, 5, 9, tzinfo=UTC)) == "Thứ Bảy, 18/09/2021 14:05:09, giờ Việt Nam"


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        (datetime(2021, 9, 18, 17, 0, tzinfo=UTC), "hết ngày 18/09/2021"),
        (datetime(2021, 9, 15, 7, 0, tzinfo=UTC), "14:00 ngày 15/09/2021"),
        (datetime(2021, 12, 31, 17, 0, tzinfo=UTC), "hết ngày 31/12/2021"),
    ],
)
def test_an_exclusive_end_at_local_midnight_is_said_as_the_day_it_ends(moment: datetime, spoken: str) -> None:
    assert moments.spoken_end(moment) == spoken


def test_english_pages_use_english_dates_and_separators() -> None:
    with force_locale("en"):
        assert moments.short_date(date(2021, 9, 18)) == "18 Sep 2021"
        assert moments.grouped(40000) == "40,000"


def test_vietnamese_pages_use_vietnamese_dates_and_separators() -> None:
    assert moments.short_date(datetime(2021, 9, 17, 17, 0, tzinfo=UTC)) == "18/09/2021"
    assert moments.grouped(40000) == "40.000"


def test_a_printed_page_says_the_date_not_yesterday() -> None:
    assert moments.paper_time(datetime(2021, 9, 17, 18, 5, tzinfo=UTC)) == "18/09/2021 01:05"


def test_the_machines_form_is_utc() -> None:
    assert moments.iso_time(datetime(2021, 9, 18, 7, 5, tzinfo=UTC)) == "2021-09-18T07:05:00Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moments.spoken_time(datetime(2021, 9, 18, 7, 5), NOW)  # noqa: DTZ001 - what must be refused
