"""How many codes the reader reads, and how fast, beside the decoders that it is built of; every number of one run.

The pictures are photographs of other projects that are not part of this one: named by `$QR_PHOTOS`, else looked for in
`shared/data/qr` beside the project. Without them there is nothing to measure, and it says so. `$QR_SCENES` may name a
folder of roadside frames with a `truth.jsonl` of the same form.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
from pyzbar import pyzbar

from checkpoint import camera, reader
from checkpoint.camera import Frame
from checkpoint.reader import Effort

PROJECT = Path(__file__).resolve().parents[1]
PHOTOS = Path(os.environ.get("QR_PHOTOS", PROJECT.parent / "shared" / "data" / "qr"))


def read_with_pyzbar(grey: Frame) -> tuple[str, ...]:
    """Read as its documentation shows, QR codes only."""
    try:
        symbols = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:  # it joined the parts of a divided code
        return ()
    return tuple(symbol.data.decode("utf-8", "replace") for symbol in symbols)


READERS: dict[str, Callable[[Frame], tuple[str, ...]]] = {
    "ours, one picture": lambda grey: reader.read(grey, Effort.THOROUGH),
    "ours, live frame": lambda grey: reader.read(grey, Effort.LIVE),
    "pyzbar": read_with_pyzbar,
    "zxing-cpp": lambda grey: tuple(reader._first_pass(grey)),  # noqa: SLF001 - one of our passes, alone
}


@dataclass
class Score:
    """What one reader did with one set of pictures."""

    read: int = 0
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def median_ms(self) -> float:
        """Median time for a picture."""
        return statistics.median(self.seconds) * 1000

    @property
    def p95_ms(self) -> float:
        """The time that 95 of 100 pictures stay below."""
        return statistics.quantiles(self.seconds, n=20)[-1] * 1000


def measure(folder: Path, truths: list[dict]) -> dict[str, Score]:
    """Let every reader read every picture. A text counts as wrong where the truth says that there is no code."""
    scores = {name: Score() for name in READERS}
    for truth in truths:
        grey = camera.as_grey(camera.read_picture(folder / truth["file"]))
        for name, read in READERS.items():
            started = time.perf_counter()
            texts = read(grey)
            scores[name].seconds.append(time.perf_counter() - started)
            scores[name].read += truth["text"] is not None and truth["text"] in texts
            scores[name].wrong += truth["text"] is None and bool(texts)
    return scores


def report(title: str, folder: Path, truths: list[dict]) -> None:
    """Print one set of pictures as a table."""
    codes = sum(truth["text"] is not None for truth in truths)
    print(f"\n{title}: {len(truths)} pictures, {codes} with a code")
    print(f"{'':20} {'':>12} {'':>6} {'':>10} {'':>8} {'as a multiple of pyzbar':>25}")
    print(f"{'reader':20} {'read':>12} {'wrong':>6} {'median ms':>10} {'p95 ms':>8} {'read':>12} {'time':>12}")
    scores = measure(folder, truths)
    peer = scores["pyzbar"]
    for name, score in scores.items():
        share = f"{score.read}/{codes}" if codes else "-"
        more = f"{score.read / peer.read:.2f}" if peer.read else "-"
        times = f"{score.median_ms:>10.2f} {score.p95_ms:>8.2f}"
        print(f"{name:20} {share:>12} {score.wrong:>6} {times} {more:>12} {score.median_ms / peer.median_ms:>12.2f}")


def load(path: Path) -> list[dict]:
    """Read a truth file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    """Measure what is here."""
    cv2.setNumThreads(1)
    if (PHOTOS / "truth.jsonl").exists():
        truths = load(PHOTOS / "truth.jsonl")
        report("photographs", PHOTOS, [truth for truth in truths if truth["text"] is not None])
        report("photographs without a code", PHOTOS, [truth for truth in truths if truth["text"] is None])
    else:
        print(f"skipped: no photographs in {PHOTOS}; name their folder in $QR_PHOTOS")
    if scenes := os.environ.get("QR_SCENES"):
        report("roadside scenes", Path(scenes), load(Path(scenes) / "truth.jsonl"))


if __name__ == "__main__":
    main()
