"""`checkpoint officers`: who can sign in at this station, and who has."""

import sys
from typing import TYPE_CHECKING

import click

from checkpoint.i18n import gettext as _

if TYPE_CHECKING:
    from checkpoint.home import Home


@click.group()
def officers() -> None:
    """Who works at this station, and who is on duty; what they record from then on bears their id."""


@officers.command("list")
@click.pass_obj
def list_(home: "Home") -> None:
    """Print the officers of this station: id, role, name; a star marks who is on duty."""
    from checkpoint.running import open_duty

    duty = open_duty(home)
    if problem := duty.problem:
        raise problem
    if duty.officers is None:
        click.echo(_("Máy chốt chưa có danh sách cán bộ: ai trực cũng có quyền của chốt trưởng."))
    for officer in duty.officers or ():
        mark = "*" if officer.id == duty.on_duty.id else " "
        click.echo(f"{mark} {officer.id}\t{officer.role}\t{officer.name}")


@officers.command("sign-in")
@click.argument("officer")
@click.pass_obj
def sign_in(home: "Home", officer: str) -> None:
    """Put OFFICER (an id) on duty. The PIN is asked for, or read from standard input."""
    from checkpoint.clock import system_time
    from checkpoint.running import open_duty

    pin = click.prompt(_("Mã PIN"), hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    on_duty = open_duty(home).sign_in(officer, pin, system_time())
    click.echo(_("%(name)s đang trực.", name=on_duty.name))


@officers.command("sign-out")
@click.pass_obj
def sign_out(home: "Home") -> None:
    """Leave the station to nobody in particular."""
    from checkpoint.running import open_duty

    open_duty(home).sign_out()
