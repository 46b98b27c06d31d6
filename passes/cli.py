"""The `passes` command: everything an administrator does on the machine itself."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask.cli import FlaskGroup, NoAppException
from sqlalchemy.exc import OperationalError, ProgrammingError

from passes import create_app
from passes.config import ConfigError, Instance, write_first_settings

if TYPE_CHECKING:
    from flask import Flask


def _make_app() -> Flask:
    try:
        return create_app()
    except ConfigError as error:
        raise NoAppException(str(error)) from error


def _keep_instance(_context: click.Context, _option: click.Parameter, value: Path) -> Path:
    os.environ["PASSES_INSTANCE"] = str(value.resolve())
    return value


def _require_issuer_id(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,31}", value):
        raise click.BadParameter("up to 32 capital letters, digits and hyphens, such as VN-HY")
    return value


class Commands(FlaskGroup):
    """The group of all commands: what the database refuses is said in a sentence, not in a stack of calls.

    Only what stands in this program: commands and options that Flask and its extensions bring along would start a
    server for developers, load another application, or give somebody a role without a line in the audit log.
    """

    def __init__(self, **settings: Any) -> None:
        """Make the group as `click.group` does, without Flask's own options."""
        super().__init__(**settings, add_default_commands=False, add_version_option=False, load_dotenv=False)
        self.params = [option for option in self.params if option.name not in {"env_file", "app", "debug"}]

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands; no instance is opened for it."""
        return click.Group.list_commands(self, ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Give one of them."""
        return click.Group.get_command(self, ctx, name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(f"The database cannot be used: {reason}. `passes doctor` says more.") from error


@click.group(cls=Commands, create_app=_make_app)
@click.version_option(package_name="vehicle-pass", message="%(prog)s %(version)s")
@click.option(
    "--instance",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="PASSES_INSTANCE",
    default="instance",
    show_default=True,
    is_eager=True,
    callback=_keep_instance,
    help="Folder with everything this issuer keeps.",
)
def main(instance: Path) -> None:
    """Issue and sign vehicle passes, and follow up what their scans tell."""
    del instance  # its callback has put it where create_app looks
    os.umask(0o077)  # what an instance keeps is for its owner


@main.command(with_appcontext=False)
@click.option(
    "--offline-keys", type=click.Path(file_okay=False, path_type=Path), help="Folder for root and targets keys."
)
@click.option(
    "--issuer-id",
    metavar="ID",
    callback=_require_issuer_id,
    help="Name of this issuer in every pass, such as VN-HY: capital letters, digits, hyphens. [default: VN-HN]",
)
def init(offline_keys: Path | None, issuer_id: str | None) -> None:
    """Make an empty instance: database, keys, trust repository, areas."""
    from passes.initialise import InstanceExistsError, initialise
    from passes.local_time import now
    from passes.trust.keys import KeyFileError
    from passes.trust.offline_options import choose_new_folder

    instance = Path(os.environ["PASSES_INSTANCE"])
    if issuer_id and Instance(instance).config_file.exists():
        raise click.UsageError(f"{Instance(instance).config_file} is there already; set issuer_id in it instead.")
    offline_keys, passphrase = choose_new_folder(offline_keys, instance)
    try:
        initialise(instance, offline_keys, passphrase, now(), issuer_id)
    except (InstanceExistsError, ConfigError, KeyFileError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{instance} is ready. Keep {offline_keys} and its passphrase apart from this machine.")
    if write_first_settings(Instance(instance), issuer_id):
        click.echo("Staff set up a second factor at their first sign-in (two_factor_roles in config.toml).")
    click.echo(f"Next: `passes --instance {instance} users create`, then `passes --instance {instance} serve`.")


@main.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Threads in each.")
def serve(bind: str, workers: int, threads: int) -> None:
    """Run the issuer: web server and worker."""
    from passes.serve import supervise

    arguments = ["--bind", bind, "--workers", str(workers), "--threads", str(threads)]
    sys.exit(supervise(Path(os.environ["PASSES_INSTANCE"]), arguments))


@main.command(with_appcontext=False)
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def web(bind: str, workers: int, threads: int) -> None:
    """Run only the web server."""
    from passes import logs
    from passes.serve import run_web

    logs.configure()
    run_web(_make_app(), bind, workers, threads)


@main.command(with_appcontext=False)
@click.option("--once", is_flag=True, help="Do what waits now, then end.")
def worker(once: bool) -> None:
    """Run only the worker: sign, take in scans, match zones, publish trust."""
    from passes import jobs, logs

    logs.configure()
    app = _make_app()
    if once:
        click.echo(f"{app.extensions['worker'].drain()} rows done")
    else:
        jobs.run_worker(app)


@main.command()
def doctor() -> None:
    """Say what is wrong with this instance, and what to do about it."""
    from flask import current_app

    from passes.doctor import examine
    from passes.local_time import now

    findings = examine(current_app, now())
    for finding in findings:
        click.echo(f"{'ok   ' if finding.is_ok else 'WRONG'}  {finding.part}: {finding.message}")
    sys.exit(0 if all(finding.is_ok for finding in findings) else 1)


def _add_area_groups() -> None:
    from flask_migrate.cli import db

    from passes.accounts.cli import group as users
    from passes.demo.cli import demo, seed_demo
    from passes.followup.cli import group as followups
    from passes.movement.cli import group as zones
    from passes.movement.cli import movements
    from passes.officers.cli import group as officers
    from passes.retention.cli import group as privacy
    from passes.sites.cli import group as sites
    from passes.stations.cli import group as stations
    from passes.trust.cli import group as trust

    for name, group in {
        "db": db,
        "users": users,
        "stations": stations,
        "officers": officers,
        "sites": sites,
        "zones": zones,
        "movements": movements,
        "followups": followups,
        "privacy": privacy,
        "trust": trust,
    }.items():
        main.add_command(group, name)
    main.add_command(demo)
    main.add_command(seed_demo)


_add_area_groups()
