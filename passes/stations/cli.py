"""`passes stations`: stations and the codes with which their devices enrol."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from protocol.trust import Direction, StationKind


@click.group()
def group() -> None:
    """Stations at checkpoints and freight points."""


@group.command()
@click.argument("station_id")
@click.option("--name", required=True, help="The place, in words.")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in StationKind]))
@click.option("--area", help="Code of the ward or district; not needed with --site.")
@click.option("--site", help="Id of the freight point it stands at.")
@click.option("--direction", default="both", show_default=True, type=click.Choice([d.value for d in Direction]))
@click.option("--position", default="", metavar="LAT,LON", help="Where exactly, in degrees, as maps give it.")
@with_appcontext
def create(
    station_id: str, name: str, kind: str, area: str | None, site: str | None, direction: str, position: str
) -> None:
    """Add a station."""
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.stations import positions, services

    try:
        services.create_station(
            db.session(),
            None,
            station_id=station_id,
            name=name,
            kind=StationKind(kind),
            area_code=area,
            site_id=site,
            direction=Direction(direction),
            position=positions.parse_position(position),
            now=now(),
        )
    except services.StationError as error:
        raise click.UsageError(str(error)) from error
    db.session.commit()
    jobs.wake()
    click.echo(f"{station_id} added; `passes stations enrol-code {station_id}` makes a code for its device")


@group.command()
@click.argument("station_id")
@click.argument("position", metavar="LAT,LON")
@with_appcontext
def locate(station_id: str, position: str) -> None:
    """Say where exactly a station stands, in degrees as maps give them; "" forgets it."""
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.stations import positions, services

    try:
        positions.locate_station(db.session(), None, station_id, positions.parse_position(position), now())
    except services.StationError as error:
        raise click.UsageError(str(error)) from error
    db.session.commit()
    jobs.wake()


@group.command("enrol-code")
@click.argument("station_id")
@with_appcontext
def enrol_code(station_id: str) -> None:
    """Print a code with which one device can enrol for a station within a day."""
    from flask import current_app

    from passes.db import db
    from passes.local_time import now
    from passes.stations import services
    from passes.trust.repository import TrustRepository

    root = TrustRepository(current_app.extensions["instance"].trust_dir).root_sha256()
    url = current_app.config["PUBLIC_URL"]
    try:
        code = services.issue_enrolment_code(db.session(), None, station_id, url, root, now())
    except services.StationError as error:
        raise click.UsageError(f"{error}; `passes stations list` shows those that there are") from error
    db.session.commit()
    click.echo(code.to_text())


@group.command("list")
@with_appcontext
def list_() -> None:
    """Print every station with its devices: id, kind, area, name, then each device."""
    from passes.db import db
    from passes.stations import services

    session = db.session()
    devices = services.devices_of(session)
    for station in services.stations_by_id(session).values():
        click.echo(f"{station.id}\t{station.kind}\t{station.area_code}\t{station.name}")
        for device in devices.get(station.id, []):
            seen = f"{device.last_seen_at:%Y-%m-%dT%H:%M:%SZ}" if device.last_seen_at else "never"
            state = "rolled" if device.replaced_by else "revoked" if device.revoked_at else "enrolled"
            click.echo(f"  device {device.id}\t{device.kid}\t{state}\tlast seen {seen}")


@group.command()
@click.argument("device_id", type=click.IntRange(1, 10**9))
@with_appcontext
def revoke(device_id: int) -> None:
    """Revoke a device, by its number in `passes stations list`."""
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.stations import services

    try:
        device = services.revoke_device(db.session(), None, device_id, now())
    except services.StationError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    db.session.commit()
    jobs.wake()
    click.echo(f"device {device.id} of {device.station_id} is revoked")


@group.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_(files: tuple[Path, ...]) -> None:
    """Take in FILES that stations exported (`checkpoint export`); their receipts go back with `passes trust export`."""
    from passes import jobs

    are_whole = [_import_one(file) for file in files]
    jobs.wake()
    sys.exit(0 if all(are_whole) else 2)


def _import_one(file: Path) -> bool:
    """Take in one file, and say what it came to and whether all of it was there."""
    from passes.db import db
    from passes.local_time import now
    from passes.stations import services
    from passes.stations.handover import import_export
    from protocol.export import MAX_EXPORT_BYTES

    if file.stat().st_size > MAX_EXPORT_BYTES:
        click.echo(f"{file}: larger than any export; nothing was taken in", err=True)
        return False
    try:
        done = import_export(db.session(), None, file.read_bytes(), now())
    except services.StationError as error:
        db.session.rollback()
        click.echo(f"{file}: {error}; nothing was taken in", err=True)
        return False
    db.session.commit()
    counts = f"{done.accepted} records are new, {done.known} were here, {len(done.refused)} refused"
    click.echo(f"{file}: {done.station}, exported {done.made_at:%Y-%m-%d %H:%M} UTC: {counts}")
    for record, why in done.refused.items():
        click.echo(f"  refused {record}: {why}", err=True)
    if done.missing:
        click.echo(
            f"  {done.missing} batches are missing or damaged; the station still has them, export again", err=True
        )
    return not done.missing
