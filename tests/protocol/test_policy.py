"""Policy: what each reason means, as signed data."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from protocol import policy
from protocol.policy import DEFAULT_SEVERITIES, Extension, Policy, PolicyError, default_policy
from protocol.reasons import VERIFICATION_REASONS, Reason, Severity
from protocol.trust import StationKind
from tests.protocol.samples import DAY, NOW

FORMAT = Path(__file__).parents[2] / "docs" / "format.md"


def with_severity(reason: Reason, severity: Severity) -> Policy:
    severities = dict(default_policy().severities)
    severities[reason] = dict.fromkeys(StationKind, severity)
    return replace(default_policy(), severities=severities)


def test_a_policy_that_is_written_is_read_back() -> None:
    extension = Extension(NOW, NOW + DAY, NOW + 3 * DAY, "17/TB-UBND")
    changed = replace(
        with_severity(Reason.CREW_EXPIRED, Severity.REFUSE), trust_stale_hours=12, extensions=(extension,)
    )
    assert policy.parse(policy.dump(changed)) == changed
    assert policy.parse(policy.dump(default_policy())) == default_policy()


def test_the_default_says_something_of_every_reason() -> None:
    assert set(DEFAULT_SEVERITIES) == set(Reason)


def test_the_document_prints_the_default_policy_for_every_reason_and_kind_of_station() -> None:
    section = FORMAT.read_text("utf-8").partition("\n## 5. Policy\n")[2].partition("\n## 6.")[0]
    printed = re.findall(r"^\| `([A-Z_]+)` \| (\w+) \| (\w+) \| .+ \|$", section, re.MULTILINE)
    rules = default_policy()
    kinds = (StationKind.ROAD, StationKind.FREIGHT)
    assert printed == [(reason, *(rules.severity(reason, kind) for kind in kinds)) for reason in Reason]


@pytest.mark.parametrize("reason", sorted(VERIFICATION_REASONS))
@pytest.mark.parametrize("severity", [Severity.NOTE, Severity.REFER])
def test_no_policy_lets_through_what_has_no_valid_signature(reason: Reason, severity: Severity) -> None:
    with pytest.raises(PolicyError):
        with_severity(reason, severity)
    document = json.loads(policy.dump(default_policy()))
    document["severities"][reason]["freight"] = severity
    with pytest.raises(PolicyError):
        policy.parse(json.dumps(document).encode())


def test_a_policy_that_forgets_a_reason_is_refused_in_code_and_completed_when_read() -> None:
    with pytest.raises(PolicyError):
        Policy({})
    document = json.loads(policy.dump(default_policy()))
    del document["severities"]["CREW_EXPIRED"]
    document["severities"]["A_REASON_OF_TOMORROW"] = {"road": "refuse"}
    assert policy.parse(json.dumps(document).encode()) == default_policy()


@pytest.mark.parametrize(
    "changes",
    [
        {"severities": []},
        {"severities": {"EXPIRED": "refuse"}},
        {"severities": {"EXPIRED": {"road": "refuse"}}},
        {"severities": {"EXPIRED": {"road": "refuse", "freight": "perhaps"}}},
        {"trust_stale_hours": 0},
        {"trust_expired_hours": "48"},
        {"clock_tolerance_minutes": -1},
        {"already_scanned_minutes": 1.5},
        {"extensions": [{}]},
        {"extensions": None},
    ],
)
def test_a_malformed_policy_is_refused(changes: dict[str, object]) -> None:
    document = json.loads(policy.dump(default_policy())) | changes
    with pytest.raises(PolicyError):
        policy.parse(json.dumps(document).encode())


def test_a_kind_of_station_can_be_treated_in_its_own_way() -> None:
    rules = default_policy()
    assert rules.severity(Reason.ALREADY_SCANNED, StationKind.ROAD) is Severity.REFER
    assert rules.severity(Reason.ALREADY_SCANNED, StationKind.FREIGHT) is Severity.NOTE
    assert rules.severity(Reason.ALREADY_SCANNED) is Severity.REFER


def test_an_extension_covers_a_half_open_period_until_an_exclusive_end() -> None:
    extension = Extension(NOW, NOW + DAY, NOW + 3 * DAY, "17/TB-UBND")
    second = timedelta(seconds=1)
    assert extension.covers(NOW, NOW + 3 * DAY - second)
    assert extension.covers(NOW + DAY - second, NOW)
    assert not extension.covers(NOW + DAY, NOW)
    assert not extension.covers(NOW - second, NOW)
    assert not extension.covers(NOW, NOW + 3 * DAY)
