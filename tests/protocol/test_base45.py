"""Base45: the text of every code."""

import base45 as another_base45
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import base45


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", ""), (b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")],
)
def test_the_examples_of_rfc_9285_hold(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@given(st.binary(max_size=2_000))
def test_what_is_encoded_decodes_and_another_library_agrees(data: bytes) -> None:
    text = base45.encode(data)
    assert text == another_base45.b45encode(data).decode()
    assert base45.decode(text) == data


@given(st.text(alphabet="0129AWXZ $%*+-./:", max_size=30))
def test_every_accepted_text_is_the_text_of_what_it_decodes_to(text: str) -> None:
    try:
        data = base45.decode(text)
    except base45.Base45Error:
        return
    assert base45.encode(data) == text


@pytest.mark.parametrize(
    "text", ["A", "ABCD", "::::", ":::", "GGW", "::", "V5", "ab8", "BB8\n", "BB", "BÀ8", "BB\u0661", "BB\ud800", "BB8="]
)
def test_what_is_not_base45_is_refused(text: str) -> None:
    with pytest.raises(base45.Base45Error):
        base45.decode(text)


def test_the_greatest_values_decode() -> None:
    assert base45.decode("FGW") == b"\xff\xff"
    assert base45.decode("U5") == b"\xff"
