"""What officers read."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from protocol import reasons
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


PROTOCOL = Path(reasons.__file__).parent
VECTORS = Path(__file__).parents[1] / "vectors"


def test_a_reason_costs_one_member_one_check_two_texts_and_a_vector() -> None:
    """What somebody who adds a reason has to touch, counted; default severities stand with the member."""
    sources = {path.stem: path.read_text("utf-8") for path in PROTOCOL.glob("*.py")}
    expected = [json.loads(path.read_text("utf-8"))["expected"]["reasons"] for path in VECTORS.glob("*.json")]
    for reason in Reason:
        assert len(re.findall(rf"^    {reason} = ", sources["reasons"], re.MULTILINE)) == 1
        naming = {name for name, source in sources.items() if re.search(rf"Reason\.{reason}\b", source)}
        assert naming - {"reasons", "texts"} in ({"assess"}, {"observations"}), reason
        assert len(re.findall(rf"Reason\.{reason}\b", sources["texts"])) == 1
        assert len(REASON_TEXTS[reason]) == 2
        assert sum(reason in found for found in expected) >= 1, reason
