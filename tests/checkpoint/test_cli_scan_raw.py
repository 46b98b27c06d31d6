"""`checkpoint scan --raw`, as a person types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from checkpoint.cli import main
from tests.checkpoint.pictures import draw_code, put_on_road, save, save_video

PASS, CARD = "VP1:" + "NCFOXN%TS3DH" * 20, "CC1:" + "3ZSUZK+.V0ET" * 12


IN_VIETNAM = {"LANG": "vi_VN.UTF-8", "LC_ALL": ""}


def checkpoint(*arguments: object) -> Result:
    """A command in this process; whatever is no exit but an error fails the test."""
    return CliRunner(env=IN_VIETNAM).invoke(main, list(map(str, arguments)), catch_exceptions=False)


def lines(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def test_each_picture_is_one_json_object_with_its_file_and_texts(tmp_path: Path) -> None:
    one = save(tmp_path / "1.png", put_on_road(draw_code(PASS), draw_code(CARD)))
    two = save(tmp_path / "2.jpg", put_on_road())
    done = checkpoint("scan", "--raw", tmp_path)
    assert done.exit_code == 0, done.stderr
    first, second = lines(done.stdout)
    assert first["file"] == str(one)
    assert sorted(first["texts"]) == sorted([PASS, CARD])
    assert second == {"file": str(two), "texts": []}


def test_a_video_is_one_object_with_all_its_texts(tmp_path: Path) -> None:
    road, code, card = put_on_road(), put_on_road(draw_code(PASS)), put_on_road(draw_code(CARD))
    video = save_video(tmp_path / "v.avi", [road, code, code, road, card])
    done = checkpoint("scan", "--raw", "--json", video)
    assert lines(done.stdout) == [{"file": str(video), "texts": [PASS, CARD]}]


def test_an_unreadable_picture_in_a_folder_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"no picture")
    save(tmp_path / "2.png", put_on_road(draw_code(PASS)))
    done = checkpoint("scan", "--raw", tmp_path)
    assert done.exit_code == 2
    assert [line["texts"] for line in lines(done.stdout)] == [[], [PASS]]
    assert "Không đọc được ảnh" in done.stderr


def test_names_and_texts_come_out_as_utf8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    for name in ("ảnh.png".encode(), b"a\xff\xfe.png"):  # the second as an old camera's memory card has them
        save(tmp_path / "new.png", put_on_road(draw_code("Biển số"))).rename(
            os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
        )
    command = [sys.executable, "-m", "checkpoint", "scan", "--raw", str(tmp_path)]
    done = subprocess.run(
        command,
        capture_output=True,
        timeout=60,
        check=True,
        env=os.environ | IN_VIETNAM | {"PYTHONIOENCODING": "ascii"},
    )
    found = {os.fsencode(Path(line["file"]).name): line["texts"] for line in lines(done.stdout.decode("utf-8"))}
    assert found == {"ảnh.png".encode(): ["Biển số"], b"a\xff\xfe.png": ["Biển số"]}


def test_a_file_larger_than_any_picture_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(2**41)  # bytes; it takes no room on the disk
    done = checkpoint("scan", "--raw", tmp_path)
    assert done.exit_code == 2
    assert lines(done.stdout) == [{"file": str(tmp_path / "huge.jpg"), "texts": [], "error": "picture_unreadable"}]


def test_what_is_missing_ends_with_exit_code_2_and_no_output(tmp_path: Path) -> None:
    """As processes, because what the camera's library itself has to say must not be heard either."""
    for arguments in ((tmp_path / "none.jpg",), ("--camera", "63")):
        command = [sys.executable, "-m", "checkpoint", "scan", "--raw", *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, env=os.environ | IN_VIETNAM
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("Lỗi: ")
        assert "Traceback" not in done.stderr
