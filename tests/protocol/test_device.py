"""What a station's own key signs."""

import base64
from datetime import datetime, timedelta

import pytest

from protocol import cbor, cose
from protocol.device import (
    BATCH_TYPE,
    MAX_BATCH_BYTES,
    MAX_BATCH_RECORDS,
    REQUEST_TYPE,
    TOKEN_LIFETIME,
    DeviceError,
    RequestToken,
    make_request_token,
    open_batch,
    request_token_kid,
    sign_batch,
    verify_request_token,
)
from tests.protocol.samples import NOW, SIGNER, STRANGER

NONCE = b"12345678"
BODY = b"a batch"
TOKEN = make_request_token(SIGNER, "chot-1", "POST", "/api/v1/scans", BODY, NONCE, NOW + timedelta(microseconds=5))
SECOND = timedelta(seconds=1)


def check(
    token: str = TOKEN,
    method: str = "POST",
    path: str = "/api/v1/scans",
    body: bytes = BODY,
    at: datetime = NOW,
    key: bytes = SIGNER.public_raw,
) -> RequestToken:
    return verify_request_token(token, key, method, path, body, at)


def test_a_token_says_who_asks_and_can_be_told_from_any_other() -> None:
    assert check() == RequestToken("chot-1", NONCE, NOW)
    assert request_token_kid(TOKEN) == SIGNER.kid
    assert set(TOKEN) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"path": "/api/v1/enrol"},
        {"path": "/api/v1/scans?again"},
        {"body": b"another batch"},
        {"key": STRANGER.public_raw},
        {"at": NOW - TOKEN_LIFETIME - SECOND},
        {"at": NOW + TOKEN_LIFETIME},
        {"token": ""},
        {"token": TOKEN[:-1]},
        {"token": TOKEN + "A"},
        {"token": TOKEN + "="},
        {"token": "é" + TOKEN},
        {"token": "A" * 1_000_000},
        {"token": TOKEN.replace("-", "+", 1).replace("_", "/", 1) + "\n"},
    ],
)
def test_a_token_serves_its_own_request_only_and_soon(changes: dict[str, object]) -> None:
    with pytest.raises(DeviceError):
        check(**changes)


@pytest.mark.parametrize("at", [NOW - TOKEN_LIFETIME, NOW + TOKEN_LIFETIME - SECOND])
def test_clocks_may_differ_by_a_few_minutes(at: datetime) -> None:
    assert check(at=at).station == "chot-1"


def test_every_changed_character_of_a_token_is_noticed() -> None:
    for at, character in enumerate(TOKEN):
        other = "A" if character != "A" else "Q"
        try:
            check(TOKEN[:at] + other + TOKEN[at + 1 :])
        except DeviceError:
            continue
        pytest.fail(f"character {at} may be changed")


def test_a_token_with_missing_claims_is_refused() -> None:
    for payload in (cbor.dumps({}), cbor.dumps([]), b"\xff"):
        message = cose.sign1(payload, SIGNER, REQUEST_TYPE)
        with pytest.raises(DeviceError):
            check(base64.urlsafe_b64encode(message).decode().rstrip("="))


def test_a_batch_gives_its_records_back_in_order() -> None:
    records = [b"one", b"two", bytes(1_000)]
    batch = sign_batch(records, SIGNER)
    assert open_batch(batch, SIGNER.public_raw) == records
    assert open_batch(sign_batch([], SIGNER), SIGNER.public_raw) == []


def test_a_batch_of_another_device_or_a_changed_one_is_refused() -> None:
    batch = sign_batch([b"one"], SIGNER)
    with pytest.raises(DeviceError):
        open_batch(batch, STRANGER.public_raw)
    for at in range(len(batch)):
        with pytest.raises(DeviceError):
            open_batch(batch[:at] + bytes([batch[at] ^ 1]) + batch[at + 1 :], SIGNER.public_raw)
        with pytest.raises(DeviceError):
            open_batch(batch[:at], SIGNER.public_raw)


def test_a_batch_has_bounds_on_both_sides() -> None:
    with pytest.raises(DeviceError):
        sign_batch([b"x"] * (MAX_BATCH_RECORDS + 1), SIGNER)
    with pytest.raises(DeviceError):
        sign_batch([bytes(MAX_BATCH_BYTES)], SIGNER)
    too_many = cose.sign1(cbor.dumps([b"x"] * (MAX_BATCH_RECORDS + 1)), SIGNER, BATCH_TYPE)
    with pytest.raises(DeviceError):
        open_batch(too_many, SIGNER.public_raw)
    with pytest.raises(DeviceError):
        open_batch(bytes(MAX_BATCH_BYTES + 1), SIGNER.public_raw)
    for payload in (cbor.dumps({}), cbor.dumps(["text"]), cbor.dumps([b""]), b"\xd8\x1c\x80"):
        with pytest.raises(DeviceError):
            open_batch(cose.sign1(payload, SIGNER, BATCH_TYPE), SIGNER.public_raw)


def test_one_kind_of_message_does_not_pass_for_another() -> None:
    message = cose.sign1(cbor.dumps([b"x"]), SIGNER, REQUEST_TYPE)
    with pytest.raises(DeviceError):
        open_batch(message, SIGNER.public_raw)
    with pytest.raises(DeviceError):
        request_token_kid(base64.urlsafe_b64encode(sign_batch([], SIGNER)).decode().rstrip("="))
