"""What officers read."""

from collections.abc import Mapping

import pytest

from protocol.claims import CargoClass, Role, VehicleClass
from protocol.reasons import Outcome, Reason
from protocol.texts import (
    CARGO_CLASS_TEXTS,
    OUTCOME_TEXTS,
    REASON_TEXTS,
    ROLE_TEXTS,
    VEHICLE_CLASS_TEXTS,
)

LANGUAGES = {"vi", "en"}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_title_and_an_instruction_in_both_languages(reason: Reason) -> None:
    texts = REASON_TEXTS[reason]
    assert set(texts) == LANGUAGES
    for text in texts.values():
        assert 5 <= len(text.title) <= 50
        assert not text.title.endswith(".")
        assert 15 <= len(text.instruction) <= 90
        assert text.instruction.endswith(".")
    assert texts["vi"] != texts["en"]


def test_no_two_reasons_read_the_same() -> None:
    for language in ("vi", "en"):
        titles = [texts[language].title for texts in REASON_TEXTS.values()]
        assert len(set(titles)) == len(titles) == len(Reason)


@pytest.mark.parametrize(
    ("texts", "members"),
    [
        (OUTCOME_TEXTS, Outcome),
        (ROLE_TEXTS, Role),
        (VEHICLE_CLASS_TEXTS, VehicleClass),
        (CARGO_CLASS_TEXTS, CargoClass),
    ],
)
def test_every_name_exists_in_both_languages(texts: Mapping[object, Mapping[str, str]], members: type) -> None:
    assert set(texts) == set(members)
    for both in texts.values():
        assert set(both) == LANGUAGES
        assert all(both.values())


def test_the_verdicts_phrases_are_the_agreed_ones() -> None:
    assert [OUTCOME_TEXTS[outcome]["vi"] for outcome in Outcome] == ["CHO QUA", "KIỂM TRA THÊM", "KHÔNG CHO QUA"]
