"""How fast passes are signed and printed: a fleet's file beside two programs that print the same sheets.

    benchmarks/issuing.py [--count 1000] [--alone 100] [--batches 5]

- ours: signed, set into stencils, written as folios, bound into one PDF/UA document;
- one document each: a plain loop over WeasyPrint documents, the same templates filled and laid out pass by pass, the
  style sheet and the typefaces read once, the code by `segno.make` as SVG; slow, so --alone passes only;
- drawn with reportlab: the same words at the same places by `drawString`, what never changes kept as a form, the code
  by `segno.make` as rectangles; one PDF, without structure.

Each is a process of its own; they take turns, batch by batch. Processor time is compared, loading left out.
"""

import argparse
import multiprocessing
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import segno
from _realistic import passes
from markupsafe import Markup
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from passes.issuing.pdf import CrewLine, Sheet, windscreen_pages
from passes.press.binding import Title, bind
from passes.press.documents import folio
from passes.press.faces import FACES, FONTS
from passes.press.layout import PDF_VARIANT, lay_out
from passes.press.pages import DENSITIES
from passes.press.stencils import stencil
from passes.press.symbol import draw_symbol
from passes.press.templates import TEXT_MARK, fill, page
from protocol import claims, cose
from protocol.claims import VehiclePass
from protocol.plates import format_plate
from protocol.texts import CARGO_CLASS_TEXTS, ROLE_TEXTS, VEHICLE_CLASS_TEXTS

GOAL_TO_LOOP, GOAL_TO_DRAWING = 8, 3
SHEETS_A_FOLIO = 20
SIGNER = cose.SoftwareSigner.from_seed(b"a key to print a fleet with.....")
PLACES = {
    2: "Tỉnh Quảng Ninh",
    3: "Huyện Thường Tín, Hà Nội",
    5: "Phường Chương Dương, Quận Hoàn Kiếm, Hà Nội",
}
"""As long as an area's words are, by the digits of its code."""


def sheet_of(one: VehiclePass, number: int) -> Sheet:
    """Sign a pass, and say what its sheet shows."""
    return Sheet(
        number=f"HN-21-{number:06d}",
        qr_text=claims.issue(one, SIGNER),
        plate=format_plate(one.plate),
        vehicle_class=VEHICLE_CLASS_TEXTS[one.vehicle_class]["vi"],
        payload_tonnes=one.payload_tonnes,
        carrier=one.carrier,
        crew=tuple(CrewLine(ROLE_TEXTS[p.role]["vi"], p.name, p.id_last4, p.expires_at) for p in one.crew),
        route=tuple(PLACES[len(code)] for code in one.route),
        cargo=CARGO_CLASS_TEXTS[one.cargo]["vi"],
        valid_from=one.not_before,
        expires_at=one.expires_at,
        agency="SỞ GIAO THÔNG VẬN TẢI HÀ NỘI",
        place="Hà Nội",
        issued_at=one.issued_at,
        legal_basis="phương án phân luồng vận tải hàng hóa đang có hiệu lực.",
        key_id=SIGNER.kid.hex(),
        parent_agency="ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI",
    )


class Printer(Protocol):
    """Prints sheets batch by batch."""

    def batch(self, sheets: Iterator[Sheet]) -> None:
        """Print some."""

    def finish(self) -> int:
        """Write what is left; return how many bytes there are."""


class Ours:
    """As the worker prints: folios on the disk, bound at the end."""

    def __init__(self, folder: Path) -> None:
        """Begin with no folio."""
        self._folder, self._place = folder, 0

    def batch(self, sheets: Iterator[Sheet]) -> None:
        """Write folios."""
        waiting = list(sheets)
        for start in range(0, len(waiting), SHEETS_A_FOLIO):
            pages = [page for sheet in waiting[start : start + SHEETS_A_FOLIO] for page in windscreen_pages(sheet)]
            (self._folder / f"{self._place:06d}").write_bytes(folio(self._place, pages))
            self._place += 1

    def finish(self) -> int:
        """Bind them."""
        folios = (path.read_bytes() for path in sorted(self._folder.iterdir()))
        return len(bind(folios, Title("Giấy nhận diện phương tiện", "Sở")))


class OneDocumentEach:
    """The straightforward way: fill, lay out, write."""

    def __init__(self, folder: Path) -> None:
        """Read the style."""
        self._folder, self._bytes = folder, 0
        self._slots = {"text": lambda caller: caller(), "fitted": lambda caller: caller()}
        lay_out("<html lang=vi>x", "print.css")

    def _symbol(self, made: segno.QRCode, alternative: str) -> str:
        svg = made.svg_inline(border=4, omitsize=True, svgclass="symbol", title=alternative)
        return Markup(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S704 - segno's own

    def batch(self, sheets: Iterator[Sheet]) -> None:
        """Write a document for each."""
        for sheet in sheets:
            made = segno.make(sheet.qr_text, error="q", mode="alphanumeric", boost_error=False, micro=False)
            values = {"sheet": sheet, "symbol": made, "density": 0, "drawing": self._symbol, **self._slots}
            front, back = (fill(f"{name}.html", **values) for name in ("windscreen", "windscreen_back"))
            both = front.replace(
                "</body>", back.partition("<body>")[2].replace("<section", '<section style="break-before: page"')
            )
            document = lay_out(both, "print.css")
            pdf = document.write_pdf(pdf_variant=PDF_VARIANT)
            (self._folder / sheet.number).write_bytes(pdf)
            self._bytes += len(pdf)

    def finish(self) -> int:
        """They are written."""
        return self._bytes


class Drawn:
    """Direct drawing: coordinates known beforehand, from a stencil of a common sheet."""

    def __init__(self, folder: Path) -> None:
        """Register the typefaces, and draw what never changes into forms."""
        for name in FACES:
            pdfmetrics.registerFont(TTFont(name, FONTS / f"BeVietnamPro-{name}.ttf"))
        self._path = folder / "drawn.pdf"
        self._canvas = Canvas(str(self._path), pagesize=(595.28, 841.89))
        common = sheet_of(passes(1, seed=7, crew=2)[0], 1)
        self._places = []
        for name in ("windscreen", "windscreen_back"):
            found = page(f"{name}.html", "print.css", sheet=common, symbol=draw_symbol(common.qr_text))
            fits = (stencil(found.skeleton, "print.css", size, (1,) * len(found.slots)) for size in range(DENSITIES))
            laid_out = next(filter(None, fits))
            self._places.append(laid_out.places)
            body = re.sub(
                r"<svg.*?</svg>|<style.*?</style>", "", found.skeleton.partition("<body>")[2], flags=re.DOTALL
            )
            blocks = re.split(r"</(?:p|li|h1|h2|th|td)>", body.replace(TEXT_MARK, ""))
            words = (" ".join(re.sub("<[^>]+>", " ", block).split()) for block in blocks)
            self._canvas.beginForm(name)
            y = 800.0
            for text in filter(None, words):
                for line in simpleSplit(text, "Regular", 9, 270):
                    self._canvas.setFont("Regular", 9)
                    self._canvas.drawString(30, y, line)
                    y -= 11
            for at in range(14):
                self._canvas.line(30, 60 + 50 * at, 560, 60 + 50 * at)
            self._canvas.endForm()

    def batch(self, sheets: Iterator[Sheet]) -> None:
        """Draw them."""
        canvas = self._canvas
        for sheet in sheets:
            for name, places, texts in zip(
                ("windscreen", "windscreen_back"), self._places, (self._front(sheet), self._back(sheet)), strict=True
            ):
                canvas.doForm(name)
                for place, text in zip(places, texts, strict=False):
                    size = place.size * 0.75
                    canvas.setFont(place.face, size)
                    for at, line in enumerate(simpleSplit(text, place.face, size, place.width * 0.75)):
                        canvas.drawString(place.left * 0.75, 841.89 - place.baseline * 0.75 - at * size * 1.3, line)
                if name == "windscreen":
                    self._symbol(sheet.qr_text)
                canvas.showPage()

    def _symbol(self, text: str) -> None:
        made = segno.make(text, error="q", mode="alphanumeric", boost_error=False, micro=False)
        side = 380 / (len(made.matrix) + 8)
        path = self._canvas.beginPath()
        for y, row in enumerate(made.matrix):
            for run in re.finditer(b"\1+", bytes(row)):
                path.rect(60 + run.start() * side, 400 - y * side, (run.end() - run.start()) * side, side)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def _front(self, sheet: Sheet) -> Iterator[str]:
        until = f"hết ngày {sheet.expires_at - timedelta(1):%d/%m/%Y}"
        yield from (sheet.parent_agency, sheet.agency, f"Số: {sheet.number}")
        yield f"{sheet.place}, ngày {sheet.issued_at:%d} tháng {sheet.issued_at:%m} năm {sheet.issued_at:%Y}"
        yield from (sheet.plate, until, sheet.carrier)
        yield f"{sheet.vehicle_class}, tải trọng {sheet.payload_tonnes} tấn"
        yield from (sheet.cargo, *sheet.route, sheet.plate, until)
        for person in sheet.crew:
            yield f"{person.role}, giấy tờ số ••••{person.id_last4}"
            yield person.name
            yield f"Đến {person.expires_at:%H:%M ngày %d/%m/%Y}" if person.expires_at else "Theo hạn của giấy"
        yield f"Có giá trị từ ngày {sheet.valid_from:%d/%m/%Y}."
        yield f"Căn cứ {sheet.legal_basis}"
        yield from (sheet.agency, f"Ngày ký {sheet.issued_at:%d/%m/%Y}", f"Khóa {sheet.key_id}")

    def _back(self, sheet: Sheet) -> Iterator[str]:
        yield f"Số {sheet.number} · {sheet.plate}"
        yield f"{sheet.plate}; {sheet.vehicle_class}; {sheet.payload_tonnes} tấn"
        yield sheet.carrier
        yield "; ".join(f"{p.role} {p.name}, {p.id_last4}, đến {p.expires_at or sheet.expires_at}" for p in sheet.crew)
        yield f"{len(sheet.route)} địa bàn; {sheet.cargo}"
        yield f"{sheet.valid_from:%d/%m/%Y} đến hết ngày {sheet.expires_at:%d/%m/%Y}"
        yield f"Khóa {sheet.key_id}"
        yield f"{sheet.agency}, {sheet.place}"

    def finish(self) -> int:
        """Write the file."""
        self._canvas.save()
        return self._path.stat().st_size


PRINTERS: dict[str, Callable[[Path], Printer]] = {
    "ours": Ours,
    "one document each (WeasyPrint)": OneDocumentEach,
    "drawn (reportlab)": Drawn,
}


def work(name: str, count: int, pipe: Connection) -> None:
    """Print in a process of its own: a batch for each range that comes, then tell what it took."""
    corpus = passes(count, seed=2021)
    with tempfile.TemporaryDirectory() as folder:
        printer = PRINTERS[name](Path(folder))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        spent = -time.process_time()
        pipe.send(None)
        while (span := pipe.recv()) is not None:
            printer.batch(sheet_of(one, at) for at, one in enumerate(corpus[span[0] : span[1]], span[0]))
            pipe.send(None)
        size = printer.finish()
        spent += time.process_time()
    pipe.send((spent, size, before / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> int:
    """Print the table; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="passes that ours and reportlab print")
    parser.add_argument("--alone", type=int, default=100, help="passes that are printed as a document each")
    parser.add_argument("--batches", type=int, default=5)
    wanted = parser.parse_args()
    counts = dict(zip(PRINTERS, (wanted.count, min(wanted.alone, wanted.count), wanted.count), strict=True))
    context = multiprocessing.get_context("spawn")
    pipes = {}
    for name, count in counts.items():
        pipes[name], theirs = context.Pipe()
        context.Process(target=work, args=(name, count, theirs), daemon=True).start()
        theirs.close()
        pipes[name].recv()
    for batch in range(wanted.batches):
        for name, count in counts.items():
            pipes[name].send((batch * count // wanted.batches, (batch + 1) * count // wanted.batches))
            pipes[name].recv()
    seconds = {}
    print(f"{'':32} {'sheets':>6} {'ms each':>8} {'s/1,000':>8} {'KB each':>8} {'peak MB':>8} {'grown by':>9}")
    for name, count in counts.items():
        pipes[name].send(None)
        spent, size, before, peak = pipes[name].recv()
        seconds[name] = spent / count
        print(
            f"{name:32} {count:6,} {1000 * spent / count:8.1f} {1000 * spent / count:8.1f} {size / count / 1024:8.1f} "
            f"{peak:8.0f} {peak - before:9.0f}"
        )
    ours, loop, drawn = seconds.values()
    print(f"ours is {loop / ours:.1f} x as fast as a document each (goal {GOAL_TO_LOOP}), per core")
    print(f"ours takes {ours / drawn:.2f} x the time of drawing (goal at most {GOAL_TO_DRAWING})")
    is_met = loop / ours >= GOAL_TO_LOOP and ours / drawn <= GOAL_TO_DRAWING
    print("goals met" if is_met else "a goal is MISSED")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
