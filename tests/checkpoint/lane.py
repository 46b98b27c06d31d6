"""An officer at a lane: decides on each vehicle as its verdict comes up, and notes what that took."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Error, Page, expect

from protocol.plates import format_plate
from tests.checkpoint.memory import MemoryWatch
from tests.checkpoint.passing_by import LEAD_IN_S
from tests.checkpoint.serving import Served

VERDICT = '#stage [data-event]:not([data-event=""])'
READ = "(shown) => [shown.dataset.event, shown.dataset.outcome, shown.querySelector('.plate')?.textContent || '']"
WAITS = "performance.getEntriesByName('frame-to-screen').map((one) => [one.detail, one.duration])"
BARE_FETCH = """async () => {
    const started = performance.now();
    await (await fetch("/healthz")).text();
    return performance.now() - started;
}"""
PATIENCE_S = 60.0


@dataclass
class Passage:
    """One vehicle that the officer saw.

    Attributes:
        plate: as the page showed it.
        outcome: the verdict's.
        event: the station's id of it.
        shown_at: when the verdict was on the page.
        acted_ms: from the officer's key to the station's confirmation on the page.
        fetch_ms: a request that does nothing, for comparison.
        memory_mb: what the station kept by then.
        frame_to_screen_ms: as the page measured it; None if it did not.
    """

    plate: str
    outcome: str
    event: str
    shown_at: datetime
    acted_ms: float
    fetch_ms: float
    memory_mb: float
    frame_to_screen_ms: float | None = None


@dataclass
class Traffic:
    """What came by, and what became of it.

    Attributes:
        expected: every plate of the film, in order, as a page shows it.
        passages: every vehicle that the officer decided on, in order.
        memory: the station's, from the first vehicle to the last.
        ended_by: what ended it before the last vehicle, with what the page showed then; empty if nothing did.
    """

    expected: list[str]
    passages: list[Passage]
    memory: MemoryWatch
    ended_by: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """Plates that never came up."""
        seen = {passage.plate for passage in self.passages}
        return [plate for plate in self.expected if plate not in seen]

    @property
    def waits_ms(self) -> list[float]:
        """From frame to screen, of those vehicles whose page measured it."""
        return [one.frame_to_screen_ms for one in self.passages if one.frame_to_screen_ms is not None]

    @property
    def fetches_ms(self) -> list[float]:
        """Requests that do nothing, one after each vehicle."""
        return [one.fetch_ms for one in self.passages]

    @property
    def per_hour(self) -> float:
        """How many vehicles an hour passed, from the first verdict to the last."""
        took = self.passages[-1].shown_at - self.passages[0].shown_at
        return (len(self.passages) - 1) * 3600 / took.total_seconds()

    def save(self, path: Path) -> None:
        """Write every number down."""
        content = {
            "expected": len(self.expected),
            "missed": self.missed,
            "ended_by": self.ended_by,
            "errors": self.errors,
            "memory_mb": {
                "early": self.memory.early_mb,
                "late": self.memory.late_mb,
                "most": self.memory.most_mb,
                "samples": self.memory.samples_mb,
            },
            "vehicles": [asdict(passage) for passage in self.passages],
        }
        path.write_text(json.dumps(content, default=str, ensure_ascii=False, indent=1), "utf-8")


def work_a_lane(page: Page, served: Served, plates: list[str], every_s: float) -> Traffic:
    """Let every vehicle of a film through, as an officer would, until the last one or until none comes any more.

    A vehicle that never comes up does not end it: the next one is decided on all the same.

    Args:
        page: a browser's page, not yet on the station's.
        served: the station before which the film runs, just started.
        plates: of the film's vehicles, in order.
        every_s: seconds between them.
    """
    traffic = Traffic([format_plate(plate) for plate in plates], [], MemoryWatch(served.process.pid))
    page.on("pageerror", lambda error: traffic.errors.append(str(error)))
    page.goto(served.url)
    before, patience_s = "", LEAD_IN_S + PATIENCE_S
    with traffic.memory:
        while traffic.expected[-1] in traffic.missed:
            try:
                verdict = page.locator(f'{VERDICT}:not([data-event="{before}"])')
                event, outcome, plate = verdict.evaluate(READ, timeout=patience_s * 1000)
                took = _let_through(page, plate)
            except (Error, AssertionError) as error:
                traffic.ended_by = f"{error}\nThe page showed: {_text_of(page)!r}"
                break
            traffic.passages.append(Passage(plate, outcome, event, *took, traffic.memory.samples_mb[-1]))
            before, patience_s = event, 3 * every_s + PATIENCE_S
        waits = dict(page.evaluate(WAITS))
    for passage in traffic.passages:
        passage.frame_to_screen_ms = waits.get(passage.event)
    return traffic


def _let_through(page: Page, plate: str) -> tuple[datetime, float, float]:
    shown_at, started = datetime.now(UTC), time.monotonic()
    page.keyboard.press("1")
    expect(page.locator(".done b")).to_have_text(plate, timeout=PATIENCE_S * 1000)
    return shown_at, (time.monotonic() - started) * 1000, page.evaluate(BARE_FETCH)


def _text_of(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=2000)
    except Error as error:
        return str(error)
