"""Running the officer's page: one process that watches, decides, serves and syncs."""

import signal
import socket
import threading
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from checkpoint import areas
from checkpoint.errors import StationError
from checkpoint.home import Home
from checkpoint.live import Source, open_source
from checkpoint.running import open_station
from checkpoint.sync import SyncResult
from checkpoint.syncing import Pace, Syncer
from checkpoint.web.app import create_app
from checkpoint.web.desk import Desk, make_desk
from checkpoint.web.guard import is_loopback

THREADS = 32  # two streams for each page that is open, and what the officer does
STOP_WITHIN_S = 3


class BindError(StationError):
    """The page cannot listen there (`bind_invalid`, `bind_taken`)."""


def run(home: Home, bind: str, source_name: str, sync_every_s: int, language: str) -> None:
    """Serve until stopped.

    Args:
        home: the station's folder.
        bind: address and port, on this machine only.
        source_name: camera number, video, picture, or folder of pictures.
        sync_every_s: seconds between syncs; 0 never syncs.
        language: the pages' language until somebody chooses one.

    Raises:
        StationError: something that must be there is not; nothing was started.
    """
    _check_bind(bind)
    source = open_source(source_name)
    open_station_once(home)
    Server(home, bind, source, sync_every_s, language).run()


def open_station_once(home: Home) -> None:
    """Make sure that the station can be opened, before the process that will use it is made.

    Raises:
        StationError: it cannot.
    """
    home.enrolment()
    home.trust_store().load_current()
    home.scan_log().close()


def _check_bind(bind: str) -> None:
    host, _, port = bind.rpartition(":")
    if not is_loopback(host) or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise BindError("bind_invalid", bind=bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise BindError("bind_taken", bind=bind) from error


def _note_sync(desk: Desk, done: SyncResult) -> None:
    desk.last_sync = done
    desk.board.touch()


def _warm_up() -> None:
    """Read the names of areas before the first verdict needs them."""
    areas.is_known("")


class Server(BaseApplication):
    """gunicorn with one worker process, in which everything of the station lives."""

    def __init__(self, home: Home, bind: str, source: Source, sync_every_s: int, language: str) -> None:
        self._home = home
        self._bind = bind
        self._source = source
        self._sync_every_s = sync_every_s
        self._language = language
        self._stop = threading.Event()
        super().__init__()

    def load_config(self) -> None:
        """Say how gunicorn is to run."""
        settings: dict[str, Any] = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "graceful_timeout": STOP_WITHIN_S,
            "timeout": 60,
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "checkpoint",
            "control_socket_disable": True,
            "worker_exit": lambda _arbiter, _worker: self._stop.set(),
            "post_worker_init": self._end_streams_on_signal,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Open the station and start watching and syncing, in the worker process."""
        desk = make_desk(open_station(self._home))
        desk.is_stopping = self._stop.is_set
        threading.Thread(target=_warm_up, daemon=True, name="warm-up").start()
        threading.Thread(target=desk.watch.run, args=(self._source, self._stop), daemon=True, name="watch").start()
        if self._sync_every_s:
            syncer = Syncer(desk.running, Pace(self._sync_every_s), partial(_note_sync, desk))
            threading.Thread(target=syncer.run, args=(self._stop,), daemon=True, name="sync").start()
        return create_app(desk, self._language)

    def _end_streams_on_signal(self, _worker: Any) -> None:
        """End the pages' streams when the worker is told to stop; it would wait for them."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            before = signal.getsignal(number)

            def stop(received: int, frame: Any, before: Any = before) -> None:
                self._stop.set()
                before(received, frame)

            signal.signal(number, stop)
