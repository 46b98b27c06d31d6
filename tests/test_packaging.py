"""The wheel, installed as a machine of either program would have it: not editable, only that program's packages."""

import os
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from passes.demo.processes import free_port
from tests.installed import dependencies

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def machine(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make a virtual environment with the wheel and what one extra needs, nothing else; return its `bin`."""
    made: dict[str, Path] = {}

    def make(extra: str) -> Path:
        if extra not in made:
            folder = tmp_path_factory.mktemp(f"{extra}-machine")
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
            pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python")]
            arguments = ["install", "--quiet", "--no-index", "--no-deps", str(wheel)]
            subprocess.run(pip + arguments, check=True, capture_output=True)
            packages = next(folder.glob("lib/python*/site-packages"))
            for distribution in dependencies(extra).values():
                for name in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
                    link = packages / name
                    if not link.exists():
                        link.symlink_to(Path(str(distribution.locate_file(name))))
            made[extra] = folder / "bin"
        return made[extra]

    return make


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command away from the source tree, with nothing of this process's environment that could help it."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8", **environment}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=clean, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done


@contextmanager
def serving(command: list[str | Path], cwd: Path) -> Iterator[str]:
    """A server on a free port while the block runs; gives its address."""
    address = f"127.0.0.1:{free_port()}"
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8"}
    with (cwd / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*map(str, command), "--bind", address], cwd=cwd, env=environment, stdout=log, stderr=log
        )
        try:
            for _ in range(1200):
                assert server.poll() is None, (cwd / "server.log").read_text()
                try:
                    urllib.request.urlopen(f"http://{address}/healthz", timeout=5)
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://{address}"
        finally:
            server.terminate()
            assert server.wait(timeout=120) == 0


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_the_wheel_holds_packages_templates_and_compiled_catalogues_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"protocol", "passes", "checkpoint", "templates"}
    for folder in ("templates/issuer/", "templates/station/", "templates/print/"):
        assert any(name.startswith(folder) for name in names), folder
    for program in ("passes", "checkpoint"):
        assert f"{program}/translations/en/LC_MESSAGES/messages.mo" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.fixture
def instance(machine: Callable[[str], Path], tmp_path: Path) -> Path:
    """An empty instance, made by the installed command."""
    path, offline = tmp_path / "instance", tmp_path / "offline"
    passphrase = {"PASSES_OFFLINE_PASSPHRASE": "a passphrase for this test"}
    run(machine("issuer") / "passes", "--instance", path, "init", "--offline-keys", offline, cwd=tmp_path, **passphrase)
    return path


def test_an_installed_issuer_serves_its_sign_in_page(
    machine: Callable[[str], Path], instance: Path, tmp_path: Path
) -> None:
    with serving([machine("issuer") / "passes", "--instance", instance, "serve"], tmp_path) as address:
        page = fetch(f"{address}/login")
        assert 'lang="vi"' in page
        assert "Đăng nhập" in page
        assert "--" in fetch(f"{address}/static/passes.css")
        assert run(machine("issuer") / "passes", "--instance", instance, "doctor", cwd=tmp_path).returncode == 0


def test_the_web_server_needs_no_key(machine: Callable[[str], Path], instance: Path, tmp_path: Path) -> None:
    (instance / "keys").rename(tmp_path / "keys-elsewhere")
    with serving([machine("issuer") / "passes", "--instance", instance, "web"], tmp_path) as address:
        assert "Đăng nhập" in fetch(f"{address}/login")
        assert '"timestamp"' in fetch(f"{address}/trust/metadata/timestamp.json")


def test_an_installed_issuer_needs_nothing_of_the_station(machine: Callable[[str], Path], tmp_path: Path) -> None:
    check = "import passes.cli, sys; print(sorted({'cv2', 'pyzbar', 'zxingcpp', 'checkpoint'} & set(sys.modules)))"
    assert run(machine("issuer") / "python", "-c", check, cwd=tmp_path).stdout.strip() == "[]"


def test_an_installed_station_needs_nothing_of_the_issuer(machine: Callable[[str], Path], tmp_path: Path) -> None:
    binaries = machine("station")
    check = "import checkpoint.cli, sys; print(sorted({'passes', 'sqlalchemy', 'weasyprint'} & set(sys.modules)))"
    assert run(binaries / "python", "-c", check, cwd=tmp_path).stdout.strip() == "[]"
    for module in ("sqlalchemy", "weasyprint", "flask_security"):
        probe = f"import importlib.util; print(importlib.util.find_spec({module!r}))"
        assert run(binaries / "python", "-c", probe, cwd=tmp_path).stdout.strip() == "None"
    assert "scan" in run(binaries / "checkpoint", "--help", cwd=tmp_path).stdout


@pytest.mark.parametrize(("extra", "program"), [("issuer", "passes"), ("station", "checkpoint")])
def test_every_module_of_a_program_imports_with_only_its_own_packages(
    extra: str, program: str, machine: Callable[[str], Path], tmp_path: Path
) -> None:
    walk = (
        "import importlib, pkgutil, sys\n"
        f"import {program}\n"
        f"for module in pkgutil.walk_packages({program}.__path__, '{program}.'):\n"
        "    if '.migrations' not in module.name and not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
    )
    run(machine(extra) / "python", "-c", walk, cwd=tmp_path)
