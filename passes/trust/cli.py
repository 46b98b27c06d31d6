"""`passes trust`: the repository that stations verify against, and the keys that sign it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from passes.trust.keys import KeyFileError
from passes.trust.offline_options import NEW_PASSPHRASE, choose_new_folder, offline_keys_option, open_media
from passes.trust.repository import TrustRepository
from passes.trust.roles import TrustRepositoryError

if TYPE_CHECKING:
    from passes.trust.instance_keys import InstanceKeys
    from passes.trust.lifecycle import Ceremony


@click.group()
def group() -> None:
    """Publish, export and inspect the trust repository; make, retire and replace keys."""


def _repository() -> TrustRepository:
    return TrustRepository(current_app.extensions["instance"].trust_dir)


def _keys(repository: TrustRepository) -> InstanceKeys:
    """Return the instance's keys, after putting right what an interrupted change of root left behind."""
    from passes.trust.instance_keys import InstanceKeys
    from passes.trust.lifecycle import settle_online_keys

    keys = InstanceKeys(current_app.extensions["instance"], current_app.config["KEYS_PASSPHRASE"])
    settle_online_keys(repository, keys)
    return keys


@contextmanager
def _ceremony(media: Sequence[Path]) -> Iterator[Ceremony]:
    """Bring the keys together, keep the worker from publishing meanwhile, and commit at the end."""
    from passes.db import db
    from passes.trust.lifecycle import Ceremony

    with _refusals():
        offline, repository = open_media(media), _repository()
        with repository.lock():
            yield Ceremony(repository, _keys(repository), offline)
            db.session.commit()


@contextmanager
def _refusals() -> Iterator[None]:
    """End with exit code 2 and a sentence when something is refused; nothing was changed then."""
    from passes.initialise import InstanceExistsError
    from passes.trust.services import IssuerKeyError, NoIssuerKeyError
    from protocol.policy import PolicyError
    from protocol.trust import TrustError

    try:
        yield
    except (
        TrustRepositoryError,
        KeyFileError,
        IssuerKeyError,
        NoIssuerKeyError,
        InstanceExistsError,
        PolicyError,
        TrustError,
    ) as error:
        raise click.UsageError(str(error)) from error


@group.command()
@click.option("--offline-keys", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder for new keys.")
@with_appcontext
def init(folder: Path | None) -> None:
    """Make keys and repository for an instance that has a database and no trust yet (`passes init` does it all)."""
    from passes.db import db
    from passes.initialise import establish_trust
    from passes.local_time import now

    with _refusals():
        chosen, passphrase = choose_new_folder(folder, current_app.extensions["instance"].path)
        establish_trust(current_app, chosen, passphrase, now())
        db.session.commit()
    click.echo(f"trust is established; anchor (SHA-256 of the root): {_repository().root_sha256().hex()}")
    click.echo(f"Keep {chosen} and its passphrase apart from this machine, and enrol every station.")


@group.command()
@click.option("--min-version", type=click.IntRange(min=1), help="After a restored backup: above all that stations saw.")
@click.option("--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A new policy, JSON.")
@offline_keys_option(is_required=False)
@with_appcontext
def publish(min_version: int | None, policy: Path | None, media: tuple[Path, ...]) -> None:
    """Publish now, whether or not anything changed; with offline keys, issuer keys and policy are signed again too."""
    from passes.db import db
    from passes.issuing.extensions import tell_of_extensions
    from passes.local_time import now
    from passes.trust import lifecycle, publishing
    from protocol.policy import parse

    if policy and not media:
        raise click.UsageError("The policy is signed by the offline targets key; name its folder with --offline-keys.")
    session = db.session()
    generation: int | None
    if media:
        with _ceremony(media) as ceremony:
            rules = parse(policy.read_bytes()) if policy else None
            before = publishing.current_trust(ceremony.repository).policy if rules else None
            generation = lifecycle.publish_all(session, None, ceremony, now(), rules=rules, min_version=min_version)
            if rules and before:
                tell_of_extensions(session, rules, before, now())
    else:
        with _refusals():
            repository = _repository()
            keys = _keys(repository)
            generation = publishing.publish(
                session, repository, keys.online, keys.signer_for, now(), is_forced=True, min_version=min_version
            )
            session.commit()
    click.echo(f"published generation {generation}")


@group.command("rotate-issuer-key")
@click.option(
    "--signs-after",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="HOURS",
    help="How long the key before goes on signing, so that posts without network hear of the new one first.",
)
@offline_keys_option()
@with_appcontext
def rotate_issuer_key(signs_after: int, media: tuple[Path, ...]) -> None:
    """Make the next key that signs passes. It is published before it signs; the key before stays good."""
    from passes.db import db
    from passes.local_time import now
    from passes.trust import lifecycle

    delay, iss = timedelta(hours=signs_after), current_app.config["ISSUER_ID"]
    with _ceremony(media) as ceremony:
        key = lifecycle.rotate_issuer_key(db.session(), None, ceremony, iss, now(), delay)
    click.echo(f"key {key.kid} is published and signs from {key.signs_from:%Y-%m-%d %H:%M} UTC")


@group.command("retire-key")
@click.argument("kid")
@click.option("--reason", required=True, help="Why, in words; it is published.")
@click.option("--reissue/--no-reissue", default=True, show_default=True, help="Sign its papers again by another key.")
@offline_keys_option()
@with_appcontext
def retire_key(kid: str, reason: str, reissue: bool, media: tuple[Path, ...]) -> None:
    """Withdraw the issuing key KID for ever: what it signed is refused with “reprint” from a station's next sync on."""
    from passes import jobs
    from passes.db import db
    from passes.issuing.reissue import request_reissue
    from passes.local_time import now
    from passes.trust import lifecycle, publishing

    session = db.session()
    with _ceremony(media) as ceremony:
        key = lifecycle.retire_key(session, None, ceremony, kid.lower(), reason, now())
        told = publishing.current_trust(ceremony.repository)
        waiting = request_reissue(session, None, key.kid, told.policy, now()) if reissue else 0
    click.echo(f"key {key.kid} is retired; generation {told.generation} says so")
    if reissue:
        jobs.wake()
        click.echo(f"{waiting} papers are signed again by the worker; their carriers print them anew")


@group.command("rotate-root")
@click.option(
    "--new-offline-keys",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=f"Replace root and targets keys by new ones, made in this folder (${NEW_PASSPHRASE}).",
)
@click.option("--new-online-keys", is_flag=True, help="Replace the online keys, because they were stolen or lost.")
@offline_keys_option()
@with_appcontext
def rotate_root(new_offline_keys: Path | None, new_online_keys: bool, media: tuple[Path, ...]) -> None:
    """Publish the next root, good for another year; two root keys are needed."""
    from passes.db import db
    from passes.local_time import now
    from passes.trust import lifecycle
    from passes.trust.keys import OfflineKeys

    instance = current_app.extensions["instance"]
    chosen = choose_new_folder(new_offline_keys, instance.path, NEW_PASSPHRASE) if new_offline_keys else None
    with _ceremony(media) as ceremony:
        # Never removed again, whatever fails: stations may have seen a root that names them.
        replacement = OfflineKeys.generate(*chosen) if chosen else None
        version = lifecycle.rotate_root(
            db.session(), None, ceremony, now(), replacement=replacement, has_new_online_keys=new_online_keys
        )
    click.echo(f"root version {version} is published; anchor for new enrolments: {_repository().root_sha256().hex()}")
    if new_offline_keys:
        click.echo(f"From now on the keys in {new_offline_keys} count; those before can sign nothing any more.")


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export(file: Path) -> None:
    """Write the repository into one archive, for stations without network."""
    with _refusals():
        _repository().export(file)
    click.echo(f"wrote {file}")


@group.command()
@with_appcontext
def status() -> None:
    """Show the generation, versions, expiries and the anchor of the repository, and every issuing key."""
    from passes.db import db
    from passes.local_time import now
    from passes.trust import publishing, services

    moment = now()
    with _refusals():
        found = _repository().status(moment)
        told = publishing.current_trust(_repository())
    click.echo(f"generation {told.generation}, published {told.published_at:%Y-%m-%d %H:%M} UTC")
    for name, role in found.roles.items():
        state = "EXPIRED" if role.is_expired else "until"
        click.echo(f"{name:<10} version {role.version:>5}  {state} {role.expires:%Y-%m-%d %H:%M} UTC")
    click.echo(f"anchor (SHA-256 of the root): {found.root_sha256}")
    for key in services.issuer_keys(db.session()):
        click.echo(f"issuing key {key.kid}  {services.describe(db.session(), key, moment)}")
