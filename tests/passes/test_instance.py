"""Making, running and examining an instance, with the commands that an administrator types."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner
from flask import Flask

from passes import create_app
from passes.cli import main
from passes.config import ConfigError, Instance, read_secrets, read_settings
from passes.doctor import examine
from passes.jobs import heartbeat
from tests.factories import now

PASSPHRASE = "offline passphrase of the tests"


@pytest.fixture(autouse=True)
def clock() -> None:
    """The commands that are typed here go by the machine's clock, and so does this process."""


def passes(instance: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one `passes` command."""
    return subprocess.run(
        [sys.executable, "-m", "passes", "--instance", str(instance), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
        timeout=120,
    )


def findings(app: Flask, moment: datetime) -> dict[str, str]:
    """What the doctor finds wrong, by part; several messages of one part in one text."""
    wrong: dict[str, str] = {}
    for finding in examine(app, moment):
        if not finding.is_ok:
            wrong[finding.part] = f"{wrong.get(finding.part, '')}{finding.message}\n"
    return wrong


def test_help_and_version_need_no_instance_and_name_no_command_of_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSES_INSTANCE", str(tmp_path))
    told = CliRunner().invoke(main, ["--help"])
    assert (told.exit_code, told.stderr) == (0, "")
    assert {"db", "init", "serve", "trust", "users"} <= set(main.commands)
    assert not {"limiter", "roles", "routes", "run", "shell"} & set(main.list_commands(Context(main)))
    assert CliRunner().invoke(main, ["roles", "--help"]).exit_code == 2
    assert "--debug" not in told.stdout
    assert CliRunner().invoke(main, ["--version"]).stdout.endswith(f" {version('vehicle-pass')}\n")


def test_init_makes_a_private_instance_without_users_and_keeps_offline_keys_apart(tmp_path: Path) -> None:
    arguments = "init", "--issuer-id", "VN-HY", "--offline-keys", str(tmp_path / "offline")
    done = passes(tmp_path / "instance", *arguments, PASSES_OFFLINE_PASSPHRASE=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    (issuers,) = (tmp_path / "instance" / "trust" / "targets").glob("*.issuers")
    assert {key["iss"] for key in json.loads(issuers.read_bytes())["issuers"]} == {"VN-HY"}
    assert read_settings(Instance(tmp_path / "instance"))["ISSUER_ID"] == "VN-HY"
    assert {path.name for path in (tmp_path / "offline").iterdir()} == {
        "root-1.pem", "root-2.pem", "root-3.pem", "targets.pem"
    }  # fmt: skip
    for path in (tmp_path / "instance" / "passes.db", tmp_path / "instance" / "secrets.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = passes(
        tmp_path / "instance", "init", "--offline-keys", str(tmp_path / "other"), PASSES_OFFLINE_PASSPHRASE=PASSPHRASE
    )
    assert again.returncode == 2
    assert "holds an instance already" in again.stderr
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("where", [None, "instance/keys"])
def test_init_refuses_to_leave_offline_keys_in_the_instance(tmp_path: Path, where: str | None) -> None:
    arguments = [] if where is None else ["--offline-keys", str(tmp_path / where)]
    done = passes(tmp_path / "instance", "init", *arguments, PASSES_OFFLINE_PASSPHRASE=PASSPHRASE)
    assert done.returncode == 2
    assert "offline" in done.stderr.lower() or "outside" in done.stderr
    assert not (tmp_path / "instance" / "passes.db").exists()


def test_a_database_that_belongs_to_an_instance_is_not_filled_a_second_time(instance: Path, tmp_path: Path) -> None:
    before = (instance / "passes.db").read_bytes()
    done = passes(
        tmp_path / "second",
        "init",
        "--offline-keys",
        str(tmp_path / "second-offline"),
        PASSES_OFFLINE_PASSPHRASE=PASSPHRASE,
        PASSES_DATABASE_URL=f"sqlite:///{instance / 'passes.db'}",
    )
    assert done.returncode == 2
    assert "belongs to an instance already" in done.stderr
    assert not (tmp_path / "second-offline").exists()
    assert (instance / "passes.db").read_bytes() == before


def test_without_a_secret_nothing_starts(instance: Path) -> None:
    path = instance / "secrets.json"
    secrets = json.loads(path.read_text("utf-8"))
    for name in secrets:
        path.write_text(json.dumps({key: value for key, value in secrets.items() if key != name}), "utf-8")
        with pytest.raises(ConfigError, match=name):
            create_app(instance)
    done = passes(instance, "doctor")
    assert done.returncode == 2
    assert "PASSES_" in done.stderr


def test_a_short_secret_counts_as_missing_and_the_environment_comes_first(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSES_SECRET_KEY", "abcd")
    with pytest.raises(ConfigError, match="secret_key"):
        read_secrets(Instance(instance))
    monkeypatch.setenv("PASSES_SECRET_KEY", "ab" * 32)
    assert read_secrets(Instance(instance))["secret_key"] == "ab" * 32


def test_the_doctor_finds_nothing_wrong_with_a_fresh_instance_whose_worker_runs(app: Flask, instance: Path) -> None:
    assert "worker" in findings(app, now())
    heartbeat(instance)
    assert findings(app, now()) == {}


def test_the_doctor_names_each_thing_that_is_wrong(app: Flask, instance: Path) -> None:
    heartbeat(instance)
    assert set(findings(app, now() + timedelta(hours=4))) == {"trust", "worker"}
    assert "“live” expires" in findings(app, now() + timedelta(days=6))["trust"]
    assert "“targets” expires" not in findings(app, now() + timedelta(days=75))["trust"]
    assert "“targets” expires" in findings(app, now() + timedelta(days=77))["trust"]
    assert "“root” expires" not in findings(app, now() + timedelta(days=334))["trust"]
    assert "`passes trust rotate-root" in findings(app, now() + timedelta(days=336))["trust"]
    (instance / "secrets.json").chmod(0o644)
    next((instance / "keys" / "issuing").glob("*.pem")).write_text("not a key")
    (instance / "config.toml").write_text('application_mode = "self-declared"\n')
    wrong = findings(app, datetime.now(UTC))
    assert set(wrong) == {"secrets", "keys", "settings"}
    assert "application_mode" in wrong["settings"]
    app.config["MAIL_SERVER"], app.config["MAIL_PORT"] = "127.0.0.1", 9
    assert "does not answer" in findings(app, datetime.now(UTC))["mail"]


def test_the_doctor_s_exit_code_says_whether_anything_is_wrong(instance: Path) -> None:
    assert passes(instance, "doctor").returncode == 1
    heartbeat(instance)
    done = passes(instance, "doctor")
    assert done.returncode == 0, done.stdout


def test_trust_can_be_published_inspected_and_exported_by_hand(instance: Path, tmp_path: Path) -> None:
    assert "generation" in passes(instance, "trust", "publish").stdout
    status = passes(instance, "trust", "status")
    assert {"generation", "root", "targets", "snapshot", "timestamp", "live"} <= {
        line.split()[0] for line in status.stdout.splitlines()
    }
    assert passes(instance, "trust", "export", str(tmp_path / "trust.tar")).returncode == 0
    assert (tmp_path / "trust.tar").stat().st_size > 10_000


@pytest.mark.parametrize(
    "address", ["nonsense", "oracle+nothing://somebody:hush@host/name", "mysql+aiomysql://somebody:hush@host/name"]
)
def test_an_address_of_no_database_stops_the_start_without_repeating_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("PASSES_DATABASE_URL", address)
    with pytest.raises(ConfigError, match="PASSES_DATABASE_URL") as refused:
        create_app(app.extensions["instance"].path)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content"), [("secrets.json", b"[]"), ("secrets.json", b"7"), ("config.toml", b"a\xff = 1")]
)
def test_a_file_of_another_shape_is_named(instance: Path, name: str, content: bytes) -> None:
    (instance / name).write_bytes(content)
    with pytest.raises(ConfigError, match=name):
        create_app(instance)


def test_a_database_that_does_not_answer_is_said_in_one_sentence(instance: Path) -> None:
    done = passes(instance, "zones", "list", PASSES_DATABASE_URL="postgresql+psycopg://somebody:hush@127.0.0.1:1/name")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database cannot be used: ")
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr
