"""`passes demo`: the whole story without a browser, and what it leaves behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from passes.demo.story import STEPS

OUTCOMES = {
    "genuine": ("ADMIT", []),
    "altered": ("REFUSE", ["SIGNATURE_INVALID"]),
    "self-signed": ("REFUSE", ["ISSUER_UNKNOWN"]),
    "expired": ("REFUSE", ["EXPIRED"]),
    "expired-occupant": ("REFER", ["CREW_EXPIRED"]),
    "web-code": ("REFUSE", ["NOT_A_PASS"]),
    "revoked": ("REFUSE", ["REVOKED"]),
    "from-zone": ("REFER", ["ARRIVED_FROM_ZONE"]),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """The folder of artefacts and the JSON document of one demo."""
    out, elsewhere = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("elsewhere")
    done = subprocess.run(
        [sys.executable, "-m", "passes", "demo", "--out", str(out), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        # as in the shell of an administrator whose instance is in use
        env=os.environ | {"PASSES_DATABASE_URL": f"sqlite:///{elsewhere}/passes.db", "PASSES_INSTANCE": str(elsewhere)},
    )
    assert list(elsewhere.iterdir()) == []
    assert done.returncode == 0, done.stdout + done.stderr
    return out, json.loads(done.stdout)


def test_every_step_ends_well_and_shows_evidence(told: tuple[Path, dict]) -> None:
    _, document = told
    assert document["ok"] is True
    assert [step["step"] for step in document["steps"]] == [name for name, _ in STEPS]
    assert all(step["ok"] and step["evidence"] for step in document["steps"])


def test_the_artefacts_are_real(told: tuple[Path, dict]) -> None:
    out, document = told
    names = {path.name for path in out.iterdir()}
    made = {"pass.pdf", "slip.pdf", "trust.tar", "root.json", "followups.xlsx", "texts.jsonl", "scan-genuine.jpg"}
    assert made <= names
    assert sorted(names) == document["artefacts"]
    assert (out / "pass.pdf").read_bytes().startswith(b"%PDF-")
    assert (out / "pass.pdf").stat().st_size <= 60_000
    rows = list(openpyxl.load_workbook(out / "followups.xlsx").active.values)
    assert any("Nguyễn Văn Bình" in row for row in rows)


def test_a_stranger_comes_to_the_same_verdicts_from_trust_data_and_texts(told: tuple[Path, dict]) -> None:
    out, _ = told
    lines = [json.loads(line) for line in (out / "texts.jsonl").read_text("utf-8").splitlines()]
    assert {line["name"]: (line["outcome"], line["reasons"]) for line in lines} == OUTCOMES
    for line in lines:
        judged = subprocess.run(
            [
                sys.executable, "-m", "checkpoint", "verify", "--trust", str(out / "trust.tar"),
                "--root", str(out / "root.json"), "--at", line["at"], "--json", line["text"],
            ],
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
        verdict = json.loads(judged.stdout)
        assert (verdict["outcome"], verdict["reasons"]) == (line["outcome"], line["reasons"])
        assert verdict["anchor"] == "root"


def test_pictures_of_the_story_hold_exactly_the_texts_of_the_story(told: tuple[Path, dict]) -> None:
    out, _ = told
    lines = map(json.loads, (out / "texts.jsonl").read_text("utf-8").splitlines())
    texts = {line["name"]: line["text"] for line in lines}
    done = subprocess.run(
        [sys.executable, "-m", "checkpoint", "scan", "--raw", "--json", str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    read = {Path(line["file"]).stem: line["texts"] for line in map(json.loads, done.stdout.splitlines())}
    for name, text in texts.items():
        assert read[f"scan-{name}"] == [text]
