"""Whether what a person reads exists in both languages: the source is Vietnamese, English is a catalogue."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PROGRAMS = ("passes", "checkpoint")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+")


@cache
def english(program: str) -> Catalog:
    with (ROOT / program / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def messages(program: str) -> list[Message]:
    return [message for message in english(program) if message.id]


def both(value: str | tuple[str, ...] | list[str]) -> list[str]:
    """Singular and plural, or the one form there is."""
    return [value] if isinstance(value, str) else list(value)


def test_the_catalogues_hold_exactly_the_texts_of_the_source() -> None:
    done = subprocess.run([ROOT / "script/translate", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run script/translate, then translate what is new:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_text_has_an_english_translation(program: str) -> None:
    assert [message.id for message in messages(program) if not all(both(message.string))] == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_english_counts_differ_between_one_and_many(program: str) -> None:
    """Vietnamese has one form for both; what is counted with `ngettext` has two in English."""
    counted = [message for message in messages(program) if message.pluralizable]
    assert [message.id for message in counted if len(set(both(message.string))) != 2] == []
    assert [message.id for message in counted if len(set(both(message.id))) != 1] == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_text_is_said_as_a_list_only_where_it_also_names_one(program: str) -> None:
    """Menu and list of many, label of one: the same Vietnamese word, and two English ones."""
    texts = {(message.context, both(message.id)[0]): message.string for message in messages(program)}
    contexts = {(context, text) for context, text in texts if context}
    assert {context for context, _ in contexts} <= {"list"}
    assert [text for context, text in contexts if texts.get((None, text)) in (None, texts[context, text])] == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_translation_is_a_guess_or_a_left_over(program: str) -> None:
    assert [message.id for message in messages(program) if message.fuzzy] == []
    assert list(english(program).obsolete) == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_translation_keeps_placeholders_and_markup(program: str) -> None:
    different = [
        message.id
        for message in messages(program)
        if all(both(message.string))
        for pattern in (PLACEHOLDER, TAG)
        if set(pattern.findall(" ".join(both(message.id)))) != set(pattern.findall(" ".join(both(message.string))))
    ]
    assert different == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_source_texts_are_vietnamese(program: str) -> None:
    """A text of several words without one Vietnamese letter was probably written in English."""
    vietnamese = re.compile("[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)
    suspects = [
        text
        for message in messages(program)
        for text in both(message.id)
        if len(re.findall(r"[^\W\d_]{2,}", PLACEHOLDER.sub("", TAG.sub("", text)))) > 2 and not vietnamese.search(text)
    ]
    assert suspects == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_translation_is_the_vietnamese_text_again(program: str) -> None:
    vietnamese = re.compile("[ăằắẳẵặầấẩẫậđềếểễệồốổỗộơờớởỡợưừứửữự]", re.IGNORECASE)
    same = [m.id for m in messages(program) if m.id == m.string and vietnamese.search(" ".join(both(m.id)))]
    assert same == []
