"""What every command of `checkpoint` shares: errors in the person's language, documents a line each, exit codes."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from checkpoint import messages
from checkpoint.errors import StationError
from checkpoint.i18n import gettext as _
from checkpoint.i18n import language_of_environment, use_language
from checkpoint.messages import N_

EXIT_BAD_INPUT = 2
EXIT_LATER = 1  # nothing is wrong with the input, nothing is lost; the same command again may succeed


class UsageInWordsError(click.UsageError):
    """A command that was typed wrongly, said in the person's language; click itself speaks English only."""

    def show(self, file: Any = None) -> None:
        """Write how the command is used, and what is wrong."""
        if self.ctx is not None:
            usage = " ".join((self.ctx.command_path, *self.ctx.command.collect_usage_pieces(self.ctx)))
            click.echo(_("Cách dùng: %(usage)s", usage=usage), file=file, err=True)
            click.echo(_("Gõ “%(command)s --help” để xem hướng dẫn.", command=self.ctx.command_path), err=True)
        click.echo(_("Lỗi: %(sentence)s", sentence=self.message), file=file, err=True)


class Commands(click.Group):
    """A group of commands: says what is wrong in the person's language, and ends with exit code 2."""

    group_class = type

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the group's own options."""
        if parent is None:
            use_language(language_of_environment())  # until --lang has been read
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise in_words(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise in_words(error) from error
        except StationError as error:
            complain(error)
            ctx.exit(EXIT_BAD_INPUT)


def in_words(error: click.UsageError) -> click.UsageError:
    """Return the same error in the person's language; what is not click's own is in it already."""
    sentence = _sentence(error)
    return UsageInWordsError(sentence, error.ctx) if sentence else error


def _sentence(error: click.UsageError) -> str:
    """Say what is wrong, by the name of the error's class: older releases of click lack some of them."""
    name = type(error).__name__
    if say := _BY_CLASS.get(name):
        return say(error)
    for start, sentence in _BY_START.items():
        if error.message.startswith(start):
            return _(sentence)
    return ""


def _no_such_option(error: Any) -> str:
    sentence = _("Không có tùy chọn “%(name)s”.", name=error.option_name)
    near = ", ".join(sorted(error.possibilities or ()))
    question = _("Có phải: %(names)s?", names=near)
    return f"{sentence} {question}" if near else sentence


def _bad_parameter(error: Any) -> str:
    sentence = _("Giá trị của “%(name)s” không hợp lệ.", name=_name_of(error))
    kind = error.param.type if error.param else None
    if isinstance(kind, click.Choice):
        return " ".join((sentence, _("Chọn một trong: %(choices)s.", choices=", ".join(map(str, kind.choices)))))
    if isinstance(kind, click.types.IntParamType):
        return " ".join((sentence, _("Hãy ghi một số, ví dụ 0.")))
    return sentence


def _name_of(error: click.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "")
    return error.param.opts[0] if isinstance(error.param, click.Option) else error.param.make_metavar(error.ctx)


_BY_CLASS: dict[str, Callable[[Any], str]] = {
    "NoSuchOption": _no_such_option,
    "NoSuchCommand": lambda _error: _("Không có lệnh này; xem các lệnh bằng --help."),
    "BadOptionUsage": lambda error: _(
        "Tùy chọn “%(name)s” được ghi chưa đúng: thiếu hoặc thừa giá trị.", name=error.option_name
    ),
    "MissingParameter": lambda error: _("Thiếu “%(name)s”.", name=_name_of(error)),
    "BadParameter": _bad_parameter,
}
_BY_START = {
    "Got unexpected extra argument": N_("Dòng lệnh có chữ thừa; hãy kiểm tra dấu cách và dấu ngoặc kép."),
    "Missing command": N_("Thiếu tên lệnh; xem các lệnh bằng --help."),
    "No such command": N_("Không có lệnh này; xem các lệnh bằng --help."),
}


def complain(error: StationError) -> None:
    """Write the sentence for an error to stderr."""
    click.echo(_("Lỗi: %(sentence)s", sentence=messages.sentence(error)), err=True)


def put_json(value: object) -> None:
    """Write one JSON document on a line of its own, at once: a reader may be waiting for it.

    It is UTF-8 whatever the terminal speaks (RFC 8259, section 8.1); bytes of a file name that are not, are escaped.
    """
    click.echo(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
