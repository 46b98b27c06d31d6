"""The `checkpoint` command."""

import gc
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checkpoint import exchange_cli
from checkpoint.console import EXIT_BAD_INPUT, Commands, complain, put_json
from checkpoint.errors import StationError
from checkpoint.i18n import LANGUAGES, current_language, language_of_environment, use_language
from checkpoint.i18n import gettext as _
from checkpoint.officers_cli import officers
from protocol.scan_record import Action, RecordKind

if TYPE_CHECKING:
    from checkpoint.home import Home
    from checkpoint.stills import FileTexts


@click.group(cls=Commands)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CHECKPOINT_HOME",
    default=Path("~/.local/share/checkpoint"),
    show_default=True,
    help="Folder with the station's key, trust and log.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of messages; else LANG says, Vietnamese first.")
@click.version_option(package_name="vehicle-pass", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, home: Path, lang: str | None) -> None:
    """Read passes at a post, decide without network, keep every scan."""
    from checkpoint.home import Home

    use_language(lang or language_of_environment())
    ctx.obj = Home(home.expanduser())


@main.command()
@click.argument("path", nargs=-1, type=click.Path(path_type=Path))
@click.option("--camera", type=click.IntRange(min=0), metavar="N", help="Watch camera N (/dev/videoN) until stopped.")
@click.option("--raw", is_flag=True, help="Only read: one JSON object a picture, `file` and `texts`. Needs no trust.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a picture, with the decisions.")
@click.option("--at", metavar="TIME", help="When the pictures were taken, if not now.")
@click.option("--action", type=click.Choice([str(action) for action in Action]), help="What is done with the vehicle.")
@click.option("--wrong-plate", is_flag=True, help="The vehicle has another plate than the pass.")
@click.option("--wrong-crew", is_flag=True, help="Somebody on board is not on the pass.")
@click.option("--present", type=click.IntRange(min=0), multiple=True, metavar="N", help="Crew entry N is on board.")
@click.option("--coming-from", metavar="CODE", help="Area that the vehicle comes from, as the driver says.")
@click.option("--lodging", multiple=True, metavar="N=WARD", help="Ward where crew entry N will stay.")
@click.option("--reason", metavar="TEXT", help="Why it is let through, if the verdict is against it.")
@click.pass_obj
def scan(
    home: "Home",
    path: tuple[Path, ...],
    camera: int | None,
    raw: bool,
    as_json: bool,
    at: str | None,
    **said: Any,
) -> None:
    """Read the codes in pictures, folders, videos (each PATH) or before a camera; decide; record."""
    from checkpoint import scanning, stills
    from checkpoint.officer_options import statement_of

    if bool(path) == (camera is not None):
        raise click.UsageError(_("Hãy nêu ảnh, thư mục, video, hoặc --camera N."))
    found = stills.read_camera(camera) if camera is not None else _read_all(path, stills.read_files)
    lines = scanning.read_only(found) if raw else scanning.decide(home, found, at, statement_of(**said))
    has_failed = False
    for line in lines:
        if line.error:
            has_failed = True
            complain(line.error)
        if raw or as_json:
            put_json(line.document)
        else:
            click.echo(scanning.in_words(line))
    if has_failed:
        raise SystemExit(EXIT_BAD_INPUT)


@main.command("no-paper")
@click.option("--plate", metavar="PLATE", help="As it stands on the vehicle.")
@click.option("--special-plate", is_flag=True, help="The plate has another form than usual: army, embassy, foreign.")
@click.option("--person", "people", multiple=True, metavar="ID|NAME", help="Who is on board; once for each.")
@click.option("--action", type=click.Choice([str(action) for action in Action]), help="What is done with the vehicle.")
@click.option("--unreadable", is_flag=True, help="There is a paper, but its code cannot be read.")
@click.option("--reason", metavar="TEXT", help="Why it is let through, if it is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def no_paper(
    home: "Home",
    plate: str | None,
    special_plate: bool,
    people: tuple[str, ...],
    action: str | None,
    unreadable: bool,
    reason: str | None,
    as_json: bool,
) -> None:
    """Record a vehicle that has no paper, with its plate and its people."""
    from checkpoint.describing import describe_event
    from checkpoint.officer_options import person_of, plate_of
    from checkpoint.running import open_station

    if not plate and (unreadable or not people):
        raise StationError("typed_empty" if unreadable else "no_paper_empty")
    seen = tuple(person_of(text) for text in people)
    typed = plate_of(plate, is_special=special_plate)
    running = open_station(home)
    event = running.station.record_no_code(
        RecordKind.TYPED if unreadable else RecordKind.NO_PAPER,
        typed,
        seen,
        Action(action) if action else None,
        running.clock.read(),
        running.duty.on_duty,
        reason or "",
    )
    if as_json:
        put_json(describe_event(event))
    else:
        click.echo(_("Đã ghi lượt không có giấy %(id)s.", id=event.id[:8]))


def _read_all(paths: Iterable[Path], read: Any) -> "Iterator[FileTexts]":
    for path in paths:
        yield from read(path)


@main.command()
@click.argument("text", nargs=-1)
@click.option("--trust", type=click.Path(path_type=Path), metavar="DIR|ARCHIVE", help="Decide with this trust data.")
@click.option("--root", type=click.Path(path_type=Path), metavar="FILE", help="The root that --trust must stand on.")
@click.option("--at", metavar="TIME", help="Clock to judge at, RFC 3339; else now.")
@click.option("--together", is_flag=True, help="The texts are papers of one vehicle: one verdict about all of them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def verify(
    home: "Home",
    text: tuple[str, ...],
    trust: Path | None,
    root: Path | None,
    at: str | None,
    together: bool,
    as_json: bool,
) -> None:
    """Judge QR texts, given as TEXT or one a line on stdin; record nothing."""
    from checkpoint import scanning
    from checkpoint.describing import describe_verdict
    from checkpoint.moments import parse_moment, show_moment
    from checkpoint.verifying import open_verifier

    if root and not trust:
        raise click.UsageError(_("--root chỉ dùng cùng với --trust."))
    verifier = open_verifier(home, trust, root, parse_moment(at) if at is not None else None)
    if verifier.has_expired and verifier.expires_at:
        until = show_moment(verifier.expires_at)
        click.echo(
            _("Lưu ý: chữ ký của gói dữ liệu đã quá hạn từ %(time)s; hãy lấy gói mới hơn.", time=until), err=True
        )
    texts = text or _lines_of_stdin()
    for papers in [list(texts)] if together else texts:
        verdict = verifier.judge(papers)
        if as_json:
            put_json(describe_verdict(verdict) | {"anchor": str(verifier.anchor)})
        else:
            click.echo(scanning.verdict_in_words(verdict))


def _lines_of_stdin() -> Iterator[str]:
    for line in sys.stdin.buffer:
        if text := line.decode("utf-8", "replace").rstrip("\r\n"):
            yield text


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(home: "Home", as_json: bool) -> None:
    """Say how the station is: data age, records that wait, records refused, clock, log."""
    from checkpoint import reporting

    condition = reporting.station_condition(home)
    if as_json:
        put_json(condition)
    else:
        click.echo(reporting.condition_in_words(condition))


@main.command()
@click.option("--bind", default="127.0.0.1:8100", show_default=True, help="Address and port on this machine.")
@click.option("--source", default="0", show_default=True, help="Camera number, video, picture, or folder of pictures.")
@click.option("--sync-every", default=60, show_default=True, help="Seconds between syncs; 0 never syncs.")
@click.pass_obj
def serve(home: "Home", bind: str, source: str, sync_every: int) -> None:
    """Run the officer's page: live picture, verdict, actions. Works with the issuer switched off."""
    gc.disable()  # until everything is imported, see there
    try:
        from checkpoint.web.server import run

        run(home, bind, source, sync_every, current_language())
    finally:
        gc.enable()  # also where nothing was started


for command in exchange_cli.COMMANDS:
    main.add_command(command)
main.add_command(officers)
