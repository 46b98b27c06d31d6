"""What every test shares: how properties are tried, the counts of long proofs, and the browser."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import expect

from tests import counts

CHROMIUM = shutil.which("chromium")
BROWSER_FIXTURES = {"browser", "context", "page", "new_context"}

# PostgreSQL for tests keeps its lock in this folder; without it, in one that all users of a machine share.
RUNTIME = Path(tempfile.gettempdir()) / f"passes-tests-{os.getuid()}"
RUNTIME.mkdir(mode=0o700, exist_ok=True)
(RUNTIME / "python_PostgresServer").mkdir(exist_ok=True)
os.environ["XDG_RUNTIME_DIR"] = str(RUNTIME)

# Whether a property holds depends neither on how fast this machine is nor on which examples were found before: an
# ordinary run tries the same ones every time, and only one with --long draws new ones.
settings.register_profile(
    "anywhere",
    deadline=None,
    database=None,
    derandomize=not counts.IS_LONG,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("anywhere")
# Milliseconds. A page that is right is so at once, or a little later where much else runs.
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Mark what drives a browser, and skip it where there is none."""
    for item in items:
        if BROWSER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine; script/setup says why"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where several processes share the tests: let each tell the first one what it counted."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["proofs"] = [astuple(proof) for proof in counts.REGISTERED.values()]


@pytest.hookimpl(optionalhook=True)  # only a run in several processes has it
def pytest_testnodedown(node: Any) -> None:
    """Take what another process counted."""
    for proof in getattr(node, "workeroutput", {}).get("proofs", ()):
        counts.count(*proof)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how often the long proofs of this run repeated."""
    if not counts.REGISTERED:
        return
    advice = "all in full" if counts.IS_LONG else "reduced; script/test --long runs all of it"
    terminalreporter.section(f"long proofs ({advice})")
    for entry in counts.REGISTERED.values():
        terminalreporter.line(str(entry))


@pytest.fixture(scope="session")
def base_url() -> None:
    """Pages are named by their whole address. The browser plugin's own fixture is a method, of which pytest warns."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, quiet on the network and able to run as root inside a container."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"]
    silent = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": quiet + silent}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A reader in Hanoi."""
    return browser_context_args | {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
