"""A process that dies at a chosen operation on its files."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Killed(BaseException):
    """Stands for a process that is gone: nothing may catch it and carry on."""


class KillSwitch:
    """Ends the process at the nth operation on files below a directory, cleaning-up included.

    Python's audit hooks see every open, rename, link, removal and new folder before it happens.
    """

    EVENTS = frozenset({"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.symlink"})

    def __init__(self) -> None:
        self.directory = ""
        self.left = 0
        self.is_armed = False

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_armed or event not in self.EVENTS or self.directory not in str(arguments[:2]):
            return
        if event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        self.left -= 1
        if self.left < 0:
            raise Killed

    def kill_at(self, count: int, directory: Path, action: Callable[..., object], *arguments: object) -> bool:
        """Run `action`, dying at its operation number `count` below `directory`; say whether it came that far."""
        self.directory, self.left, self.is_armed = str(directory), count, True
        try:
            action(*arguments)
        except Killed:
            return True
        finally:
            self.is_armed = False
        return False


SWITCH = KillSwitch()
sys.addaudithook(SWITCH.hook)
