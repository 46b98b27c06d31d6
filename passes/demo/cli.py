"""`passes demo` and `passes seed-demo`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask

_DEMO_PASSPHRASE = "offline keys of a demonstration"  # noqa: S105 - protects nothing but a throw-away instance


@click.command("seed-demo")
def seed_demo() -> None:
    """Make an instance with made-up data once; afterwards only bring its database up to date."""
    from flask_migrate import upgrade

    from passes import create_app
    from passes.config import Instance
    from passes.trust.repository import TrustRepository

    path = Path(os.environ["PASSES_INSTANCE"])
    if TrustRepository(Instance(path).trust_dir).is_initialised:
        with create_app(path).app_context():
            upgrade()
        return
    make_demo_instance(path)


def make_demo_instance(path: Path) -> Flask:
    """Make an instance with demo data; its accounts stand in `demo-logins.txt`.

    The offline keys lie inside the instance, which only a demonstration may do.
    """
    from flask_security import hash_password

    from passes.db import db
    from passes.demo.seed import seed, write_logins
    from passes.initialise import initialise
    from passes.local_time import now

    moment = now()
    app = initialise(path, path / "offline-keys", _DEMO_PASSPHRASE, moment)
    with app.app_context():
        logins = seed(db.session(), hash_password, moment)
        db.session.commit()
        app.extensions["worker"].drain()
    write_logins(path / "demo-logins.txt", logins)
    return app


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Keep the artefacts in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def demo(out: Path | None, as_json: bool) -> None:
    """Run the whole story on a throw-away instance and show what each step led to."""
    from rich.console import Console

    from passes.demo.processes import IssuerProcess, StoryError, free_port
    from passes.demo.stage import Stage
    from passes.demo.story import STEPS

    for name in [name for name in os.environ if name.startswith("PASSES_")]:
        del os.environ[name]  # a real instance's database and secrets are not for a demonstration
    console = Console(stderr=as_json, highlight=False)
    lines: list[dict[str, Any]] = []
    folder = Path(tempfile.mkdtemp(prefix="passes-demo-"))
    artefacts = out or folder / "out"
    artefacts.mkdir(parents=True, exist_ok=True)
    issuer = IssuerProcess(folder / "instance", free_port())
    try:
        app = make_demo_instance(folder / "instance")
        stage = Stage(app=app, issuer=issuer, out=artefacts, homes=folder / "stations")
        for name, run in STEPS:
            try:
                evidence = run(stage)
            except StoryError as error:
                lines.append({"step": name, "ok": False, "evidence": str(error)})
                console.print(f"[red]✗[/red] {name}\n  [red]{error}[/red]")
                break
            lines.append({"step": name, "ok": True, "evidence": evidence})
            console.print(f"[green]✓[/green] {name}\n  [dim]{evidence}[/dim]")
    finally:
        issuer.stop()
        shutil.rmtree(folder, ignore_errors=True)
    is_good = bool(lines) and all(line["ok"] for line in lines)
    if as_json:
        kept = sorted(path.name for path in artefacts.iterdir()) if out else []
        click.echo(json.dumps({"ok": is_good, "steps": lines, "artefacts": kept}, ensure_ascii=False, indent=2))
    elif out:
        console.print(f"Artefacts in {artefacts}")
    sys.exit(0 if is_good else 1)
