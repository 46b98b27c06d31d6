"""The commands with which a station deals with the issuer: enrolling, syncing, trust, the log, sticks."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkpoint.console import EXIT_LATER, Commands, complain, put_json
from checkpoint.i18n import gettext as _

if TYPE_CHECKING:
    from checkpoint.home import Home


@click.command()
@click.argument("code", required=False)
@click.option("--camera", type=click.IntRange(min=0), metavar="N", help="Read the code with camera N, as a QR code.")
@click.option("--picture", type=click.Path(path_type=Path), metavar="FILE", help="Read the code from a picture of it.")
@click.option("--again", is_flag=True, help="This machine is that station already; give it new keys, keep its records.")
@click.pass_obj
def enroll(home: "Home", code: str | None, camera: int | None, picture: Path | None, again: bool) -> None:
    """Enrol this machine as a station, with a one-time CODE: typed, or read as a QR code from the issuer's page."""
    from checkpoint.clock import system_time
    from checkpoint.enrolling import enrol
    from checkpoint.enrolment_picture import find_code

    enrolment = enrol(home, code or find_code(camera, picture), system_time(), is_again=again)
    station = home.trust_store().load_current().stations.get(enrolment.station)
    name = station.name if station else enrolment.station
    click.echo(_("Đã ghi danh máy chốt “%(name)s” (%(id)s).", name=name, id=enrolment.station))


@click.command("roll-key")
@click.pass_obj
def roll_key(home: "Home") -> None:
    """Give this machine new keys now; it does so by itself every three months."""
    from checkpoint.clock import system_time
    from checkpoint.issuer_client import IssuerClient
    from checkpoint.sync import roll_keys

    roll_keys(home, IssuerClient(home.enrolment().url), system_time(), is_due=True)
    click.echo(_("Máy chốt đã đổi khóa; khóa mới: %(kid)s.", kid=home.device_key().kid.hex()))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--all", "is_everything", is_flag=True, help="Also records that the issuer has confirmed, if still here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def export(home: "Home", path: Path, is_everything: bool, as_json: bool) -> None:
    """Write the records that wait into a file at PATH, or in the folder PATH, for `passes stations import`."""
    from checkpoint.clock import system_time
    from checkpoint.exporting import export_records

    done = export_records(home, home.scan_log(), path, system_time(), is_everything=is_everything)
    if as_json:
        put_json({"file": str(done.path), "records": done.records, "bytes": done.size})
    else:
        click.echo(_("Đã xuất %(records)s bản ghi vào “%(path)s”.", records=done.records, path=done.path))
        click.echo(_("Bản ghi vẫn chờ trên máy cho đến khi nhập gói dữ liệu mới có biên nhận."))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def sync(home: "Home", as_json: bool) -> None:
    """Hand in the records that wait, then fetch newer trust."""
    from checkpoint import reporting
    from checkpoint.clock import system_time
    from checkpoint.sync import purge
    from checkpoint.sync import sync as sync_now

    log = home.scan_log()
    done = sync_now(home, log, system_time())
    purge(log, system_time())
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
    from checkpoint.from_issuer import take_receipts
    from checkpoint.moments import show_moment

    now = system_time()
    done = home.trust_store().import_from(source, now)
    received = take_receipts(home, home.scan_log(), now)
    text = _("Đã nhập bản dữ liệu số %(generation)s, công bố lúc %(time)s.") if done.is_new else None
    text = text or _("Bản dữ liệu đang dùng đã là mới nhất: số %(generation)s, công bố lúc %(time)s.")
    click.echo(text % {"generation": done.generation, "time": show_moment(done.published_at)})
    if received:
        click.echo(_("Có biên nhận cho %(records)s bản ghi đã chuyển bằng USB.", records=received))


@trust.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def trust_status(home: "Home", as_json: bool) -> None:
    """Say which trust data are in force, how old they are, and when updates would be refused."""
    from checkpoint import reporting
    from checkpoint.clock import system_time

    condition, now = home.trust_store().status(), system_time()
    if as_json:
        put_json(reporting.describe_trust(condition, now))
    else:
        click.echo(reporting.trust_in_words(condition, now))


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


COMMANDS = (enroll, roll_key, sync, export, trust, log)
