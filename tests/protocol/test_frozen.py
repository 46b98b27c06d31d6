"""The byte format is frozen: vectors and dictionaries may be added, those that exist stay as they are for ever.

A pass that was printed is out of reach. If a test here fails, it is not the manifest that has to change: what is to be
said differently needs a new label, form or version (docs/format.md, section 14) and vectors of its own.
"""

import hashlib
from pathlib import Path

import pytest

from tests.vectors import build

VERSION_1 = (140, "457080ba20ad59eb6852a0ecd71c2ab9bc91597cca5565686e76b734ee7b07d8")
"""How many files were frozen with version 1 of the format, and the SHA-256 of their lines in the manifest."""


@pytest.mark.parametrize("name", build.frozen())
def test_a_frozen_file_has_not_changed(name: str) -> None:
    path = build.DIRECTORY / name
    assert path.exists(), f"{name} is frozen: a vector is never taken away"
    assert build.digest(path.read_bytes()) == build.frozen()[name], (
        f"{name} is frozen: vectors may be added, those that exist never change, because the passes that they stand "
        "for are printed. Undo what changed it, or give what is new a label, form or version of its own."
    )


def test_every_vector_and_dictionary_is_frozen() -> None:
    there = {path.name for suffix in ("*.json", "*.bin") for path in build.DIRECTORY.glob(suffix)}
    assert there == build.frozen().keys(), "`python -m tests.vectors.build` freezes what is new"


def test_what_version_1_froze_still_leads_the_manifest() -> None:
    count, expected = VERSION_1
    lines = build.MANIFEST.read_bytes().splitlines(keepends=True)[:count]
    assert hashlib.sha256(b"".join(lines)).hexdigest() == expected, "the manifest is only ever added to"


def test_what_is_built_is_what_is_frozen() -> None:
    built = {name: build.digest(content) for name, content in build.files().items()}
    assert built == build.frozen(), "what the code writes otherwise now has to be pinned in the vectors' material"


def test_building_again_refuses_to_change_or_drop_what_is_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = tmp_path / "frozen.sha256"
    monkeypatch.setattr(build, "DIRECTORY", tmp_path)
    monkeypatch.setattr(build, "MANIFEST", manifest)
    manifest.write_text(f"{'0' * 64}  valid_pass.json\n", "ascii")
    with pytest.raises(ValueError, match=r"valid_pass\.json"):
        build.main()
    manifest.write_text(f"{'0' * 64}  a_vector_that_was.json\n", "ascii")
    with pytest.raises(ValueError, match=r"a_vector_that_was\.json"):
        build.main()
    assert [path.name for path in tmp_path.iterdir()] == ["frozen.sha256"]
    manifest.write_text("", "ascii")
    build.main()
    assert build.frozen().keys() == build.files().keys() == {path.name for path in tmp_path.iterdir()} - {manifest.name}
