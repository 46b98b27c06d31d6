"""Thousands of scans without network, killed at random moments, on full disks, at clocks that jump; then home.

Zero lost, zero doubled, the chain whole: over a link that drops, delays, duplicates and truncates, and on a stick.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from checkpoint.enrolling import enrol
from checkpoint.exporting import export_records
from checkpoint.from_issuer import take_receipts
from checkpoint.home import Home
from checkpoint.sync import sync
from passes.db import db
from passes.movement.models import ScanRecord
from passes.stations.handover import import_export
from passes.trust.instance_keys import InstanceKeys
from protocol import claims
from protocol.claims import CargoClass, CrewEntry, Role, StatusRef, VehicleClass, VehiclePass
from tests.checkpoint.bad_link import FAULTS, BadLink, run_bad_link
from tests.checkpoint.live_issuer import LiveIssuer, run_issuer
from tests.counts import IS_LONG, count
from tests.factories import Factories

SCANS = count("scans offline, killed at random moments, before they are handed over", 400, 9_000)
PERIODS = (0.5, 0.3, 0.2)  # two end with a sync over a bad link, the last with a stick
UPLOAD_AT_MOST_S = 120
LONGEST_LIFE = 150 if IS_LONG else 60  # scans
CLOCK_JUMPS_S = (0, 0, 3600, -3600, 2 * 86400, -3 * 86400, 5 * 86400)
SEED = 20210914


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Ran:
    """What came of a stretch without network.

    Attributes:
        shown: id → outcome and reasons of every scan that an officer has seen.
        kills: how often the post was killed in the middle of its work.
        full: how often the disk was full, by what the post said.
    """

    shown: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    kills: int = 0
    full: Counter[str] = field(default_factory=Counter)


class OfflinePost:
    """Lets a post live and die, again and again, until it has shown so many scans."""

    def __init__(self, home: Home, papers: list[str], folder: Path) -> None:
        self.home, self.papers = home, papers
        self.file = folder / "shown.txt"
        self.file.touch()
        self.ran = Ran()
        self._read_to = 0
        self._chance = random.Random(SEED)  # noqa: S311 - data, not secrets
        command = [sys.executable, "-m", "tests.checkpoint.offline_post"]
        self._nursery = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def work_until(self, total: int) -> None:
        while len(self.ran.shown) < total:
            self._live_once(total - len(self.ran.shown))
            self._note_shown()

    def stop(self) -> None:
        self._nursery.communicate(timeout=20)

    def _live_once(self, scans: int) -> None:
        assert self._nursery.stdin
        assert self._nursery.stdout
        wanted = {
            "home": str(self.home.path),
            "shown": str(self.file),
            "papers": self.papers,
            "seed": self._chance.random(),
            "scans": scans,
            "clock_off_s": self._chance.choice(CLOCK_JUMPS_S),
            "fills_disk": self._chance.random() < 0.7,
        }
        self._nursery.stdin.write(json.dumps(wanted) + "\n")
        self._nursery.stdin.flush()
        process = int(self._nursery.stdout.readline())
        self._wait_for(self._chance.randint(0, LONGEST_LIFE), process)
        time.sleep(self._chance.uniform(0, 0.01))
        os.kill(process, signal.SIGKILL)  # it has not been waited for: the number is its own, even if it has ended
        self._nursery.stdin.write("\n")
        self._nursery.stdin.flush()
        status = int(self._nursery.stdout.readline())
        assert status in {0, signal.SIGKILL}, status
        self.ran.kills += status == signal.SIGKILL

    def _wait_for(self, lines: int, process: int) -> None:
        """Wait until a post has shown so much, or has done all that it was to do."""
        state = Path(f"/proc/{process}/stat")
        while self.file.read_bytes().count(b"\n") < self._read_to + lines and ") Z " not in state.read_text():
            time.sleep(0.002)

    def _note_shown(self) -> None:
        lines = self.file.read_text().splitlines()
        for line in lines[self._read_to :]:
            name, *rest = line.split("\t")
            if name == "full":
                self.ran.full[rest[0]] += 1
            else:
                assert name not in self.ran.shown
                self.ran.shown[name] = rest[0], tuple(filter(None, rest[1].split(",")))
        self._read_to = len(lines)


@contextmanager
def issuer_over(folder: Path) -> Iterator[tuple[LiveIssuer, BadLink]]:
    """An issuer whose worker runs when the test says, and a bad link to it."""
    with run_issuer(folder, JOBS_IMMEDIATE=False) as issuer, run_bad_link(issuer.url, SEED) as link:
        yield issuer, link


def sign_papers(issuer: LiveIssuer, number: int) -> list[str]:
    """Passes that are good for weeks, signed with the issuer's own key."""
    with issuer.app.app_context():
        issuer.app.config["JOBS_IMMEDIATE"] = True
        paper = Factories(db.session()).vehicle_pass()
        issuer.app.config["JOBS_IMMEDIATE"] = False
        known = claims.peek(paper.text or "")
        keys = InstanceKeys(issuer.app.extensions["instance"], issuer.app.config["KEYS_PASSPHRASE"])
        signer = keys.signer_for(bytes.fromhex(paper.kid))
    today = now().replace(microsecond=0, second=0)
    plain = VehiclePass(
        iss=known.iss,
        cti=bytes(8),
        issued_at=today - timedelta(days=20),
        not_before=today - timedelta(days=20),
        expires_at=today + timedelta(days=60),
        plate="29C12345",
        vehicle_class=VehicleClass.TRUCK,
        payload_tonnes=Decimal("8.5"),
        carrier="Công ty TNHH Vận tải Hoàng Long",
        crew=(CrewEntry(Role.DRIVER, "Nguyễn Văn Bình", "4821"), CrewEntry(Role.ASSISTANT, "Trần Đức Anh", "0077")),
        route=("281", "00007"),
        cargo=CargoClass.FOOD,
        status=StatusRef(known.status.uri, 1),
    )
    return [
        claims.issue(plain._replace(cti=(n + 1).to_bytes(8), status=StatusRef(known.status.uri, 60_000 + n)), signer)
        for n in range(number)
    ]


def sync_until_done(home: Home) -> tuple[float, Counter[str]]:
    """Sync as a running station does, without its waits; return how long it took, and what went wrong on the way."""
    problems: Counter[str] = Counter()
    log = home.scan_log()
    started = time.monotonic()
    while log.counts().pending or not problems["none"]:
        done = sync(home, log, now())
        problems.update([problem.code for problem in done.problems] or ["none"])
        assert not done.refused
    took = time.monotonic() - started
    log.close()
    return took, problems


def at_the_issuer(issuer: LiveIssuer) -> dict[str, bytes]:
    with issuer.app.app_context():
        return {row.id: row.body for row in db.session.execute(sa.select(ScanRecord.id, ScanRecord.body))}


def in_the_log(home: Home) -> dict[str, bytes]:
    log = home.scan_log()
    rows = log.kept(0, 10**6, is_waiting_only=False)
    log.close()
    return {record_id: body for _, record_id, body in rows}


@pytest.mark.long
def test_whatever_happens_to_a_post_each_scan_comes_home_once(tmp_path: Path) -> None:
    ends = [round(SCANS * sum(PERIODS[: n + 1])) for n in range(len(PERIODS))]
    with issuer_over(tmp_path / "issuer") as (issuer, link):
        papers = sign_papers(issuer, 40)
        home = Home(tmp_path / "home")
        enrol(home, issuer.enrolment_code(issuer.url), now())
        home.save_enrolment(replace(home.enrolment(), url=link.url))
        post = OfflinePost(home, papers, tmp_path)
        try:
            report = _go_home(issuer, home, post, ends, tmp_path)
        finally:
            post.stop()
        ran = post.ran

        log = home.scan_log()
        recorded = log.check_chain(home.device_key().public_raw)
        kept, received = in_the_log(home), at_the_issuer(issuer)
        assert len(kept) == recorded
        assert set(ran.shown) <= set(kept)  # zero lost at the post
        assert recorded <= len(ran.shown) + ran.kills  # beyond what was shown, one at most for each death
        assert received == kept  # zero lost, zero doubled, byte for byte
        assert log.counts().pending == log.counts().refused == 0

        good = {name: said for name, said in ran.shown.items() if said[0] in {"ADMIT", "REFER", "REFUSE"}}
        assert not [said for said in good.values() if said[0] == "REFUSE"]  # whatever the clock said
        stale = [said for said in good.values() if {"TRUST_STALE", "TRUST_EXPIRED", "CLOCK_DOUBT"} & set(said[1])]
        assert stale
        assert ran.kills > 1
        assert set(ran.full) == {"log_full"}
        if IS_LONG:
            assert set(link.happened) == set(FAULTS)
        # A copy of the home from long ago comes back to life: everything it sends is known already.
        old = Home(tmp_path / "copy")
        sync_until_done(old)
        assert at_the_issuer(issuer) == received
        report |= {"recorded": recorded, "shown": len(ran.shown), "kills": ran.kills, "disk full": ran.full.total()}
        report |= {"judged on stale data or a doubtful clock": len(stale), "link": dict(link.happened)}
    sys.stderr.write(f"\n{json.dumps(report)}\n")


def _go_home(issuer: LiveIssuer, home: Home, post: OfflinePost, ends: list[int], tmp_path: Path) -> dict[str, object]:
    """Work three stretches, each handed over in its way; return how long the uploads took."""
    uploads: dict[str, object] = {}
    for number, end in enumerate(ends[:-1]):
        post.work_until(end)
        if number == 0:
            shutil.copytree(home.path, tmp_path / "copy", symlinks=True)
        waited = home.scan_log().counts().pending
        took, problems = sync_until_done(home)
        uploads[f"upload {number + 1}"] = {"records": waited, "seconds": round(took, 1), "problems": dict(problems)}
        if IS_LONG:  # a few hundred records say more of what else the machine does than of the upload
            assert took < UPLOAD_AT_MOST_S * waited / SCANS
    post.work_until(ends[-1])
    log = home.scan_log()
    export_records(home, log, tmp_path / "stick.vpx", now())
    with issuer.app.app_context():
        done = import_export(db.session(), None, (tmp_path / "stick.vpx").read_bytes(), now())
        db.session.commit()
        issuer.app.extensions["worker"].publish_now()
        trust_dir = issuer.app.extensions["instance"].trust_dir
    assert (done.missing, dict(done.refused)) == (0, {})
    home.trust_store().import_from(trust_dir, now())
    assert take_receipts(home, log, now()) == done.accepted
    log.close()
    return uploads | {"on the stick": done.accepted}
