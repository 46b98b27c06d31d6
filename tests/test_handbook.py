"""What README and docs/ tell people to type, to open and to set exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from checkpoint.cli import main as checkpoint
from passes.cli import main as passes
from passes.config import Instance, create_secrets, flask_settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROGRAMS = {"passes": passes, "checkpoint": checkpoint}

CODE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`|^ {4}(.+)$", re.MULTILINE)
COMMAND = re.compile(r"(?:sudo -u \w+ )?(?:\S*/)?(passes|checkpoint)((?:\s+[\w\"$[<./-].*)?)$", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:benchmarks|checkpoint|docs|passes|protocol|script|templates|tests)/[\w./-]+)(?:::\w+)?`")
SETTING = re.compile(r"^ {4}([a-z_]+) = ", re.MULTILINE)
OF_LIBRARIES = {"mail_server", "mail_use_tls", "mail_username"}
"""Settings without a default of ours, which the library that sends e-mail reads."""


def commands() -> Iterator[tuple[str, str, list[str]]]:
    """Every command in the documents: the page, the program, what follows."""
    for page in PAGES:
        for span, line in CODE.findall(page.read_text("utf-8").replace("\\\n", " ")):
            found = COMMAND.match(re.sub(r"\s+#.*", "", span or line).strip())
            if found:
                words = re.sub(r"[\[\]]", " ", found[2]).split()
                yield page.name, found[1], [word.rstrip(",;.)") for word in words]


def missing(program: str, words: list[str]) -> str | None:
    """The first word that is neither a command, nor an option, nor a value."""
    here: click.Command = PROGRAMS[program]
    options = {name for option in here.params for name in option.opts}
    is_value = False
    for word in words:
        if word.startswith("--"):
            if word.partition("=")[0] not in options | {"--help", "--version"}:
                return word
            is_value = True
        elif isinstance(here, click.Group) and word in here.commands:
            here, is_value = here.commands[word], False
            options |= {name for option in here.params for name in (*option.opts, *option.secondary_opts)}
        elif isinstance(here, click.Group) and not is_value:
            return word
        else:
            is_value = False
    return None


def test_every_command_in_the_documents_exists_with_its_options() -> None:
    found = list(commands())
    assert len(found) > 80
    assert [(page, program, *words) for page, program, words in found if missing(program, words)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_whatever_a_page_names_or_links_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [link.partition("#") for link in LINK.findall(text) if "://" not in link]
    targets = [(page.parent / path if path else page, anchor) for path, _, anchor in links]
    assert [target for target, _ in targets if not target.exists()] == []
    assert [(target.name, anchor) for target, anchor in targets if anchor and anchor not in anchors(target)] == []
    assert [name for name in NAMED.findall(text) if not (ROOT / name).exists()] == []


def test_every_setting_in_the_handbook_is_read(tmp_path: Path) -> None:
    create_secrets(Instance(tmp_path))
    known = {name.lower() for name in flask_settings(Instance(tmp_path))} | OF_LIBRARIES
    told = SETTING.findall((ROOT / "docs" / "operations.md").read_text("utf-8"))
    assert len(told) > 15
    assert set(told) - known == set()


def anchors(page: Path) -> set[str]:
    """What the headings of a page can be addressed by."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", title.strip().lower()).replace(" ", "-") for title in titles}
