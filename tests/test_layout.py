"""What must hold for the tree as a whole: what it holds, what it does not, who may import whom."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("protocol", "passes", "checkpoint")

# Split, so that this file does not find itself.
REGISTRY = re.compile(r"https?://[a-z0-9.-]*(py" + r"pi|python" + r"hosted|npm" + r"js|registry\.)", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w./])/(work|farm|root|home/\w+)/")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
SILENCED = re.compile(r"#\s*(no" + r"qa|type: ig" + r"nore)(: ?[A-Z]+\d+(, ?[A-Z]+\d+)*|\[[\w, -]+\])?(?P<reason>.*)")
ASSET = re.compile(r"\.(min\.js|min\.css|woff2?|ttf|otf|eot|wasm)$")

PROTOCOL_MAY_IMPORT = {"cryptography", "cbor2", "protocol"}
# Of the standard library: whatever reads a file, a socket, a clock, the environment or chance.
PROTOCOL_MAY_NOT_IMPORT = {
    "io",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "time",
}
CLOCKS = re.compile(r"\b(datetime\.now|datetime\.utcnow|datetime\.today|date\.today)\(")


@cache
def tracked_files() -> list[Path]:
    """Every file of the project, as git knows them (and new ones that git does not ignore)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def lines_of(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Every line of the text files with one of these endings (all, if none is named), with where it stands."""
    for path in tracked_files():
        if suffixes and path.suffix not in suffixes:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def python_files(*packages: str) -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in packages]


def imported_names(path: Path) -> set[str]:
    """The top-level modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_no_committed_file_names_a_package_registry() -> None:
    assert [where for where, line in lines_of() if REGISTRY.search(line)] == []


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    assert [where for where, line in lines_of() if MACHINE_PATH.search(line)] == []


def test_no_third_party_asset_is_committed() -> None:
    assert [path.name for path in tracked_files() if ASSET.search(path.name)] == []


def test_no_committed_file_is_large() -> None:
    assert [path.name for path in tracked_files() if path.stat().st_size > 400_000] == []


def test_nothing_is_left_unfinished() -> None:
    assert [where for where, line in lines_of(".py", ".html", ".css", ".js", ".sh") if UNFINISHED.search(line)] == []


def test_whatever_is_silenced_says_why_beside_it() -> None:
    unexplained = [
        where
        for where, line in lines_of(".py")
        if (found := SILENCED.search(line)) and not found["reason"].strip(" -#")
    ]
    assert unexplained == []


def test_the_instance_folder_tracks_only_its_own_ignore_file() -> None:
    names = subprocess.run(["git", "ls-files", "instance"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert names.split() == ["instance/.gitignore"]
    rules = [
        line for line in (ROOT / "instance/.gitignore").read_text("utf-8").splitlines() if not line.startswith("#")
    ]
    assert rules == ["*", "!.gitignore"]


@pytest.mark.parametrize("path", python_files("protocol"), ids=lambda path: path.name)
def test_protocol_is_pure(path: Path) -> None:
    imported = imported_names(path)
    assert imported - sys.stdlib_module_names - PROTOCOL_MAY_IMPORT == set()
    assert imported & PROTOCOL_MAY_NOT_IMPORT == set()
    assert CLOCKS.search(path.read_text("utf-8")) is None


def test_no_module_is_two_things() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}: {length} lines"
        for path in python_files(*PACKAGES)
        if "migrations" not in path.parts and (length := len(path.read_text("utf-8").splitlines())) > 300
    ]
    assert too_long == []


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [path.name for path in python_files(*PACKAGES) if path.stem in {"utils", "util", "helpers", "misc"}] == []


def test_the_checks_that_guard_the_layers_name_every_package() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f"root_packages = {list(PACKAGES)}".replace("'", '"') in text
