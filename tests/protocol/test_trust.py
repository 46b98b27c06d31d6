"""Trust, from the targets of the repository to values."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from protocol import trust
from protocol.cose import key_id
from protocol.policy import default_policy
from protocol.trust import SealingKey, TrustError
from tests.protocol.samples import (
    DAY,
    DEPOT,
    ISSUER,
    LOCKDOWN,
    NOW,
    ROAD,
    SIGNER,
    STRANGER,
    SUCCESSOR_KEY,
    status_token,
    targets,
    trust_with,
)

SEALING = SealingKey(key_id(bytes(32)), bytes(32))


def test_everything_that_is_published_is_read_back() -> None:
    retired = replace(ISSUER, iss="VN-SG", public_key=STRANGER.public_raw, retired_at=NOW - DAY, reason="lộ khóa")
    published = targets([ISSUER, SUCCESSOR_KEY, retired], [LOCKDOWN], sealing_key=SEALING)
    loaded = trust.load(published)
    assert set(loaded.issuers[SIGNER.kid]) == {ISSUER, retired}
    assert loaded.issuers[SUCCESSOR_KEY.kid] == (SUCCESSOR_KEY,)
    assert loaded.sealing_key == SEALING
    assert loaded.zones == (LOCKDOWN,)
    assert loaded.stations == {"chot-1": ROAD, "kho-1": DEPOT}
    assert loaded.policy == default_policy()
    assert (loaded.published_at, loaded.generation) == (NOW, 7)
    assert set(loaded.statuses) == {"status/0"}


def test_the_same_values_give_the_same_bytes_in_any_order() -> None:
    assert trust.dump_issuers([ISSUER, SUCCESSOR_KEY], None) == trust.dump_issuers([SUCCESSOR_KEY, ISSUER], None)
    assert trust.dump_stations([ROAD, DEPOT]) == trust.dump_stations([DEPOT, ROAD])
    second = replace(LOCKDOWN, id="z-0")
    assert trust.dump_zones([LOCKDOWN, second]) == trust.dump_zones([second, LOCKDOWN])


def test_only_the_latest_version_of_a_zone_counts() -> None:
    lifted = replace(LOCKDOWN, version=2, ends_at=NOW)
    for order in ([LOCKDOWN, lifted], [lifted, LOCKDOWN]):
        assert trust_with(zones=order).zones == (lifted,)


def test_a_zone_covers_its_own_areas_even_if_the_publisher_forgot_to_say_so() -> None:
    loaded = trust_with(zones=[replace(LOCKDOWN, covers=frozenset({"00001"}))])
    assert loaded.zones[0].covers == {"001", "00001"}


def test_other_targets_are_passed_over() -> None:
    assert trust_with(others={"officers/chot-1": b"\x00", "later": b"?"}).generation == 7


@pytest.mark.parametrize("missing", ["issuers", "policy", "zones", "stations", "live/head"])
def test_a_missing_target_is_named(missing: str) -> None:
    incomplete = targets()
    del incomplete[missing]
    with pytest.raises(TrustError, match=missing):
        trust.load(incomplete)


@pytest.mark.parametrize("path", ["issuers", "policy", "zones", "stations", "live/head", "status/0"])
@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"{}", b"null", b'{"a":1,"a":1}', b"[" * 100_000, b'{"generation":NaN}', b"9" * 5_000],
)
def test_a_malformed_target_is_named(path: str, content: bytes) -> None:
    with pytest.raises(TrustError, match=path):
        trust_with(others={path: content})


def edited(path: str, key: str, **changes: object) -> dict[str, bytes]:
    """One target, its first entry under `key` changed."""
    document = json.loads(targets([ISSUER], [LOCKDOWN])[path])
    document[key][0] |= changes
    return {path: json.dumps(document).encode()}


@pytest.mark.parametrize(
    "others",
    [
        edited("issuers", "issuers", kid="00"),
        edited("issuers", "issuers", kid="ABCDEFABCDEFABCD"),
        edited("issuers", "issuers", public_key="zz" * 32),
        edited("issuers", "issuers", public_key=1),
        edited("issuers", "issuers", retired_at="yesterday"),
        edited("issuers", "issuers", retired_at="2021-09-14"),
        edited("issuers", "issuers", retired_at="2021-09-14T02:00:00"),
        edited("zones", "zones", kind="vùng 1"),
        edited("zones", "zones", areas=["1"]),
        edited("zones", "zones", covers="001"),
        edited("zones", "zones", starts_at=None),
        edited("zones", "zones", starts_at="2021-02-30T00:00:00Z"),
        edited("zones", "zones", passage=1),
        edited("zones", "zones", monitoring_days=-1),
        edited("zones", "zones", version="2"),
        edited("stations", "stations", kind="sea"),
        edited("stations", "stations", area="x"),
        edited("stations", "stations", direction="up"),
        edited("stations", "stations", id="kho-1\n"),
        edited("stations", "stations", id="kho-1"),
    ],
)
def test_a_value_that_is_wrong_is_refused(others: dict[str, bytes]) -> None:
    with pytest.raises(TrustError):
        trust_with(others=others)


def test_offsets_of_time_are_understood() -> None:
    loaded = trust_with(zones=[LOCKDOWN], others=edited("zones", "zones", starts_at="2021-09-11T00:00:00+07:00"))
    assert loaded.zones[0].starts_at.isoformat() == "2021-09-10T17:00:00+00:00"


def test_a_key_is_named_once_so_that_a_withdrawn_one_never_returns() -> None:
    with pytest.raises(TrustError):
        trust_with([ISSUER, replace(ISSUER, retired_at=NOW)])


@pytest.mark.parametrize(
    "token",
    [
        status_token(signer=STRANGER),
        status_token(uri="status/1"),
        status_token()[:-1],
        b"",
    ],
)
def test_a_status_list_not_signed_by_an_issuer_for_its_own_path_is_refused(token: bytes) -> None:
    with pytest.raises(TrustError, match="status/0"):
        trust_with(others={"status/0": token})


def test_a_status_list_signed_by_a_withdrawn_key_is_refused() -> None:
    with pytest.raises(TrustError, match="status/0"):
        trust_with([replace(ISSUER, retired_at=NOW - timedelta(days=1)), SUCCESSOR_KEY])
