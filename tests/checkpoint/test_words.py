"""Sentences and times as people at a post read them."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import checkpoint
from checkpoint.i18n import gettext, language_of_environment, use_language
from checkpoint.messages import SENTENCES
from checkpoint.moments import MomentError, parse_moment, show_age, show_end, show_moment

MIDNIGHT = datetime(2021, 9, 15, 17, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi")


def codes_in(path: Path) -> set[str]:
    """The codes that a file raises errors with: the first argument of every call of something that ends in Error."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id.endswith("Error") and call.args]
    return {str(first.value) for call in named if isinstance(first := call.args[0], ast.Constant)}


def test_every_code_that_is_raised_has_a_sentence() -> None:
    raised = set().union(*(codes_in(path) for path in Path(checkpoint.__file__).parent.rglob("*.py")))
    technical = {code for code in raised if " " in code}
    assert raised - technical - set(SENTENCES) == set()


def test_times_are_read_with_and_without_offset() -> None:
    nine = datetime(2021, 9, 14, 2, 0, tzinfo=UTC)
    for text in ("2021-09-14T09:00+07:00", "2021-09-14T02:00:00Z", "2021-09-14 09:00"):
        assert parse_moment(text) == nine
    for text in ("", "yesterday", "14/09/2021"):
        with pytest.raises(MomentError):
            parse_moment(text)


def test_times_are_shown_as_people_say_them() -> None:
    assert show_moment(MIDNIGHT) == "16/09/2021 00:00"
    assert show_end(MIDNIGHT) == "hết ngày 15/09/2021"
    assert show_end(MIDNIGHT - timedelta(hours=10)) == "14:00 ngày 15/09/2021"


def test_english_says_dates_as_the_offices_do() -> None:
    use_language("en")
    assert show_moment(MIDNIGHT) == "16 Sep 2021 00:00"
    assert show_end(MIDNIGHT) == "end of 15 Sep 2021"
    assert show_end(MIDNIGHT - timedelta(hours=10)) == "14:00 on 15 Sep 2021"


def test_ages_are_told_in_the_largest_unit_that_fits() -> None:
    ages = [timedelta(minutes=-3), timedelta(minutes=59), timedelta(hours=47), timedelta(hours=49)]
    assert [show_age(age) for age in ages] == ["0 phút", "59 phút", "47 giờ", "2 ngày"]


def test_vietnamese_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    for lang, expected in (("C.UTF-8", "vi"), ("vi_VN", "vi"), ("", "vi"), ("en_US.UTF-8", "en"), ("fr_FR", "vi")):
        monkeypatch.setenv("LC_ALL", lang)
        monkeypatch.setenv("LANG", "C")
        assert language_of_environment() == expected


def test_a_text_without_translation_is_said_in_vietnamese() -> None:
    use_language("en")
    assert gettext("câu chưa dịch %(n)s", n=1) == "câu chưa dịch 1"
