"""Reading live video: a symbol that no single frame shows well enough is read from all frames of about a second.

Each frame that shows a symbol without yielding its text leaves what it saw of the modules, straightened. Frames of the
same symbol are recognised by their likeness, and their modules are averaged: noise, rain and reflections differ from
frame to frame, the symbol does not. What comes of it is confirmed by the check codewords like any other reading.
"""

from dataclasses import dataclass

import numpy as np

from checkpoint.camera import Frame
from checkpoint.finding.alignment import Values
from checkpoint.finding.decoding import CloseReading
from checkpoint.reader import Effort, find
from checkpoint.symbols.layout import layout_of
from checkpoint.symbols.restoring import restore, text_of

REMEMBERED_S = 1.5
MAX_REMEMBERED = 12
MIN_LIKENESS = 0.2  # of two views of one symbol's data; of different symbols it is below 0.1


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    version: int
    darkness: Values
    at_s: float


class LiveReader:
    """Reads frame after frame of one camera."""

    def __init__(self) -> None:
        self._views: list[_View] = []

    def read(self, frame: Frame, at_s: float, effort: Effort = Effort.LIVE) -> tuple[str, ...]:
        """Read every QR code in a frame, with the help of those just before it.

        Args:
            frame: as for `reader.read`.
            at_s: when, on a clock that only goes forward, seconds.
            effort: how much time the frame is worth.

        Returns:
            Each text once, in the order found; empty when there is no code.
        """
        found = find(frame, effort)
        self._views = [view for view in self._views if at_s - view.at_s < REMEMBERED_S][-MAX_REMEMBERED:]
        texts = dict.fromkeys(found.texts)
        for unread in found.unread:
            if text := self._combine(unread, at_s):
                texts[text] = None
        return tuple(texts)

    def _combine(self, unread: CloseReading, at_s: float) -> str | None:
        """Remember a view of a symbol; read it from all views of the same one."""
        layout = layout_of(unread.version)
        rows, columns = layout.data_places.T
        darkness = np.clip(unread.reading.darkness, -1, 1)
        data = darkness[rows, columns]
        alike = [view.darkness for view in self._views if view.version == unread.version]
        same = [darkness, *(one for one in alike if _likeness(one[rows, columns], data) >= MIN_LIKENESS)]
        self._views.append(_View(unread.version, darkness, at_s))
        if len(same) == 1:
            return None
        restored = restore(np.mean(same, axis=0), unread.version)
        if not restored.is_whole:
            return None
        self._views = [view for view in self._views if view.version != unread.version]
        return text_of(restored.modules)


def _likeness(one: Values, other: Values) -> float:
    return float(one @ other / (np.sqrt((one @ one) * (other @ other)) + 1e-9))
