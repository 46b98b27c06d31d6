"""The rule that says whether a movement is in a zone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from protocol.zones import Zone, is_in_zone
from tests.protocol.samples import LOCKDOWN, NOW

SECOND = timedelta(seconds=1)
ENDS_AT = LOCKDOWN.starts_at + timedelta(days=6)


def is_in(
    zone: Zone = LOCKDOWN,
    area: str | None = "00001",
    site: str | None = None,
    at: datetime = NOW,
    *,
    on_road: bool = False,
) -> bool:
    return is_in_zone(zone, area=area, site=site, is_road_checkpoint_scan=on_road, at=at)


@pytest.mark.parametrize(
    ("area", "expected"),
    [("001", True), ("00001", True), ("00067", True), ("00355", False), ("01", False), ("0", False), (None, False)],
)
def test_an_area_counts_if_it_or_one_above_it_is_the_zones_and_never_if_it_is_coarser(
    *, area: str | None, expected: bool
) -> None:
    assert is_in(area=area) is expected


@pytest.mark.parametrize(("site", "expected"), [("site-9", True), ("site-1", False), (None, False)])
def test_a_site_counts_wherever_it_lies(*, site: str | None, expected: bool) -> None:
    assert is_in(area="79", site=site) is expected
    assert is_in(area=None, site=site) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (LOCKDOWN.starts_at - SECOND, False),
        (LOCKDOWN.starts_at, True),
        (ENDS_AT - SECOND, True),
        (ENDS_AT, False),
        (ENDS_AT + SECOND, False),
    ],
)
def test_the_beginning_is_inclusive_and_the_end_exclusive(*, at: datetime, expected: bool) -> None:
    assert is_in(at=at) is expected


def test_a_zone_without_an_end_goes_on() -> None:
    assert is_in(replace(LOCKDOWN, ends_at=None), at=NOW + timedelta(days=3_650))


def test_scans_at_road_checkpoints_count_only_with_passage() -> None:
    quiet = replace(LOCKDOWN, passage=False)
    assert is_in(on_road=True)
    assert is_in(quiet)
    assert not is_in(quiet, on_road=True)
    assert not is_in(quiet, site="site-9", on_road=True)
