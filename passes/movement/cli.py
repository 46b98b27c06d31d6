"""`passes zones` and `passes movements`.

Publishing, lifting and withdrawing a zone waits until past movements are matched.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rich.progress import Progress

    from passes.movement.models import Zone


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
    from passes.local_time import NoMomentError, now, read_second
    from passes.movement import services

    try:
        zone = services.lift_zone(db.session(), None, zone_id, read_second(at), now())
    except NoMomentError as error:
        raise click.UsageError(f"--at: {error}") from error
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
    with _progress_bar() as bar:
        task = bar.add_task(zone_id, total=None)
        # The worker may do it at the same time: whoever comes first.
        while (progress := services.waiting_rematches(db.session()).get(zone_id)) is not None:
            bar.update(task, completed=progress.people_done, total=progress.people or None)
            services.rematch_zones(db.session(), now())
            db.session.commit()
    jobs.wake()
    people = services.exposed_people(db.session()).get(zone_id, 0)
    click.echo(f"{zone_id} {deed} (version {version}); {people} people exposed")


@click.group()
def movements() -> None:
    """Movements of people, from files and into files."""


@movements.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--batch", default=20_000, show_default=True, type=click.IntRange(1, 100_000), help="Lines a transaction."
)
@with_appcontext
def import_(file: Path, batch: int) -> None:
    """Take in the movements of FILE, one JSON object a line.

    Its fields: id, person (ID number), name, role, at (RFC 3339), area, site, station, direction (in, out, at),
    plate, pass_id, source, stay (ward). Lines that cannot be taken in are named with their reason, and the others are
    kept; the command then ends with 1. Interrupted, it goes on where it stopped when it is given the same file again.
    """
    from passes import jobs
    from passes.db import db
    from passes.local_time import now
    from passes.movement import services

    session = db.session()
    done = None
    with _progress_bar() as progress, file.open("rb") as stream:
        task = progress.add_task(file.name, total=file.stat().st_size)
        for done in services.import_movements(session, None, stream, now(), batch):
            session.commit()
            for refused in done.refusals:
                click.echo(f"line {refused.line}: {refused.field}: {refused.reason} ({refused.code})", err=True)
            progress.update(task, completed=done.position_bytes)
    jobs.wake()
    if done is None:
        raise AssertionError("an import reports at least once")  # pragma: no cover - it does
    resumed = f", of which {done.resumed_at} by an interrupted run before" if done.resumed_at else ""
    click.echo(f"{done.lines} lines{resumed}: {done.added} added, {done.known} known already, {done.refused} refused")
    sys.exit(1 if done.refused else 0)


@movements.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.option("--since", help="Only movements from then on, RFC 3339.")
@click.option("--until", help="Only movements before then, RFC 3339.")
@with_appcontext
def export(file: Path, since: str | None, until: str | None) -> None:
    """Write movements to FILE (`-`: standard output), one JSON object a line, as `import` takes them in."""
    import os

    from flask import current_app

    from passes import audit
    from passes.db import db
    from passes.local_time import now
    from passes.movement import services

    session, start, end = db.session(), _moment(since, "--since"), _moment(until, "--until")
    audit.record(session, None, "movements.export", "Movements", {"since": since, "until": until}, now())
    session.commit()
    lines = services.export_movements(session, current_app.config["ISSUER_ID"], start, end)
    if str(file) == "-":
        for line in lines:
            click.echo(line)
        return
    partial = file.with_name(f"{file.name}.partial")
    count = 0
    with _progress_bar() as progress, partial.open("w", encoding="utf-8") as stream:
        task = progress.add_task(file.name, total=services.count_movements(session, start, end))
        for count, line in enumerate(lines, 1):
            stream.write(line + "\n")
            if count % 1000 == 0:
                progress.update(task, completed=count)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
    click.echo(f"{count} movements written to {file}")


def _moment(text: str | None, option: str) -> datetime | None:
    from passes.local_time import NoMomentError, read_moment

    try:
        return None if text is None else read_moment(text)
    except NoMomentError as error:
        raise click.UsageError(f"{option}: {error}") from error


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    """Show how far it is, where somebody looks; standard output stays free for what a program reads."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield progress
