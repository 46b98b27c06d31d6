"""What posts tell each other through the issuer: exact, bounded, refused when it is anything else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor
from protocol.sightings import (
    MAX_PER_SLOT,
    SLOTS,
    Sighting,
    Sightings,
    SightingsError,
    dump_sightings,
    parse_sightings,
    sightings_path,
    slots_at,
)

HOUR = datetime(2021, 9, 14, 2, 0, tzinfo=UTC)
CTI = b"pass0001"


def seen(station: str, seconds: int, cti: bytes = CTI, iss: str = "VN-HN") -> Sighting:
    return Sighting(iss, cti, station, HOUR + timedelta(seconds=seconds))


sightings = st.builds(
    seen,
    st.sampled_from(["chot-1", "chot-2", "kho.3"]),
    st.integers(0, 3599),
    st.binary(min_size=8, max_size=8),
    st.sampled_from(["VN-HN", "VN-HP"]),
)


@given(st.lists(sightings, max_size=40))
def test_what_is_written_is_read_again_each_once(some: list[Sighting]) -> None:
    data = dump_sightings(HOUR, some)
    assert set(parse_sightings(data)) == set(some)
    assert dump_sightings(HOUR, reversed(some)) == data


def test_an_hour_at_the_peak_costs_ten_bytes_a_scan() -> None:
    some = [seen(f"chot-{n % 22}", n % 3600, n.to_bytes(8)) for n in range(6_000)]
    assert len(dump_sightings(HOUR, some)) < 6_000 * 10 + 1_000


def test_of_too_many_the_newest_are_kept() -> None:
    some = [seen("chot-1", n % 3600, n.to_bytes(8)) for n in range(MAX_PER_SLOT + 500)]
    kept = parse_sightings(dump_sightings(HOUR, some))
    assert len(kept) == MAX_PER_SLOT
    assert min(one.at for one in kept) >= min(one.at for one in some)
    assert max(one.at for one in kept) == max(one.at for one in some)


def test_a_post_is_told_of_other_posts_newest_first_and_not_of_itself() -> None:
    known = Sightings([seen("chot-1", 10), seen("chot-2", 20), seen("chot-3", 30), seen("chot-2", 20)])
    assert known.elsewhere("VN-HN", CTI, "chot-1") == (seen("chot-3", 30), seen("chot-2", 20))
    assert known.elsewhere("VN-HP", CTI, "chot-1") == known.elsewhere("VN-HN", b"pass0002", "chot-1") == ()
    assert Sightings().elsewhere("VN-HN", CTI, "chot-1") == ()


def test_hours_are_told_of_from_the_oldest_to_the_one_that_runs() -> None:
    slots = slots_at(HOUR + timedelta(minutes=59, seconds=59))
    assert len(slots) == SLOTS + 1
    assert slots[-1] == HOUR
    assert slots[0] == HOUR - timedelta(hours=SLOTS)
    assert sightings_path(HOUR, 0) == "sightings/2021091402-0"


ROWS = CTI + (10).to_bytes(2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        cbor.dumps([]),
        cbor.dumps({0: 2, 1: 0, 2: {}}),
        cbor.dumps({0: 1, 1: "now", 2: {}}),
        cbor.dumps({0: 1, 1: 0, 2: []}),
        cbor.dumps({0: 1, 1: 0, 2: {"chot-1": {"VN-HN": ROWS[:-1]}}}),
        cbor.dumps({0: 1, 1: 0, 2: {"chot-1": {"VN-HN": b""}}}),
        cbor.dumps({0: 1, 1: 0, 2: {"chot-1": {"VN-HN": CTI + (3600).to_bytes(2)}}}),
        cbor.dumps({0: 1, 1: 0, 2: {"chot-1": {"VN-HN": ROWS * (MAX_PER_SLOT + 1)}}}),
        cbor.dumps({0: 1, 1: 0, 2: {"chot-1": {"VN-HN": ROWS * MAX_PER_SLOT, "VN-HP": ROWS}}}),
        cbor.dumps({0: 1, 1: 0, 2: {"": {"VN-HN": ROWS}}}),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(SightingsError):
        parse_sightings(data)


@given(st.binary(max_size=60))
def test_no_bytes_make_the_reader_fail_in_another_way(data: bytes) -> None:
    try:
        parse_sightings(data)
    except SightingsError:
        return
