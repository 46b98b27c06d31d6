"""`passes trust`: the repository that stations verify against."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from passes.trust.repository import TrustRepository
from passes.trust.roles import TrustRepositoryError


@click.group()
def group() -> None:
    """Publish, export and inspect the trust repository."""


def _repository() -> TrustRepository:
    return TrustRepository(current_app.extensions["instance"].trust_dir)


@group.command()
@click.option("--min-version", type=click.IntRange(min=1), help="After a restored backup: above all that stations saw.")
@with_appcontext
def publish(min_version: int | None) -> None:
    """Publish now, whether or not anything changed."""
    from passes.db import db
    from passes.local_time import now
    from passes.trust import publishing
    from passes.trust.instance_keys import InstanceKeys
    from passes.trust.keys import KeyFileError

    keys = InstanceKeys(current_app.extensions["instance"], current_app.config["KEYS_PASSPHRASE"])
    try:
        generation = publishing.publish(
            db.session(), _repository(), keys.online, keys.signer_for, now(), is_forced=True, min_version=min_version
        )
    except (TrustRepositoryError, KeyFileError) as error:
        raise click.UsageError(str(error)) from error
    db.session.commit()
    click.echo(f"published generation {generation}")


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export(file: Path) -> None:
    """Write the repository into one archive, for stations without network."""
    try:
        _repository().export(file)
    except TrustRepositoryError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"wrote {file}")


@group.command()
@with_appcontext
def status() -> None:
    """Show versions, expiries and the anchor of the repository."""
    from passes.local_time import now

    try:
        found = _repository().status(now())
        anchor = _repository().root_sha256().hex()
    except TrustRepositoryError as error:
        raise click.UsageError(str(error)) from error
    for name, role in found.roles.items():
        state = "EXPIRED" if role.is_expired else "until"
        click.echo(f"{name:<10} version {role.version:>5}  {state} {role.expires:%Y-%m-%d %H:%M} UTC")
    click.echo(f"anchor (SHA-256 of the root): {anchor}")
