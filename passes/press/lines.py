"""Text in lines: runs of upright, bold and italic type, broken where a line is full."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from passes.press.faces import BOLD, ITALIC, UNITS, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLANKS = tuple(" \t\r\n")
_WHITE = re.compile(r"[ \t\r\n]+")
_TAG = re.compile(r"<(/?)(strong|em)>")
_STYLES = {"strong": BOLD, "em": ITALIC}
_CAPITAL_HALF = 0.365
"""Half the height of a capital, in em: a text set smaller than its place keeps the middle of its line."""


class Run(NamedTuple):
    """Text in one face; `face` is empty for the face of the place where it stands."""

    face: str
    text: str


Line = tuple[Run, ...]


class Place(NamedTuple):
    """Where a line of text goes; lengths in CSS pixels from the upper left of the page.

    Args:
        slot: which of the page's texts it belongs to.
        left: where a full line begins.
        width: of a full line.
        baseline: of the line.
        align: "left", "center" or "right".
        size: of the type.
        face: of what has none of its own.
    """

    slot: int
    left: float
    width: float
    baseline: float
    align: str
    size: float
    face: str


def runs_of(markup: str) -> Line:
    """Return the runs of a text in which `<strong>` and `<em>` stand, and nothing else; white space is collapsed.

    Raises:
        ValueError: there is another element.
    """
    face, runs = "", []
    text, *rest = _TAG.split(markup)
    pieces = [("", "", text), *zip(*[iter(rest)] * 3, strict=True)]
    for closing, tag, words in pieces:
        face = "" if closing or not tag else _STYLES[tag]
        if "<" in words:
            raise ValueError(f"only <strong> and <em> may stand in a text, not {words!r}")
        if words:
            runs.append(Run(face, unescape(words)))
    return _tidy(runs)


def _tidy(runs: Sequence[Run]) -> Line:
    """Collapse white space, over the borders of runs too, and join runs of one face."""
    found: list[Run] = []
    is_space_due = False
    for face, text in runs:
        words = _WHITE.sub(" ", text).strip(" ")
        is_space_due = is_space_due or text[:1] in _BLANKS
        if words:
            lead = " " if found and is_space_due else ""
            if found and found[-1].face == face:
                found[-1] = Run(face, found[-1].text + lead + words)
            else:
                found.append(Run(face, lead + words))
            is_space_due = False
        is_space_due = is_space_due or text[-1:] in _BLANKS
    return tuple(found)


def width_em(line: Line, base: str) -> float:
    """Return how wide a line is, in em, where `base` is the face of what has none of its own."""
    return sum(show(run.face or base, run.text).width for run in line) / UNITS


def broken(line: Line, place: Place) -> list[Line]:
    """Break a text into lines that fit a place, between words; a word longer than a line is broken within."""
    room = place.width / place.size
    if width_em(line, place.face) <= room:
        return [line]
    lines: list[Line] = []
    current: Line = ()
    for word in _words(line):
        longer = _tidy((*current, *word)) if current else _tidy(word)
        if width_em(longer, place.face) <= room:
            current = longer
            continue
        if current:
            lines.append(current)
        *full, current = _cut(_tidy(word), place.face, room)
        lines += full
    return [*lines, current]


def _words(line: Line) -> Iterator[Line]:
    """Give the words of a line, each with the space before it; runs that touch are one word."""
    word: list[Run] = []
    for face, text in line:
        for part in re.split("(?= )", text):
            if word and part.startswith(" "):
                yield tuple(word)
                word = []
            if part:
                word.append(Run(face, part))
    if word:
        yield tuple(word)


def _cut(word: Line, base: str, room: float) -> list[Line]:
    """Cut a word into pieces that fit."""
    if width_em(word, base) <= room:
        return [word]
    pieces: list[Line] = []
    current: Line = ()
    for run in word:
        for character in run.text:
            longer = _merged(current, Run(run.face, character))
            if current and width_em(longer, base) > room:
                pieces.append(current)
                longer = (Run(run.face, character),)
            current = longer
    return [*pieces, current]


def _merged(line: Line, run: Run) -> Line:
    if line and line[-1].face == run.face:
        return (*line[:-1], Run(run.face, line[-1].text + run.text))
    return (*line, run)


def drawn(line: Line, place: Place, *, is_fitted: bool) -> bytes:
    """Return the PDF text object that shows a line in its place, on a page whose y goes downwards.

    Args:
        line: what to show.
        place: where.
        is_fitted: whether a line that is too wide is set in smaller type; else the caller has broken it.
    """
    size, wide = place.size, width_em(line, place.face)
    baseline = place.baseline
    if is_fitted and wide * size > place.width:
        size = place.width / wide
        baseline -= (place.size - size) * _CAPITAL_HALF
    spare = {"left": 0.0, "center": 0.5, "right": 1.0}[place.align] * (place.width - wide * size)
    parts = [b"BT\n1 0 0 -1 %s %s Tm" % (number(place.left + spare), number(baseline))]
    for run in line:
        name = run.face or place.face
        parts.append(b"/%s %s Tf\n[%s] TJ" % (name.encode(), number(size), show(name, run.text).array))
    return b"\n".join([*parts, b"ET"])


def number(value: float) -> bytes:
    """Write a length for a PDF."""
    return (b"%.4f" % value).rstrip(b"0").rstrip(b".")
