"""`passes zones`: publish, lift and withdraw zones; each waits until past movements are matched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from passes.movement.models import Zone

_MOST_ROUNDS = 10_000


@click.group()
def group() -> None:
    """Lockdown and outbreak zones."""


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def publish(file: Path) -> None:
    """Publish the zone that FILE (JSON) describes, or a new version of it, and match it with past movements."""
    from passes.db import db
    from passes.local_time import now
    from passes.movement import services

    try:
        draft = services.read_zone_file(file.read_bytes())
        zone = services.publish_zone(db.session(), None, draft, now())
    except services.ZoneError as error:
        raise click.UsageError(f"{file}: {error.field}: {error}") from error
    _finish(zone, "published")


@group.command()
@click.argument("zone_id")
@click.option("--at", required=True, help="When it ends, RFC 3339 with its offset: 2021-09-25T00:00:00+07:00.")
@with_appcontext
def lift(zone_id: str, at: str) -> None:
    """End a zone at a moment; what happened there before stays in it."""
    from passes.db import db
    from passes.local_time import now
    from passes.movement import services
    from protocol.times import MomentError, from_rfc3339

    try:
        zone = services.lift_zone(db.session(), None, zone_id, from_rfc3339(at), now())
    except MomentError as error:
        raise click.UsageError(f"--at {at}: {error}; write 2021-09-25T00:00:00+07:00") from error
    except services.ZoneError as error:
        raise click.UsageError(str(error)) from error
    _finish(zone, "lifted")


@group.command()
@click.argument("zone_id")
@with_appcontext
def withdraw(zone_id: str) -> None:
    """Take a zone back, as if it had never been published."""
    from passes.db import db
    from passes.local_time import now
    from passes.movement import services

    try:
        zone = services.withdraw_zone(db.session(), None, zone_id, now())
    except services.ZoneError as error:
        raise click.UsageError(str(error)) from error
    _finish(zone, "withdrawn")


@group.command("list")
@with_appcontext
def list_() -> None:
    """Print every zone: id, version, state, areas, window, name."""
    from passes.db import db
    from passes.movement import services
    from protocol.times import to_rfc3339

    for version in services.latest_versions(db.session()).values():
        state = "withdrawn" if version.is_withdrawn else "published"
        ends = to_rfc3339(version.ends_at) if version.ends_at else "open"
        places = ",".join((*version.areas, *version.sites))
        window = f"{to_rfc3339(version.starts_at)}/{ends}"
        click.echo(f"{version.zone_id}\tv{version.version}\t{state}\t{places}\t{window}\t{version.name}")


def _finish(zone: Zone, deed: str) -> None:
    """Commit, match past movements, and say what came of it."""
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.movement import services

    zone_id, version = zone.id, zone.latest.version
    db.session.commit()
    for _ in range(_MOST_ROUNDS):  # the worker may do it at the same time: whoever comes first
        if zone_id not in services.waiting_rematches(db.session()):
            break
        services.rematch_zones(db.session(), now())
        db.session.commit()
    jobs.wake()
    people = services.exposed_people(db.session()).get(zone_id, 0)
    click.echo(f"{zone_id} {deed} (version {version}); {people} people exposed")
