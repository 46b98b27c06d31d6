"""`passes privacy`: what is kept of a person, erasing it, and the purge of movements."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from passes.people.models import Person
    from passes.retention.models import Purge


@click.group()
def group() -> None:
    """Personal data: reports, erasure, retention."""


def _find(session: Session, id_number: str) -> Person:
    from passes.people.services import find_person
    from protocol.people import IdNumberError, normalise_id_number

    try:
        person = find_person(session, normalise_id_number(id_number))
    except IdNumberError as error:
        raise click.UsageError(f"{id_number} is no ID number") from error
    if person is None:
        raise click.ClickException("Nobody with this ID number is known here.")
    return person


@group.command()
@click.argument("person")
@with_appcontext
def report(person: str) -> None:
    """Print everything that is kept of PERSON (an ID number) as JSON; the report itself is written down."""
    from passes.db import db
    from passes.local_time import now
    from passes.retention.person import report as make_report

    session = db.session()
    found = make_report(session, None, _find(session, person), now())
    session.commit()
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@group.command()
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def erase(person: str, yes: bool) -> None:
    """Erase what is kept of PERSON (an ID number). It cannot be taken back."""
    from flask import current_app

    from passes.db import db
    from passes.local_time import now
    from passes.retention.person import EraseError
    from passes.retention.person import erase as erase_person
    from passes.trust import publishing
    from passes.trust.instance_keys import InstanceKeys
    from passes.trust.keys import KeyFileError
    from passes.trust.repository import TrustRepository, TrustRepositoryError

    session, instance = db.session(), current_app.extensions["instance"]
    found = _find(session, person)
    if not yes:
        click.confirm("Erase everything that is kept of this person?", abort=True)
    try:
        keys = InstanceKeys(instance, current_app.config["KEYS_PASSPHRASE"]).sealing
        trust = publishing.current_trust(TrustRepository(instance.trust_dir))
        counts = erase_person(session, None, found, keys, trust, now())
    except (EraseError, KeyFileError, TrustRepositoryError) as error:
        raise click.ClickException(str(error)) from error
    session.commit()
    for table, count in counts.items():
        click.echo(f"{table}\t{count}")


@group.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@with_appcontext
def purge(dry_run: bool) -> None:
    """Remove movements that are kept no longer (MOVEMENT_RETENTION_DAYS), and report. The worker does so every day."""
    from flask import current_app

    from passes.db import db
    from passes.local_time import now
    from passes.retention import services

    session, days = db.session(), current_app.config["MOVEMENT_RETENTION_DAYS"]
    if dry_run:
        _print(services.preview_purge(session, days, now()))
        return
    services.keep_mark(session, now())
    done = services.purge(session, None, days, now())
    session.commit()
    _print(done)


@group.command()
@with_appcontext
def purges() -> None:
    """Print what the last purges removed, the newest first."""
    from passes.db import db
    from passes.retention import services

    for done in services.purges(db.session()):
        _print(done)


def _print(done: Purge) -> None:
    click.echo(
        f"{done.at:%Y-%m-%dT%H:%M:%SZ}\tbefore {done.before:%Y-%m-%dT%H:%M:%SZ}\t"
        f"{done.movements} movements of {done.people} people removed\t"
        f"{done.kept_movements} of {done.kept_people} people kept for open follow-ups\t"
        f"{done.sealed_followups} follow-ups sealed"
    )
