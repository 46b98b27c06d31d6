"""`passes sites`: freight points and businesses."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext


@click.group()
def group() -> None:
    """Freight points and businesses."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_(file: Path) -> None:
    """Take in sites from a CSV FILE with the columns id,name,kind,ward: all of them, or none."""
    from passes.db import db
    from passes.local_time import now
    from passes.sites.services import SitesRefusedError, import_sites

    try:
        lines = file.read_text("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8 text (byte {error.start}); save it as CSV UTF-8.") from error
    session = db.session()
    try:
        added = import_sites(session, None, lines, now())
    except SitesRefusedError as error:
        session.rollback()
        for line in error.lines:
            click.echo(f"line {line.line}: {line.message} ({line.code})", err=True)
        click.echo("Nothing was imported. Correct these lines and import the file again.", err=True)
        sys.exit(2)
    session.commit()
    click.echo(f"{added} sites added")


@group.command("list")
@with_appcontext
def list_() -> None:
    """Print every site: id, ward, kind, name."""
    from passes.db import db
    from passes.sites.services import all_sites

    for site in all_sites(db.session()):
        click.echo(f"{site.id}\t{site.ward_code}\t{site.kind}\t{site.name}")
