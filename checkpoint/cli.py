"""The `checkpoint` command."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from checkpoint import messages
from checkpoint.errors import StationError
from checkpoint.i18n import LANGUAGES, use_language
from checkpoint.i18n import gettext as _

EXIT_BAD_INPUT = 2


class Commands(click.Group):
    """The group of all commands: says what is wrong in the person's language, and ends with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except StationError as error:
            complain(error)
            ctx.exit(EXIT_BAD_INPUT)


def complain(error: StationError) -> None:
    """Write the sentence for an error to stderr."""
    click.echo(_("Lỗi: %(sentence)s", sentence=messages.sentence(error)), err=True)


def put_json(value: object) -> None:
    """Write one JSON document on a line of its own, at once: a reader may be waiting for it."""
    click.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


@click.group(cls=Commands)
@click.option("--home", type=click.Path(path_type=Path), envvar="CHECKPOINT_HOME", help="Thư mục dữ liệu của máy chốt.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Ngôn ngữ / language.")
@click.pass_context
def main(ctx: click.Context, home: Path | None, lang: str | None) -> None:
    """Máy chốt: đọc giấy nhận diện phương tiện, quyết định không cần mạng, ghi lại mọi lượt."""
    if lang:
        use_language(lang)
    ctx.obj = home


@main.command()
@click.argument("path", nargs=-1, type=click.Path(path_type=Path))
@click.option("--camera", type=click.IntRange(min=0), metavar="N", help="Camera của máy, số N của /dev/videoN.")
@click.option("--raw", is_flag=True, help="Chỉ đọc mã, không quyết định; mỗi ảnh một dòng JSON.")
@click.option("--json", "as_json", is_flag=True, help="Mỗi ảnh một dòng JSON.")
def scan(path: tuple[Path, ...], camera: int | None, raw: bool, as_json: bool) -> None:
    """Đọc mã QR trong ảnh, thư mục ảnh, video hoặc từ camera."""
    from checkpoint import stills

    if bool(path) == (camera is not None):
        raise click.UsageError(_("Hãy nêu ảnh, thư mục, video, hoặc --camera N."))
    founds = stills.read_camera(camera) if camera is not None else (f for p in path for f in stills.read_files(p))
    has_failed = False
    for found in founds:
        line: dict[str, object] = {"file": found.file, "texts": found.texts}
        if found.error:
            has_failed = True
            complain(found.error)
            line["error"] = found.error.code
        put_json(line)
    if has_failed:
        raise SystemExit(EXIT_BAD_INPUT)
