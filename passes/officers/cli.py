"""`passes officers`: who works at which station, and their PINs."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from protocol.roster import OfficerRole


@click.group()
def group() -> None:
    """Officers of stations, and the PINs with which they sign in there."""


@group.command()
@click.argument("name")
@click.option("--role", default="inspector", show_default=True, type=click.Choice([role.value for role in OfficerRole]))
@click.option("--station", "stations", multiple=True, required=True, metavar="ID", help="Where they work; repeat.")
@with_appcontext
def add(name: str, role: str, stations: tuple[str, ...]) -> None:
    """Add an officer by full NAME and print id and PIN. The PIN is shown this once."""
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.officers import services

    session, moment = db.session(), now()
    try:
        officer = services.add_officer(
            session, None, name=name, role=OfficerRole(role), station_ids=stations, now=moment
        )
        pin = services.give_pin(session, None, officer.id, moment)
    except services.OfficerError as error:
        raise click.UsageError(str(error)) from error
    session.commit()
    jobs.wake()
    click.echo(f"{officer.id}\t{pin}\t{officer.name}")


@group.command("list")
@click.option("--station", metavar="ID", help="Only those who work there.")
@with_appcontext
def list_(station: str | None) -> None:
    """Print every officer who serves: id, role, stations, whether there is a PIN everywhere, name."""
    from passes.db import db
    from passes.officers import services

    for officer in services.list_officers(db.session(), station):
        places = ",".join(officer.station_ids) or "-"
        missing = officer.stations_without_pin
        pin = f"no PIN at {','.join(missing)}" if missing else "PIN" if officer.pin_serial else "no PIN"
        click.echo(f"{officer.id}\t{officer.role}\t{places}\t{pin}\t{officer.name}")


@group.command("pin")
@click.argument("officer_id")
@with_appcontext
def give_pin(officer_id: str) -> None:
    """Make a new PIN for an officer and print it, this once."""
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.officers import services

    session = db.session()
    try:
        pin = services.give_pin(session, None, officer_id, now())
    except services.OfficerError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    session.commit()
    jobs.wake()
    click.echo(pin)


@group.command()
@click.argument("officer_id")
@with_appcontext
def dismiss(officer_id: str) -> None:
    """Take an officer off every station's list."""
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.officers import services

    session = db.session()
    try:
        officer = services.dismiss_officer(session, None, officer_id, now())
    except services.OfficerError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    session.commit()
    jobs.wake()
    click.echo(f"{officer.id} serves no more")
