"""Offline keys at the command line: where they lie, and the passphrases that open them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from passes.trust.keys import OfflineKeys

PASSPHRASE = "PASSES_OFFLINE_PASSPHRASE"  # noqa: S105 - the name of a variable
NEW_PASSPHRASE = "PASSES_NEW_OFFLINE_PASSPHRASE"  # noqa: S105 - the name of a variable


def offline_keys_option(*, is_required: bool = True) -> Callable[[Any], Any]:
    """Return the option that names the media on which offline keys were brought along."""
    return click.option(
        "--offline-keys",
        "media",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        multiple=True,
        required=is_required,
        metavar="DIR",
        help=f"Folder with offline keys; once for each medium. ${PASSPHRASE} opens them, else you are asked.",
    )


def open_media(media: Sequence[Path]) -> OfflineKeys:
    """Open the offline keys that lie on some media, asking for each passphrase that the environment does not give.

    Raises:
        passes.trust.keys.KeyFileError: a medium holds none, or one cannot be opened.
    """
    found = [OfflineKeys.load(folder, _passphrase(f"Passphrase for the keys in {folder}")) for folder in media]
    targets = next((keys.targets for keys in found if keys.targets is not None), None)
    return OfflineKeys(tuple(signer for keys in found for signer in keys.root), targets)


def choose_new_folder(folder: Path | None, instance: Path, variable: str = PASSPHRASE) -> tuple[Path, str]:
    """Return where new offline keys go and their passphrase, asked for twice unless the environment gives it.

    Args:
        folder: what was named.
        instance: new offline keys must not lie in it.
        variable: of the environment.

    Raises:
        click.UsageError: no folder was named, or one inside the instance.
    """
    if folder is None:
        raise click.UsageError(
            "Name a folder for the offline keys with --offline-keys DIR, outside the instance: best on a medium that "
            "you can take away. Who has these keys decides which keys stations trust."
        )
    if folder.resolve().is_relative_to(instance.resolve()):
        raise click.UsageError(f"{folder} lies inside the instance {instance}; choose a folder outside of it.")
    given = os.environ.get(variable)
    return folder, given or click.prompt("Passphrase for the offline keys", hide_input=True, confirmation_prompt=True)


def _passphrase(question: str) -> str:
    return os.environ.get(PASSPHRASE) or str(click.prompt(question, hide_input=True))
