"""Background work. The work itself is rows; the queue only says "look now", and a sweep looks anyway every minute."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import current_app
from huey import SqliteHuey, crontab
from huey.serializer import SignedSerializer
from sqlalchemy.exc import OperationalError

from passes.db import db, gather_statistics
from passes.imports import services as imports
from passes.issuing import printing
from passes.issuing import services as issuing
from passes.issuing.sheets import letterhead
from passes.local_time import now
from passes.mail import services as mail
from passes.mail.sending import send
from passes.movement import services as movement
from passes.notices import reminders
from passes.notices.letters import write_letters
from passes.retention import services as retention
from passes.sealed_files import SealedFiles
from passes.trust import publishing
from passes.trust import services as trust
from passes.trust.instance_keys import InstanceKeys
from passes.trust.repository import TrustRepository
from protocol.sightings import slots_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from protocol.cose import Signer

log = logging.getLogger(__name__)

HEARTBEAT = "worker.alive"
"""File in the instance that the worker touches every minute."""

_MOST_ROUNDS = 100


class Worker:
    """Drains the rows that wait, step by step, each step in its own transaction.

    Args:
        app: the issuer; a context of it is open while a step runs.
    """

    def __init__(self, app: Flask) -> None:
        """Open no key yet: a web process that only wakes the worker must not read them."""
        self._app = app
        instance = app.extensions["instance"]
        self._keys = InstanceKeys(instance, app.config["KEYS_PASSPHRASE"])
        self._repository = TrustRepository(instance.trust_dir)
        self._prints = SealedFiles(instance.prints_dir, app.extensions["privacy"])
        self._steps: tuple[Callable[[], int], ...] = (
            self._sign,
            self._process,
            self._rematch,
            self._publish,
            self._import,
            self._print,
            self._assess,
            self._write_letters,
            self._mail,
        )

    def _sign(self) -> int:
        return issuing.sign_pending(db.session(), self._published_signer, now())

    def _published_signer(self, kid: bytes) -> Signer:
        publishing.require_published(self._repository, kid)
        return self._keys.signer_for(kid)

    def _process(self) -> int:
        if not movement.has_waiting_records(db.session()):
            return 0
        known = publishing.current_trust(self._repository)
        moment = now()
        bound = self._app.config["FASTEST_KMH"]
        done = movement.process_records(db.session(), self._keys.sealing, known, moment, fastest_kmh=bound)
        if movement.has_sightings_since(db.session(), slots_at(moment)[0]):
            trust.note_sightings(db.session(), moment)
        return done

    def _rematch(self) -> int:
        return movement.rematch_zones(db.session(), now())

    def _publish(self) -> int:
        if not publishing.is_due(db.session(), self._repository, now()):
            return 0  # before any key is opened
        generation = publishing.publish(db.session(), self._repository, self._keys.online, self._keys.signer_for, now())
        return int(generation is not None)

    def _import(self) -> int:
        return imports.work(db.session(), now())

    def _print(self) -> int:
        return printing.work(db.session(), self._prints, letterhead(self._app.config), now())

    def _assess(self) -> int:
        if trust.are_urgent(trust.pending_changes(db.session())) or movement.waiting_rematches(db.session()):
            return 0  # what is published is not all that is known, or a zone that is being matched asks for it again
        if not movement.has_scans_to_assess(db.session()):
            return 0
        known = publishing.current_trust(self._repository)
        return movement.assess_again(db.session(), self._keys.sealing, known, now())

    def _write_letters(self) -> int:
        return write_letters(db.session(), now())

    def _mail(self) -> int:
        return mail.send_waiting(db.session(), send, now())

    def publish_now(self) -> None:
        """Publish although nothing changed, so that stations see how fresh the data is."""
        with self._app.app_context():
            publishing.publish(
                db.session(), self._repository, self._keys.online, self._keys.signer_for, now(), is_forced=True
            )
            db.session.commit()

    def purge(self) -> None:
        """Remove movements, notices and invitations that are kept no longer, once a day."""
        with self._app.app_context():
            retention.purge_if_due(db.session(), self._app.config["MOVEMENT_RETENTION_DAYS"], now())
            retention.forget_notices(db.session(), self._app.config["NOTICE_RETENTION_DAYS"], now())
            retention.forget_invitations(db.session(), self._app.config["NOTICE_RETENTION_DAYS"], now())
            db.session.commit()

    def gather_statistics(self) -> None:
        """Let the database see how its tables are filled, so that it plans queries by it."""
        with self._app.app_context():
            gather_statistics(db.session())
            db.session.commit()

    def remind(self) -> None:
        """Remind carriers of papers that end, once a day, in parts; then send what that came to."""
        with self._app.app_context():
            is_more = True
            while is_more:
                is_more = reminders.remind(db.session(), now())
                db.session.commit()
        self.drain()

    def drain(self) -> int:
        """Work until nothing waits; return how many rows were done. A failed step is logged and left to the sweep.

        The steps take turns, so that a long one (passes to be signed again, a post that comes back after a week) does
        not keep stations from hearing of a revocation. What is left after many turns is for the next sweep.
        """
        done = 0
        steps = list(self._steps)
        with self._app.app_context():
            for _ in range(_MOST_ROUNDS):
                heartbeat(self._app.extensions["instance"].path)  # a long drain is no silence
                worked = 0
                for step in tuple(steps):
                    try:
                        worked += step()
                        db.session.commit()
                    except Exception:
                        db.session.rollback()
                        log.exception("background step %s failed; the next sweep tries again", step.__name__)
                        steps.remove(step)
                done += worked
                if not worked:
                    break
        return done


def init_app(app: Flask) -> None:
    """Give the application its queue and its worker."""
    instance = app.extensions["instance"]
    serializer = SignedSerializer(secret=app.config["JOBS_KEY"])
    huey = SqliteHuey("passes", filename=str(instance.jobs_file), serializer=serializer)
    worker = Worker(app)

    @huey.task(name="drain")
    def drain() -> None:
        worker.drain()

    @huey.periodic_task(crontab(minute="*"), name="sweep")
    def sweep() -> None:
        heartbeat(instance.path)
        worker.drain()

    @huey.periodic_task(crontab(minute="7"), name="publish-hourly")
    def publish_hourly() -> None:
        worker.publish_now()

    @huey.periodic_task(crontab(minute="17"), name="remind-daily")
    def remind_daily() -> None:
        worker.remind()

    @huey.periodic_task(crontab(minute="37"), name="purge-daily")
    def purge_daily() -> None:
        worker.purge()

    @huey.periodic_task(crontab(minute="47"), name="statistics-hourly")
    def statistics_hourly() -> None:
        worker.gather_statistics()

    del sweep, publish_hourly, remind_daily, purge_daily, statistics_hourly  # huey keeps them
    app.extensions["huey"] = huey
    app.extensions["worker"] = worker
    app.extensions["drain"] = drain


def wake() -> None:
    """Ask the worker to look for work, after the transaction that wrote it is committed."""
    if current_app.config.get("JOBS_IMMEDIATE"):
        current_app.extensions["worker"].drain()
    else:
        current_app.extensions["drain"]()


def heartbeat(instance_path: Path) -> None:
    """Leave a sign of life for `passes doctor`."""
    (instance_path / HEARTBEAT).touch()


def run_worker(app: Flask) -> None:
    """Run the worker until it is told to stop (SIGTERM, SIGINT)."""
    heartbeat(app.extensions["instance"].path)
    try:
        app.extensions["worker"].gather_statistics()
    except OperationalError:
        log.exception("no statistics were gathered: the database was busy; it is tried again within an hour")
    app.extensions["worker"].drain()
    app.extensions["huey"].create_consumer(workers=1, periodic=True, initial_delay=0.1, max_delay=1.0).run()
