"""Issuers for tests: made once the way `passes init` makes them, then copied; quick where being slow proves nothing."""

import atexit
import functools
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from passes import create_app, jobs
from passes.db import db
from passes.extensions import limiter
from passes.initialise import initialise
from tests.factories import now, today

OFFLINE_PASSPHRASE = "offline passphrase of the tests"
_IN_TESTS = {
    "TESTING": True,
    "JOBS_IMMEDIATE": True,
    "WTF_CSRF_ENABLED": False,
    "RATELIMIT_ENABLED": False,
    # Passwords of tests are in their source: to guess them need not be dear.
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1},
}


@functools.cache
def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="passes-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _template(day: date) -> Path:
    """An issuer that was made a minute before the first test of a day: what it published lies in no test's future."""
    base = _scratch() / f"issuer-{day}"
    app = initialise(base / "instance", base / "offline", OFFLINE_PASSPHRASE, now() - timedelta(minutes=1))
    with app.app_context():
        db.engine.dispose()
    return base


def copy_issuer(base: Path) -> Path:
    """Put a new issuer's `instance/` and `offline/` into a folder, and return the instance."""
    shutil.copytree(_template(today()), base, dirs_exist_ok=True)
    return base / "instance"


def open_issuer(instance: Path, **changes: Any) -> Flask:
    """Make the application of an instance, with background work done at once; `changes` are settings that differ."""
    app = create_app(instance, **(_IN_TESTS | changes))
    # Each application has templates of its own: without this every test would translate them into Python again.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(_scratch()))
    return app


def renew_issuer() -> Path:
    """Take away what the test before left, put a new issuer in the place that this process keeps for it, say where."""
    base = _scratch() / f"shared-{today()}"
    shutil.rmtree(base, ignore_errors=True)
    return copy_issuer(base)


@functools.cache
def _shared(instance: Path) -> tuple[Flask, dict[str, Any]]:
    app = open_issuer(instance)
    return app, dict(app.config)


def reopen_issuer(instance: Path) -> Flask:
    """Give the application of `renew_issuer`'s instance: one for all tests of this process, without their memory.

    To make an application takes longer than most tests. Who gives it routes or hooks must open one of his own.
    """
    app, settings = _shared(instance)
    app.config.clear()
    app.config.update(settings)
    limiter.enabled = False  # there is one for all applications, and another test may have needed it
    jobs.init_app(app)  # the keys of another test are in the worker's memory
    return app
