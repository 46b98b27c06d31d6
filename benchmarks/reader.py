"""How many codes the reader reads, and how fast, beside other decoders on the same pictures; every number of one run.

Printed for each source of pictures and each decoder: codes read, wrong texts, median and p95 milliseconds of processor
time, and both as a multiple of pyzbar's; then how many the other decoders read together, each alone.

The pictures are not part of the project. Photographs: named by `$QR_PHOTOS`, else looked for in `shared/data/qr` beside
the project. Roadside frames: made by the generator named by `$QR_SCENES`, else `shared/data/scenes.py`. What is
not there is left out, and said. Options: `--seed N` for other frames, `--repeats N` for more of them.
"""

import argparse
import importlib.util
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from checkpoint import camera, reader
from checkpoint.camera import Frame
from checkpoint.live_reader import LiveReader
from checkpoint.reader import Effort

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT.parent / "shared" / "data"
PHOTOS = Path(os.environ.get("QR_PHOTOS", DATA / "qr"))
GENERATOR = Path(os.environ.get("QR_SCENES", DATA / "scenes.py"))
WIDTHS_PX = (80, 110, 140, 180, 230, 300, 400)
NIGHT_MODULE_PX = 2.25
LIVE_FRAMES = 10
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

Read = Callable[[Frame], Iterable[str]]


def read_with_pyzbar(grey: Frame) -> list[str]:
    """Read as its documentation shows, QR codes only."""
    try:
        symbols = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:  # it joined the parts of a divided code
        return []
    return [symbol.data.decode("utf-8", "replace") for symbol in symbols]


def read_with_zxing(grey: Frame) -> list[str]:
    """Read as is fastest with it: the QR format alone."""
    options = {"formats": zxingcpp.BarcodeFormat.QRCode, "text_mode": zxingcpp.TextMode.Plain}
    return [code.text for code in zxingcpp.read_barcodes(grey, **options)]


def read_with_opencv(grey: Frame, detector: cv2.QRCodeDetector) -> list[str]:
    """Read with one of OpenCV's own readers."""
    try:
        has_any, texts, _, _ = detector.detectAndDecodeMulti(grey)
    except (cv2.error, UnicodeDecodeError):
        return []
    return [text for text in texts if text] if has_any else []


OURS = "ours, one picture"
READERS: dict[str, Read] = {
    OURS: lambda grey: reader.read(grey, Effort.THOROUGH),
    "ours, live frame": lambda grey: reader.read(grey, Effort.LIVE),
    "pyzbar": read_with_pyzbar,
    "zxing-cpp": read_with_zxing,
    "OpenCV": lambda grey: read_with_opencv(grey, cv2.QRCodeDetector()),
    "OpenCV ArUco": lambda grey: read_with_opencv(grey, cv2.QRCodeDetectorAruco()),
}
OTHERS = ("pyzbar", "zxing-cpp", "OpenCV", "OpenCV ArUco")


@dataclass
class Score:
    """What one reader did with one source of pictures."""

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
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[-1] * 1000


@dataclass(frozen=True)
class Picture:
    """One picture and the text in it; None where there is no code."""

    grey: Frame
    text: str | None


def report(title: str, pictures: Iterable[Picture]) -> None:
    """Let every reader read every picture, and print the table.

    A text is wrong where there is no code, or where it is neither the picture's text nor what zxing-cpp or pyzbar reads
    there too: a photograph may hold more codes than the one that its truth names.
    """
    scores, total, together, only_others = {name: Score() for name in READERS}, 0, 0, 0
    for picture in pictures:
        total += 1
        found: dict[str, set[str]] = {}
        for name, read in READERS.items():
            started = time.thread_time()
            found[name] = set(read(picture.grey))
            scores[name].seconds.append(time.thread_time() - started)
        for name, texts in found.items():
            peers = set().union(*(found[other] for other in ("pyzbar", "zxing-cpp") if other != name))
            scores[name].read += picture.text in texts
            scores[name].wrong += bool(texts - {picture.text} - peers) if picture.text else bool(texts)
        by_others = any(picture.text in found[name] for name in OTHERS)
        together += by_others
        only_others += by_others and picture.text not in found[OURS]
    peer = scores["pyzbar"]
    print(f"\n{title}: {total} pictures")
    print(f"{'':20} {'':>6} {'':>6} {'':>6} {'':>10} {'':>8} {'times pyzbar':>17}")
    print(f"{'reader':20} {'read':>6} {'rate':>6} {'wrong':>6} {'median ms':>10} {'p95 ms':>8} {'read':>8} {'time':>8}")
    for name, score in scores.items():
        more = f"{score.read / peer.read:.2f}" if peer.read else "-"
        row = f"{name:20} {score.read:>6} {score.read / total:>6.1%} {score.wrong:>6} {score.median_ms:>10.2f}"
        print(f"{row} {score.p95_ms:>8.2f} {more:>8} {score.median_ms / peer.median_ms:>8.2f}")
    print(
        f"{'others together':20} {together:>6} {together / total:>6.1%}   (read by them and not by us: {only_others})"
    )


def photographs(*, with_code: bool) -> Iterator[Picture]:
    """Give the photographs that are there."""
    for line in (PHOTOS / "truth.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(line)
        if (truth["text"] is not None) is with_code:
            yield Picture(camera.as_grey(camera.read_picture(PHOTOS / truth["file"])), truth["text"])


def load_generator() -> ModuleType:
    """Import the generator of roadside frames from its file."""
    spec = importlib.util.spec_from_file_location("scenes", GENERATOR)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def texts_of(chance: random.Random, count: int) -> list[str]:
    """Make up texts as long as those of passes: half of version 13, half of version 10, at level Q."""
    sizes = [(240, 345) if number % 2 else (180, 215) for number in range(count)]
    return ["VP1:" + "".join(chance.choices(BASE45, k=chance.randint(*size))).strip() for size in sizes]


def photograph(scenes: ModuleType, text: str, condition: str, width_px: float, seed: int) -> Picture:
    """Take one roadside frame, as its camera would compress it."""
    made, quality, *_ = scenes.frame(scenes.symbol(text, "q"), condition, width_px, seed)
    packed = cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return Picture(camera.as_grey(cv2.imdecode(packed, cv2.IMREAD_COLOR)), text)


def roadside(scenes: ModuleType, seed: int, repeats: int) -> Iterator[Picture]:
    """Give frames of every width and condition."""
    chance = random.Random(seed)
    for width_px in WIDTHS_PX:
        for condition in scenes.CONDITIONS:
            for text in texts_of(chance, repeats):
                yield photograph(scenes, text, condition, width_px, chance.randrange(2**32))


def night(scenes: ModuleType, seed: int, count: int) -> Iterator[Picture]:
    """Give frames at night with as few pixels a module as a 1280-pixel camera of 60 degrees has at 77 cm."""
    chance = random.Random(seed + 1)
    for text in texts_of(chance, count):
        modules = len(scenes.symbol(text, "q"))
        yield photograph(scenes, text, "lowlight", NIGHT_MODULE_PX * modules, chance.randrange(2**32))


def empty_roads(scenes: ModuleType, seed: int, count: int) -> Iterator[Picture]:
    """Give frames without a code, half of them with a sheet on which a grid of grey stands in its place."""
    for number in range(count):
        rng = np.random.default_rng(seed * 1_000_003 + number)
        if number % 2:
            made = np.clip(cv2.GaussianBlur(scenes.background(rng).astype(np.float32), (0, 0), 0.6), 0, 255)
        else:
            blank = np.full((57, 57), 255, np.uint8)
            made = scenes.frame(blank, scenes.CONDITIONS[number // 2 % 10], 220, seed * 1_000_003 + number)[0]
        yield Picture(camera.as_grey(made.astype(np.uint8)), None)


def report_live(scenes: ModuleType, seed: int, repeats: int) -> None:
    """Print what one second of frames reads: one frame alone, any of ten, and our live reader that remembers."""
    chance = random.Random(seed + 2)
    total, first = 0, dict.fromkeys((*OTHERS, "ours"), 0)
    together, wrong = dict.fromkeys((*OTHERS, "ours"), 0), 0
    for width_px in (80, 110, 140, 180):
        for condition in scenes.CONDITIONS:
            for text in texts_of(chance, repeats):
                total += 1
                live = LiveReader()
                read = {name: READERS[name] for name in OTHERS}
                read["ours"] = lambda grey, live=live: live.read(grey, time.monotonic())
                seen: dict[str, set[str]] = {name: set() for name in read}
                for number in range(LIVE_FRAMES):
                    grey = photograph(scenes, text, condition, width_px, chance.randrange(2**32)).grey
                    for name, decode in read.items():
                        seen[name] |= set(decode(grey))
                        first[name] += number == 0 and text in seen[name]
                for name, texts in seen.items():
                    together[name] += text in texts
                wrong += bool(seen["ours"] - {text})
    print(f"\none second of live video, {LIVE_FRAMES} frames: {total} vehicles, widths 80 to 180 pixels")
    print(f"{'reader':20} {'first frame':>12} {'the second':>12}")
    for name, count in together.items():
        print(f"{name:20} {first[name] / total:>12.1%} {count / total:>12.1%}")
    print(f"wrong texts of ours: {wrong}")


def report_live_at_night(scenes: ModuleType, seed: int, count: int) -> None:
    """Print after how many frames of live video a code is read at night, at 2.25 pixels a module."""
    chance = random.Random(seed + 3)
    needed: list[int] = []
    for text in texts_of(chance, count):
        live, width_px = LiveReader(), NIGHT_MODULE_PX * len(scenes.symbol(text, "q"))
        for number in range(LIVE_FRAMES):
            grey = photograph(scenes, text, "lowlight", width_px, chance.randrange(2**32)).grey
            if text in live.read(grey, number / LIVE_FRAMES):
                needed.append(number + 1)
                break
    read = ", ".join(f"{sum(at <= frames for at in needed)} after {frames}" for frames in (1, 2, 3, LIVE_FRAMES))
    print(f"\none second of live video at night, 2.25 pixels a module: of {count} vehicles read {read} frames")


def main() -> None:
    """Measure what is here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if (PHOTOS / "truth.jsonl").exists():
        report("photographs", photographs(with_code=True))
        report("photographs without a code", photographs(with_code=False))
    else:
        print(f"skipped: no photographs in {PHOTOS}; name their folder in $QR_PHOTOS")
    if GENERATOR.exists():
        scenes = load_generator()
        report("roadside frames, 1280x720", roadside(scenes, options.seed, options.repeats))
        report("roadside frames at night, 2.25 pixels a module", night(scenes, options.seed, 10 * options.repeats))
        report("roadside frames without a code", empty_roads(scenes, options.seed, 20 * options.repeats))
        report_live(scenes, options.seed, max(1, options.repeats // 2))
        report_live_at_night(scenes, options.seed, 10 * options.repeats)
    else:
        print(f"skipped: no generator of roadside frames at {GENERATOR}; name it in $QR_SCENES")


if __name__ == "__main__":
    main()
