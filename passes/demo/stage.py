"""The stage of the story: the programs it runs, what it has made so far, and what its steps have in common."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import segno
from PIL import Image

from passes.db import db
from passes.demo import papers, scenes
from passes.demo.processes import IssuerProcess, StationProgram, StoryError
from passes.movement import services as movement
from passes.supplements.services import find_supplement
from passes.trust import services as trust
from passes.trust.repository import TrustRepository

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from passes.issuing.models import Supplement, VehiclePass

_WORKER_SECONDS = 120


@dataclass(frozen=True)
class Text:
    """One QR text of the story and what it must come to with the trust data of the end."""

    name: str
    text: str
    outcome: str
    reasons: tuple[str, ...]


@dataclass
class Stage:
    """The story's state between its steps.

    Args:
        app: the issuer of the throw-away instance, seeded.
        issuer: the issuer's server.
        out: folder for the artefacts.
        homes: folder for the stations' homes.
        texts: QR texts to be judged again at the end.
        passes: row ids by the name of each pass in the story.
        slip: number of the slip that amends one of them.
    """

    app: Flask
    issuer: IssuerProcess
    out: Path
    homes: Path
    texts: list[Text] = field(default_factory=list)
    passes: dict[str, int] = field(default_factory=dict)
    slip: str = ""

    @property
    def road(self) -> StationProgram:
        """The road post."""
        return StationProgram(self.homes / "road")

    @property
    def depot(self) -> StationProgram:
        """The entry of the freight point."""
        return StationProgram(self.homes / "depot")

    @property
    def repository(self) -> TrustRepository:
        """The instance's trust repository."""
        return TrustRepository(self.app.extensions["instance"].trust_dir)

    def await_pass(self, name: str) -> VehiclePass:
        """Wait until the worker process has signed a pass of the story.

        Raises:
            StoryError: it did not in time.
        """
        deadline = time.monotonic() + _WORKER_SECONDS
        while time.monotonic() < deadline:
            with self.app.app_context():
                found = papers.signed_pass(db.session(), self.passes[name])
                if found is not None:
                    return found
            time.sleep(0.2)
        raise StoryError(f"the worker did not sign “{name}” within {_WORKER_SECONDS} s")

    def await_slip(self) -> Supplement:
        """Wait until the worker process has signed the slip of the story.

        Raises:
            StoryError: it did not in time.
        """
        deadline = time.monotonic() + _WORKER_SECONDS
        while time.monotonic() < deadline:
            with self.app.app_context():
                db.session.expire_all()
                found = find_supplement(db.session(), self.slip)
                if found is not None and found.signed_at is not None:
                    return found
            time.sleep(0.2)
        raise StoryError(f"the worker did not sign slip {self.slip!r} within {_WORKER_SECONDS} s")

    def text_of(self, name: str) -> str:
        """Return the QR text of a pass of the story."""
        return self.await_pass(name).text or ""

    def print_frame(self, *, seed_number: int) -> Image.Image:
        """Return a roadside picture of the printed sheet."""
        sheet = scenes.rasterise((self.out / "pass.pdf").read_bytes())
        return scenes.roadside_frame(sheet, seed=seed_number)

    def scan(
        self, program: StationProgram, frame: Image.Image, name: str, expected: tuple[str, list[str]], *entries: str
    ) -> dict[str, Any]:
        """Store a frame, scan it at a station, and compare."""
        path = self.out / f"scan-{name}.jpg"
        path.write_bytes(scenes.to_jpeg(frame))
        lines = program.run("scan", str(path), "--json", *entries)
        scans = lines[0]["scans"] if lines else []
        if len(scans) != 1 or (scans[0]["outcome"], scans[0]["reasons"]) != expected:
            raise StoryError(f"{path.name}: expected {expected}, the station said {scans}")
        found: dict[str, Any] = scans[0]
        return found

    def scan_text(self, name: str, text: str, outcome: str, *reasons: str) -> str:
        """Show a text as a printed code to the road post's camera; it is also judged again at the end."""
        sheet = poster(text)
        scan = self.scan(
            self.road,
            scenes.roadside_frame(sheet, seed=len(self.texts) + 3, height=520),
            name,
            (outcome, list(reasons)),
            "--action",
            "turned_back" if outcome == "REFUSE" else "sent_aside",
        )
        self.texts.append(Text(name, text, outcome, reasons))
        return f"{scan['outcome']} {', '.join(scan['reasons'])}"

    def await_publication(self) -> int:
        """Wake the worker and wait until stations could know everything that is in the database."""
        deadline = time.monotonic() + _WORKER_SECONDS
        with self.app.app_context():
            self.app.extensions["drain"]()
            while time.monotonic() < deadline:
                db.session.rollback()
                if not self._is_work_waiting():
                    return self.repository.next_version() - 1
                time.sleep(0.2)
        raise StoryError(f"the worker did not finish within {_WORKER_SECONDS} s")

    def _is_work_waiting(self) -> bool:
        session = db.session()
        return bool(
            movement.has_waiting_records(session)
            or movement.waiting_rematches(session)
            or trust.pending_changes(session)
        )


def poster(text: str) -> Image.Image:
    """Return a QR code with its quiet zone, as large as on the sheet."""
    matrix = [list(row) for row in segno.make(text, error="q", boost_error=False, micro=False).matrix_iter(border=4)]
    picture = Image.new("L", (len(matrix[0]), len(matrix)), 255)
    picture.putdata([0 if module else 255 for row in matrix for module in row])
    return picture.resize((picture.width * 12, picture.height * 12), Image.Resampling.NEAREST)
