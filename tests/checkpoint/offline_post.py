"""A post without network, in processes that can be killed: run as a program, it scans until it is.

A first process loads everything once. For each line on its standard input, a JSON object, it forks a post that lives as
that line says, and prints the process id; after another line, its end. What a post has shown it writes to a file, a
line each, after the log has it.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from checkpoint.clock import system_time
from checkpoint.home import Home
from checkpoint.running import Running, open_station
from checkpoint.scanlog import ScanLogError
from protocol.scan_record import Action, RecordKind

FULL_AT_BYTES = 4096


class Life:
    """One run of a post, from its start until somebody kills it or it has done enough.

    Args:
        wanted: `home`, `shown` (a file), `papers` (texts of good passes), `seed`, `scans`, `clock_off_s`, and
            `fills_disk`: whether the disk is full from time to time.
    """

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.chance = random.Random(wanted["seed"])  # noqa: S311 - data, not secrets
        self.papers: list[str] = wanted["papers"]
        self.left: int = wanted["scans"]
        self.fills_disk: bool = wanted["fills_disk"]
        self.home = Home(Path(wanted["home"]))
        self.shown = os.open(wanted["shown"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        off = timedelta(seconds=wanted["clock_off_s"])
        running = open_station(self.home)
        self.running: Running = replace(running, clock=replace(running.clock, system=lambda: system_time() + off))

    def live(self) -> None:
        """Scan; each record counts, whatever it is about."""
        while self.left > 0:
            if self.fills_disk and self.chance.random() < 0.06:
                self._scan_on_a_full_disk()
            else:
                self._scan()

    def _scan_on_a_full_disk(self) -> None:
        """No byte more goes into the log's files: the scan is refused with its sentence, then somebody makes room."""
        unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
        code = "taken"
        resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT_BYTES, unlimited[1]))
        try:
            self._scan()
        except ScanLogError as error:
            code = error.code
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        self._show("full", code)
        self._scan()

    def _scan(self) -> None:
        station, reading = self.running.station, self.running.clock.read()
        what = self.chance.random()
        if what < 0.85:
            text = self.chance.choice(self.papers)
            event = station.handle_scan(text, reading)
            outcome = str(event.outcome)
        elif what < 0.92:
            event = station.handle_scan(f"menu {self.chance.random()}", reading)
            outcome = "foreign"
        elif what < 0.96:
            event = station.handle_scan(self.chance.choice(self.papers)[:-9] + "AAAAAAAAA", reading)
            outcome = "altered"
        else:
            plate, kind = "29C12345", RecordKind.NO_PAPER
            event = station.record_no_code(kind, plate, (), Action.TURNED_BACK, reading, self.running.duty.on_duty, "")
            outcome = "no paper"
        self._show(event.newest_id, outcome, ",".join(map(str, event.reasons)))

    def _show(self, *words: str) -> None:
        os.write(self.shown, ("\t".join(words) + "\n").encode())
        if words[0] != "full":
            self.left -= 1


def main() -> None:
    for line in sys.stdin:
        wanted = json.loads(line)
        if (process := os.fork()) == 0:
            status = 0
            try:
                Life(wanted).live()
            except BaseException:  # noqa: BLE001 - nothing may escape into the process that this one was copied from
                traceback.print_exc()
                status = 1
            os._exit(status)
        print(process, flush=True)  # noqa: T201 - what whoever runs this reads
        sys.stdin.readline()  # until then its number is nobody else's, whatever becomes of it
        _, status = os.waitpid(process, 0)
        print(status, flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
