"""Status lists and their signed tokens."""

import zlib
from datetime import timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor, cose
from protocol.status import (
    MAX_TOKEN_BYTES,
    STATUS_LIST_SIZE,
    TOKEN_TYPE,
    Status,
    StatusError,
    StatusList,
    StatusToken,
    build_token,
    read_token,
)
from tests.protocol.samples import NOW, SIGNER

ENTRIES = st.dictionaries(st.integers(0, STATUS_LIST_SIZE - 1), st.sampled_from(Status), max_size=20)


def opened(token: bytes) -> StatusToken:
    """What a token of our signer says."""
    message = cose.parse_sign1(token, TOKEN_TYPE)
    message.verify(SIGNER.public_raw)
    return read_token(message)


@given(ENTRIES)
def test_a_list_that_is_signed_is_read_back(entries: dict[int, Status]) -> None:
    statuses = StatusList.from_entries(entries)
    token = opened(build_token(statuses, "status/3", NOW, SIGNER))
    assert (token.uri, token.issued_at, token.statuses) == ("status/3", NOW, statuses)
    assert {index: token.statuses.get(index) for index in entries} == entries


def test_statuses_can_be_set_and_taken_back_without_touching_their_neighbours() -> None:
    statuses = StatusList()
    for index in (0, 1, 2, 3, 4, STATUS_LIST_SIZE - 1):
        statuses.set(index, Status.REVOKED)
    statuses.set(1, Status.SUSPENDED)
    statuses.set(2, Status.VALID)
    assert [statuses.get(index).name for index in range(6)] == [
        "REVOKED",
        "SUSPENDED",
        "VALID",
        "REVOKED",
        "REVOKED",
        "VALID",
    ]
    assert statuses.get(STATUS_LIST_SIZE - 1) is Status.REVOKED


def test_the_bits_lie_as_token_status_list_says() -> None:
    statuses = StatusList.from_entries({0: Status.REVOKED, 1: Status.SUSPENDED, 3: Status.REVOKED})
    assert statuses.to_bytes()[0] == 0b01_00_10_01


def test_a_value_that_means_nothing_counts_as_revoked() -> None:
    assert StatusList(b"\xff" * (STATUS_LIST_SIZE // 4)).get(5) is Status.REVOKED


@pytest.mark.parametrize("index", [-1, STATUS_LIST_SIZE])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(StatusError):
        StatusList().get(index)
    with pytest.raises(StatusError):
        StatusList().set(index, Status.REVOKED)


def test_a_list_of_another_size_is_refused() -> None:
    with pytest.raises(StatusError):
        StatusList(b"\0")


def test_the_token_has_the_claims_of_token_status_list_and_no_expiry() -> None:
    token = build_token(StatusList(), "status/0", NOW, SIGNER)
    protected, _, payload, _ = cbor2.loads(token).value
    assert cbor2.loads(protected)[16] == "application/statuslist+cwt"
    claims = cbor2.loads(payload)
    assert set(claims) == {2, 6, 65533}
    assert claims[65533]["bits"] == 2
    assert len(zlib.decompress(claims[65533]["lst"])) == 2**15


def signed(**changed: object) -> bytes:
    listed = {"bits": 2, "lst": zlib.compress(StatusList().to_bytes())} | changed
    return cose.sign1(cbor.dumps({2: "status/0", 6: 1, 65533: listed}), SIGNER, TOKEN_TYPE)


@pytest.mark.parametrize(
    "token",
    [
        signed(bits=1),
        signed(bits=None),
        signed(lst=b""),
        signed(lst=b"not zlib"),
        signed(lst=zlib.compress(bytes(10))),
        signed(lst=zlib.compress(bytes(2**15 + 1))),
        signed(lst=zlib.compress(bytes(2**30 // 16))),
        signed(lst=zlib.compress(bytes(2**15)) + b"after"),
        signed(lst=zlib.compress(bytes(2**15))[:-1]),
        signed(lst=bytes(MAX_TOKEN_BYTES + 1)),
        cose.sign1(cbor.dumps({2: "status/0", 6: 1}), SIGNER, TOKEN_TYPE),
        cose.sign1(cbor.dumps({6: 1, 65533: {}}), SIGNER, TOKEN_TYPE),
        cose.sign1(b"\xff", SIGNER, TOKEN_TYPE),
    ],
)
def test_a_token_of_another_form_is_refused_and_never_inflated_beyond_its_size(token: bytes) -> None:
    with pytest.raises(StatusError):
        opened(token)


def test_a_credential_does_not_pass_for_a_token() -> None:
    payload = cose.parse_sign1(build_token(StatusList(), "status/0", NOW + timedelta(0), SIGNER), TOKEN_TYPE).payload
    with pytest.raises(cose.CoseError):
        opened(cose.sign1(payload, SIGNER))
