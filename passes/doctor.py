"""What can be wrong with an instance, and what its administrator does about it."""

from __future__ import annotations

import os
import shutil
import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from passes import jobs
from passes.areas.models import Area
from passes.config import DEFAULT_SENDER, MOVED_SETTINGS, read_settings
from passes.db import db
from passes.issuing.register import unsignable_numbers
from passes.issuing.reissue import unsigned_papers
from passes.mail import services as mail
from passes.trust import lifecycle, publishing, services
from passes.trust.instance_keys import InstanceKeys
from passes.trust.keys import KeyFileError
from passes.trust.repository import TrustRepository
from passes.trust.roles import TrustRepositoryError
from protocol.trust import TrustError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from passes.config import Instance

WORKER_SILENCE = timedelta(minutes=3)
TRUST_AGE = timedelta(hours=3)
EXPIRY_WARNINGS = {"root": timedelta(days=30), "targets": timedelta(days=14)}
"""People with keys have to come together for these two; the worker signs the rest anew every hour."""
ONLINE_EXPIRY_WARNING = timedelta(days=5)
SIGNING_PATIENCE = timedelta(minutes=15)
LEAST_FREE_BYTES = 500 * 1024 * 1024
_RENEWED_BY = {
    "root": "`passes trust rotate-root --offline-keys DIR` with two of the root keys renews it.",
    "targets": "`passes trust publish --offline-keys DIR` with the targets key renews it.",
}
_RENEWED_BY_ALL = "is the worker running? `passes trust publish` renews it."
_PRIVATE = 0o077
_NAMED = 5
_MAIL_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class Finding:
    """One part that was looked at."""

    part: str
    is_ok: bool
    message: str


def examine(app: Flask, now: datetime) -> list[Finding]:
    """Look at every part of the instance; needs an application context.

    Args:
        app: the issuer.
        now: judges ages and expiries.
    """
    instance: Instance = app.extensions["instance"]
    parts: tuple[tuple[str, Callable[[], Iterator[str]], str], ...] = (
        ("secrets", lambda: _secrets(instance), "readable by their owner only"),
        ("database", _database, "answers; areas are filled in"),
        ("migrations", lambda: _migrations(app), "up to date"),
        ("keys", lambda: _keys(app, instance, now), "issuing, online and sealing keys open"),
        ("trust", lambda: _trust(instance, now), "published lately, nothing about to expire"),
        ("worker", lambda: _worker(instance.path, now), "alive"),
        ("signing", lambda: _signing(now), "no pass waits for its signature"),
        ("settings", lambda: _settings(instance), "every line of config.toml counts"),
        ("disk", lambda: _disk(instance.path), "enough room"),
        (
            "mail",
            lambda: _mail(app, now),
            "ready" if app.config.get("MAIL_SERVER") else f"no server set; e-mail is written into {instance.mail_dir}",
        ),
    )
    findings = []
    for part, look, fine in parts:
        wrong = list(look())
        findings.extend(Finding(part, is_ok=False, message=message) for message in wrong)
        if not wrong:
            findings.append(Finding(part, is_ok=True, message=fine))
    return findings


def _secrets(instance: Instance) -> Iterator[str]:
    path = instance.secrets_file
    if path.exists() and path.stat().st_mode & _PRIVATE:
        yield f"{path} is readable by others; run `chmod 600 {path}`."


def _database() -> Iterator[str]:
    try:
        count = db.session.scalar(sa.select(sa.func.count()).select_from(Area))
    except sa.exc.SQLAlchemyError as error:
        yield f"does not answer ({type(error).__name__}); check the address, and run `passes db upgrade`."
        return
    if not count:
        yield "has no areas; run `passes init` on an empty folder, or restore the backup."


def _migrations(app: Flask) -> Iterator[str]:
    config = Config()
    config.set_main_option("script_location", app.extensions["migrate"].directory)
    newest = ScriptDirectory.from_config(config).get_current_head()
    try:
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.SQLAlchemyError as error:
        yield f"cannot be read ({type(error).__name__}); see “database”."
        return
    if current != newest:
        yield f"database is at {current}, the program needs {newest}; run `passes db upgrade`."


def _keys(app: Flask, instance: Instance, now: datetime) -> Iterator[str]:
    keys = InstanceKeys(instance, app.config["KEYS_PASSPHRASE"])
    repository = TrustRepository(instance.trust_dir)
    opened: tuple[Callable[[], object], ...] = (
        lambda: services.require_key_of(db.session(), app.config["ISSUER_ID"], now),
        lambda: lifecycle.require_online_keys(repository, keys),
        lambda: keys.sealing,
        lambda: keys.signer_for(bytes.fromhex(services.current_issuer_key(db.session(), now).kid)),
        lambda: publishing.require_published(
            repository, bytes.fromhex(services.current_issuer_key(db.session(), now).kid)
        ),
    )
    for look in opened:
        try:
            look()
        except (KeyFileError, services.NoIssuerKeyError) as error:
            yield str(error)
        except TrustRepositoryError as error:
            if error.code in {"key_not_published", "key_unknown"}:  # the rest is for the part “trust” to say
                yield str(error)
        except sa.exc.SQLAlchemyError as error:
            yield f"which key signs cannot be read ({type(error).__name__}); see “database”."


def _trust(instance: Instance, now: datetime) -> Iterator[str]:
    repository = TrustRepository(instance.trust_dir)
    try:
        roles = repository.status(now).roles
        published_at = publishing.current_trust(repository).published_at
    except (TrustRepositoryError, TrustError) as error:
        yield f"{error} Restore trust/ from the backup."
        return
    for name, role in roles.items():
        if role.expires - now <= EXPIRY_WARNINGS.get(name, ONLINE_EXPIRY_WARNING):
            yield f"“{name}” expires {role.expires:%Y-%m-%d %H:%M} UTC; {_RENEWED_BY.get(name, _RENEWED_BY_ALL)}"
    if now - published_at > TRUST_AGE:
        yield f"last published {published_at:%Y-%m-%d %H:%M} UTC; is the worker running?"


def _worker(path: Path, now: datetime) -> Iterator[str]:
    sign = path / jobs.HEARTBEAT
    if not sign.exists():
        yield "has never run; start `passes serve` (or `passes worker`)."
        return
    seen = datetime.fromtimestamp(sign.stat().st_mtime, UTC)
    if now - seen > WORKER_SILENCE:
        yield f"was last alive {seen:%Y-%m-%d %H:%M} UTC; start `passes serve` (or `passes worker`)."


def _signing(now: datetime) -> Iterator[str]:
    try:
        count, oldest = unsigned_papers(db.session())
        stuck = unsignable_numbers(db.session())
    except sa.exc.SQLAlchemyError as error:
        yield f"what waits cannot be read ({type(error).__name__}); see “database”."
        return
    if oldest is not None and now - oldest > SIGNING_PATIENCE:
        yield f"{count} papers wait since {oldest:%Y-%m-%d %H:%M} UTC; see “worker”, “keys” and the worker's log."
    if stuck:
        more = ", …" if len(stuck) > _NAMED else ""
        named = ", ".join(stuck[:_NAMED])
        yield (
            f"{len(stuck)} approved passes cannot be written into the format ({named}{more}); their pages in the "
            "register say why: have the carrier correct the data, or revoke them."
        )


def _settings(instance: Instance) -> Iterator[str]:
    settings = read_settings(instance)
    for name, place in MOVED_SETTINGS.items():
        if name.upper() in settings:
            yield f"{name} in config.toml is read no more; it is set at {place}. Delete the line."


def _disk(path: Path) -> Iterator[str]:
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE_BYTES:
        yield f"{free // 1024 // 1024} MB are free; make room, at least {LEAST_FREE_BYTES // 1024 // 1024} MB."
    if not os.access(path, os.W_OK):
        yield f"{path} cannot be written; give it to the user that runs the issuer."


def _mail(app: Flask, now: datetime) -> Iterator[str]:
    if late := mail.count_late_letters(db.session(), now):
        yield f"{late} e-mails wait longer than they should; the worker's log says why."
    server = app.config.get("MAIL_SERVER")
    if not server:
        return
    try:
        with smtplib.SMTP(server, int(app.config.get("MAIL_PORT", 25)), timeout=_MAIL_TIMEOUT_SECONDS) as connection:
            connection.noop()
        if app.config["MAIL_DEFAULT_SENDER"] == DEFAULT_SENDER:
            yield "E-mail has no sender that others accept; set mail_default_sender in config.toml."
    except (OSError, smtplib.SMTPException) as error:
        yield f"{server} does not answer ({error}); check MAIL_SERVER and MAIL_PORT in config.toml."
