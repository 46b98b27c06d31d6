"""Running the issuer: a WSGI server and the worker, as two processes that live and die together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

_WORKER_RESTART_SECONDS = 2
_GRACE_SECONDS = 5
_STOP_SECONDS = 10


class Server(BaseApplication):
    """gunicorn around an application that is made already.

    Args:
        app: the issuer.
        options: gunicorn settings by name.
    """

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        """Keep both for gunicorn's own start-up."""
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand our settings to gunicorn."""
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app


def run_web(app: Flask, bind: str, workers: int, threads: int) -> None:
    """Serve until stopped. Does not return: gunicorn ends the process."""
    Server(
        app,
        {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "preload_app": False,
            "graceful_timeout": _GRACE_SECONDS,
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "passes",
            "control_socket_disable": True,
        },
    ).run()


def supervise(instance: Path, web_arguments: list[str]) -> int:
    """Run web server and worker as children; restart the worker if it falls; stop both on SIGTERM or SIGINT.

    Returns:
        The web server's exit code; 0 when stopped by a signal.
    """
    program = [sys.executable, "-m", "passes", "--instance", str(instance)]
    web = subprocess.Popen([*program, "web", *web_arguments])  # noqa: S603 - our own program
    worker = subprocess.Popen([*program, "worker"])  # noqa: S603 - as above
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not stopping and web.poll() is None:
        if worker.poll() is not None:
            time.sleep(_WORKER_RESTART_SECONDS)
            worker = subprocess.Popen([*program, "worker"])  # noqa: S603 - as above
        time.sleep(0.2)
    for child in (web, worker):
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for child in (web, worker):
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
    return 0 if stopping else web.returncode or 1
