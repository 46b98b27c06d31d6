"""What only the devices of one station may read."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from protocol.cose import sign1
from protocol.documents import DocumentError
from protocol.enrolment import EnrolmentError, check_proof, make_proof
from protocol.issuers import IssuerKey
from protocol.roster import Officer, OfficerRole, RosterContent, dump_roster, parse_roster, roster_path
from protocol.station_box import BOX_TYPE, MARK_BYTES, Box, BoxError, make_box, parse_box
from tests.protocol.samples import ISSUER, NOW, SIGNER, STRANGER

PATH = roster_path("chot-1")
MARK = bytes(range(MARK_BYTES))
MINE, COLLEAGUE, OTHER = (X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
CONTENT = dump_roster([Officer("o-2", "Trần Đức Anh"), Officer("o-1", "Nguyễn Văn Bình")])
ISSUERS: dict[bytes, tuple[IssuerKey, ...]] = {ISSUER.kid: (ISSUER,)}


def public(*keys: X25519PrivateKey) -> list[bytes]:
    return [key.public_key().public_bytes_raw() for key in keys]


def box(epoch: int = 7) -> bytes:
    return make_box(CONTENT, PATH, epoch, MARK, public(MINE, COLLEAGUE), SIGNER)


def parsed(data: bytes) -> Box:
    return parse_box(data, PATH, ISSUERS)


def test_each_device_of_the_station_reads_the_same_and_no_other_device_reads_anything() -> None:
    found = parsed(box())
    assert (found.kid, found.path, found.epoch, found.mark) == (SIGNER.kid, PATH, 7, MARK)
    assert found.open(MINE) == found.open(COLLEAGUE) == CONTENT
    with pytest.raises(BoxError, match="not for this device"):
        found.open(OTHER)


def test_no_two_boxes_share_a_key() -> None:
    first, second = parsed(box()), parsed(box())
    assert first.content != second.content
    mixed = replace(first, keys=second.keys)
    with pytest.raises(BoxError):
        mixed.open(MINE)


def test_a_box_opens_for_its_own_path_and_epoch_only() -> None:
    found = parsed(box())
    for moved in (replace(found, path=roster_path("chot-2")), replace(found, epoch=8)):
        with pytest.raises(BoxError):
            moved.open(MINE)
    with pytest.raises(BoxError):
        parse_box(box(), roster_path("chot-2"), ISSUERS)


def test_only_a_good_issuing_key_makes_a_box() -> None:
    for issuers in (
        {},
        {ISSUER.kid: (replace(ISSUER, retired_at=NOW),)},
        {ISSUER.kid: (replace(ISSUER, public_key=STRANGER.public_raw),)},
    ):
        with pytest.raises(BoxError):
            parse_box(box(), PATH, issuers)
    shared = {ISSUER.kid: (replace(ISSUER, public_key=STRANGER.public_raw), ISSUER)}
    assert parse_box(box(), PATH, shared).epoch == 7


def test_no_changed_byte_passes() -> None:
    data = box()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(BoxError):
            parsed(bytes(changed))
    with pytest.raises(BoxError):
        parsed(data[:-1])


@pytest.mark.parametrize("payload", [b"", b"\xa0", b"\x80", b"\xa1\x00\x01", b"\xff"])
def test_a_signed_payload_of_another_form_is_refused(payload: bytes) -> None:
    with pytest.raises(BoxError):
        parsed(sign1(payload, SIGNER, BOX_TYPE))


def test_officers_are_read_back_in_one_order_and_later_fields_are_passed_over() -> None:
    assert [officer.id for officer in parse_roster(CONTENT).officers] == ["o-1", "o-2"]
    later = parse_roster(b'{"officers":[{"id":"o-1","name":"A","badge":"x","role":"cook"}],"shift":3}')
    assert later == RosterContent((Officer("o-1", "A", OfficerRole.INSPECTOR),))
    assert parse_roster(dump_roster(())) == RosterContent(())
    whole = RosterContent((Officer("o-1", "A", OfficerRole.CHIEF, "1$x$y", 3),), bytes(range(32)))
    assert parse_roster(dump_roster(whole.officers, whole.pepper)) == whole
    for wrong in (
        b"",
        b"{}",
        b'{"officers":[{"id":"","name":"A"}]}',
        b'{"officers":[{"id":"o"}]}',
        b'{"officers":[],"pepper":"00"}',
        b'{"officers":[{"id":"o","name":"A","pin":6}]}',
    ):
        with pytest.raises(DocumentError):
            parse_roster(wrong)


def test_enrolment_proves_the_encryption_key_too() -> None:
    secret, (mine, other) = b"0123456789abcdef", public(MINE, OTHER)
    proof = make_proof(SIGNER, secret, mine)
    check_proof(SIGNER.public_raw, secret, proof, mine)
    for sent in (other, b"", mine[:-1]):
        with pytest.raises(EnrolmentError):
            check_proof(SIGNER.public_raw, secret, proof, sent)


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31)])
def test_a_key_that_nothing_can_be_encrypted_to_does_not_enrol(point: bytes) -> None:
    secret = b"0123456789abcdef"
    with pytest.raises(EnrolmentError, match="encrypted"):
        check_proof(SIGNER.public_raw, secret, make_proof(SIGNER, secret, point), point)
