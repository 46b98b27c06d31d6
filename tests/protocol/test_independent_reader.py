"""An independent library reads what we sign."""

import base45
import cbor2
import cwt
import pytest
import time_machine
from cwt import COSE, COSEKey

from protocol import claims, cose
from protocol.claims import Credential
from protocol.envelope import FORM_PLAIN, pack
from protocol.status import StatusList, build_token
from tests.protocol.samples import CARD, NOW, PASS, SIGNER, STRANGER


def key_of(public_raw: bytes) -> COSEKey:
    """An Ed25519 key as RFC 9053 §7.2 writes it, with the kid of our signer."""
    return COSEKey.new({1: 1, -1: 6, -2: public_raw, 2: SIGNER.kid, 3: -8})


def message_of(credential: Credential) -> bytes:
    """The message of a credential in the plain form, taken out of its text."""
    text = pack(claims.prefix_of(credential), FORM_PLAIN, cose.sign1(claims.encode(credential), SIGNER))
    data = base45.b45decode(text[4:])
    assert data[0] == 0
    return data[1:]


@pytest.mark.parametrize("credential", [PASS, CARD])
def test_cwt_verifies_and_reads_a_credential(credential: Credential) -> None:
    message = message_of(credential)
    with time_machine.travel(NOW, tick=False):
        decoded = cwt.decode(message, keys=key_of(SIGNER.public_raw))
    assert decoded[1] == credential.iss
    assert decoded[4] == int(credential.expires_at.timestamp())
    assert decoded[5] == int(credential.not_before.timestamp())
    assert decoded[6] == int(credential.issued_at.timestamp())
    assert decoded[7] == credential.cti
    assert decoded[65535] == {"status_list": {"idx": credential.status.idx, "uri": credential.status.uri}}


def test_cwt_sees_the_fields_of_a_pass_where_the_format_says() -> None:
    message = message_of(PASS)
    private = cbor2.loads(COSE.new().decode(message, keys=[key_of(SIGNER.public_raw)]))[-65537]
    assert private == {
        0: 1,
        1: bytes.fromhex("2938cedd45"),
        2: 2,
        3: 1,
        4: 35,
        5: "Công ty TNHH Vận tải Sông Hồng",
        6: [["Nguyễn Văn Bình", 123, 36 * 60], ["Trần Đức Anh", 14_567, 29 * 60]],
        7: [79, 1_101, 381],
    }


def test_cwt_refuses_our_pass_under_another_key() -> None:
    with pytest.raises(cwt.VerifyError):
        COSE.new().decode(message_of(PASS), keys=[key_of(STRANGER.public_raw)])


def test_cwt_verifies_a_status_token() -> None:
    token = build_token(StatusList(), "status/0", NOW, SIGNER)
    assert cbor2.loads(COSE.new().decode(token, keys=[key_of(SIGNER.public_raw)]))[2] == "status/0"
