"""`passes followups`: a district's list on the command line."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext


@click.group()
def group() -> None:
    """Medical follow-ups."""


@group.command("list")
@click.option("--district", required=True, help="Code of the district, three digits: 281.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_appcontext
def list_(district: str, as_json: bool) -> None:
    """Print every follow-up of a district, canceled ones included; who asked is written down."""
    from passes import audit
    from passes.areas.services import AreaUnknownError, get_area
    from passes.db import db
    from passes.followup import services
    from passes.followup.export import as_fields
    from passes.local_time import now
    from protocol.areas import AreaLevel

    session = db.session()
    try:
        get_area(session, district)
    except AreaUnknownError as error:
        raise click.UsageError(str(error)) from error
    if len(district) != AreaLevel.DISTRICT:
        raise click.UsageError(f"{district} is no district; a district's code has three digits")
    rows = [as_fields(row) for row in services.followups_in(session, district)]
    audit.record(session, None, "followups.list", f"Area:{district}", {"rows": len(rows)}, now())
    session.commit()  # before anything is shown: who stops reading has seen it all the same
    for row in rows:
        click.echo(json.dumps(row) if as_json else "\t".join(value or "-" for value in row.values()))
