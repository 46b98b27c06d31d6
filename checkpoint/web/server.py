"""Running the officer's page: one process that watches, decides, serves and syncs."""

import gc
import signal
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from checkpoint import areas
from checkpoint.current_trust import CurrentTrust
from checkpoint.errors import StationError
from checkpoint.home import Home
from checkpoint.live import Feed, Source, open_source
from checkpoint.running import open_station
from checkpoint.web.app import create_app
from checkpoint.web.desk import Desk, make_desk
from checkpoint.web.guard import is_loopback

if TYPE_CHECKING:
    from checkpoint.sync import SyncResult

THREADS = 32  # two streams for each page that is open, and what the officer does
STOP_WITHIN_S = 3
SETTLED_AFTER_S = 3.0


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
    trust = open_station_once(home)
    # What has been imported stays: looking through it for garbage would cost a tenth of the start, and later every
    # collection would look through it again.
    gc.freeze()
    gc.enable()
    Server(home, bind, source, trust, sync_every_s, language).run()


def open_station_once(home: Home) -> CurrentTrust:
    """Make sure that the station can be opened, before the process that will use it is made.

    Returns:
        What is in force, so that it is read once.

    Raises:
        StationError: it cannot.
    """
    home.enrolment()
    trust = CurrentTrust(home.trust_store())
    home.scan_log().close()
    return trust


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


def _sync(desk: Desk, every_s: int, stop: threading.Event) -> None:
    from checkpoint.syncing import Pace, Syncer

    def note(done: "SyncResult") -> None:
        desk.last_sync = done
        desk.board.touch()

    Syncer(desk.running, Pace(every_s), note).run(stop)


class Server(BaseApplication):
    """gunicorn with one worker process, in which everything of the station lives."""

    def __init__(
        self, home: Home, bind: str, source: Source, trust: CurrentTrust, sync_every_s: int, language: str
    ) -> None:
        self._home = home
        self._bind = bind
        self._source = source
        self._trust = trust
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
        feed = Feed(self._source, self._stop)
        feed.start()  # a camera takes its time, and so does the rest
        self._desk = desk = make_desk(open_station(self._home, self._trust))
        desk.is_stopping = self._stop.is_set
        self._begin("watch", desk.watch.run, feed)
        self._begin("later", self._do_later)
        if self._sync_every_s:
            self._begin("sync", _sync, desk, self._sync_every_s, self._stop)
        return create_app(desk, self._language)

    def _do_later(self) -> None:
        """Do what the first verdict does not have to wait for."""
        if not self._stop.wait(SETTLED_AFTER_S):
            areas.warm_up()
            self._desk.log_check.run(self._stop, SETTLED_AFTER_S)

    def _begin(self, name: str, work: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, daemon=True, name=name).start()

    def _end_streams_on_signal(self, _worker: Any) -> None:
        """End the pages' streams when the worker is told to stop; it would wait for them."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            before = signal.getsignal(number)

            def stop(received: int, frame: Any, before: Any = before) -> None:
                self._stop.set()
                before(received, frame)

            signal.signal(number, stop)
