"""The commands with which a station deals with the issuer: enrolling, syncing, trust, the log, sticks."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkpoint.console import EXIT_LATER, Commands, complain, put_json
from checkpoint.i18n import gettext as _

if TYPE_CHECKING:
    from checkpoint.home import Home


@click.command()
@click.argument("code")
@click.pass_obj
def enroll(home: "Home", code: str) -> None:
    """Enrol this machine as a station, with the one-time CODE from `passes stations enrol-code`."""
    from checkpoint.clock import system_time
    from checkpoint.sync import enrol

    enrolment = enrol(home, code, system_time())
    station = home.trust_store().load_current().stations.get(enrolment.station)
    name = station.name if station else enrolment.station
    click.echo(_("Đã ghi danh máy chốt “%(name)s” (%(id)s).", name=name, id=enrolment.station))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def sync(home: "Home", as_json: bool) -> None:
    """Hand in the records that wait, then fetch newer trust."""
    from checkpoint import reporting
    from checkpoint.clock import system_time
    from checkpoint.sync import sync as sync_now

    done = sync_now(home, home.scan_log(), system_time())
    if as_json:
        put_json(reporting.describe_sync(done))
    else:
        click.echo(reporting.sync_in_words(done))
    for problem in done.problems:
        complain(problem)
    if done.problems:
        raise SystemExit(EXIT_LATER)


@click.group(cls=Commands)
def trust() -> None:
    """Trust data: keys, revocations, zones, rules."""


@trust.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.pass_obj
def trust_import(home: "Home", source: Path) -> None:
    """Take in trust data from a directory or an archive, from a USB stick for example."""
    from checkpoint.clock import system_time
    from checkpoint.moments import show_moment

    done = home.trust_store().import_from(source, system_time())
    text = _("Đã nhập bản dữ liệu số %(generation)s, công bố lúc %(time)s.") if done.is_new else None
    text = text or _("Bản dữ liệu đang dùng đã là mới nhất: số %(generation)s, công bố lúc %(time)s.")
    click.echo(text % {"generation": done.generation, "time": show_moment(done.published_at)})


@trust.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def trust_status(home: "Home", as_json: bool) -> None:
    """Say which trust data are in force, how old they are, and when updates would be refused."""
    from checkpoint import reporting

    condition = home.trust_store().status()
    if as_json:
        put_json(reporting.describe_trust(condition))
    else:
        click.echo(reporting.trust_in_words(condition))


@click.group(cls=Commands)
def log() -> None:
    """The log of every scan."""


@log.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def log_verify(home: "Home", as_json: bool) -> None:
    """Follow the log's chain from the first record to the last, with every signature on it."""
    key = home.device_key()
    records = home.scan_log().check_chain(key.public_raw)
    if as_json:
        put_json({"records": records, "device": key.kid.hex(), "is_whole": True})
    else:
        click.echo(_("Nhật ký nguyên vẹn: %(records)s bản ghi, mọi chữ ký đều đúng.", records=records))


COMMANDS = (enroll, sync, trust, log)
