"""Letters as files in the instance, where no mail server is set: for its owner alone, with names that sort by time."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from flask import current_app
from flask_mailman.backends.file import EmailBackend as FileBackend

from passes.local_time import LOCAL, now


class EmailBackend(FileBackend):
    """Writes each letter into a file of its own; the name is the one that the mail library looks for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Before the library makes a folder that everybody may enter.
        current_app.extensions["instance"].mail_dir.mkdir(mode=0o700, exist_ok=True)
        super().__init__(*args, **kwargs)

    def open(self) -> bool:
        """Begin a new file, named after the second and, within it, counted on; say whether one was begun."""
        if self.stream is not None:
            return False
        second = f"{now().astimezone(LOCAL):%Y%m%d-%H%M%S}"
        for number in count():
            with suppress(FileExistsError):
                self.stream = (Path(self.file_path) / f"{second}-{number:03}.log").open("xb")
                break
        return True
