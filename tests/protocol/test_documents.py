"""docs/format.md says what the code does."""

import hashlib
from enum import IntEnum
from pathlib import Path

import pytest

from protocol import claims, cose, device, envelope, policy, signed_text, status
from protocol.claims import CargoClass, VehicleClass
from protocol.dictionaries import DICTIONARIES
from protocol.policy import default_policy
from protocol.reasons import Reason

FORMAT = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")


@pytest.mark.parametrize("classes", [VehicleClass, CargoClass])
def test_every_class_is_printed_with_its_number(classes: type[IntEnum]) -> None:
    for member in classes:
        assert f"| {member.value} | `{member.name}` |" in FORMAT


def test_every_reason_stands_in_the_order_of_checks() -> None:
    checks = FORMAT.partition("## 4.")[2].partition("## 5.")[0]
    assert [reason for reason in Reason if reason not in checks] == []


def test_the_thresholds_and_bounds_are_the_codes() -> None:
    rules = default_policy()
    for key in ("trust_stale_hours", "trust_expired_hours"):
        assert f"| `{key}` | integer from 1 to {policy.MAX_HOURS - 1:,}; at first {getattr(rules, key)} |" in FORMAT
    for key in ("clock_tolerance_minutes", "already_scanned_minutes"):
        assert f"| `{key}` | integer from 0 to {policy.MAX_MINUTES - 1:,}; at first {getattr(rules, key)} |" in FORMAT
    assert f"at most {envelope.MAX_TEXT_CHARS:,} characters" in FORMAT
    assert f"0 to {status.STATUS_LIST_SIZE - 1:,}" in FORMAT
    assert f"{claims.MAX_CREW_MINUTES:,}" in FORMAT
    assert f"array of 1 to {claims.MAX_CREW} persons" in FORMAT
    assert f"array of 2 to {claims.MAX_ROUTE} area numbers" in FORMAT
    assert f"`iat` + {device.TOKEN_LIFETIME.seconds}" in FORMAT
    assert f"at most {device.MAX_BATCH_RECORDS} byte strings" in FORMAT
    for typ in (status.TOKEN_TYPE, device.REQUEST_TYPE, device.BATCH_TYPE):
        assert f"| `{typ}` |" in FORMAT
    assert f"first {cose.KID_BYTES} bytes of the SHA-256" in FORMAT
    assert f"at most {signed_text.MAX_CLAIMS_BYTES:,} bytes" in FORMAT


def test_every_dictionary_is_named_with_its_size_and_digest() -> None:
    for number, content in DICTIONARIES.items():
        digest = hashlib.sha256(content).hexdigest()
        assert f"`tests/vectors/dictionary_{number}.bin`: {len(content):,} bytes, SHA-256 `{digest}`" in FORMAT
