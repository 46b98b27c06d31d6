"""A running station: how soon the first verdict stands, how long from frame to screen, how much memory it keeps.

    benchmarks/station.py [--vehicles 40] [--every 3] [--long] [--numbers FILE]

--long takes 600 vehicles in an hour of live video; --numbers keeps every vehicle's figures. Each figure stands beside
a peer of the same run: the start beside that of a Python process which only imports the same libraries, the way to
the screen beside a bare fetch, the memory beside its own amount after the first tenth of the time.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.checkpoint import conftest
from tests.checkpoint.conftest import Hanoi, enrol_by_hand
from tests.checkpoint.lane import Traffic, work_a_lane
from tests.checkpoint.memory import LIMIT_MB, MemoryWatch
from tests.checkpoint.passing_by import film
from tests.checkpoint.pictures import draw_code, put_on_road, save
from tests.checkpoint.serving import Served

START_LIMIT_S, SCREEN_LIMIT_MS = 3.0, 100
STARTS = 5


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vehicles", type=int, default=40)
    parser.add_argument("--every", type=float, default=3.0, help="seconds between vehicles")
    parser.add_argument("--long", action="store_true", help="600 vehicles in an hour")
    parser.add_argument("--numbers", type=Path, help="a file for the figures of every vehicle")
    options = parser.parse_args()
    if options.long:
        options.vehicles, options.every = 600, 6.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        conftest.NOW = datetime.now(UTC).replace(second=0, microsecond=0)
        authority = Hanoi(folder / "authority", datetime.now(UTC).replace(microsecond=0))
        measure_start(folder, authority)
        measure_lane(folder, authority, options.vehicles, options.every, options.numbers)


def measure_start(folder: Path, authority: Hanoi) -> None:
    """Print how long it takes from the command to a verdict on the page."""
    home = enrol_by_hand(folder / "start", authority)
    picture = save(folder / "first.png", put_on_road(draw_code(authority.sign())))
    ours, bare = [], []
    for _ in range(STARTS):
        started = time.monotonic()
        served = Served(home, folder, "--sync-every", 0, source=picture)
        served.wait_for(served.event)
        ours.append(time.monotonic() - started)
        served.kill()
        started = time.monotonic()
        imports = "import cv2, numpy, zxingcpp, flask, gunicorn.app.base, cryptography, tuf.ngclient"
        subprocess.run([sys.executable, "-c", imports], check=True)  # noqa: S603 - this Python, these words
        bare.append(time.monotonic() - started)
    ours_s, bare_s = statistics.median(ours), statistics.median(bare)
    verdict = "ok" if ours_s <= START_LIMIT_S else "TOO SLOW"
    print(
        f"start to first verdict   median {ours_s:5.2f} s, longest {max(ours):5.2f} s (limit {START_LIMIT_S} s: "
        f"{verdict})"
    )
    print(f"  bare imports           median {bare_s:5.2f} s; ratio {ours_s / bare_s:.2f}")


def measure_lane(folder: Path, authority: Hanoi, vehicles: int, every_s: float, numbers: Path | None) -> None:
    """Print how long it takes from a frame to a verdict drawn in a browser, and what memory is kept meanwhile."""
    plates = [f"30H{number:05}" for number in range(vehicles)]
    texts = [authority.sign(cti=f"truck{number:03}".encode(), plate=plate) for number, plate in enumerate(plates)]
    video = film(folder / "lane.mp4", texts, every_s)
    served = Served(enrol_by_hand(folder / "lane", authority), folder, "--sync-every", 0, source=video)
    try:
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=shutil.which("chromium")).new_page()
            traffic = work_a_lane(page, served, plates, every_s)
    finally:
        served.kill()
    if numbers:
        traffic.save(numbers)
    if traffic.missed:
        print(f"never came up            {', '.join(traffic.missed)}; {traffic.ended_by or 'the others did'}")
    _print_screen(traffic)
    _print_memory(traffic.memory)


def _print_screen(traffic: Traffic) -> None:
    waits, expected = traffic.waits_ms, len(traffic.expected)
    median, bare = statistics.median(waits), statistics.median(traffic.fetches_ms)
    verdict = "ok" if median <= SCREEN_LIMIT_MS and len(waits) == expected else "MISSED"
    p95 = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    print(f"vehicles                 {len(traffic.passages)} of {expected} decided, {traffic.per_hour:.0f} an hour")
    print(f"frame to screen          median {median:5.0f} ms, p95 {p95:5.0f} ms, longest {max(waits):5.0f} ms", end="")
    print(f" (limit {SCREEN_LIMIT_MS} ms: {verdict})")
    print(f"  a bare fetch           median {bare:5.1f} ms; ratio {median / bare:.1f}")


def _print_memory(memory: MemoryWatch) -> None:
    early, late = memory.early_mb, memory.late_mb
    verdict = "ok" if memory.most_mb <= LIMIT_MB else "TOO MUCH"
    print(
        f"resident memory          {early:5.0f} MB early, {late:5.0f} MB at the end, most {memory.most_mb:.0f} MB",
        end="",
    )
    print(f" (limit {LIMIT_MB} MB: {verdict}); late to early {late / early:.2f}")


if __name__ == "__main__":
    main()
