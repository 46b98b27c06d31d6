"""Where the preset dictionary comes from."""

import hashlib
import subprocess
import sys
from pathlib import Path

from protocol import dictionary_1
from tests import counts

SCRIPT = Path(__file__).parents[2] / "script" / "dictionary"
BUILDS = counts.count("times that dictionary 1 is built again from its words", 0, 1)


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=SCRIPT, capture_output=True, check=True, text=True).stdout.strip()


def test_the_script_builds_the_dictionary_that_is_in_use() -> None:
    for _ in range(BUILDS):
        digest = run("import build, hashlib; print(hashlib.sha256(build.build()).hexdigest())")
        assert digest == dictionary_1.SHA256


def test_the_script_writes_the_module_that_is_in_use() -> None:
    module = run("import build; from protocol import dictionary_1; print(build.render(dictionary_1.CONTENT))")
    assert module == Path(dictionary_1.__file__).read_text("utf-8").strip()


def test_the_passes_that_it_is_fitted_to_are_always_the_same() -> None:
    program = "import build; print(*(build.claims.encode(one).hex() for one in build.examples.passes(1, 50)))"
    digest = hashlib.sha256(run(program).encode()).hexdigest()
    assert digest == "3c7b62f6891f42aa22a9197ec8a4ee4353e3b790f083242c463c546326b5886c"
