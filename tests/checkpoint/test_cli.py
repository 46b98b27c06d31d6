"""The commands, as a person at a post types them: real trust, no network; real processes where the process matters."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checkpoint.cli import main
from checkpoint.home import Home
from checkpoint.scanlog import ScanLog
from protocol.enrolment import EnrolmentCode
from protocol.scan_record import ScanRecord
from tests.checkpoint.conftest import NOW, Hanoi
from tests.checkpoint.pictures import draw_code, put_on_road, save

Run = Callable[..., Result]
RunProcess = Callable[..., subprocess.CompletedProcess[str]]
AT = NOW.isoformat()
IN_VIETNAM = {"LANG": "vi_VN.UTF-8", "LC_ALL": ""}


@pytest.fixture
def checkpoint(home: Home) -> Run:
    """A command in this process; whatever is no exit but an error fails the test."""

    def run(*arguments: object, stdin: str = "") -> Result:
        runner = CliRunner(env=IN_VIETNAM)
        return runner.invoke(main, list(map(str, ("--home", home.path, *arguments))), stdin, catch_exceptions=False)

    return run


@pytest.fixture
def process(home: Home) -> RunProcess:
    """The same as a process of its own."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "checkpoint", "--home", home.path, *arguments]
        options = {"capture_output": True, "text": True, "timeout": 60, "env": os.environ | IN_VIETNAM, **options}
        return subprocess.run(list(map(str, command)), check=False, **options)

    return run


def documents(done: Result | subprocess.CompletedProcess[str]) -> list[dict]:
    assert code_of(done) == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def code_of(done: Result | subprocess.CompletedProcess[str]) -> int:
    return done.exit_code if isinstance(done, Result) else done.returncode


def test_verify_judges_texts_one_a_line_and_records_nothing(process: RunProcess, hanoi: Hanoi, home: Home) -> None:
    good = hanoi.sign()
    lines = "\n".join([good, good.replace(good[40], "A" if good[40] != "A" else "B"), "https://example.org", ""])
    admitted, altered, foreign = documents(process("verify", "--json", "--at", AT, input=lines))
    assert (admitted["outcome"], admitted["reasons"], admitted["anchor"]) == ("ADMIT", [], "enrolment")
    assert admitted["pass"]["plate"] == "29C12345"
    assert [person["name"] for person in admitted["pass"]["crew"]] == ["Nguyễn Văn Bình", "Trần Đức Anh"]
    assert (altered["outcome"], altered["pass"]) == ("REFUSE", None)
    assert foreign == {"outcome": "REFUSE", "reasons": ["NOT_A_PASS"], "pass": None, "anchor": "enrolment"}
    assert not (home.path / "scans.db").exists()


def test_verify_judges_texts_together_if_told_so(checkpoint: Run, hanoi: Hanoi) -> None:
    papers = hanoi.sign(), hanoi.sign_slip()
    (both,) = documents(checkpoint("verify", "--json", "--at", AT, "--together", *papers))
    assert (both["outcome"], both["reasons"], both["pass"]["kind"]) == ("ADMIT", [], "vehicle_pass")
    assert [(person["index"], person["name"]) for person in both["journey"]["crew"]] == [
        (1, "Trần Đức Anh"),
        (2, "Phạm Quốc Toàn"),
    ]
    assert both["journey"]["amendments"] == [b"slip0001".hex()]
    alone = documents(checkpoint("verify", "--json", "--at", AT, stdin="\n".join(papers)))
    assert [line["reasons"] for line in alone] == [[], ["PASS_MISSING"]]
    assert (alone[1]["pass"]["kind"], "journey" in alone[0]) == ("amendment", False)
    assert checkpoint("verify", "--together", "--at", AT, stdin="\n".join(papers)).stdout == "CHO QUA · 29C-123.45\n"
    assert checkpoint("verify", "--at", AT, papers[1]).stdout.startswith("KIỂM TRA THÊM · Phiếu bổ sung · Chưa quét")


def test_verify_takes_texts_as_arguments_and_says_the_verdict_in_words(checkpoint: Run, hanoi: Hanoi) -> None:
    done = checkpoint("verify", "--at", "2021-09-25 09:00", hanoi.sign())
    assert done.stdout.startswith("KHÔNG CHO QUA · 29C-123.45 · Giấy đã hết hạn")
    assert checkpoint("--lang", "en", "verify", "--at", AT, hanoi.sign()).stdout.startswith("ADMIT · 29C-123.45")


def test_verify_with_an_archive_says_what_its_trust_stands_on(checkpoint: Run, hanoi: Hanoi, tmp_path: Path) -> None:
    archive = hanoi.export(f"{tmp_path.name}.tar")
    root = hanoi.repository.metadata_dir / "1.root.json"
    arguments = ("--home", tmp_path / "nobody", "verify", "--json", "--at", AT, "--trust")
    (alone,) = documents(checkpoint(*arguments, archive, hanoi.sign()))
    (anchored,) = documents(checkpoint(*arguments, archive, "--root", root, hanoi.sign()))
    (folder,) = documents(checkpoint(*arguments, hanoi.repository.directory, "--root", root, hanoi.sign()))
    assert [line["outcome"] for line in (alone, anchored, folder)] == ["ADMIT"] * 3
    assert [line["anchor"] for line in (alone, anchored, folder)] == ["archive", "root", "root"]


def test_bad_input_ends_with_exit_code_2_and_a_sentence(
    checkpoint: Run, process: RunProcess, hanoi: Hanoi, tmp_path: Path
) -> None:
    archive = hanoi.export(f"{tmp_path.name}.tar")
    broken = tmp_path / "broken.tar"
    broken.write_bytes(archive.read_bytes()[:5000])
    nowhere = EnrolmentCode("http://127.0.0.1:1", "chot-1", bytes(16), bytes(32)).to_text()
    other_root = tmp_path / "root.json"
    other_root.write_text("{}")
    cases = [
        (("verify", "--at", "yesterday", "x"), "không phải là thời điểm"),
        (("verify", "--at", "", "x"), "không phải là thời điểm"),
        (("scan", "--at", "", "."), "không phải là thời điểm"),
        (("verify", "--trust", broken, "x"), "bị hỏng"),
        (("verify", "--trust", archive, "--root", other_root, "x"), "không thuộc cơ quan cấp"),
        (("verify", "--trust", archive, "--root", tmp_path / "none", "x"), "Không đọc được tệp gốc"),
        (("verify", "--trust", tmp_path / "none", "x"), "Không thấy gói dữ liệu"),
        (("trust", "import", broken), "bị hỏng"),
        (("--home", tmp_path / "nobody", "verify", "x"), "chưa ghi danh"),
        (("--home", tmp_path / "nobody", "scan", tmp_path), "chưa ghi danh"),
        (("--home", tmp_path / "nobody", "trust", "status"), "chưa ghi danh"),
        (("--home", tmp_path / "nobody", "serve"), "chưa ghi danh"),
        (("enroll", "EN1-NONSENSE"), "Mã ghi danh không đúng"),
        (("--home", tmp_path / "nobody", "enroll", nowhere), "mã vẫn dùng được"),
        (("serve", "--bind", "0.0.0.0:8100"), "chỉ nghe trên chính máy này"),
        (("serve", "--source", tmp_path / "none.jpg"), "Không tìm thấy"),
        (("scan",), "Hãy nêu ảnh"),
    ]
    for arguments, words in cases:
        done = checkpoint(*arguments)
        assert (done.exit_code, done.stdout) == (2, ""), arguments
        assert words in done.stderr, done.stderr
    for arguments, words in cases[:2]:
        ended = process(*arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert words in ended.stderr
        assert "Traceback" not in ended.stderr


def test_scan_decides_and_records_each_picture(process: RunProcess, hanoi: Hanoi, home: Home, tmp_path: Path) -> None:
    picture = save(
        tmp_path / "1.png", put_on_road(draw_code(hanoi.sign()), draw_code(hanoi.sign_card()), draw_code("MENU"))
    )
    empty = save(tmp_path / "2.png", put_on_road())
    first, second = documents(process("scan", "--json", "--at", AT, picture, empty))
    assert sorted(first["texts"]) == sorted([hanoi.sign(), hanoi.sign_card(), "MENU"])
    (decision,) = first["scans"]
    assert (decision["outcome"], decision["pass"]["plate"]) == ("ADMIT", "29C12345")
    assert second == {"file": str(empty), "texts": [], "scans": []}
    ((_, body),) = ScanLog(home.path / "scans.db").pending(10, 10**6)
    record = ScanRecord.decode(body)
    assert (record.id, record.scanned_at) == (decision["id"], NOW)


def test_what_the_officer_saw_is_said_on_the_command_line_and_overruling_it_takes_a_reason(
    hanoi: Hanoi, home: Home, tmp_path: Path
) -> None:
    picture = save(tmp_path / "1.png", draw_code(hanoi.sign(), border=8))
    said = ("--home", home.path, "scan", "--json", "--at", AT, "--wrong-crew", "--present", 1, "--action", "admitted")
    refused = CliRunner(env={"LC_ALL": "vi_VN.UTF-8"}).invoke(main, list(map(str, (*said, picture))))
    assert (refused.exit_code, "Hãy ghi lý do" in refused.stderr) == (2, True)
    done = CliRunner().invoke(main, list(map(str, (*said, "--reason", "cấp cứu", picture))))
    (decision,) = json.loads(done.stdout)["scans"]
    assert "CREW_MISMATCH" in decision["reasons"]
    records = [ScanRecord.decode(body) for _, body in ScanLog(home.path / "scans.db").pending(10, 10**6)]
    assert [record.action for record in records] == [None, None, None, None, "admitted"]
    assert (records[-1].crew_mismatch, records[-1].crew_present) == (True, (1,))


def test_a_full_disk_stops_a_scan_with_exit_code_2_and_nothing_half_written(
    process: RunProcess, hanoi: Hanoi, home: Home, tmp_path: Path
) -> None:
    for number in range(40):
        save(tmp_path / f"{number:02}.png", draw_code(hanoi.sign(cti=number.to_bytes(8))))
    home.scan_log().close()
    limit = (home.path / "scans.db").stat().st_size + 60_000
    done = process(
        "scan",
        "--json",
        "--at",
        AT,
        tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 2
    assert "Ổ đĩa đầy" in done.stderr
    shown = [scan["id"] for line in done.stdout.splitlines() for scan in json.loads(line)["scans"]]
    log = ScanLog(home.path / "scans.db")
    assert log.check_chain() == len(shown) < 40
    assert [record_id for record_id, _ in log.pending(100, 10**9)] == shown


def test_status_tells_what_waits_and_how_old_the_data_are(checkpoint: Run, hanoi: Hanoi, tmp_path: Path) -> None:
    checkpoint("scan", save(tmp_path / "p.png", draw_code(hanoi.sign())))
    (condition,) = documents(checkpoint("status", "--json"))
    assert (condition["records"], condition["pending"], condition["trust_light"]) == (1, 1, "red")
    said = checkpoint("status").stdout
    assert "chờ gửi 1" in said
    assert "Dữ liệu đã cũ" in said


def test_trust_is_imported_from_a_stick_and_told(checkpoint: Run, hanoi: Hanoi, tmp_path: Path) -> None:
    archive = hanoi.export(f"{tmp_path.name}.tar")
    done = checkpoint("trust", "import", archive)
    assert done.exit_code == 2
    assert "quá hạn" in done.stderr
    (condition,) = documents(checkpoint("trust", "status", "--json"))
    assert (condition["generation"], condition["is_fallback"], condition["trust_light"]) == (1, False, "red")
    assert [key["retired_at"] for key in condition["issuing_keys"]] == [None]
    assert "Bản dữ liệu số 1" in checkpoint("trust", "status").stdout


def test_sync_without_network_keeps_everything_and_says_so(process: RunProcess) -> None:
    done = process("sync")
    assert done.returncode == 1
    assert "Không tải được" in done.stderr
    assert "Traceback" not in done.stderr
