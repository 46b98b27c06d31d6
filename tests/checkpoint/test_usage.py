"""What a person sees who typed a command wrongly: how it is used and what is wrong, in their own language."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checkpoint.cli import main
from checkpoint.home import Home
from tests.checkpoint.conftest import NOW, Hanoi


def typed(*arguments: object, lang: str = "vi_VN.UTF-8") -> Result:
    return CliRunner(env={"LANG": lang, "LC_ALL": ""}).invoke(main, list(map(str, arguments)), prog_name="checkpoint")


CASES = [
    (("scann",), "Không có lệnh này"),
    (("trust", "imprt"), "Không có lệnh này"),
    (("scan", "--kamera", "1"), "Không có tùy chọn “--kamera”. Có phải: --camera"),
    (("scan", "--camera", "front"), "Giá trị của “--camera” không hợp lệ. Hãy ghi một số"),
    (("scan", "--camera"), "“--camera” được ghi chưa đúng"),
    (("--lang", "fr"), "Chọn một trong: vi, en."),
    (("no-paper", "--action", "fly"), "Chọn một trong: admitted, sent_aside, turned_back."),
    (("serve", "a", "b"), "chữ thừa"),
    (("trust", "import"), "Thiếu “SOURCE”"),
]


@pytest.mark.parametrize(("arguments", "words"), CASES)
def test_a_command_typed_wrongly_is_explained_in_vietnamese(arguments: tuple[str, ...], words: str) -> None:
    done = typed(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert not any(word in done.stderr for word in ("Usage", "Error", "Try ", "Invalid", "No such", "Got "))


def test_in_english_everything_is_english() -> None:
    said = typed("scan", "--kamera", "1", lang="en_US.UTF-8").stderr
    assert said.splitlines()[0] == "Usage: checkpoint scan [OPTIONS] [PATH]..."
    assert "Error: There is no option “--kamera”. Did you mean: --camera" in said


def test_a_group_without_a_command_lists_its_commands() -> None:
    assert "import" in typed("trust").output


def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    done = typed("scan", "--raw", tmp_path / "pipe.png")
    assert done.exit_code == 2
    assert "không phải là tệp ảnh" in done.stderr


def test_a_plate_of_another_form_is_taken_on_the_command_line_when_it_is_said_to_be_one(home: Home) -> None:
    refused = typed("--home", home.path, "no-paper", "--plate", "TM 12 345")
    assert refused.exit_code == 2
    assert "--special-plate" in refused.stderr
    taken = typed("--home", home.path, "no-paper", "--plate", "tm 12 345", "--special-plate", "--json")
    assert (taken.exit_code, '"id"' in taken.stdout) == (0, True)


def test_an_archive_whose_signatures_expired_is_noted_in_the_readers_language(hanoi: Hanoi, tmp_path: Path) -> None:
    archive = hanoi.export(f"{tmp_path.name}.tar")
    late = (NOW + timedelta(days=30)).isoformat()
    done = typed("verify", "--trust", archive, "--at", late, hanoi.sign())
    assert "chữ ký của gói dữ liệu đã quá hạn từ" in done.stderr
    assert "expired" not in done.stderr
    assert typed("verify", "--trust", archive, "--at", NOW.isoformat(), hanoi.sign()).stderr == ""


def test_the_log_is_verified_with_every_signature(home: Home) -> None:
    typed("--home", home.path, "no-paper", "--plate", "29C-123.45")
    assert "1 bản ghi" in typed("--home", home.path, "log", "verify").stdout
    assert '"is_whole": true' in typed("--home", home.path, "log", "verify", "--json").stdout
    log = home.scan_log()
    log._db.execute("DROP TRIGGER record_is_never_changed")
    log._db.execute("UPDATE record SET signature = zeroblob(64)")
    done = typed("--home", home.path, "log", "verify")
    assert done.exit_code == 2
    assert "đứt ở bản ghi số 1" in done.stderr
