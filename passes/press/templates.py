"""Fills the templates of printed papers with plain values, and gathers what differs from paper to paper.

The papers' own words stand in the templates, not in the message catalogues: they are Vietnamese documents whatever
language the person at the printer reads.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import jinja2
from markupsafe import Markup

from passes.local_time import LOCAL, last_day_before, local_date
from passes.press.lines import runs_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from passes.press.lines import Line

TEMPLATES = Path(__file__).parents[2] / "templates" / "print"
TEXT_MARK = "\ue000"
"""Stands in a skeleton where a text of its own goes."""
DENSITY_MARK = "\ue001"
"""Stands in a skeleton where the number of the type size goes."""
ALTERNATIVE = "drawing"
"""With its number, what a stencil says of a drawing until a page says more."""
_LAST_PADDED_MONTH = 2


class Slot(NamedTuple):
    """One text of its own.

    Args:
        line: the text.
        is_fitted: whether it stays on one line and is set smaller rather than broken.
    """

    line: Line
    is_fitted: bool


class Drawable(Protocol):
    """What can be drawn: black rectangles in a square."""

    @property
    def modules(self) -> int:
        """How many units the square's side has."""

    def rectangles(self) -> bytes:
        """Return a PDF path in those units, y downwards."""


class Drawing(NamedTuple):
    """One drawing of its own.

    Args:
        path: a PDF path in units of its side, y downwards.
        units: how many units its side has.
        alternative: what is said of it to those who do not see it.
    """

    path: bytes
    units: int
    alternative: str


class Page(NamedTuple):
    """One page before it is laid out: what it shares with others, and what is its own."""

    skeleton: str
    style: str
    slots: tuple[Slot, ...]
    drawings: tuple[Drawing, ...]


class _Gatherer:
    """Stands in a template as `text`, `fitted` and `drawing`; leaves marks where its texts and drawings go."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.drawings: list[Drawing] = []

    def text(self, caller: Callable[[], str]) -> str:
        """Take a text that is broken into as many lines as it needs."""
        return self._take(caller, is_fitted=False)

    def fitted(self, caller: Callable[[], str]) -> str:
        """Take a text that stays on one line, in smaller type if need be."""
        return self._take(caller, is_fitted=True)

    def _take(self, caller: Callable[[], str], *, is_fitted: bool) -> str:
        self.slots.append(Slot(runs_of(str(caller())), is_fitted))
        return TEXT_MARK

    def drawing(self, drawn: Drawable, alternative: str) -> Markup:
        """Take a drawing; the style sheet says how large it is, by its class `symbol`."""
        number = len(self.drawings)
        self.drawings.append(Drawing(drawn.rectangles(), drawn.modules, alternative))
        return Markup(  # noqa: S704 - of numbers only
            '<svg xmlns="http://www.w3.org/2000/svg" class="symbol" viewBox="0 0 1 1">'
            f'<title>{ALTERNATIVE}{number}</title><path fill="#000" d="M0 0h{number + 1}v1z"/></svg>'
        )


def fill(template: str, **values: Any) -> str:
    """Return the HTML of a template in `templates/print/`."""
    return _environment().get_template(template).render(**values)


def page(template: str, style: str, **values: Any) -> Page:
    """Fill a template whose texts are gathered: `{% call text() %}`, `{% call fitted() %}`, `drawing(...)`.

    Args:
        template: its name in `templates/print/`.
        style: the name of its style sheet there.
        **values: plain values for it; it gets `density` too, the number of the type size.
    """
    own = _Gatherer()
    skeleton = fill(template, text=own.text, fitted=own.fitted, drawing=own.drawing, density=DENSITY_MARK, **values)
    return Page(skeleton, style, tuple(own.slots), tuple(own.drawings))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "day": _day,
        "end": _end,
        "last_day": _last_day,
        "long_day": _long_day,
        "moment": _moment,
        "short_moment": _short_moment,
        "stamp": _stamp,
        "tonnes": _tonnes,
    }
    return environment


def _day(moment: datetime) -> str:
    return f"{local_date(moment):%d/%m/%Y}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%H:%M} ngày {_day(moment)}"


def _stamp(moment: datetime) -> str:
    """Say day and hour where many stand in a table."""
    return f"{moment.astimezone(LOCAL):%H:%M %d/%m/%Y}"


def _short_moment(moment: datetime) -> str:
    """Say day and hour where the year goes without saying."""
    return f"{moment.astimezone(LOCAL):%d/%m %H:%M}"


def _last_day(end: datetime) -> str:
    """Say the last day that an exclusive end covers."""
    return f"{last_day_before(end):%d/%m/%Y}"


def _end(moment: datetime) -> str:
    """Say an exclusive end: "hết ngày 18/09/2021" for a local midnight, else "14:00 ngày 15/09/2021"."""
    local = moment.astimezone(LOCAL)
    return f"hết ngày {_last_day(moment)}" if (local.hour, local.minute) == (0, 0) else _moment(moment)


def _long_day(moment: datetime) -> str:
    """Write a date as the head of an official paper does; January and February take a zero, as forgeries add them."""
    day = local_date(moment)
    month = f"{day.month:02d}" if day.month <= _LAST_PADDED_MONTH else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _tonnes(payload: Decimal) -> str:
    return f"{payload.normalize():f} tấn".replace(".", ",")
