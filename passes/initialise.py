"""Making an instance: secrets, database, areas, roles, keys, and the first publication of trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_migrate import upgrade

from passes import create_app
from passes.accounts import services as accounts
from passes.areas import services as areas
from passes.config import Instance, create_secrets
from passes.db import db
from passes.trust import publishing, services
from passes.trust.instance_keys import InstanceKeys
from passes.trust.keys import OfflineKeys, generate_sealing_key
from passes.trust.models import IssuerKey
from passes.trust.repository import TrustRepository
from protocol.trust import SealingKey

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask


class InstanceExistsError(Exception):
    """The folder or the database holds an instance already; nothing was changed."""


def initialise(
    path: Path, offline_dir: Path, offline_passphrase: str, now: datetime, issuer_id: str | None = None
) -> Flask:
    """Make an empty instance: no demo data, no users.

    Args:
        path: the instance folder; made if missing.
        offline_dir: where the root and targets keys go; outside the instance except for a demo.
        offline_passphrase: encrypts the offline keys.
        now: signs and dates the first publication.
        issuer_id: whom the first issuing key signs for; None takes it from `config.toml`, or the default.

    Returns:
        The application of the new instance.

    Raises:
        InstanceExistsError: `path` has a trust repository already, or the database belongs to an instance elsewhere.
        passes.config.ConfigError: secrets are there and broken.
        passes.trust.keys.KeyFileError: a key file exists already or cannot be written.
    """
    instance = Instance(path.resolve())
    if TrustRepository(instance.trust_dir).is_initialised:
        raise InstanceExistsError(f"{instance.path} holds an instance already")
    create_secrets(instance)
    app = create_app(instance.path, **({"ISSUER_ID": issuer_id} if issuer_id else {}))
    with app.app_context():
        _refuse_database_in_use()
        upgrade()
        session = db.session()
        areas.seed_areas(session)
        accounts.ensure_roles(session)
        establish_trust(app, offline_dir, offline_passphrase, now)
        session.commit()
    return app


def _refuse_database_in_use() -> None:
    """Its personal columns are under another instance's key, and its stations trust another root."""
    if not sa.inspect(db.engine).has_table(IssuerKey.__tablename__):
        return
    if db.session.scalar(sa.select(sa.func.count()).select_from(IssuerKey)):
        where = db.engine.url.render_as_string(hide_password=True)
        raise InstanceExistsError(f"the database {where} belongs to an instance already; name an empty one")


def establish_trust(app: Flask, offline_dir: Path, offline_passphrase: str, now: datetime) -> None:
    """Make keys and the first publication of an instance that has a database and no trust repository.

    The root is new, so every station has to be enrolled. Issuer keys that the database knows are published with the new
    one, tombstones included: passes that they signed stay what they were.

    Args:
        app: the issuer, within its context; the caller commits.
        offline_dir: where the root and targets keys go.
        offline_passphrase: encrypts the offline keys.
        now: signs and dates the first publication.

    Raises:
        InstanceExistsError: there is a trust repository already.
        passes.trust.keys.KeyFileError: a key file exists already or cannot be written.
        passes.trust.roles.TrustRepositoryError: the repository cannot be written.
    """
    instance: Instance = app.extensions["instance"]
    repository = TrustRepository(instance.trust_dir)
    if repository.is_initialised:
        raise InstanceExistsError(f"{instance.trust_dir} holds a trust repository already")
    session = db.session()
    passphrase = app.config["KEYS_PASSPHRASE"]
    keys = InstanceKeys(instance, passphrase)
    offline = OfflineKeys.generate(offline_dir, offline_passphrase)  # first: this is what goes wrong, if anything
    online = keys.stage_online_keys()  # those of a repository that is gone must not sign for this one
    keys.adopt_online_keys()
    kid, public_key = generate_sealing_key(instance.keys_dir("sealing"), passphrase)
    signer = keys.generate_issuing_key()
    services.add_issuer_key(session, None, app.config["ISSUER_ID"], signer.public_key, now)
    services.note_published_keys(session, now)
    repository.initialise(
        offline,
        online,
        publishing.offline_targets(session, SealingKey(kid=kid, public_key=public_key)),
        now,
        publishing.live_targets(session, keys.signer_for(signer.kid), {}, repository.next_version(), now),
    )
