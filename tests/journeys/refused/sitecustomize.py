"""Refuse connections, for a program that is started with this folder in PYTHONPATH.

While the file that $REFUSE_WHILE names exists, every attempt to connect anywhere is refused as by a closed port, and
written down in it.
"""

import errno
import os
import socket
import sys
from pathlib import Path

_MARK = os.environ.get("REFUSE_WHILE", "")


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.getaddrinfo"} or not _MARK or not Path(_MARK).exists():
        return
    if event == "socket.connect" and getattr(arguments[0], "family", None) == socket.AF_UNIX:
        return
    with Path(_MARK).open("a", encoding="utf-8") as attempts:
        attempts.write(f"{event} {arguments[1:]}\n")
    raise ConnectionRefusedError(errno.ECONNREFUSED, "refused by the test")


sys.addaudithook(_refuse)
