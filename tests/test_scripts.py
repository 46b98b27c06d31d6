"""The scripts that a newcomer runs first."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passes.demo.processes import free_port

ROOT = Path(__file__).parents[1]


def processes_that_mention(text: str) -> list[str]:
    """Command lines of the running processes, other than this one, in which a text stands."""
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if text.encode() in environment + command:
                lines.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return lines


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings for a server beside whatever else runs on this machine."""
    issuer, station = free_port(), free_port()
    (tmp_path / "config.toml").write_text(f'public_url = "http://127.0.0.1:{issuer}"\n')
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PASSES_", "CHECKPOINT_"))}
    return own | {
        "PASSES_INSTANCE": str(tmp_path),
        "PASSES_BIND": f"127.0.0.1:{issuer}",
        "CHECKPOINT_BIND": f"127.0.0.1:{station}",
    }


def listen_to_ctrl_c() -> None:
    """Take SIGINT as a terminal gives it: whoever started these tests in the background had it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `script/server` as from a terminal: in a process group of its own."""
    started = []

    def run() -> subprocess.Popen[str]:
        with (tmp_path / "server.log").open("w") as log:
            process = subprocess.Popen(
                [ROOT / "script/server"],
                env=environment,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
                preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - no threads here; a shell cannot undo an ignored signal
            )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


def wait_until_up(process: subprocess.Popen[str], log: Path) -> str:
    for _ in range(1200):
        if "Ctrl-C" in log.read_text():
            return log.read_text()
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def wait_until_gone(text: str) -> None:
    """What was stopped may take a moment longer than the script that stopped it."""
    for _ in range(300):
        if not processes_that_mention(text):
            return
        time.sleep(0.1)
    assert processes_that_mention(text) == []


def test_script_setup_installs_nothing_when_there_is_nothing_to_do() -> None:
    subprocess.run([ROOT / "script/setup"], check=True)
    made = (ROOT / ".venv/installed").stat().st_mtime_ns
    again = subprocess.run([ROOT / "script/setup"], check=True, capture_output=True, text=True)
    assert again.stdout + again.stderr == "", "it says what it installs"
    assert (ROOT / ".venv/installed").stat().st_mtime_ns == made


def test_script_server_seeds_once_serves_both_and_leaves_nothing_running(
    start: Callable[[], subprocess.Popen[str]], environment: dict[str, str], tmp_path: Path
) -> None:
    logins, seen = tmp_path / "demo-logins.txt", []
    for how in (signal.SIGINT, signal.SIGTERM):
        server = start()
        printed = wait_until_up(server, tmp_path / "server.log")
        seen.append(logins.read_text().strip())
        assert logins.stat().st_mode & 0o777 == 0o600
        assert seen[-1] in printed
        for name in ("PASSES_BIND", "CHECKPOINT_BIND"):
            with urllib.request.urlopen(f"http://{environment[name]}/", timeout=10) as answer:
                assert answer.status == 200
        os.killpg(server.pid, how)
        assert server.wait(timeout=120) == 0
        wait_until_gone(str(tmp_path))
    assert seen[0] == seen[1], "the second start finds what the first one made"


def test_script_server_says_which_address_is_taken(environment: dict[str, str], tmp_path: Path) -> None:
    host, _, port = environment["CHECKPOINT_BIND"].partition(":")
    with socket.create_server((host, int(port))):
        done = subprocess.run(
            [ROOT / "script/server"], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert environment["CHECKPOINT_BIND"] in done.stderr
    assert not (tmp_path / "passes.db").exists()
