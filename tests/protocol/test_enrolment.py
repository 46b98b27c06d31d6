"""Enrolment codes and the proof that a device sends back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.enrolment import EnrolmentCode, EnrolmentError, check_proof, make_proof
from tests.protocol.samples import SIGNER, STRANGER

CODE = EnrolmentCode("https://passes.example.gov.vn", "chot-1", bytes(range(16)), bytes(range(32)))
TEXT = CODE.to_text()


@given(
    st.sampled_from(["http://127.0.0.1:8000", "https://giay-di-duong.example.vn/cap"]),
    st.sampled_from(["chot-1", "kho-ung-hoa"]),
    st.binary(min_size=16, max_size=32),
    st.binary(min_size=32, max_size=32),
)
def test_a_code_that_is_printed_is_read_back(url: str, station: str, secret: bytes, root: bytes) -> None:
    code = EnrolmentCode(url, station, secret, root)
    assert EnrolmentCode.from_text(code.to_text()) == code


def test_a_code_is_one_word_that_a_qr_code_holds_in_alphanumeric_mode() -> None:
    assert TEXT.startswith("EN1-")
    assert set(TEXT[4:]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_case_spaces_and_hyphens_do_not_matter_to_a_code() -> None:
    typed = " \n".join(TEXT[at : at + 5] for at in range(0, len(TEXT), 5)).lower()
    assert EnrolmentCode.from_text(typed) == CODE
    assert EnrolmentCode.from_text("EN1-" + "-".join(TEXT[4:])) == CODE


def test_every_mistyped_or_missing_character_is_noticed() -> None:
    for at in range(4, len(TEXT)):
        other = "B" if TEXT[at] != "B" else "C"
        for mistyped in (TEXT[:at] + other + TEXT[at + 1 :], TEXT[:at] + TEXT[at + 1 :]):
            try:
                code = EnrolmentCode.from_text(mistyped)
            except EnrolmentError:
                continue
            assert code == CODE, "only bits that mean nothing may differ"
            assert at == len(TEXT) - 1


@pytest.mark.parametrize("text", ["", "EN1-", "EN2-AAAA", "EN1-10", "EN1-ÀÀÀÀ", "EN1-" + "A" * 5_000, "EN1-AAAAAAAA"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(EnrolmentError):
        EnrolmentCode.from_text(text)


@pytest.mark.parametrize(
    "code",
    [
        replace(CODE, url=""),
        replace(CODE, url="http://x\n"),
        replace(CODE, station="x" * 65),
        replace(CODE, secret=b"short"),
        replace(CODE, root_sha256=b"short"),
    ],
)
def test_a_code_with_a_wrong_part_is_refused(code: EnrolmentCode) -> None:
    with pytest.raises(EnrolmentError):
        EnrolmentCode.from_text(code.to_text())


def test_a_proof_holds_for_one_key_and_one_secret() -> None:
    proof = make_proof(SIGNER, CODE.secret)
    check_proof(SIGNER.public_raw, CODE.secret, proof)
    for key, secret, sent in (
        (STRANGER.public_raw, CODE.secret, proof),
        (SIGNER.public_raw, b"another secret..", proof),
        (SIGNER.public_raw, CODE.secret, proof[:-1]),
        (SIGNER.public_raw, CODE.secret, b""),
        (SIGNER.public_raw[:-1], CODE.secret, proof),
    ):
        with pytest.raises(EnrolmentError):
            check_proof(key, secret, sent)
